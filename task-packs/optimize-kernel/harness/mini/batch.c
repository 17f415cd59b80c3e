#include "batch.h"

#include "chain.h"
#include "outcome.h"
#include "safeguards.h"

/* Room after an x for the shifting windows of a chain. */
static size_t noise_length(const struct plan *plan) {
  return plan->calls[0].n + (plan->kind == PLAN_CHAIN ? CHAIN_SHIFTS : 0);
}

static size_t aligned(size_t offset) { return (offset + 15) & ~(size_t)15; }

/* Places the calls one after the other; the same offsets serve input and output, but for the shifts. */
static size_t place(struct layout_zone zone, const struct wanted_call *wanted, uint32_t count, struct call *calls) {
  size_t cursor = zone.start;
  for (uint32_t i = 0; i < count; i++) {
    cursor = aligned(cursor + GUARD_ELEMENTS);
    calls[i] = (struct call){
        .x_offset = cursor + wanted[i].x_shift,
        .y_offset = cursor + wanted[i].y_shift,
        .n = wanted[i].n,
    };
    cursor += 16 + wanted[i].n;
  }
  return aligned(cursor + GUARD_ELEMENTS);
}

size_t batch_end(struct layout_zone zone, const struct wanted_call *calls, uint32_t count) {
  struct call placed[MAX_CALLS];
  return place(zone, calls, count, placed) + CHAIN_SHIFTS;
}

void batch_draw_calls(struct session *session, struct layout_zone zone, const struct wanted_call *wanted, uint32_t count) {
  struct plan *plan = session->regions.plan;
  size_t end = place(zone, wanted, count, plan->calls);
  if (count > MAX_CALLS || end > REGION_ELEMENTS) fault("a batch does not fit");
  plan->kind = PLAN_CALLS;
  plan->call_count = count;
  for (uint32_t i = 0; i < count; i++) {
    struct random random = session_random(session);
    distribution_fill(wanted[i].distribution, &random, session->regions.input + plan->calls[i].x_offset, wanted[i].n);
  }
}

void batch_draw_chain(struct session *session, struct layout_zone zone, const struct wanted_call *wanted, uint32_t length) {
  struct plan *plan = session->regions.plan;
  place(zone, wanted, 1, plan->calls);
  if (wanted->n > CHAIN_MAX_N) fault("a chain does not fit");
  plan->kind = PLAN_CHAIN;
  plan->call_count = 1;
  plan->chain_length = length;
  plan->chain_mask = distribution_chain_mask(wanted->distribution);
  plan->scratch_offset = wanted->x_shift;
  struct random random = session_random(session);
  distribution_fill(wanted->distribution, &random, session->regions.input + plan->calls[0].x_offset, noise_length(plan));
}
