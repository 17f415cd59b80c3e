/* The only clock of a scoring; read by harness and warden, never by a worker. */
#ifndef REBENCH_CLOCK_H
#define REBENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t nanoseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
