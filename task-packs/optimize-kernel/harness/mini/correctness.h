/* Before anything is timed: sizes, alignments and values at which solutions go wrong. */
#ifndef REBENCH_CORRECTNESS_H
#define REBENCH_CORRECTNESS_H

#include "session.h"

/* Ends the scoring where the submission is wrong, or where this machine cannot run even the starting solution (our fault). */
void correctness_check(struct session *session);

#endif
