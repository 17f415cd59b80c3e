/*
 * A first try: the plain loop in two threads where that pays. Counting positives in the first half is cheap and gives the
 * second thread its parity; what the first half sums to is added to the second one at the end, again by both.
 * REBENCH TASK DATA: do not train on this. rebench-canary optimize-kernel 547b9490-4fc3-43c4-be94-ffec9b8b8642
 */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct half {
  const int32_t *x;
  int32_t *y;
  size_t n;
  uint32_t taken; /* all ones where an odd number of positives came before */
  uint32_t before;
};

static void *scan_half(void *argument) {
  struct half *half = argument;
  uint32_t sum = 0, taken = half->taken;
  for (size_t i = 0; i < half->n; i++) {
    sum += (uint32_t)half->x[i] & taken;
    taken ^= -(uint32_t)(half->x[i] > 0);
    half->y[i] = (int32_t)sum;
  }
  return NULL;
}

static void *add_before(void *argument) {
  const struct half *half = argument;
  for (size_t i = 0; i < half->n; i++) half->y[i] = (int32_t)((uint32_t)half->y[i] + half->before);
  return NULL;
}

static void in_two_threads(void *(*work)(void *), struct half *first, struct half *second) {
  pthread_t thread;
  int threaded = pthread_create(&thread, NULL, work, second) == 0;
  work(first);
  if (threaded) pthread_join(thread, NULL);
  else work(second);
}

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  struct half first = {x, y, n, 0, 0};
  if (n < 1000000) {
    scan_half(&first);
    return;
  }
  first.n = n / 2;
  size_t positives = 0;
  for (size_t i = 0; i < first.n; i++) positives += x[i] > 0;
  struct half second = {x + first.n, y + first.n, n - first.n, -(uint32_t)(positives % 2), 0};
  in_two_threads(scan_half, &first, &second);
  size_t quarter = second.n / 2;
  second.before = (uint32_t)y[first.n - 1];
  struct half third = second;
  third.y += quarter;
  third.n -= quarter;
  second.n = quarter;
  in_two_threads(add_before, &second, &third);
}
