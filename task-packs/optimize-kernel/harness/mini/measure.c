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
  for (int i = 0; i < MAX_CALLS; i++) calls[i] = (struct wanted_call){.n = n};
  return batch_end(timed_zone, calls, timed->chained ? 1 : timed->calls);
}

/* Nanoseconds per element of one case, in the worker that stands ready. */
static double run_case(struct session *session, enum solution_name solution, int index, size_t n, int verify) {
  const struct timed_case *timed = &timed_cases[index];
  draw(session, timed, n);
  if (!(session->safeguards & SAFEGUARD_FRESH)) process_go(session, solution);
  batch_poison(session);
  uint64_t taken = process_go(session, solution);
  if (verify) batch_verify(session, solution);
  return (double)taken / ((double)n * timed->calls);
}

void measure_size(struct session *session, const struct measurement *measurement, enum solution_name solution, int size,
                  int verify, struct random *random, double times[CASE_COUNT]) {
  const int first = case_sizes[size], count = case_sizes[size + 1] - first;
  /* All cases of a size have the same number of elements. */
  const size_t n = measurement->elements[first];
  int cases[CASE_COUNT];
  for (int i = 0; i < count; i++) cases[i] = first + i;
  random_shuffle(random, cases, count);
  process_spawn(session, solution, mapped_for(&timed_cases[first], n));
  warm_up(session, solution, verify);
  for (int i = 0; i < count; i++) times[cases[i]] = run_case(session, solution, cases[i], n, verify);
  process_kill(session, solution);
}

int measurement_rounds(const struct measurement *measurement, enum solution_name solution) {
  return solution == FLOOR && measurement->rounds > FLOOR_ROUNDS ? FLOOR_ROUNDS : measurement->rounds;
}

/* All solutions on the cases of one size, one after the other. */
static void run_size(struct session *session, struct measurement *measurement, int size, struct random *random) {
  const int round = measurement->rounds;
  int solutions[SOLUTION_COUNT];
  for (int i = 0; i < SOLUTION_COUNT; i++) solutions[i] = i;
  random_shuffle(random, solutions, SOLUTION_COUNT);
  for (int i = 0; i < SOLUTION_COUNT; i++) {
    enum solution_name solution = (enum solution_name)solutions[i];
    if (solution == FLOOR && round >= FLOOR_ROUNDS) continue;
    /* Anchors are checked once, the submission always; the floor copies, and is right for no input. */
    int verify = solution == SUBMISSION || (solution != FLOOR && round == 0);
    double times[CASE_COUNT];
    measure_size(session, measurement, solution, size, verify, random, times);
    for (int k = case_sizes[size]; k < case_sizes[size + 1]; k++) measurement->times[round][k][solution] = times[k];
  }
}

static void run_round(struct session *session, struct measurement *measurement, struct random *random) {
  int sizes[SIZE_COUNT];
  for (int i = 0; i < SIZE_COUNT; i++) sizes[i] = i;
  random_shuffle(random, sizes, SIZE_COUNT);
  for (int i = 0; i < SIZE_COUNT; i++) run_size(session, measurement, sizes[i], random);
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

/* Moves every size a little, so that none can be prepared for. */
static void choose_elements(struct measurement *measurement, struct random *random) {
  for (int size = 0; size < SIZE_COUNT; size++) {
    size_t n = timed_cases[case_sizes[size]].n;
    n += random_below(random, (uint32_t)(n * 6 / 100)) - n * 3 / 100;
    for (int k = case_sizes[size]; k < case_sizes[size + 1]; k++) measurement->elements[k] = n;
  }
}

void measure(struct session *session, struct measurement *measurement) {
  const struct configuration *configuration = &session->configuration;
  struct random random = session_random(session);
  choose_elements(measurement, &random);
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
