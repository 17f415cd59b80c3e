#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds since the epoch. */
double epoch_ms(void);
int64_t monotonic_ms(void);

#endif
