#ifndef REBENCH_CONFIGURATION_H
#define REBENCH_CONFIGURATION_H

#include <stdio.h>

#include "session.h"

/* Reads `name value` lines: seed, cpus, minimum-rounds, maximum-rounds, budget-ms, target-error; all are required. */
struct configuration configuration_read(FILE *file);

#endif
