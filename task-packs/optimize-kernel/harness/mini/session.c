#include "session.h"

const char *solution_title(enum solution_name solution) {
  static const char *const titles[SOLUTION_COUNT] = {"start", "reference", "submission", "floor"};
  return titles[solution];
}

struct random session_random(struct session *session) {
  return random_for(&session->configuration.seed, session->next_stream++);
}
