#include <stddef.h>
#include <stdint.h>

void prefixsum(const int32_t *x, int32_t *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = x[i];
}
