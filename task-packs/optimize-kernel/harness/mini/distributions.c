#include "distributions.h"

static const uint32_t sign_bit = 0x80000000u;

const char *distribution_name(enum distribution distribution) {
  static const char *const names[DISTRIBUTION_COUNT] = {"balanced", "rare-positive", "mostly-positive",
                                                        "runs",     "near-zero",     "extremes"};
  return names[distribution];
}

uint32_t distribution_chain_mask(enum distribution distribution) { return distribution == BALANCED ? ~0u : ~sign_bit; }

/* Gives all elements the sign `usual`, but one in 512 the other. Works in blocks, so that the extra bits stay in cache. */
static void fill_with_exceptions(struct random *random, uint32_t *x, size_t n, uint32_t usual) {
  enum { BLOCK = 2048 };
  uint32_t toss[BLOCK];
  for (size_t start = 0; start < n; start += BLOCK) {
    size_t count = n - start < BLOCK ? n - start : BLOCK;
    random_fill(random, toss, count);
    for (size_t i = 0; i < count; i++) {
      uint32_t sign = (toss[i] >> 23) == 0 ? usual ^ sign_bit : usual;
      x[start + i] = (x[start + i] & ~sign_bit) | sign;
    }
  }
}

static void fill_runs(struct random *random, uint32_t *x, size_t n) {
  uint32_t sign = (uint32_t)random_word(random) & sign_bit;
  for (size_t i = 0; i < n;) {
    size_t end = i + 1 + random_below(random, 255);
    if (end > n) end = n;
    for (; i < end; i++) x[i] = (x[i] & ~sign_bit) | sign;
    sign ^= sign_bit;
  }
}

void distribution_fill(enum distribution distribution, struct random *random, int32_t *out, size_t n) {
  static const int32_t extremes[8] = {INT32_MIN, INT32_MAX, -1, 0, 1, INT32_MIN + 1, 0, INT32_MAX};
  uint32_t *x = (uint32_t *)out;
  random_fill(random, x, n);
  switch (distribution) {
    case RARE_POSITIVE:
      return fill_with_exceptions(random, x, n, sign_bit);
    case MOSTLY_POSITIVE:
      return fill_with_exceptions(random, x, n, 0);
    case RUNS:
      return fill_runs(random, x, n);
    case NEAR_ZERO:
      for (size_t i = 0; i < n; i++) out[i] = (int32_t)(x[i] % 3) - 1;
      return;
    case EXTREMES:
      for (size_t i = 0; i < n; i++) out[i] = extremes[x[i] & 7];
      return;
    case BALANCED:
    case DISTRIBUTION_COUNT:
      return;
  }
}
