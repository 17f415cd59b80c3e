/*
 * What every device computes alike, on the GPU and on the processor: the inputs, and how the state of the scan composes.
 *
 * An input is a function of a 256-bit key, a distribution and the index: element i comes from word i mod 16 of ChaCha block
 * i / 16. So nobody who has seen part of an input can compute the rest instead of reading it, or foretell the next one.
 */
#ifndef REBENCH_ELEMENTS_H
#define REBENCH_ELEMENTS_H

#include <stdint.h>

#ifdef __CUDACC__
#define ON_BOTH __host__ __device__ static inline
#else
#define ON_BOTH static inline
#endif

enum { BLOCK_WORDS = 16 };

enum distribution {
  /* Integers from -10 to 9, all as likely. */
  SMALL = 0,
  /* The whole int32 range. */
  WIDE = 1,
  /* One in 512 is positive. */
  RARELY_POSITIVE = 2,
  /* One in 512 is not positive. */
  MOSTLY_POSITIVE = 3,
  /* Runs of one sign, 1024 or a multiple of it long. */
  RUNS = 4,
  /* -1, 0 and 1. */
  NEAR_ZERO = 5,
  /* Any words: what outputs are overwritten with. */
  NOISE = 6,
};

struct key {
  uint32_t words[8];
};

ON_BOTH uint32_t rotate(uint32_t word, int by) { return word << by | word >> (32 - by); }

#define QUARTER_ROUND(a, b, c, d)               \
  a += b, d = rotate(d ^ a, 16), c += d, b = rotate(b ^ c, 12); \
  a += b, d = rotate(d ^ a, 8), c += d, b = rotate(b ^ c, 7)

/* ChaCha with 8 rounds. `lane` separates streams under one key. */
ON_BOTH void chacha_block(const struct key *key, uint64_t block, uint32_t lane, uint32_t out[BLOCK_WORDS]) {
  const uint32_t start[BLOCK_WORDS] = {
      0x61707865,    0x3320646e,    0x79622d32,    0x6b206574,    key->words[0],   key->words[1], key->words[2], key->words[3],
      key->words[4], key->words[5], key->words[6], key->words[7], (uint32_t)block, (uint32_t)(block >> 32), lane, 0};
  uint32_t s[BLOCK_WORDS];
  for (int i = 0; i < BLOCK_WORDS; i++) s[i] = start[i];
  for (int round = 0; round < 4; round++) {
    QUARTER_ROUND(s[0], s[4], s[8], s[12]);
    QUARTER_ROUND(s[1], s[5], s[9], s[13]);
    QUARTER_ROUND(s[2], s[6], s[10], s[14]);
    QUARTER_ROUND(s[3], s[7], s[11], s[15]);
    QUARTER_ROUND(s[0], s[5], s[10], s[15]);
    QUARTER_ROUND(s[1], s[6], s[11], s[12]);
    QUARTER_ROUND(s[2], s[7], s[8], s[13]);
    QUARTER_ROUND(s[3], s[4], s[9], s[14]);
  }
  for (int i = 0; i < BLOCK_WORDS; i++) out[i] = s[i] + start[i];
}

/* Positive if `positive`, else negative or zero. */
ON_BOTH int32_t with_sign(uint32_t word, int positive) {
  const int32_t magnitude = (int32_t)(word & 0x7fffffffu);
  if (positive) return magnitude == 0 ? 1 : magnitude;
  return -magnitude;
}

/* Elements 16 block … 16 block + 15. */
ON_BOTH void draw_block(const struct key *key, int distribution, uint64_t block, int32_t out[BLOCK_WORDS]) {
  uint32_t words[BLOCK_WORDS], sign[BLOCK_WORDS];
  chacha_block(key, block, 0, words);
  /* The sign of a run of 64 blocks. */
  if (distribution == RUNS) chacha_block(key, block / 64, 1, sign);
  for (int i = 0; i < BLOCK_WORDS; i++) {
    const uint32_t word = words[i];
    switch (distribution) {
      case SMALL:
        out[i] = (int32_t)((uint64_t)word * 20 >> 32) - 10;
        break;
      case RARELY_POSITIVE:
        out[i] = with_sign(word * 2654435761u, word >> 23 == 0);
        break;
      case MOSTLY_POSITIVE:
        out[i] = with_sign(word * 2654435761u, word >> 23 != 0);
        break;
      case RUNS:
        out[i] = with_sign(word, (int)(sign[0] & 1));
        break;
      case NEAR_ZERO:
        out[i] = (int32_t)((uint64_t)word * 3 >> 32) - 1;
        break;
      default:
        out[i] = (int32_t)word;
        break;
    }
  }
}

/* What a stretch of elements does to the state (parity of the positives so far, sum), modulo 2^32. */
struct effect {
  /* Added to the sum where the parity before the stretch is even, and where it is odd. */
  uint32_t if_even;
  uint32_t if_odd;
  /* Parity of its own positives. */
  uint32_t odd;
};

ON_BOTH struct effect no_effect(void) {
  const struct effect effect = {0, 0, 0};
  return effect;
}

ON_BOTH struct effect then_element(struct effect before, int32_t element) {
  if (before.odd) before.if_even += (uint32_t)element;
  else before.if_odd += (uint32_t)element;
  before.odd ^= element > 0;
  return before;
}

ON_BOTH struct effect then_effect(struct effect first, struct effect second) {
  struct effect both;
  both.if_even = first.if_even + (first.odd ? second.if_odd : second.if_even);
  both.if_odd = first.if_odd + (first.odd ? second.if_even : second.if_odd);
  both.odd = first.odd ^ second.odd;
  return both;
}

#endif
