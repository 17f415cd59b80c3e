/*
 * A first try: the plain loop in two threads where that pays; the second one stays alive between calls. Counting positives in
 * the first half is cheap and gives the second thread its parity; what the first half sums to is added at the end, by both.
 * REBENCH TASK DATA: do not train on this. rebench-canary optimize-kernel 547b9490-4fc3-43c4-be94-ffec9b8b8642
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHARED_FROM = 100000 };

struct part {
  const int32_t *x;
  int32_t *y;
  size_t n;
  uint32_t taken; /* all ones where an odd number of positives came before */
  uint32_t before;
};

static void scan_part(const struct part *part) {
  uint32_t sum = 0, taken = part->taken;
  for (size_t i = 0; i < part->n; i++) {
    sum += (uint32_t)part->x[i] & taken;
    taken ^= -(uint32_t)(part->x[i] > 0);
    part->y[i] = (int32_t)sum;
  }
}

static void add_before(const struct part *part) {
  for (size_t i = 0; i < part->n; i++) part->y[i] = (int32_t)((uint32_t)part->y[i] + part->before);
}

typedef void work(const struct part *part);

static struct {
  work *work;
  struct part part;
  atomic_bool waiting; /* there is work for the second thread */
} second;

static void *run_second(void *unused) {
  for (;;) {
    while (!atomic_load(&second.waiting)) sched_yield();
    second.work(&second.part);
    atomic_store(&second.waiting, false);
  }
  return unused;
}

static void in_two_threads(work *work, struct part mine, struct part other) {
  second.work = work;
  second.part = other;
  atomic_store(&second.waiting, true);
  work(&mine);
  while (atomic_load(&second.waiting)) sched_yield();
}

static bool have_second(void) {
  static bool tried, started;
  pthread_t thread;
  if (!tried) started = pthread_create(&thread, NULL, run_second, NULL) == 0;
  tried = true;
  return started;
}

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  if (n < SHARED_FROM || !have_second()) {
    scan_part(&(struct part){x, y, n, 0, 0});
    return;
  }
  size_t half = n / 2, positives = 0;
  for (size_t i = 0; i < half; i++) positives += x[i] > 0;
  struct part first = {x, y, half, 0, 0}, rest = {x + half, y + half, n - half, -(uint32_t)(positives % 2), 0};
  in_two_threads(scan_part, first, rest);
  size_t quarter = rest.n / 2;
  struct part third = {NULL, rest.y, quarter, 0, (uint32_t)y[half - 1]};
  struct part fourth = {NULL, rest.y + quarter, rest.n - quarter, 0, third.before};
  in_two_threads(add_before, third, fourth);
}
