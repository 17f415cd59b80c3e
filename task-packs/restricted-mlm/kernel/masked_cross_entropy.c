/* C twin of masked_cross_entropy.cl: plain and correct, sums in double. */
#include "masked_cross_entropy.h"
#include <math.h>

static float loss_of(const float *row, size_t target, size_t vocabulary) {
  double largest = row[0], sum = 0;
  for (size_t token = 1; token < vocabulary; token++) largest = fmax(largest, row[token]);
  for (size_t token = 0; token < vocabulary; token++) sum += exp(row[token] - largest);
  return (float)(log(sum) + largest - row[target]);
}

void masked_cross_entropy(const float *logits, const int32_t *targets, float *losses, size_t places, size_t vocabulary) {
  for (size_t place = 0; place < places; place++)
    losses[place] = targets[place] < 0 ? 0.0f : loss_of(logits + place * vocabulary, (size_t)targets[place], vocabulary);
}
