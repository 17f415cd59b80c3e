/* No honest solution is much faster than a copy of x to y in the same cache state, with the same threads. */
#ifndef REBENCH_FLOOR_H
#define REBENCH_FLOOR_H

#include "measure.h"

/*
 * Ends the scoring as invalid where the submission took less than 0.7 of the time of the copy. The copy gets more tries before
 * that: a machine that was busy while it ran must not cost anyone a score.
 */
void floor_check(struct session *session, const struct measurement *measurement);

#endif
