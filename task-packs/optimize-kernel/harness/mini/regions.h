/* The shared regions (layout.h) as files in the sandbox's shared folder. */
#ifndef REBENCH_REGIONS_H
#define REBENCH_REGIONS_H

#include <stddef.h>
#include <stdint.h>

#include "layout.h"

enum region { REGION_PLAN, REGION_INPUT, REGION_OUTPUT, REGION_SCRATCH, REGION_COUNT };

/* One process's view; a pointer is NULL where it has no mapping. */
struct regions {
  struct plan *plan;
  int32_t *input;
  int32_t *output;
  struct scratch *scratch;
};

size_t region_bytes(enum region region);

/* Harness: makes the files in `folder` and maps them. Ends the program with a fault where it cannot. */
struct regions regions_create(const char *folder);
/* Harness: removes the files' names, so that nobody can open them any more. */
void regions_unlink(const char *folder);

/* Warden: opens the files; plan and input for reading only, which no later mprotect can widen. 0, or -1 with errno. */
int regions_open(const char *folder, int descriptors[REGION_COUNT]);
/* Worker: maps the plan, then as much of input and output as it names, with page tables filled. 0, or -1 with errno. */
int regions_map(const int descriptors[REGION_COUNT], struct regions *regions);

#endif
