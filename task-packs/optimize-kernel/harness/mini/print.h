#ifndef REBENCH_PRINT_H
#define REBENCH_PRINT_H

#include "measure.h"

/* {"status":"valid","cases":[{"distribution","chained","elements","calls","start":[ns/element a round],…}]} */
void print_measurement(const struct measurement *measurement);

#endif
