/*
 * Iterated further: eight elements at a time with AVX2, parities in an ordinary register; one thread.
 * REBENCH TASK DATA: do not train on this. rebench-canary optimize-kernel 547b9490-4fc3-43c4-be94-ffec9b8b8642
 */
#include <stddef.h>
#include <stdint.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

struct state {
  uint32_t sum;
  uint32_t odd;
};

static struct state scan_plain(const int32_t *x, int32_t *y, size_t n, struct state state) {
  for (size_t i = 0; i < n; i++) {
    if (state.odd) state.sum += (uint32_t)x[i];
    state.odd ^= x[i] > 0;
    y[i] = (int32_t)state.sum;
  }
  return state;
}

#ifdef __AVX2__
static struct state scan(const int32_t *x, int32_t *y, size_t n, struct state state) {
  const __m256i zero = _mm256_setzero_si256(), bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  __m256i carry = _mm256_set1_epi32((int)state.sum);
  uint32_t odd = -state.odd;
  size_t whole = n / 8 * 8;
  for (size_t i = 0; i < whole; i += 8) {
    __m256i v = _mm256_loadu_si256((const __m256i *)(x + i));
    uint32_t parity = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(v, zero)));
    parity ^= parity << 1;
    parity ^= parity << 2;
    parity ^= parity << 4;
    __m256i taken = _mm256_and_si256(_mm256_set1_epi32((int)(parity << 1 ^ odd)), bits);
    odd ^= -(parity >> 7 & 1);
    v = _mm256_and_si256(v, _mm256_cmpeq_epi32(taken, bits));
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
    __m128i low = _mm_shuffle_epi32(_mm256_castsi256_si128(v), 0xff);
    v = _mm256_add_epi32(v, _mm256_inserti128_si256(zero, low, 1));
    v = _mm256_add_epi32(v, carry);
    _mm256_storeu_si256((__m256i *)(y + i), v);
    carry = _mm256_permutevar8x32_epi32(v, _mm256_set1_epi32(7));
  }
  state = (struct state){(uint32_t)_mm256_extract_epi32(carry, 7), odd & 1};
  return scan_plain(x + whole, y + whole, n - whole, state);
}
#else
#define scan scan_plain
#endif

void prefix_sum(const int32_t *x, int32_t *y, size_t n) { scan(x, y, n, (struct state){0, 0}); }
