/* Before anything is timed: sizes, alignments and values at which solutions go wrong. */
#ifndef REBENCH_CORRECTNESS_H
#define REBENCH_CORRECTNESS_H

#include "session.h"

/* Ends the scoring where the submission is wrong. */
void correctness_check(struct session *session);

#endif
