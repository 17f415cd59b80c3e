#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "descriptors.h"
#include "messages.h"
#include "modes.h"
#include "places.h"
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

/* Commands on their way are killed too: their carriers may be among those that we end, and nobody would tell. */
static void end_commands_on_their_way(void) {
  int connection = connect_to_socket(INIT_SOCKET, 0);
  if (connection < 0) return;
  struct message_reader reader = {.header_limit = LARGEST_PART};
  struct message message;
  bool asked = message_write(connection, json_pack("{s:s}", "role", "sweep"), NULL, 0);
  if (asked && message_read(&reader, connection, &message) == READING_READY) message_release(&message);
  message_reader_release(&reader);
  close(connection);
}

int run_sweep(char **arguments) {
  if (arguments[0] == NULL || strcmp(arguments[0], "KILL") != 0 || getuid() == 0) {
    fputs("usage: rebench-inside sweep KILL, as another user than root\n", stderr);
    return 64;
  }
  struct processes processes = {0};
  bool is_done = false;
  /* Once before anything else: whoever is quicker ends the other. */
  kill(-1, SIGKILL);
  end_commands_on_their_way();
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
