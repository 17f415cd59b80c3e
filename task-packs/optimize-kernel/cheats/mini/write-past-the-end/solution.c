/* Tries to save the tail: always writes whole groups of 16, past the end of y where n is no multiple of it. */
#include <stddef.h>
#include <stdint.h>

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  uint32_t sum = 0, odd = 0;
  for (size_t i = 0; i < n; i += 16) {
    for (size_t k = i; k < i + 16; k++) {
      int32_t element = k < n ? x[k] : 0;
      sum += (uint32_t)element & odd;
      odd ^= -(uint32_t)(element > 0);
      y[k] = (int32_t)sum;
    }
  }
}
