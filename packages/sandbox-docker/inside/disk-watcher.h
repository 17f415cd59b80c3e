#ifndef DISK_WATCHER_H
#define DISK_WATCHER_H

#include <stdbool.h>
#include <sys/types.h>

#include "measure.h"

/* Starts the watcher as a process of its own: a long look must not hold up a deadline. False where it cannot. */
bool disk_watcher_start(void);
pid_t disk_watcher_pid(void);
/* Becomes readable with each result. */
int disk_watcher_descriptor(void);
/* The newest result since the last call; false where there is none. */
bool disk_watcher_result(struct measure *measure);
/* Names of the folders that are watched, ending with NULL. */
extern const char *const watched_folders[];

#endif
