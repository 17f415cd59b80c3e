#include "print.h"

#include <stdio.h>

static void print_times(const struct measurement *measurement, int index, enum solution_name solution) {
  printf(",\"%s\":[", solution_title(solution));
  for (int round = 0; round < measurement_rounds(measurement, solution); round++) {
    printf("%s%.5f", round ? "," : "", measurement->times[round][index][solution]);
  }
  printf("]");
}

void print_measurement(const struct measurement *measurement) {
  printf("{\"status\":\"valid\",\"cases\":[");
  for (int index = 0; index < CASE_COUNT; index++) {
    const struct timed_case *timed = &timed_cases[index];
    printf("%s{\"distribution\":\"%s\",\"chained\":%s,\"elements\":%zu,\"calls\":%u", index ? "," : "",
           distribution_name(timed->distribution), timed->chained ? "true" : "false", measurement->elements[index],
           timed->calls);
    for (int solution = 0; solution < SOLUTION_COUNT; solution++) {
      print_times(measurement, index, (enum solution_name)solution);
    }
    printf("}");
  }
  printf("]}\n");
  fflush(stdout);
}
