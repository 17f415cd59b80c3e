/* Which system calls the worker may make, and which ones end it. All others fail with EPERM. Linux only. */
#ifndef REBENCH_SYSTEM_CALLS_H
#define REBENCH_SYSTEM_CALLS_H

#include <stddef.h>

struct named_call {
  int number;
  const char *name;
};

extern const int allowed_calls[];
extern const size_t allowed_call_count;

/* No solution has a use for these; one that calls them is told which. */
extern const struct named_call refused_calls[];
extern const size_t refused_call_count;

#endif
