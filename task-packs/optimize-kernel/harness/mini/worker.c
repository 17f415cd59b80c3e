#include "worker.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "chain.h"
#include "privacy.h"
#include "restrictions.h"
#include "safeguards.h"

typedef void prefix_sum_function(const int32_t *x, int32_t *y, size_t n);

/* Bytes: code, both regions, stacks, and what a solution allocates. Below the sandbox's memory, so that malloc fails first. */
static const rlim_t address_space_limit = (rlim_t)1 << 30;
enum { HIGHEST_DESCRIPTOR = 256 };

static _Noreturn void give_up(struct report *report, enum stage stage, const char *message) {
  snprintf(report->message, sizeof report->message, "%s", message);
  report->stage = stage;
  _exit(1);
}

static void limit_resources(void) {
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifdef __linux__
  setrlimit(RLIMIT_AS, &(struct rlimit){address_space_limit, address_space_limit});
#endif
}

static void close_all_but(int kept) {
  for (int descriptor = 0; descriptor < HIGHEST_DESCRIPTOR; descriptor++) {
    if (descriptor != kept) close(descriptor);
  }
}

static prefix_sum_function *load_solution(const struct worker_options *options, struct report *report) {
  char path[512];
#ifdef __linux__
  /* By descriptor: the file's name may be gone. */
  snprintf(path, sizeof path, "/proc/self/fd/%d", options->solution);
#else
  snprintf(path, sizeof path, "%s", options->solution_path);
#endif
  report->stage = STAGE_LOADING;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) give_up(report, STAGE_LOAD_FAILED, dlerror());
  prefix_sum_function *function = (prefix_sum_function *)dlsym(library, "prefix_sum");
  if (!function) give_up(report, STAGE_NO_SYMBOL, "");
  close(options->solution);
  return function;
}

static void run_calls(prefix_sum_function *prefix_sum, const struct regions *regions) {
  const struct plan *plan = regions->plan;
  for (uint32_t i = 0; i < plan->call_count; i++) {
    const struct call *call = &plan->calls[i];
    regions->scratch->report.call = i;
    prefix_sum(regions->input + call->x_offset, regions->output + call->y_offset, call->n);
  }
}

static void run_chain(prefix_sum_function *prefix_sum, const struct regions *regions) {
  const struct plan *plan = regions->plan;
  const size_t n = plan->calls[0].n;
  const uint32_t length = plan->chain_length, mask = plan->chain_mask;
  const int32_t *noise = regions->input + plan->calls[0].x_offset;
  int32_t *x = regions->scratch->x + plan->scratch_offset;
  int32_t *y = regions->output + plan->calls[0].y_offset;
  chain_first(noise, x, n);
  prefix_sum(x, y, n);
  for (uint32_t step = 1; step < length; step++) {
    chain_next(noise + chain_shift(step), y, x, n, mask);
    prefix_sum(x, y, n);
  }
}

/* Returns when the next batch may run. */
static void stand_still(const struct worker_options *options, const struct plan *plan, uint32_t *sequence) {
  kill(getpid(), SIGSTOP);
  /* Without the freeze the warden wakes us at once; the plan says when there is something to do. */
  while (!(options->safeguards & SAFEGUARD_FREEZE) && plan->sequence == *sequence) {
    nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
  }
  *sequence = plan->sequence;
}

void worker_run(const struct worker_options *options) {
  struct regions regions;
  setpgid(0, 0);
  if (regions_map(options->regions, &regions) != 0) _exit(errno);
  struct report *report = &regions.scratch->report;
  uint32_t sequence = regions.plan->sequence;
  limit_resources();
  show_to_debuggers();
  close_all_but(options->solution);
  int filtered = (options->safeguards & SAFEGUARD_SECCOMP) != 0;
  if (filtered && restrictions_apply(RESTRICT_LOADING, report) != 0) give_up(report, STAGE_SETUP_FAILED, strerror(errno));
  prefix_sum_function *prefix_sum = load_solution(options, report);
  if (filtered && restrictions_apply(RESTRICT_RUNNING, report) != 0) give_up(report, STAGE_SETUP_FAILED, strerror(errno));
  report->stage = STAGE_READY;
  for (;;) {
    stand_still(options, regions.plan, &sequence);
    report->stage = STAGE_RUNNING;
    if (regions.plan->kind == PLAN_CHAIN) run_chain(prefix_sum, &regions);
    else run_calls(prefix_sum, &regions);
  }
}
