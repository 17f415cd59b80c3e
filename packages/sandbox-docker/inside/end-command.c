#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptors.h"
#include "messages.h"
#include "modes.h"
#include "places.h"
#include "processes.h"

enum { ROUNDS = 50, INIT_WAIT_MS = 1000, MOST_ENVIRONMENT = 4 << 20 };

struct name {
  pid_t pid;
  uint64_t started;
};

/* Names of processes, each once. */
struct names {
  struct name *entries;
  size_t count, capacity;
};

static bool holds(const struct names *names, pid_t pid, uint64_t started) {
  for (size_t index = 0; index < names->count; index++) {
    if (names->entries[index].pid == pid && names->entries[index].started == started) return true;
  }
  return false;
}

static void add(struct names *names, pid_t pid, uint64_t started) {
  if (holds(names, pid, started)) return;
  if (names->count == names->capacity) {
    size_t capacity = names->capacity == 0 ? 64 : names->capacity * 2;
    struct name *grown = realloc(names->entries, capacity * sizeof *grown);
    if (grown == NULL) return;
    names->entries = grown;
    names->capacity = capacity;
  }
  names->entries[names->count++] = (struct name){pid, started};
}

/* What `init` saw of the command, which includes its first process whatever that has done to itself since. */
static void ask_init(const char *execution, struct names *seen) {
  int connection = connect_to_socket(INIT_SOCKET, INIT_WAIT_MS);
  if (connection < 0) return;
  struct message_reader reader = {.header_limit = LARGEST_PART};
  struct message message;
  json_t *introduction = json_pack("{s:s, s:s}", "role", "end-command", "execution", execution);
  if (message_write(connection, introduction, NULL, 0) && message_read(&reader, connection, &message) == READING_READY) {
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(message.header, "processes"), index, entry) {
      add(seen, (pid_t)json_integer_value(json_array_get(entry, 0)),
          (uint64_t)json_integer_value(json_array_get(entry, 1)));
    }
    message_release(&message);
  }
  message_reader_release(&reader);
  close(connection);
}

static bool has_variable(pid_t pid, const char *variable) {
  static char text[64 * 1024];
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  size_t wanted = strlen(variable) + 1, matched = 0, total = 0;
  bool at_start = true, found = false;
  while (!found && total < MOST_ENVIRONMENT) {
    ssize_t got = read(file, text, sizeof text);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    total += (size_t)got;
    for (ssize_t index = 0; index < got && !found; index++) {
      /* The NUL at the variable's end is compared too. */
      if (at_start && text[index] == variable[matched]) matched++;
      else at_start = false;
      found = at_start && matched == wanted;
      if (text[index] == '\0') {
        at_start = true;
        matched = 0;
      }
    }
  }
  close(file);
  return found;
}

/* Whether one of its files is the command's: what shed everything else still writes where the command wrote. */
static bool has_file_below(pid_t pid, const char *folder) {
  char path[64], target[256];
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  DIR *files = opendir(path);
  bool found = false;
  for (const struct dirent *entry; !found && files != NULL && (entry = readdir(files)) != NULL;) {
    ssize_t length = readlinkat(dirfd(files), entry->d_name, target, sizeof target - 1);
    if (length < 0) continue;
    target[length] = '\0';
    found = strncmp(target, folder, strlen(folder)) == 0;
  }
  if (files != NULL) closedir(files);
  return found;
}

static bool has_mark_of(pid_t pid, const char *execution) {
  char variable[64], folder[256];
  snprintf(variable, sizeof variable, "REBENCH_COMMAND=%s", execution);
  snprintf(folder, sizeof folder, COMMANDS_FOLDER "/%s/", execution);
  return has_variable(pid, variable) || has_file_below(pid, folder);
}

static bool is_one_of(const bool *found, const struct processes *processes, pid_t pid) {
  const struct process *process = pid <= 1 ? NULL : processes_find(processes, pid);
  return process != NULL && found[process - processes->entries];
}

/* Adds to `seen` what is below those seen, in their sessions and groups, or has the command's mark; true where all is dead. */
static bool find_members(const char *execution, struct processes *processes, struct names *seen) {
  if (!processes_read(processes)) return true;
  bool *found = calloc(processes->count + 1, sizeof *found);
  bool none = true;
  if (found == NULL) return true;
  pid_t self = getpid(), session = getsid(0);
  for (bool changed = true, first = true; changed; first = false) {
    changed = false;
    for (size_t index = 0; index < processes->count; index++) {
      const struct process *process = &processes->entries[index];
      if (found[index] || process->pid == 1 || process->pid == self || process_is_dead(process)) continue;
      bool is_member = first && (holds(seen, process->pid, process->started) || has_mark_of(process->pid, execution));
      is_member = is_member || is_one_of(found, processes, process->parent);
      if (process->session != session) {
        is_member = is_member || is_one_of(found, processes, process->session) ||
                    is_one_of(found, processes, process->group);
      }
      if (!is_member || kill(process->pid, 0) != 0) continue;
      found[index] = changed = true;
      none = false;
      add(seen, process->pid, process->started);
    }
  }
  free(found);
  return none;
}

/* Stops all that can be found until there is nothing new, then kills it: no fork slips through. False where nothing was left. */
static bool end_members(const char *execution, struct processes *processes, struct names *seen) {
  struct names stopped = {0};
  for (bool changed = true; changed;) {
    changed = false;
    if (find_members(execution, processes, seen)) break;
    for (size_t index = 0; index < seen->count; index++) {
      const struct name *name = &seen->entries[index];
      const struct process *process = processes_find(processes, name->pid);
      if (process == NULL || process->started != name->started || process_is_dead(process)) continue;
      if (holds(&stopped, name->pid, name->started)) continue;
      add(&stopped, name->pid, name->started);
      kill(name->pid, SIGSTOP);
      changed = true;
    }
  }
  for (size_t index = 0; index < stopped.count; index++) kill(stopped.entries[index].pid, SIGKILL);
  free(stopped.entries);
  return stopped.count > 0;
}

int run_end_command(char **arguments) {
  const char *execution = arguments[0];
  if (execution == NULL || !isdigit((unsigned char)execution[0]) || strlen(execution) > 10 || getuid() == 0) {
    fputs("usage: rebench-inside end-command ID, as the command's user\n", stderr);
    return 64;
  }
  struct names seen = {0};
  struct processes processes = {0};
  bool is_done = false;
  for (int round = 0; !is_done && round < ROUNDS; round++) {
    if (round > 0) usleep(2000);
    ask_init(execution, &seen);
    is_done = !end_members(execution, &processes, &seen);
  }
  free(seen.entries);
  processes_release(&processes);
  if (is_done) return 0;
  fputs("rebench-inside: some processes did not end\n", stderr);
  return 1;
}
