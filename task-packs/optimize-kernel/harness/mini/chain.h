/*
 * Chained calls. A small x fits in the first-level cache only if calls use it again, and a call is worth timing only if its
 * result could not be known before. So each x is made from the y before it, its halves swapped, and a shifted window of noise:
 *
 *     x'[i] = noise[shift(k) + i] ^ (y[(i + n / 2) mod n] & mask)
 *
 * No call can start before the one before it has finished, a wrong element anywhere changes signs and so parities in the calls
 * after it, and the last y alone shows whether every call was right. The pass is part of every solution's time.
 */
#ifndef REBENCH_CHAIN_H
#define REBENCH_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "layout.h"

/* Where the noise of call `step` starts, 0 … CHAIN_SHIFTS - 1. */
static inline size_t chain_shift(uint32_t step) { return (uint32_t)(step * 2654435761u) >> (32 - CHAIN_SHIFT_BITS); }

static inline void chain_first(const int32_t *restrict noise, int32_t *restrict x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = noise[i];
}

static inline void chain_mix(const int32_t *restrict noise, const int32_t *restrict y, int32_t *restrict x, size_t n,
                             uint32_t mask) {
  for (size_t i = 0; i < n; i++) x[i] = noise[i] ^ (int32_t)((uint32_t)y[i] & mask);
}

static inline void chain_next(const int32_t *noise, const int32_t *y, int32_t *x, size_t n, uint32_t mask) {
  const size_t half = n / 2;
  chain_mix(noise, y + half, x, n - half, mask);
  chain_mix(noise + n - half, y, x + n - half, half, mask);
}

#endif
