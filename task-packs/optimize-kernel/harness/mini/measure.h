/* Times start, reference, submission and copy floor side by side, in rounds. */
#ifndef REBENCH_MEASURE_H
#define REBENCH_MEASURE_H

#include "cases.h"
#include "session.h"

/* The floor needs no more than a few tries; it is only a limit. */
enum { MAX_ROUNDS = 32, FLOOR_ROUNDS = 2 };

struct measurement {
  int rounds;
  /* Elements of a call of each case, in this scoring. */
  size_t elements[CASE_COUNT];
  /* Nanoseconds per element; of the floor only in the first FLOOR_ROUNDS. */
  double times[MAX_ROUNDS][CASE_COUNT][SOLUTION_COUNT];
};

void measure(struct session *session, struct measurement *measurement);

/* One solution on all cases of a size, in random order, in a process of its own. Nanoseconds per element. */
void measure_size(struct session *session, const struct measurement *measurement, enum solution_name solution, int size,
                  int verify, struct random *random, double times[CASE_COUNT]);

/* How many rounds a solution took part in. */
int measurement_rounds(const struct measurement *measurement, enum solution_name solution);

/* Fastest of all rounds: what the machine can do when nothing disturbs it. */
double measurement_best(const struct measurement *measurement, int index, enum solution_name solution);

#endif
