#include "floor.h"

#include <math.h>

#include "outcome.h"

static const double least_share = 0.7;
enum { MORE_TRIES = 12 };

/* Fastest copy of this many elements, whatever their signs: a copy does not look at them. */
static double measured_floor(const struct measurement *measurement, size_t n) {
  double floor = INFINITY;
  for (int index = 0; index < CASE_COUNT; index++) {
    if (timed_cases[index].n == n) floor = fmin(floor, measurement_best(measurement, index, FLOOR));
  }
  return floor;
}

static void check_case(struct session *session, const struct measurement *measurement, int index) {
  const double taken = measurement_best(measurement, index, SUBMISSION);
  const size_t n = measurement->elements[index];
  double floor = measured_floor(measurement, timed_cases[index].n);
  for (int i = 0; i < MORE_TRIES && taken < least_share * floor; i++) {
    floor = fmin(floor, measure_case(session, FLOOR, index, n, 0));
  }
  if (taken >= least_share * floor) return;
  invalid("below-floor",
          "n = %zu took %.4f ns/element, less than %.1f of the %.4f that copying x to y takes here: the work cannot have been "
          "done inside the calls",
          n, taken, least_share, floor);
}

void floor_check(struct session *session, const struct measurement *measurement) {
  for (int index = 0; index < CASE_COUNT; index++) check_case(session, measurement, index);
}
