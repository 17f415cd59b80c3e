/* One scoring, as the harness sees it. */
#ifndef REBENCH_SESSION_H
#define REBENCH_SESSION_H

#include <stdint.h>

#include "random.h"
#include "regions.h"

enum solution_name { START, REFERENCE, SUBMISSION, FLOOR, SOLUTION_COUNT };

/* What standard input says, one `name value` a line. */
struct configuration {
  struct seed seed;
  int cpus;
  int minimum_rounds;
  int maximum_rounds;
  /* No round is begun that would end later than this after the first began. */
  uint64_t budget_nanoseconds;
  /* Standard error of the normalised score that is good enough. */
  double target_error;
};

struct session {
  struct configuration configuration;
  unsigned safeguards;
  struct regions regions;
  /* Sockets of the two wardens, by enum role. */
  int wardens[2];
  /* Number of the next random stream; none is used twice. */
  uint64_t next_stream;
};

const char *solution_title(enum solution_name solution);

/* A generator that nothing before it foretells. */
struct random session_random(struct session *session);

#endif
