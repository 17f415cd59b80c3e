#include "configuration.h"

#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "outcome.h"

enum { FIELD_COUNT = 6 };

static int set(struct configuration *configuration, const char *name, const char *value) {
  if (strcmp(name, "seed") == 0) return seed_parse(value, &configuration->seed);
  if (strcmp(name, "cpus") == 0) return (configuration->cpus = atoi(value)) > 0;
  if (strcmp(name, "minimum-rounds") == 0) return (configuration->minimum_rounds = atoi(value)) > 0;
  if (strcmp(name, "maximum-rounds") == 0) return (configuration->maximum_rounds = atoi(value)) <= MAX_ROUNDS;
  if (strcmp(name, "budget-ms") == 0) return (configuration->budget_nanoseconds = strtoull(value, NULL, 10) * 1000000) > 0;
  if (strcmp(name, "target-error") == 0) return (configuration->target_error = strtod(value, NULL)) > 0;
  return 0;
}

struct configuration configuration_read(FILE *file) {
  struct configuration configuration = {0};
  char name[32], value[64];
  int fields = 0;
  while (fscanf(file, "%31s %63s", name, value) == 2) {
    if (!set(&configuration, name, value)) fault("bad configuration: %s", name);
    fields++;
  }
  if (fields != FIELD_COUNT) fault("the configuration has %d fields instead of %d", fields, FIELD_COUNT);
  return configuration;
}
