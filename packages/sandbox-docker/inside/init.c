#include "init.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "connections.h"
#include "deadlines.h"
#include "disk-watcher.h"
#include "memory-watcher.h"
#include "modes.h"
#include "places.h"
#include "state.h"

enum {
  LOOK_MS = 50,
  CALM_LOOK_MS = 200,
  /* A longer gap between two looks: this program was stopped, together with everything else. */
  PAUSE_MS = 500,
  MEASURE_EVERY_MS = 5000,
  REAPED_AT_ONCE = 256,
  /* The agent's processes go on meanwhile. */
  DRAIN_MS = 20,
};

static struct {
  bool is_scoring;
  int64_t disk_bytes, abandoned_ms;
} options;

_Noreturn void end_sandbox(json_t *end, json_t *reply) {
  json_t *event = json_pack("{s:s, s:O}", "event", "ending", "end", end);
  state_write_end(end);
  if (reply != NULL) runner_reply(reply, NULL, 0);
  runners_tell(event);
  runners_drain(DRAIN_MS);
  exit(0);
}

_Noreturn void end_died(const char *reason) {
  end_sandbox(json_pack("{s:s, s:s}", "kind", "died", "reason", reason), NULL);
}

static bool read_number(const char *text, int64_t most, int64_t *number) {
  char *rest;
  errno = 0;
  long long value = strtoll(text, &rest, 10);
  *number = value;
  return errno == 0 && rest != text && *rest == '\0' && value > 0 && value <= most;
}

static bool read_options(char **arguments) {
  bool has_purpose = false;
  for (; arguments[0] != NULL; arguments += 2) {
    const char *name = arguments[0], *value = arguments[1];
    int64_t megabytes;
    if (value == NULL) return false;
    if (strcmp(name, "--purpose") == 0) {
      options.is_scoring = strcmp(value, "scoring") == 0;
      has_purpose = options.is_scoring || strcmp(value, "attempt") == 0;
    } else if (strcmp(name, "--disk-mb") == 0) {
      if (!read_number(value, INT64_MAX >> 20, &megabytes)) return false;
      options.disk_bytes = megabytes << 20;
    } else if (strcmp(name, "--abandoned-ms") == 0) {
      if (!read_number(value, INT64_MAX, &options.abandoned_ms)) return false;
    } else if (strcmp(name, "--for") != 0) {
      /* That one is for whoever looks for this process from outside. */
      return false;
    }
  }
  return has_purpose && options.disk_bytes > 0 && options.abandoned_ms > 0;
}

static int take_signals(void) {
  sigset_t taken;
  sigemptyset(&taken);
  const int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
  for (size_t index = 0; index < sizeof signals / sizeof *signals; index++) sigaddset(&taken, signals[index]);
  sigprocmask(SIG_BLOCK, &taken, NULL);
  /* A file that may grow no further is an error of the write, not the end. */
  signal(SIGXFSZ, SIG_IGN);
  return signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void handle_signals(int signals) {
  struct signalfd_siginfo signal;
  while (read(signals, &signal, sizeof signal) == (ssize_t)sizeof signal) {
    if (signal.ssi_signo == SIGTERM) end_died("its container was told to stop");
  }
}

static void end_by_disk_watcher(int status) {
  char reason[100];
  const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
  if (name != NULL) snprintf(reason, sizeof reason, "its disk watcher was ended by SIG%s", name);
  else snprintf(reason, sizeof reason, "its disk watcher exited with code %d", WEXITSTATUS(status));
  end_died(reason);
}

static void reap(void) {
  int status;
  /* So many at a time: whoever starts and ends processes without end must not put off a deadline. */
  for (int round = 0; round < REAPED_AT_ONCE; round++) {
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    if (pid == disk_watcher_pid()) end_by_disk_watcher(status);
    if (commands_running(pid) != NULL) memory_watcher_check();
    commands_exited(pid, status);
  }
}

static void look_at_disk(int64_t ran_ms) {
  static int64_t since_asked = MEASURE_EVERY_MS;
  struct measure measure;
  since_asked += ran_ms;
  if (!disk_watcher_result(&measure)) return;
  if (measure.bytes > (uint64_t)options.disk_bytes) {
    json_int_t used_mb = (json_int_t)((measure.bytes + (1 << 20) - 1) >> 20);
    end_sandbox(json_pack("{s:s, s:I}", "kind", "disk", "usedMb", used_mb), NULL);
  }
  if (!measure.closed || !runner_is_attached() || since_asked < MEASURE_EVERY_MS) return;
  since_asked = 0;
  json_t *paths = json_array();
  for (const char *const *path = watched_folders; *path != NULL; path++) json_array_append_new(paths, json_string(*path));
  runners_tell(json_pack("{s:s, s:o}", "event", "measure", "paths", paths));
}

static void look_at_runner(int64_t ran_ms) {
  static bool was_attached;
  static int64_t alone_ms;
  if (runner_is_attached()) {
    was_attached = true;
    alone_ms = 0;
    return;
  }
  alone_ms += ran_ms;
  if (options.is_scoring && was_attached) end_died("its runner is gone");
  if (alone_ms < options.abandoned_ms) return;
  if (options.is_scoring) end_died("no runner came");
  if (!deadlines_were_set()) end_died("nobody was attached and it had no deadline");
}

static void judge_deadlines(void) {
  json_t *end = deadlines_judge(epoch_ms());
  if (end != NULL) end_sandbox(end, NULL);
}

static _Noreturn void run(int signals) {
  int64_t last_look = monotonic_ms();
  for (;;) {
    struct pollfd polls[CONNECTION_POLLS + 2];
    size_t count = connections_poll(polls);
    polls[count] = (struct pollfd){.fd = signals, .events = POLLIN};
    polls[count + 1] = (struct pollfd){.fd = disk_watcher_descriptor(), .events = POLLIN};
    poll(polls, count + 2, deadlines_wait(epoch_ms(), commands_are_active() ? LOOK_MS : CALM_LOOK_MS));
    judge_deadlines();
    int64_t now = monotonic_ms(), ran_ms = now - last_look;
    last_look = now;
    if (ran_ms > PAUSE_MS) ran_ms = LOOK_MS;
    handle_signals(signals);
    reap();
    if (ran_ms > 0) memory_watcher_look(ran_ms);
    look_at_disk(ran_ms);
    connections_handle(polls, count);
    connections_look(ran_ms);
    commands_look(ran_ms);
    look_at_runner(ran_ms);
  }
}

int run_init(char **arguments) {
  if (!read_options(arguments)) {
    fputs("usage: rebench-inside init --purpose attempt|scoring --disk-mb N --abandoned-ms N --for NAME\n", stderr);
    return 64;
  }
  /* Whoever starts the container again gets no second life for it. */
  json_t *ended = state_read(STATE_FOLDER "/end.json");
  if (ended != NULL) {
    json_decref(ended);
    return 0;
  }
  umask(077);
  int signals = take_signals();
  state_reserve_end();
  bool has_folder = mkdir(COMMANDS_FOLDER, 0700) == 0 || errno == EEXIST;
  deadlines_start();
  memory_watcher_start();
  /* Listens last: who gets through finds everything in place. */
  if (signals < 0 || !has_folder || !disk_watcher_start() || !connections_start()) {
    char reason[200];
    snprintf(reason, sizeof reason, "it could not start: %s", strerror(errno));
    end_died(reason);
  }
  run(signals);
}
