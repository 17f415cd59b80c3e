/*
 * Runs the harness's own kernels on the processor, one thread after the other, and compares what they draw, answer and find with
 * device_cpu.c, which is linked in.
 *
 *   emulate-device ELEMENTS…
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vector>

#define __device__
#define __global__ __attribute__((unused))

static struct {
  uint32_t x;
} blockIdx, blockDim, gridDim, threadIdx;

static void atomicMin(unsigned long long *least, unsigned long long value) {
  if (value < *least) *least = value;
}

#define LAUNCH(kernel, blocks, ...)                                      \
  for (blockDim.x = threads, gridDim.x = blocks, blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++) \
    for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) kernel(__VA_ARGS__)

#include "device_kernels.cuh"
#include "device.h"

static int wrong(uint64_t n, const char *what) {
  printf("n = %llu: %s differs\n", (unsigned long long)n, what);
  return 1;
}

static int try_one(uint64_t n, int distribution) {
  key words;
  for (uint32_t i = 0; i < 8; i++) words.words[i] = (uint32_t)(n * 2654435761u + i * 40503u + (uint32_t)distribution);
  std::vector<int32_t> x(n), answer(n), copied(n);
  std::vector<effect> chunks(chunks_of(n, chunk)), groups(chunks_of(chunks.size(), chunk));
  draw(words, distribution, x.data(), answer.data(), chunks.data(), groups.data(), n);
  if (device_draw(words.words, distribution, n) != 0) return wrong(n, device_error());
  for (uint64_t i = 0; i < n; i++) {
    int32_t other_x, other_answer;
    device_read(i, &other_x, &other_answer);
    if (x[i] != other_x) return wrong(n, "an input");
    if (answer[i] != other_answer) return wrong(n, "an answer");
  }
  unsigned long long found = n;
  LAUNCH(copy, 3, x.data(), copied.data(), n);
  LAUNCH(find_difference, 3, x.data(), copied.data(), n, &found);
  if (found != n) return wrong(n, "a copy");
  copied[n / 2] ^= 1;
  copied[n - 1] = ~x[n - 1];
  LAUNCH(find_difference, 3, x.data(), copied.data(), n, &found);
  return found == n / 2 ? 0 : wrong(n, "what was found");
}

int main(int count, char **arguments) {
  int tried = 0, differ = 0;
  if (device_open(1 << 21) != 0) return 1;
  for (int i = 1; i < count; i++) {
    for (int distribution = SMALL; distribution <= NOISE; distribution++, tried++)
      differ += try_one(strtoull(arguments[i], nullptr, 10), distribution);
  }
  printf("{\"tried\":%d,\"wrong\":%d}\n", tried, differ);
  return differ > 0;
}
