#include "random.h"

#include <string.h>

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

int seed_parse(const char *hex, struct seed *seed) {
  memset(seed, 0, sizeof *seed);
  for (int i = 0; i < 32; i++) {
    int digit = hex_digit(hex[i]);
    if (digit < 0) return 0;
    seed->words[i / 8] = seed->words[i / 8] << 4 | (uint32_t)digit;
  }
  return hex[32] == '\0';
}

static uint32_t rotate32(uint32_t word, int by) { return word << by | word >> (32 - by); }

static void quarter_round(uint32_t *s, int a, int b, int c, int d) {
  s[a] += s[b], s[d] = rotate32(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = rotate32(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = rotate32(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = rotate32(s[b] ^ s[c], 7);
}

/* One ChaCha20 block (RFC 8439's rounds; key = the 128-bit seed twice). */
static void chacha_block(const struct seed *seed, uint64_t stream, uint32_t block, uint32_t out[16]) {
  uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  memcpy(start + 4, seed->words, 16);
  memcpy(start + 8, seed->words, 16);
  start[12] = block;
  start[13] = (uint32_t)stream;
  start[14] = (uint32_t)(stream >> 32);
  memcpy(out, start, sizeof start);
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < 4; i++) quarter_round(out, i, 4 + i, 8 + i, 12 + i);
    for (int i = 0; i < 4; i++) quarter_round(out, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  for (int i = 0; i < 16; i++) out[i] += start[i];
}

struct random random_for(const struct seed *seed, uint64_t stream) {
  struct random random = {.used = RANDOM_LANES};
  _Static_assert(sizeof random.state == 4 * 64, "four blocks fill the state");
  for (uint32_t block = 0; block < 4; block++) chacha_block(seed, stream, block, (uint32_t *)&random.state[block]);
  return random;
}

static inline random_vector rotate64(random_vector v, int by) { return v << by | v >> (64 - by); }

static inline random_vector step(struct random *random) {
  random_vector *s = random->state;
  random_vector result = rotate64(s[0] + s[3], 23) + s[0];
  random_vector t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate64(s[3], 45);
  return result;
}

void random_fill(struct random *random, uint32_t *words, size_t count) {
  struct random local = *random;
  size_t i = 0;
  for (; i + 2 * RANDOM_LANES <= count; i += 2 * RANDOM_LANES) {
    random_vector v = step(&local);
    memcpy(words + i, &v, sizeof v);
  }
  random_vector v = step(&local);
  memcpy(words + i, &v, (count - i) * sizeof *words);
  *random = local;
}

uint64_t random_word(struct random *random) {
  if (random->used == RANDOM_LANES) {
    random->left = step(random);
    random->used = 0;
  }
  return random->left[random->used++];
}

uint32_t random_below(struct random *random, uint32_t bound) {
  return (uint32_t)((random_word(random) >> 32) * bound >> 32);
}

void random_shuffle(struct random *random, int *items, int count) {
  for (int i = count - 1; i > 0; i--) {
    int j = (int)random_below(random, (uint32_t)i + 1);
    int held = items[i];
    items[i] = items[j];
    items[j] = held;
  }
}
