/* device.h on the processor: plain loops over memory that processes share. */
#define _GNU_SOURCE
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "elements.h"

static struct {
  uint64_t elements;
  int descriptors[2];
  int32_t *shared[2];
  int32_t *x;
  int32_t *answer;
  const char *error;
} device;

static int failed(const char *error) {
  device.error = error;
  return -1;
}

static uint64_t nanoseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

const char *device_error(void) { return device.error ? device.error : "no error"; }

const char *device_name(void) { return "processor"; }

uint64_t device_shared_bytes(void) { return device.elements * sizeof(int32_t); }

int device_open(uint64_t elements) {
  device.elements = elements;
  for (int buffer = 0; buffer < 2; buffer++) {
    const int descriptor = memfd_create("buffer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0 || ftruncate(descriptor, (off_t)device_shared_bytes()) != 0) return failed(strerror(errno));
    if (fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return failed(strerror(errno));
    void *memory = mmap(NULL, device_shared_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) return failed(strerror(errno));
    device.descriptors[buffer] = descriptor;
    device.shared[buffer] = (int32_t *)memory;
  }
  device.x = malloc(device_shared_bytes());
  device.answer = malloc(device_shared_bytes());
  return device.x && device.answer ? 0 : failed("out of memory");
}

int device_share(int buffer) { return dup(device.descriptors[buffer]); }

static void fill(int32_t *out, const uint32_t key[8], int distribution, uint64_t n) {
  struct key words;
  memcpy(words.words, key, sizeof words.words);
  for (uint64_t block = 0; block * BLOCK_WORDS < n; block++) {
    int32_t drawn[BLOCK_WORDS];
    draw_block(&words, distribution, block, drawn);
    const uint64_t left = n - block * BLOCK_WORDS;
    memcpy(out + block * BLOCK_WORDS, drawn, (left < BLOCK_WORDS ? left : BLOCK_WORDS) * sizeof *out);
  }
}

int device_draw(const uint32_t key[8], int distribution, uint64_t n) {
  if (n > device.elements) return failed("the input does not fit");
  fill(device.x, key, distribution, n);
  struct effect effect = no_effect();
  for (uint64_t i = 0; i < n; i++) {
    effect = then_element(effect, device.x[i]);
    device.answer[i] = (int32_t)effect.if_even;
  }
  return 0;
}

int device_poison(const uint32_t key[8], uint64_t n) {
  fill(device.shared[SHARED_Y], key, NOISE, n);
  return 0;
}

int device_publish(uint64_t n, uint64_t *nanoseconds) {
  const uint64_t start = nanoseconds_now();
  memcpy(device.shared[SHARED_X], device.x, n * sizeof *device.x);
  *nanoseconds = nanoseconds_now() - start;
  return 0;
}

static uint64_t first_difference(const int32_t *left, const int32_t *right, uint64_t n) {
  uint64_t i = 0;
  while (i < n && left[i] == right[i]) i++;
  return i;
}

int device_check(uint64_t n, struct verdict *verdict) {
  const uint64_t start = nanoseconds_now();
  const int32_t *y = device.shared[SHARED_Y];
  memset(verdict, 0, sizeof *verdict);
  verdict->wrong_at = first_difference(y, device.answer, n);
  verdict->nanoseconds = nanoseconds_now() - start;
  if (verdict->wrong_at < n) {
    verdict->expected = device.answer[verdict->wrong_at];
    verdict->got = y[verdict->wrong_at];
  }
  verdict->changed_at = first_difference(device.shared[SHARED_X], device.x, n);
  return 0;
}

int device_probe(uint64_t *nanoseconds) {
  const uint64_t start = nanoseconds_now();
  *nanoseconds = nanoseconds_now() - start;
  return 0;
}

int device_read(uint64_t index, int32_t *x, int32_t *answer) {
  *x = device.x[index];
  *answer = device.answer[index];
  return 0;
}
