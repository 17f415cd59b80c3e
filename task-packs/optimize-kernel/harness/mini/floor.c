#include "floor.h"

#include <math.h>

#include "outcome.h"

static const double least_share = 0.7;
enum { MORE_TRIES = 6 };

/* Fastest copy of each case's size, whatever the signs: a copy does not look at them. */
static void lower_floors(double floors[CASE_COUNT], const double times[CASE_COUNT]) {
  for (int index = 0; index < CASE_COUNT; index++) {
    for (int other = 0; other < CASE_COUNT; other++) {
      if (timed_cases[other].n == timed_cases[index].n) floors[index] = fmin(floors[index], times[other]);
    }
  }
}

/* Index of the first case that is below its floor, CASE_COUNT for none. */
static int first_below(const struct measurement *measurement, const double floors[CASE_COUNT]) {
  int index = 0;
  while (index < CASE_COUNT && measurement_best(measurement, index, SUBMISSION) >= least_share * floors[index]) index++;
  return index;
}

void floor_check(struct session *session, const struct measurement *measurement) {
  double floors[CASE_COUNT], times[CASE_COUNT];
  struct random random = session_random(session);
  for (int index = 0; index < CASE_COUNT; index++) {
    floors[index] = INFINITY;
    times[index] = measurement_best(measurement, index, FLOOR);
  }
  lower_floors(floors, times);
  for (int i = 0; i < MORE_TRIES && first_below(measurement, floors) < CASE_COUNT; i++) {
    for (int size = 0; size < SIZE_COUNT; size++) measure_size(session, measurement, FLOOR, size, 0, &random, times);
    lower_floors(floors, times);
  }
  int index = first_below(measurement, floors);
  if (index == CASE_COUNT) return;
  invalid("below-floor",
          "n = %zu took %.4f ns/element, less than %.1f of the %.4f that copying x to y takes here: the work cannot have been "
          "done inside the calls",
          measurement->elements[index], measurement_best(measurement, index, SUBMISSION), least_share, floors[index]);
}
