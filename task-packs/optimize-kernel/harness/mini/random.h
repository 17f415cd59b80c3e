/*
 * Random inputs. Every batch has a generator of its own, keyed by a ChaCha20 block of the scoring seed and the batch's number:
 * one that saw a batch's whole input cannot tell the next one's.
 */
#ifndef REBENCH_RANDOM_H
#define REBENCH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOM_LANES = 8 };

typedef uint64_t random_vector __attribute__((vector_size(8 * RANDOM_LANES)));

/* xoshiro256++, eight generators side by side. */
struct random {
  random_vector state[4];
  random_vector left;
  int used;
};

/* 16 bytes; private to the harness. */
struct seed {
  uint32_t words[4];
};

/* Reads 32 hex digits; 0 where they are not. */
int seed_parse(const char *hex, struct seed *seed);

struct random random_for(const struct seed *seed, uint64_t stream);
/* Fills `words` with uniform bits. */
void random_fill(struct random *random, uint32_t *words, size_t count);
uint64_t random_word(struct random *random);
/* Uniform in 0 … bound - 1, bound > 0, with a bias below 2^-32. */
uint32_t random_below(struct random *random, uint32_t bound);
/* Shuffles `count` indices in place. */
void random_shuffle(struct random *random, int *items, int count);

#endif
