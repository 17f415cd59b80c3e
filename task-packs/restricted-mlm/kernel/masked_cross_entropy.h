#ifndef MASKED_CROSS_ENTROPY_H
#define MASKED_CROSS_ENTROPY_H
#include <stddef.h>
#include <stdint.h>

/* logits: float[places][vocabulary], targets: a token each, or -1 -> losses: nats each, 0 where the target is -1. */
void masked_cross_entropy(const float *logits, const int32_t *targets, float *losses, size_t places, size_t vocabulary);
#endif
