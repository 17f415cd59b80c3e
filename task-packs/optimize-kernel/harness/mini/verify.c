/* The checking half of batch.h. */
#include <stdlib.h>

#include "batch.h"
#include "chain.h"
#include "outcome.h"
#include "safeguards.h"
#include "scan.h"

/* Not a value that a submission can count on: the batch's own. */
static int32_t poison_of(const struct session *session) {
  return (int32_t)((uint32_t)session->next_stream * 2654435761u ^ session->configuration.seed.words[0]);
}

static size_t zone_end(const struct plan *plan) {
  const struct call *last = &plan->calls[plan->call_count - 1];
  return last->y_offset + last->n + GUARD_ELEMENTS;
}

static size_t zone_start(const struct plan *plan) { return plan->calls[0].y_offset - GUARD_ELEMENTS; }

void batch_poison(struct session *session) {
  if (!(session->safeguards & SAFEGUARD_POISON)) return;
  const int32_t poison = poison_of(session);
  int32_t *output = session->regions.output;
  for (size_t i = zone_start(session->regions.plan), end = zone_end(session->regions.plan); i < end; i++) output[i] = poison;
}

static _Noreturn void refuse_write(const struct call *call, size_t at) {
  long long index = (long long)at - (long long)call->y_offset;
  invalid("out-of-bounds", "a call with n = %llu wrote outside y, at y[%lld]", (unsigned long long)call->n, index);
}

/* Everything in the zone that is not a y. What lies between two is put down to the nearer one. */
static void verify_guards(const struct session *session) {
  const struct plan *plan = session->regions.plan;
  const int32_t poison = poison_of(session), *output = session->regions.output;
  size_t from = zone_start(plan);
  const struct call *before = &plan->calls[0];
  for (uint32_t i = 0; i <= plan->call_count; i++) {
    const struct call *after = i < plan->call_count ? &plan->calls[i] : before;
    size_t to = i < plan->call_count ? after->y_offset : zone_end(plan);
    for (size_t at = from; at < to; at++) {
      if (output[at] != poison) refuse_write(at - from < to - at ? before : after, at);
    }
    before = after;
    from = after->y_offset + after->n;
  }
}

static void refuse_result(enum solution_name solution, size_t n, size_t index, int32_t expected, int32_t got, const char *where) {
  if (solution != SUBMISSION) fault("the %s is wrong at n = %zu, index %zu", solution_title(solution), n, index);
  invalid("wrong-result", "wrong result for n = %zu: y[%zu] should be %d and is %d%s", n, index, expected, got, where);
}

static void verify_calls(struct session *session, enum solution_name solution) {
  const struct plan *plan = session->regions.plan;
  for (uint32_t i = 0; i < plan->call_count; i++) {
    const struct call *call = &plan->calls[i];
    const int32_t *x = session->regions.input + call->x_offset, *y = session->regions.output + call->y_offset;
    int32_t expected = 0;
    size_t wrong = scan_first_wrong(x, y, call->n, &expected);
    if (wrong < call->n) refuse_result(solution, call->n, wrong, expected, y[wrong], "");
  }
}

/* Runs the whole chain again, in memory of our own. */
static void verify_chain(struct session *session, enum solution_name solution) {
  static int32_t x[CHAIN_MAX_N], y[CHAIN_MAX_N];
  const struct plan *plan = session->regions.plan;
  const size_t n = plan->calls[0].n;
  const int32_t *noise = session->regions.input + plan->calls[0].x_offset;
  const int32_t *last = session->regions.output + plan->calls[0].y_offset;
  chain_first(noise, x, n);
  scan(x, y, n);
  for (uint32_t step = 1; step < plan->chain_length; step++) {
    chain_next(noise + chain_shift(step), y, x, n, plan->chain_mask);
    scan(x, y, n);
  }
  for (size_t i = 0; i < n; i++) {
    if (last[i] != y[i]) refuse_result(solution, n, i, y[i], last[i], ", in the last of a chain of calls that build on each other");
  }
}

void batch_verify(struct session *session, enum solution_name solution) {
  int guarded = (session->safeguards & SAFEGUARD_GUARD) && (session->safeguards & SAFEGUARD_POISON);
  if (guarded && solution == SUBMISSION) verify_guards(session);
  if (session->regions.plan->kind == PLAN_CHAIN) verify_chain(session, solution);
  else verify_calls(session, solution);
}
