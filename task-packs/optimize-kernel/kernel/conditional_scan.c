/* C twin of conditional_scan.cl: plain and correct, for checking and calibration. Not fast on purpose. */
#include <stddef.h>
#include <stdint.h>

/* x: int32[n], y: int32[n]; sums modulo 2^32. */
void conditional_scan(const int32_t *x, int32_t *y, size_t n) {
  uint32_t sum = 0;
  size_t positives = 0;
  for (size_t i = 0; i < n; i++) {
    if (positives % 2 == 1) {
      sum += (uint32_t)x[i];
    }
    if (x[i] > 0) {
      positives++;
    }
    y[i] = (int32_t)sum;
  }
}
