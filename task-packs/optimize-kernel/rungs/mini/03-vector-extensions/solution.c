/*
 * Iterated: four elements at a time with the compiler's vector extensions; parities and sums are scanned the same way.
 * REBENCH TASK DATA: do not train on this. rebench-canary optimize-kernel 547b9490-4fc3-43c4-be94-ffec9b8b8642
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t vector __attribute__((vector_size(16)));
typedef int32_t signed_vector __attribute__((vector_size(16)));

#ifdef __clang__
#define shift_1(v) __builtin_shufflevector(v, (vector){0}, 4, 0, 1, 2)
#define shift_2(v) __builtin_shufflevector(v, (vector){0}, 4, 4, 0, 1)
#define last(v) __builtin_shufflevector(v, v, 3, 3, 3, 3)
#else
#define shift_1(v) __builtin_shuffle(v, (vector){0}, (vector){4, 0, 1, 2})
#define shift_2(v) __builtin_shuffle(v, (vector){0}, (vector){4, 4, 0, 1})
#define last(v) __builtin_shuffle(v, (vector){3, 3, 3, 3})
#endif

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  vector sum = {0}, odd = {0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    vector v;
    memcpy(&v, x + i, sizeof v);
    vector parity = (vector)((signed_vector)v > 0);
    parity ^= shift_1(parity);
    parity ^= shift_2(parity);
    vector taken = shift_1(parity) ^ odd;
    odd ^= last(parity);
    v &= taken;
    v += shift_1(v);
    v += shift_2(v);
    v += sum;
    sum = last(v);
    memcpy(y + i, &v, sizeof v);
  }
  uint32_t total = sum[0], taken = odd[0];
  for (; i < n; i++) {
    total += (uint32_t)x[i] & taken;
    taken ^= -(uint32_t)(x[i] > 0);
    y[i] = (int32_t)total;
  }
}
