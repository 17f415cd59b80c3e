/* How the harness ends: one line of JSON on standard output. */
#ifndef REBENCH_OUTCOME_H
#define REBENCH_OUTCOME_H

/*
 * Ours: something in the harness or the sandbox failed. Prints {"status":"fault","reason":…} and exits 3.
 */
_Noreturn void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The submission's: prints {"status":"invalid","code":…,"reason":…} and exits 0. `code` is stable, for programs.
 */
_Noreturn void invalid(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
