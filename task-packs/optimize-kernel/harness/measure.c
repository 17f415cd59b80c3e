#include "measure.h"

#include <math.h>

#include "batch.h"
#include "clock.h"
#include "outcome.h"
#include "process.h"
#include "safeguards.h"

static const struct layout_zone warm_up_zone = {0}, timed_zone = {WARM_UP_ELEMENTS};

/* Makes what a solution makes once (threads, tables), on inputs that will not be seen again. Not timed. */
static void warm_up(struct session *session, enum solution_name solution, int verify) {
  static const struct wanted_call calls[] = {{1000, BALANCED, 0, 0}, {300000, BALANCED, 0, 0}, {1000, RUNS, 0, 0}};
  batch_draw_calls(session, warm_up_zone, calls, 3);
  batch_poison(session);
  process_go(session, solution);
  if (verify) batch_verify(session, solution);
}

static void draw(struct session *session, const struct timed_case *timed, size_t n) {
  struct wanted_call calls[MAX_CALLS];
  for (int i = 0; i < MAX_CALLS; i++) calls[i] = (struct wanted_call){n, timed->distribution, 0, 0};
  if (timed->chained) batch_draw_chain(session, timed_zone, calls, timed->calls);
  else batch_draw_calls(session, timed_zone, calls, timed->calls);
}

static size_t mapped_for(const struct timed_case *timed, size_t n) {
  struct wanted_call calls[MAX_CALLS];
  for (int i = 0; i < MAX_CALLS; i++) calls[i].n = n;
  return batch_end(timed_zone, calls, timed->chained ? 1 : timed->calls);
}

double measure_case(struct session *session, enum solution_name solution, int index, size_t n, int verify) {
  const struct timed_case *timed = &timed_cases[index];
  const int fresh = (session->safeguards & SAFEGUARD_FRESH) != 0;
  process_spawn(session, solution, mapped_for(timed, n));
  if (fresh) warm_up(session, solution, verify);
  draw(session, timed, n);
  if (!fresh) process_go(session, solution);
  batch_poison(session);
  uint64_t taken = process_go(session, solution);
  if (verify) batch_verify(session, solution);
  process_kill(session, solution);
  return (double)taken / ((double)n * timed->calls);
}

int measurement_rounds(const struct measurement *measurement, enum solution_name solution) {
  return solution == FLOOR && measurement->rounds > FLOOR_ROUNDS ? FLOOR_ROUNDS : measurement->rounds;
}

static void run_round(struct session *session, struct measurement *measurement, struct random *random) {
  int cases[CASE_COUNT], solutions[SOLUTION_COUNT];
  for (int i = 0; i < CASE_COUNT; i++) cases[i] = i;
  for (int i = 0; i < SOLUTION_COUNT; i++) solutions[i] = i;
  random_shuffle(random, cases, CASE_COUNT);
  for (int i = 0; i < CASE_COUNT; i++) {
    int index = cases[i];
    random_shuffle(random, solutions, SOLUTION_COUNT);
    for (int k = 0; k < SOLUTION_COUNT; k++) {
      enum solution_name solution = (enum solution_name)solutions[k];
      if (solution == FLOOR && measurement->rounds >= FLOOR_ROUNDS) continue;
      /* Anchors are checked once, the submission always; the floor copies, and is right for no input. */
      int verify = solution == SUBMISSION || (solution != FLOOR && measurement->rounds == 0);
      measurement->times[measurement->rounds][index][solution] =
          measure_case(session, solution, index, measurement->elements[index], verify);
    }
  }
  measurement->rounds++;
}

double measurement_best(const struct measurement *measurement, int index, enum solution_name solution) {
  double best = INFINITY;
  const int rounds = measurement_rounds(measurement, solution);
  for (int round = 0; round < rounds; round++) best = fmin(best, measurement->times[round][index][solution]);
  return best;
}

/* Mean ln(ns/element) of one round. */
static double round_score(const struct measurement *measurement, int round, enum solution_name solution) {
  double sum = 0;
  for (int index = 0; index < CASE_COUNT; index++) sum += log(measurement->times[round][index][solution]);
  return sum / CASE_COUNT;
}

/* Standard error of the normalised score, from how much the rounds differ. */
static double standard_error(const struct measurement *measurement) {
  double sum = 0, squares = 0;
  const int rounds = measurement->rounds;
  if (rounds < 2) return INFINITY;
  for (int round = 0; round < rounds; round++) {
    double start = round_score(measurement, round, START), reference = round_score(measurement, round, REFERENCE);
    double normalised = (round_score(measurement, round, SUBMISSION) - start) / (reference - start);
    sum += normalised;
    squares += normalised * normalised;
  }
  double variance = (squares - sum * sum / rounds) / (rounds - 1);
  return sqrt(fmax(variance, 0) / rounds);
}

void measure(struct session *session, struct measurement *measurement) {
  const struct configuration *configuration = &session->configuration;
  struct random random = session_random(session);
  for (int i = 0; i < CASE_COUNT; i++) {
    size_t n = timed_cases[i].n;
    measurement->elements[i] = n - n * 3 / 100 + random_below(&random, (uint32_t)(n * 6 / 100));
  }
  const uint64_t start = nanoseconds_now();
  measurement->rounds = 0;
  while (measurement->rounds < configuration->maximum_rounds && measurement->rounds < MAX_ROUNDS) {
    run_round(session, measurement, &random);
    uint64_t spent = nanoseconds_now() - start;
    uint64_t next_end = spent + spent / (uint64_t)measurement->rounds;
    if (measurement->rounds < configuration->minimum_rounds) continue;
    if (next_end > configuration->budget_nanoseconds || standard_error(measurement) <= configuration->target_error) break;
  }
}
