/*
 * C twin of copy.cl: y[i] = x[i]. With the threads that a solution has, this is the floor of the task: a conditional scan
 * reads each x once and writes each y once, so no honest one is faster by much.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Elements from which on stores go past the cache, and from which on two threads share the work. */
enum { PAST_CACHE_FROM = 1 << 17, SHARED_FROM = 1 << 20 };

struct piece {
  const int32_t *x;
  int32_t *y;
  size_t n;
};

static void copy_past_cache(const int32_t *x, int32_t *y, size_t n) {
#if defined(__SSE2__)
  for (; n > 0 && ((uintptr_t)y & 15) != 0; n--) *y++ = *x++;
  for (; n >= 4; n -= 4, x += 4, y += 4) _mm_stream_si128((__m128i *)y, _mm_loadu_si128((const __m128i *)x));
  _mm_sfence();
#endif
  memcpy(y, x, n * sizeof *y);
}

static void *copy_piece(void *argument) {
  const struct piece *piece = argument;
  copy_past_cache(piece->x, piece->y, piece->n);
  return NULL;
}

/* x: int32[n], y: int32[n], not overlapping. */
void device_copy(const int32_t *x, int32_t *y, size_t n) {
  if (n < PAST_CACHE_FROM) {
    memcpy(y, x, n * sizeof *y);
    return;
  }
  if (n < SHARED_FROM) {
    copy_past_cache(x, y, n);
    return;
  }
  pthread_t thread;
  size_t half = n / 2 / 16 * 16;
  struct piece rest = {x + half, y + half, n - half};
  int shared = pthread_create(&thread, NULL, copy_piece, &rest) == 0;
  copy_past_cache(x, y, half);
  if (shared) pthread_join(thread, NULL);
  else copy_piece(&rest);
}
