#include "correctness.h"

#include "batch.h"
#include "process.h"

static const size_t sizes[] = {
    0,    1,    2,    3,    4,    7,    8,     9,     15,    16,    17,     31,     32,      33,   63,   64,
    65,   100,  127,  128,  129,  255,  257,   511,   513,   1000,  1023,   1025,   2047,    4095, 4097, 9999,
    16385, 32769, 65535, 65537, 131071, 131073, 262147, 524289, 1000003,
};
enum { CHECKED_COUNT = sizeof sizes / sizeof sizes[0], PASSES = 2 };

static const struct layout_zone zone = {0};

static void choose_calls(struct random *random, struct wanted_call calls[CHECKED_COUNT]) {
  uint32_t first = random_below(random, DISTRIBUTION_COUNT);
  for (uint32_t i = 0; i < CHECKED_COUNT; i++) {
    calls[i] = (struct wanted_call){
        .n = sizes[i],
        .distribution = (enum distribution)((first + i) % DISTRIBUTION_COUNT),
        .x_shift = random_below(random, 16),
        .y_shift = random_below(random, 16),
    };
  }
}

void correctness_check(struct session *session) {
  struct wanted_call calls[CHECKED_COUNT];
  process_spawn(session, START, WARM_UP_ELEMENTS);
  process_kill(session, START);
  for (int pass = 0; pass < PASSES; pass++) {
    struct random random = session_random(session);
    choose_calls(&random, calls);
    process_spawn(session, SUBMISSION, batch_end(zone, calls, CHECKED_COUNT));
    batch_draw_calls(session, zone, calls, CHECKED_COUNT);
    batch_poison(session);
    process_go(session, SUBMISSION);
    batch_verify(session, SUBMISSION);
    process_kill(session, SUBMISSION);
  }
}
