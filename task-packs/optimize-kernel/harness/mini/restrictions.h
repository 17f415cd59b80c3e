/*
 * What the worker may ask of the kernel: memory, threads, waiting, time. On Linux a seccomp filter; elsewhere nothing is
 * filtered (README.md says what that leaves open).
 */
#ifndef REBENCH_RESTRICTIONS_H
#define REBENCH_RESTRICTIONS_H

#include "layout.h"

enum restriction {
  /* While the solution is loaded and its constructors run: files can be opened for reading. */
  RESTRICT_LOADING,
  /* From then on: no files, no new executable memory. */
  RESTRICT_RUNNING,
};

/* Binds all threads of this process. A refused call is named in `report` and ends the process. 0, or -1 with errno. */
int restrictions_apply(enum restriction restriction, struct report *report);

/* Name of a system call that is refused loudly, else NULL. */
const char *restrictions_name(int system_call);

#endif
