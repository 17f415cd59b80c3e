#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "modes.h"
#include "processes.h"

enum { LONGEST_MS = 5000 };

static bool has_others(struct processes *processes) {
  if (!processes_read(processes)) return true;
  for (size_t index = 0; index < processes->count; index++) {
    const struct process *process = &processes->entries[index];
    if (process->pid == getpid() || process_is_dead(process)) continue;
    if (process_user(process->pid) == (int64_t)getuid()) return true;
  }
  return false;
}

int run_sweep(char **arguments) {
  if (arguments[0] == NULL || strcmp(arguments[0], "KILL") != 0 || getuid() == 0) {
    fputs("usage: rebench-inside sweep KILL, as another user than root\n", stderr);
    return 64;
  }
  struct processes processes = {0};
  bool is_done = false;
  for (int64_t last = monotonic_ms() + LONGEST_MS; !is_done && monotonic_ms() < last;) {
    /* One sweep of the kernel, which no fork escapes; it leaves out this process and the first. */
    kill(-1, SIGKILL);
    is_done = !has_others(&processes);
    if (!is_done) usleep(1000);
  }
  processes_release(&processes);
  if (is_done) return 0;
  fputs("rebench-inside: some processes did not end\n", stderr);
  return 1;
}
