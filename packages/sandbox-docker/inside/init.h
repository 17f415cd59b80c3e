#ifndef INIT_H
#define INIT_H

#include <jansson.h>

/* Keeps the reason, tells it, and exits, which ends every process of the sandbox. Takes both over; the reply may be NULL. */
_Noreturn void end_sandbox(json_t *end, json_t *reply);
_Noreturn void end_died(const char *reason);

#endif
