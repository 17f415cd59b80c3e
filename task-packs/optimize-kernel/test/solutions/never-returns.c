#include <stddef.h>
#include <stdint.h>

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  (void)x, (void)y, (void)n;
  for (volatile int i = 0;;) i++;
}
