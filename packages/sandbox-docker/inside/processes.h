#ifndef PROCESSES_H
#define PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
  pid_t pid, parent, group, session;
  char state;
  /* Ticks since boot; with the pid it names a process for good. */
  uint64_t started;
  int64_t resident_bytes;
};

struct processes {
  struct process *entries;
  size_t count, capacity;
};

/* Everything that the process table shows, by ascending pid. False where it cannot be read. */
bool processes_read(struct processes *processes);
void processes_release(struct processes *processes);
bool process_read(pid_t pid, struct process *process);
const struct process *processes_find(const struct processes *processes, pid_t pid);
bool process_is_dead(const struct process *process);
/* Real user; the owner of its folder in /proc would be root for one that cannot be traced. -1 where it is gone. */
int64_t process_user(pid_t pid);
/* Whether a signal that ends it is on its way to it. */
bool process_is_being_killed(pid_t pid);

#endif
