/* One batch: inputs drawn, outputs poisoned, run by a worker, checked while that worker stands still. */
#ifndef REBENCH_BATCH_H
#define REBENCH_BATCH_H

#include "distributions.h"
#include "session.h"

/* One call to be laid out: offsets are added to the next free place, in elements. */
struct wanted_call {
  size_t n;
  enum distribution distribution;
  /* 0 … 15; 0 gives 64-byte alignment. */
  uint32_t x_shift;
  uint32_t y_shift;
};

struct layout_zone {
  /* First element of the zone in both regions; a multiple of 16. */
  size_t start;
};

/* Where a zone of these calls ends, for `mapped_elements`. */
size_t batch_end(struct layout_zone zone, const struct wanted_call *calls, uint32_t count);

/* Writes the plan and the inputs of independent calls. */
void batch_draw_calls(struct session *session, struct layout_zone zone, const struct wanted_call *calls, uint32_t count);
/* The same for a chain of `length` calls of one size. */
void batch_draw_chain(struct session *session, struct layout_zone zone, const struct wanted_call *call, uint32_t length);

/* Overwrites every output and what lies around it. */
void batch_poison(struct session *session);

/* Checks all outputs and guards of the plan; a wrong one ends the scoring as invalid (an anchor's as our fault). */
void batch_verify(struct session *session, enum solution_name solution);

#endif
