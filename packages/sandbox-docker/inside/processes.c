#include "processes.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than a container's limit on processes ever is. */
enum { MOST_PROCESSES = 1 << 16 };

static ssize_t read_file(pid_t pid, const char *name, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  size_t length = 0;
  while (length < size - 1) {
    ssize_t got = read(file, text + length, size - 1 - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) length = 0;
    if (got <= 0) break;
    length += (size_t)got;
  }
  close(file);
  text[length] = '\0';
  return length == 0 ? -1 : (ssize_t)length;
}

bool process_read(pid_t pid, struct process *process) {
  char text[1024];
  if (read_file(pid, "stat", text, sizeof text) < 0) return false;
  /* The name is the process's own choice and may hold anything. */
  const char *rest = strrchr(text, ')');
  if (rest == NULL) return false;
  int parent, group, session;
  unsigned long long started;
  long long pages;
  int read = sscanf(rest + 1,
                    " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu %*u %lld",
                    &process->state, &parent, &group, &session, &started, &pages);
  if (read != 6) return false;
  process->pid = pid;
  process->parent = parent;
  process->group = group;
  process->session = session;
  process->started = started;
  process->resident_bytes = pages * sysconf(_SC_PAGESIZE);
  return true;
}

static int by_pid(const void *one, const void *other) {
  pid_t first = ((const struct process *)one)->pid, second = ((const struct process *)other)->pid;
  return (first > second) - (first < second);
}

bool processes_read(struct processes *processes) {
  processes->count = 0;
  DIR *folder = opendir("/proc");
  if (folder == NULL) return false;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    if (processes->count == processes->capacity) {
      size_t capacity = processes->capacity == 0 ? 128 : processes->capacity * 2;
      struct process *grown =
          capacity > MOST_PROCESSES ? NULL : realloc(processes->entries, capacity * sizeof *grown);
      if (grown == NULL) break;
      processes->entries = grown;
      processes->capacity = capacity;
    }
    if (process_read(atoi(entry->d_name), &processes->entries[processes->count])) processes->count++;
  }
  closedir(folder);
  if (processes->count > 0) qsort(processes->entries, processes->count, sizeof *processes->entries, by_pid);
  return true;
}

void processes_release(struct processes *processes) {
  free(processes->entries);
  *processes = (struct processes){0};
}

const struct process *processes_find(const struct processes *processes, pid_t pid) {
  const struct process wanted = {.pid = pid};
  if (processes->count == 0) return NULL;
  return bsearch(&wanted, processes->entries, processes->count, sizeof wanted, by_pid);
}

bool process_is_dead(const struct process *process) { return process->state == 'Z' || process->state == 'X'; }

int64_t process_user(pid_t pid) {
  char text[4096];
  if (read_file(pid, "status", text, sizeof text) < 0) return -1;
  const char *line = strstr(text, "\nUid:");
  long long user;
  return line != NULL && sscanf(line + 5, "%lld", &user) == 1 ? user : -1;
}

bool process_is_being_killed(pid_t pid) {
  char text[4096];
  if (read_file(pid, "status", text, sizeof text) < 0) return true;
  for (int index = 0; index < 2; index++) {
    const char *line = strstr(text, index == 0 ? "\nShdPnd:" : "\nSigPnd:");
    unsigned long long pending;
    if (line != NULL && sscanf(line + 8, "%llx", &pending) == 1 && (pending >> (SIGKILL - 1) & 1) != 0) return true;
  }
  return false;
}
