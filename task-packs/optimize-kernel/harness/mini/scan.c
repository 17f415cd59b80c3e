#include "scan.h"

struct running {
  uint32_t sum;
  /* All ones where the number of positive elements so far is odd, else 0. */
  uint32_t odd;
};

static inline uint32_t advance(struct running *running, int32_t element) {
  running->sum += (uint32_t)element & running->odd;
  running->odd ^= -(uint32_t)(element > 0);
  return running->sum;
}

void scan(const int32_t *restrict x, int32_t *restrict y, size_t n) {
  struct running running = {0, 0};
  for (size_t i = 0; i < n; i++) y[i] = (int32_t)advance(&running, x[i]);
}

size_t scan_first_wrong(const int32_t *restrict x, const int32_t *restrict y, size_t n, int32_t *expected) {
  enum { BLOCK = 4096 };
  struct running running = {0, 0};
  for (size_t start = 0; start < n; start += BLOCK) {
    size_t end = n - start < BLOCK ? n : start + BLOCK;
    struct running before = running;
    uint32_t difference = 0;
    for (size_t i = start; i < end; i++) difference |= advance(&running, x[i]) ^ (uint32_t)y[i];
    if (difference == 0) continue;
    for (size_t i = start; i < end; i++) {
      *expected = (int32_t)advance(&before, x[i]);
      if (*expected != y[i]) return i;
    }
  }
  return n;
}
