/*
 * The scoring harness of optimize-kernel. Two programs in one, so that one compilation makes both:
 *
 *   harness measure FOLDER [--without=…]                         configuration on standard input, one line of JSON out
 *   harness warden FOLDER ROLE CPUS [--without=…] SOLUTION.so …  ROLE is anchors or contestant
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration.h"
#include "correctness.h"
#include "floor.h"
#include "measure.h"
#include "outcome.h"
#include "print.h"
#include "privacy.h"
#include "safeguards.h"
#include "team.h"
#include "warden.h"

static unsigned take_safeguards(int argument_count, char **arguments, int *next) {
  static const char option[] = "--without=";
  if (*next >= argument_count || strncmp(arguments[*next], option, sizeof option - 1) != 0) return SAFEGUARD_ALL;
  unsigned left = safeguards_without(arguments[(*next)++] + sizeof option - 1);
  if (left == 0) fault("unknown safeguard");
  return left;
}

static int run_warden(int argument_count, char **arguments) {
  int next = 5;
  if (argument_count < 6) fault("usage: harness warden FOLDER ROLE CPUS [--without=…] SOLUTION.so …");
  struct warden_options options = {
      .role = strcmp(arguments[3], "anchors") == 0 ? ROLE_ANCHORS : ROLE_CONTESTANT,
      .folder = arguments[2],
      .cpus = atoi(arguments[4]),
      .safeguards = take_safeguards(argument_count, arguments, &next),
  };
  options.solution_count = argument_count - next;
  options.solutions = (const char *const *)arguments + next;
  if (options.solution_count < 1 || options.solution_count > MAX_SOLUTIONS) fault("wrong number of solutions");
  return warden_run(&options);
}

static int run_measure(int argument_count, char **arguments) {
  static struct measurement measurement;
  int next = 3;
  hide_from_debuggers();
  struct session session = {
      .configuration = configuration_read(stdin),
      .safeguards = take_safeguards(argument_count, arguments, &next),
      .regions = regions_create(arguments[2]),
  };
  team_assemble(&session, arguments[0], arguments[2], next > 3 ? arguments[3] : NULL);
  correctness_check(&session);
  measure(&session, &measurement);
  if (session.safeguards & SAFEGUARD_FLOOR) floor_check(&session, &measurement);
  print_measurement(&measurement);
  return 0;
}

int main(int argument_count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  if (argument_count >= 3 && strcmp(arguments[1], "measure") == 0) return run_measure(argument_count, arguments);
  if (argument_count >= 3 && strcmp(arguments[1], "warden") == 0) return run_warden(argument_count, arguments);
  fault("usage: harness measure|warden …");
}
