/* A solution's worker, seen from the harness. A submission that fails ends the scoring as invalid, an anchor as our fault. */
#ifndef REBENCH_PROCESS_H
#define REBENCH_PROCESS_H

#include "session.h"

/* Starts a fresh worker that maps `mapped_elements` of input and output and stands still. */
void process_spawn(struct session *session, enum solution_name solution, size_t mapped_elements);
/* Lets it run the plan once. Nanoseconds from before it may run until after all its threads stand still. */
uint64_t process_go(struct session *session, enum solution_name solution);
void process_kill(struct session *session, enum solution_name solution);

#endif
