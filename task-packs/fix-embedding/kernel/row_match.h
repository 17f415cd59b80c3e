#ifndef ROW_MATCH_H
#define ROW_MATCH_H
#include <stddef.h>
#include <stdint.h>

/* Cosine of two rows of `width` values; 0 where one is all zeros. */
double row_cosine(const float *a, const float *b, size_t width);

/* queries: float[query_count][width], keys: float[key_count][width] -> best: index of a key, cosine: its likeness; one each a query. */
void row_match(const float *queries, size_t query_count, const float *keys, size_t key_count, size_t width, uint32_t *best,
               float *cosine);
#endif
