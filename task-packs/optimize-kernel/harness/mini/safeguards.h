/*
 * Safeguards that a test may switch off, to see the exploit go through that each one stops. The scorer never passes any.
 */
#ifndef REBENCH_SAFEGUARDS_H
#define REBENCH_SAFEGUARDS_H

enum safeguard {
  /* The worker stands still while inputs are written and outputs are checked. */
  SAFEGUARD_FREEZE = 1 << 0,
  /* System calls of the worker are filtered. */
  SAFEGUARD_SECCOMP = 1 << 1,
  /* A time below the copy floor is refused. */
  SAFEGUARD_FLOOR = 1 << 2,
  /* Outputs are overwritten before every batch. */
  SAFEGUARD_POISON = 1 << 3,
  /* Timed inputs are written after the last moment that is not timed. */
  SAFEGUARD_FRESH = 1 << 4,
  /* Elements around every output are checked. */
  SAFEGUARD_GUARD = 1 << 5,
  SAFEGUARD_ALL = (1 << 6) - 1,
};

/* Reads `--without=freeze,floor`; 0 for a name that is not known. */
unsigned safeguards_without(const char *names);

#endif
