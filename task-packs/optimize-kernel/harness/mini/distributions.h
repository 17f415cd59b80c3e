/* How the signs of an input are spread; magnitudes are uniform over the whole int32 range. */
#ifndef REBENCH_DISTRIBUTIONS_H
#define REBENCH_DISTRIBUTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "random.h"

enum distribution {
  /* Every sign is a coin toss. */
  BALANCED,
  /* One positive in 512. */
  RARE_POSITIVE,
  /* One non-positive in 512. */
  MOSTLY_POSITIVE,
  /* Alternating runs of one sign, 1 … 255 long. */
  RUNS,
  /* For checks only: small values around zero, a third of them zero. */
  NEAR_ZERO,
  /* For checks only: INT32_MIN, INT32_MAX, -1, 0, 1. */
  EXTREMES,
  DISTRIBUTION_COUNT,
};

const char *distribution_name(enum distribution distribution);

/* Draws x[0 … n-1]. */
void distribution_fill(enum distribution distribution, struct random *random, int32_t *x, size_t n);

/* Which bits of y a chain may feed back without changing how signs are spread. */
uint32_t distribution_chain_mask(enum distribution distribution);

#endif
