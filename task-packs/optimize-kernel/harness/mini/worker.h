/* The process that runs a solution. From the moment it loads the solution, nothing that it says or holds is believed. */
#ifndef REBENCH_WORKER_H
#define REBENCH_WORKER_H

#include "regions.h"

struct worker_options {
  unsigned safeguards;
  const int *regions;
  /* Descriptor and path of the solution's shared object. */
  int solution;
  const char *solution_path;
};

/* Called in the forked child: maps, closes, restricts, loads; then stops itself before and after every batch. */
_Noreturn void worker_run(const struct worker_options *options);

#endif
