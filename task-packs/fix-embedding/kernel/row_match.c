/* C twin of row_match.cl: plain and correct, sums in double. */
#include "row_match.h"
#include <math.h>

static double dot(const float *a, const float *b, size_t width) {
  double sum = 0;
  for (size_t i = 0; i < width; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

double row_cosine(const float *a, const float *b, size_t width) {
  const double lengths = sqrt(dot(a, a, width)) * sqrt(dot(b, b, width));
  return lengths > 0 ? dot(a, b, width) / lengths : 0;
}

void row_match(const float *queries, size_t query_count, const float *keys, size_t key_count, size_t width, uint32_t *best,
               float *cosine) {
  for (size_t query = 0; query < query_count; query++) {
    double largest = -2;
    for (size_t key = 0; key < key_count; key++) {
      const double likeness = row_cosine(queries + query * width, keys + key * width, width);
      if (likeness > largest) {
        largest = likeness;
        best[query] = (uint32_t)key;
      }
    }
    cosine[query] = (float)largest;
  }
}
