#include "memory-watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "processes.h"

enum {
  CALM_MS = 500,
  /* A new command's processes are not known yet. */
  NEW_COMMAND_MS = 1000,
};

/* A process and the command that it belongs to, by session and descent; also when it has left both since. */
struct member {
  struct process process;
  struct command *command;
};

struct members {
  struct member *entries;
  size_t count;
};

static int counter = -1, usage = -1;
static int64_t limit_bytes = -1;
static long long last_count;
static struct members last;
static struct processes processes;
static int64_t since_look;

static const struct {
  const char *counter, *usage, *limit;
} files[] = {
    {"memory.events", "memory.current", "memory.max"},
    {"memory.oom_control", "memory.usage_in_bytes", "memory.limit_in_bytes"},
};

static ssize_t read_text(int file, char *text, size_t size) {
  ssize_t got;
  do got = pread(file, text, size - 1, 0);
  while (got < 0 && errno == EINTR);
  text[got < 0 ? 0 : got] = '\0';
  return got;
}

static long long read_counter(void) {
  char text[1024];
  if (counter < 0 || read_text(counter, text, sizeof text) <= 0) return last_count;
  for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    long long value;
    if (sscanf(line, "oom_kill %lld", &value) == 1) return value;
  }
  return last_count;
}

static int open_file(const char *folder, const char *name) {
  char path[1024];
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return -1;
  return open(path, O_RDONLY | O_CLOEXEC);
}

static bool try_folder(const char *folder) {
  for (size_t version = 0; version < sizeof files / sizeof *files; version++) {
    counter = open_file(folder, files[version].counter);
    if (counter < 0) continue;
    usage = open_file(folder, files[version].usage);
    int limit = open_file(folder, files[version].limit);
    char text[64];
    if (limit >= 0 && read_text(limit, text, sizeof text) > 0 && text[0] != 'm') limit_bytes = atoll(text);
    if (limit >= 0) close(limit);
    return true;
  }
  return false;
}

void memory_watcher_start(void) {
  bool found = false;
  FILE *groups = fopen("/proc/self/cgroup", "re");
  char line[900], folder[1000];
  while (!found && groups != NULL && fgets(line, sizeof line, groups) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    const char *path = strrchr(line, ':');
    if (path == NULL) continue;
    bool is_memory = strstr(line, ":memory:") != NULL || strstr(line, ",memory:") != NULL || strstr(line, ":memory,") != NULL;
    if (!is_memory && strncmp(line, "0::", 3) != 0) continue;
    /* The path means something here where the whole tree is shown, else the container's own part is all there is. */
    const char *root = is_memory ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
    snprintf(folder, sizeof folder, "%s%s", root, path + 1);
    found = try_folder(folder) || try_folder(root);
  }
  if (groups != NULL) fclose(groups);
  if (!found) fputs("rebench-inside: no memory controller is to be seen; no one will be told of its kills\n", stderr);
  last_count = read_counter();
}

static struct member *find_member(const struct members *members, pid_t pid) {
  size_t from = 0, to = members->count;
  while (from < to) {
    size_t middle = (from + to) / 2;
    pid_t found = members->entries[middle].process.pid;
    if (found == pid) return &members->entries[middle];
    if (found < pid) from = middle + 1;
    else to = middle;
  }
  return NULL;
}

static const struct member *find_same(const struct members *members, const struct process *process) {
  const struct member *member = find_member(members, process->pid);
  return member != NULL && member->process.started == process->started ? member : NULL;
}

static struct command *command_by_kin(const struct members *members, const struct process *process) {
  const pid_t kin[] = {process->parent, process->session, process->group};
  for (size_t index = 0; index < sizeof kin / sizeof *kin; index++) {
    if (kin[index] <= 1) continue;
    struct command *command = commands_running(kin[index]);
    if (command != NULL) return command;
    const struct member *member = find_member(members, kin[index]);
    if (member != NULL && member->command != NULL) return member->command;
  }
  return NULL;
}

static bool take_members(struct members *members) {
  *members = (struct members){0};
  if (!processes_read(&processes) || processes.count == 0) return false;
  members->entries = calloc(processes.count, sizeof *members->entries);
  if (members->entries == NULL) return false;
  members->count = processes.count;
  for (size_t index = 0; index < members->count; index++) {
    struct member *member = &members->entries[index];
    member->process = processes.entries[index];
    const struct member *before = find_same(&last, &member->process);
    member->command = before != NULL ? before->command : NULL;
    if (member->command == NULL) member->command = commands_running(member->process.pid);
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t index = 0; index < members->count; index++) {
      struct member *member = &members->entries[index];
      if (member->command != NULL || member->process.pid == 1) continue;
      member->command = command_by_kin(members, &member->process);
      changed = changed || member->command != NULL;
    }
  }
  return true;
}

static void replace_last(struct members *members) {
  free(last.entries);
  last = *members;
  since_look = 0;
}

static bool is_running(const struct command *command) { return command != NULL && command->state == COMMAND_RUNNING; }

/* The one whose largest process is gone or about to; where none is known to have lost one, the one that holds most. */
static struct command *find_loser(const struct members *now) {
  struct command *loser = NULL, *largest = NULL;
  int64_t lost_bytes = -1, held_bytes = -1;
  for (int pass = 0; pass < 2; pass++) {
    const struct members *members = pass == 0 ? &last : now;
    for (size_t index = 0; index < members->count; index++) {
      const struct member *member = &members->entries[index];
      if (member->command == NULL) continue;
      const struct member *still = find_same(now, &member->process);
      bool is_lost = still == NULL || process_is_dead(&still->process) || process_is_being_killed(member->process.pid);
      int64_t bytes = member->process.resident_bytes;
      if (is_lost && bytes > lost_bytes) {
        lost_bytes = bytes;
        loser = member->command;
      }
      if (is_running(member->command) && bytes > held_bytes) {
        held_bytes = bytes;
        largest = member->command;
      }
    }
  }
  return loser != NULL ? loser : largest;
}

void memory_watcher_check(void) {
  long long count = read_counter();
  if (count <= last_count) return;
  last_count = count;
  struct members now;
  if (!take_members(&now)) return;
  struct command *loser = find_loser(&now);
  replace_last(&now);
  if (is_running(loser)) command_mark_out_of_memory(loser);
}

static bool is_scarce(void) {
  char text[64];
  if (usage < 0 || limit_bytes <= 0 || read_text(usage, text, sizeof text) <= 0) return false;
  return atoll(text) > limit_bytes / 3;
}

void memory_watcher_look(int64_t ran_ms) {
  static int64_t since_new;
  static size_t known;
  memory_watcher_check();
  since_look += ran_ms;
  since_new += ran_ms;
  size_t started = commands_started();
  if (started != known) since_new = 0;
  known = started;
  bool often = since_new < NEW_COMMAND_MS || is_scarce();
  if (!commands_are_active() || (!often && since_look < CALM_MS)) return;
  struct members now;
  if (take_members(&now)) replace_last(&now);
}

json_t *memory_watcher_processes(const struct command *command) {
  json_t *list = json_array();
  struct members now;
  if (take_members(&now)) replace_last(&now);
  for (size_t index = 0; index < last.count; index++) {
    const struct member *member = &last.entries[index];
    if (member->command != command || process_is_dead(&member->process)) continue;
    json_array_append_new(list, json_pack("[i, I]", (int)member->process.pid, (json_int_t)member->process.started));
  }
  return list;
}
