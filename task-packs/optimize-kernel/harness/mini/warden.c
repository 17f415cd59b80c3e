#include "warden.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "privacy.h"
#include "regions.h"
#include "safeguards.h"
#include "worker.h"

enum { CONNECT_SECONDS = 20, TICK_MICROSECONDS = 20000 };

struct warden {
  const struct warden_options *options;
  int socket;
  int regions[REGION_COUNT];
  int solutions[MAX_SOLUTIONS];
  /* 0 where there is none. */
  pid_t worker;
};

static void on_tick(int signal) { (void)signal; /* only ends waitpid with EINTR */ }

static void tick(int microseconds) {
  struct timeval interval = {.tv_usec = microseconds};
  setitimer(ITIMER_REAL, &(struct itimerval){interval, interval}, NULL);
}

/* Stays within the first `cpus` processors that we have; workers inherit it and cannot widen it. */
static void keep_to_processors(int cpus) {
#ifdef __linux__
  cpu_set_t ours, kept;
  if (sched_getaffinity(0, sizeof ours, &ours) != 0) return;
  CPU_ZERO(&kept);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&kept) < cpus; cpu++) {
    if (CPU_ISSET(cpu, &ours)) CPU_SET(cpu, &kept);
  }
  sched_setaffinity(0, sizeof kept, &kept);
#else
  (void)cpus;
#endif
}

static void kill_worker(struct warden *warden) {
  if (warden->worker == 0) return;
  kill(-warden->worker, SIGKILL);
  kill(warden->worker, SIGKILL);
  while (waitpid(warden->worker, NULL, 0) < 0 && errno == EINTR) continue;
  warden->worker = 0;
}

/* Waits until the worker has stopped, with all its threads, or is gone, or its time is over. */
static struct reply wait_for_worker(struct warden *warden, uint64_t limit_nanoseconds) {
  const uint64_t deadline = nanoseconds_now() + limit_nanoseconds;
  struct reply reply = {0};
  tick(TICK_MICROSECONDS);
  while (reply.event == 0) {
    int status;
    pid_t pid = waitpid(warden->worker, &status, WUNTRACED);
    if (pid < 0 && errno != EINTR) reply = (struct reply){EVENT_FAULT, errno};
    else if (pid < 0 && nanoseconds_now() > deadline) reply = (struct reply){EVENT_TIMEOUT, 0};
    else if (pid > 0 && WIFSTOPPED(status)) reply = (struct reply){EVENT_STOPPED, 0};
    else if (pid > 0 && WIFEXITED(status)) reply = (struct reply){EVENT_EXITED, WEXITSTATUS(status)};
    else if (pid > 0 && WIFSIGNALED(status)) reply = (struct reply){EVENT_SIGNALED, WTERMSIG(status)};
  }
  tick(0);
  if (reply.event == EVENT_TIMEOUT) kill_worker(warden);
  if (reply.event == EVENT_EXITED || reply.event == EVENT_SIGNALED) warden->worker = 0;
  int frozen = (warden->options->safeguards & SAFEGUARD_FREEZE) != 0;
  if (reply.event == EVENT_STOPPED && !frozen) kill(warden->worker, SIGCONT);
  return reply;
}

static struct reply spawn(struct warden *warden, const struct request *request) {
  if (request->solution >= (uint32_t)warden->options->solution_count) return (struct reply){EVENT_FAULT, EINVAL};
  kill_worker(warden);
  pid_t pid = fork();
  if (pid < 0) return (struct reply){EVENT_FAULT, errno};
  if (pid == 0) {
    worker_run(&(struct worker_options){
        .safeguards = warden->options->safeguards,
        .regions = warden->regions,
        .solution = warden->solutions[request->solution],
        .solution_path = warden->options->solutions[request->solution],
    });
  }
  warden->worker = pid;
  return wait_for_worker(warden, request->limit_nanoseconds);
}

static struct reply answer(struct warden *warden, const struct request *request) {
  switch (request->kind) {
    case REQUEST_SPAWN:
      return spawn(warden, request);
    case REQUEST_GO:
      if (warden->worker == 0) return (struct reply){EVENT_FAULT, ESRCH};
      if (warden->options->safeguards & SAFEGUARD_FREEZE) kill(warden->worker, SIGCONT);
      return wait_for_worker(warden, request->limit_nanoseconds);
    case REQUEST_KILL:
      kill_worker(warden);
      return (struct reply){EVENT_KILLED, 0};
  }
  return (struct reply){EVENT_FAULT, EINVAL};
}

int warden_run(const struct warden_options *options) {
  struct warden warden = {.options = options};
  hide_from_debuggers();
  keep_to_processors(options->cpus);
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_tick}, NULL);
  warden.socket = message_connect(options->folder, CONNECT_SECONDS);
  if (warden.socket < 0 || regions_open(options->folder, warden.regions) != 0) return 1;
  for (int i = 0; i < options->solution_count; i++) {
    warden.solutions[i] = open(options->solutions[i], O_RDONLY | O_CLOEXEC);
    if (warden.solutions[i] < 0) return 1;
  }
  struct reply hello = {EVENT_HELLO, (int32_t)options->role};
  struct request request;
  if (!message_send(warden.socket, &hello, sizeof hello)) return 1;
  while (message_receive(warden.socket, &request, sizeof request)) {
    struct reply reply = answer(&warden, &request);
    if (!message_send(warden.socket, &reply, sizeof reply)) break;
  }
  kill_worker(&warden);
  return 0;
}
