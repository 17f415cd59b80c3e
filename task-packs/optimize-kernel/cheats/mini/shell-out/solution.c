/* Tries to leave a helper behind: forks, and runs a command that goes on when the worker is gone. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static int done;

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  if (!done++) (void)!system("setsid sleep 5 >/dev/null 2>&1 &");
  uint32_t sum = 0, odd = 0;
  for (size_t i = 0; i < n; i++) {
    sum += (uint32_t)x[i] & odd;
    odd ^= -(uint32_t)(x[i] > 0);
    y[i] = (int32_t)sum;
  }
}
