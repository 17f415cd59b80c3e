/* Keeps processes of the same user out of this one's memory, descriptors and /proc entries. */
#ifndef REBENCH_PRIVACY_H
#define REBENCH_PRIVACY_H

#ifdef __linux__
#include <sys/prctl.h>
static inline void hide_from_debuggers(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
/* For a worker, which inherits its warden's setting: else it could not open its own /proc/self/fd. */
static inline void show_to_debuggers(void) { prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
#elif defined(__APPLE__)
#include <sys/types.h>
/* After the types. */
#include <sys/ptrace.h>
static inline void hide_from_debuggers(void) { ptrace(PT_DENY_ATTACH, 0, 0, 0); }
static inline void show_to_debuggers(void) {}
#else
static inline void hide_from_debuggers(void) {}
static inline void show_to_debuggers(void) {}
#endif

#endif
