#include "disk-watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "clock.h"
#include "descriptors.h"
#include "modes.h"
#include "places.h"

enum {
  SHORTEST_PAUSE_MS = 1000,
  /* A look at many files takes long; it shall not take more than this part of a core. */
  PAUSE_PER_LOOK = 30,
};

const char *const watched_folders[] = {WATCHED_FOLDERS, NULL};

static pid_t watcher = -1;
static int results = -1;

bool disk_watcher_start(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  watcher = fork();
  if (watcher == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(ends[1], STDOUT_FILENO) < 0) _exit(1);
    /* Under a command line of its own, so that nobody takes it for the first process. */
    char *const arguments[] = {"rebench-inside", "watch-disk", NULL};
    execv("/proc/self/exe", arguments);
    _exit(127);
  }
  close(ends[1]);
  results = ends[0];
  return watcher > 0 && set_non_blocking(results);
}

pid_t disk_watcher_pid(void) { return watcher; }

int disk_watcher_descriptor(void) { return results; }

bool disk_watcher_result(struct measure *measure) {
  bool found = false;
  for (struct measure next;;) {
    ssize_t got = read(results, &next, sizeof next);
    if (got < 0 && errno == EINTR) continue;
    /* Written and read in one piece: it is shorter than what a pipe keeps together. */
    if (got != (ssize_t)sizeof next) {
      /* Its end shows by its exit. */
      if (got == 0) close_descriptor(&results);
      return found;
    }
    *measure = next;
    found = true;
  }
}

int run_watch_disk(char **arguments) {
  (void)arguments;
  for (;;) {
    usleep(SHORTEST_PAUSE_MS * 1000);
    int64_t began = monotonic_ms();
    struct measure measure = {0};
    for (const char *const *path = watched_folders; *path != NULL; path++) {
      int folder = open(*path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      measure.free_bytes = strcmp(*path, COMMANDS_FOLDER) == 0 ? FREE_BYTES_OF_STATE : 0;
      if (folder >= 0) measure_folder(folder, &measure);
      else if (errno != ENOENT) measure.closed = true;
    }
    if (!write_all(STDOUT_FILENO, &measure, sizeof measure)) return 1;
    int64_t pause = PAUSE_PER_LOOK * (monotonic_ms() - began);
    for (; pause > 0; pause -= SHORTEST_PAUSE_MS) usleep((useconds_t)(pause < 1000 ? pause : 1000) * 1000);
  }
}
