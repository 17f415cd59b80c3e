#include <stddef.h>
#include <stdint.h>

/*
 * y[i] is the sum of x[j] over all j <= i for which the number of positive elements before x[j] is odd.
 * Sums wrap around modulo 2^32.
 */
void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
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
