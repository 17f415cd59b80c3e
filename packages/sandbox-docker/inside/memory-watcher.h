#ifndef MEMORY_WATCHER_H
#define MEMORY_WATCHER_H

#include <jansson.h>
#include <stdint.h>

#include "commands.h"

/* Finds the kernel's counter of processes that it ended for want of memory; without one nothing is watched. */
void memory_watcher_start(void);
/* Reads the counter; now and then, and often where memory gets scarce, also who holds how much. */
void memory_watcher_look(int64_t ran_ms);
/* Reads the counter alone: called before an exit is told, so that it is told with its cause. */
void memory_watcher_check(void);
/* `[[pid, started]…]` of all that was seen to belong to a command and is alive. */
json_t *memory_watcher_processes(const struct command *command);

#endif
