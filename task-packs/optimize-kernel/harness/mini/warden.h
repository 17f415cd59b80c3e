/*
 * The warden stands between harness and worker. It runs as the worker's user, so that it may stop, continue and kill it, but
 * holds nothing worth stealing: no seed, no expected value, no clock.
 */
#ifndef REBENCH_WARDEN_H
#define REBENCH_WARDEN_H

enum { MAX_SOLUTIONS = 4 };

enum role { ROLE_ANCHORS = 0, ROLE_CONTESTANT = 1 };

struct warden_options {
  enum role role;
  const char *folder;
  /* CPUs that a worker may run on. */
  int cpus;
  unsigned safeguards;
  int solution_count;
  const char *const *solutions;
};

/* Serves requests until the harness hangs up. Returns the exit code. */
int warden_run(const struct warden_options *options);

#endif
