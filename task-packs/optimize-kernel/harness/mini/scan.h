/* The trusted conditional prefix sum: one element after the other, sums modulo 2^32. */
#ifndef REBENCH_SCAN_H
#define REBENCH_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* y[0 … n-1] from x[0 … n-1]. */
void scan(const int32_t *restrict x, int32_t *restrict y, size_t n);

/* Index of the first element of y that is wrong, n if none is; `expected` gets what should stand there. */
size_t scan_first_wrong(const int32_t *restrict x, const int32_t *restrict y, size_t n, int32_t *expected);

#endif
