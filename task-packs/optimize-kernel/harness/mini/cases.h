/* The mix that is timed. */
#ifndef REBENCH_CASES_H
#define REBENCH_CASES_H

#include <stddef.h>

#include "distributions.h"

struct timed_case {
  /* Elements of a call; each scoring moves it by up to 3 %. */
  size_t n;
  enum distribution distribution;
  /* Calls in a batch: enough for a fast solution to need a millisecond. */
  uint32_t calls;
  /* Whether the calls build on each other in cache, or each has its own memory. */
  int chained;
};

enum { CASE_COUNT = 12, SIZE_COUNT = 5 };

/* Cases of one size stand together. */
extern const struct timed_case timed_cases[CASE_COUNT];

/* Index of the first case of each size; one more entry ends the last. */
extern const int case_sizes[SIZE_COUNT + 1];

#endif
