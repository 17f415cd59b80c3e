/*
 * The harness's kernels: plain, since none of them is timed against a contestant. Whoever includes this defines
 * LAUNCH(kernel, blocks, arguments…), which starts blocks of `threads` threads in order with everything launched before.
 */
#ifndef REBENCH_DEVICE_KERNELS_CUH
#define REBENCH_DEVICE_KERNELS_CUH

#include "elements.h"

namespace {

constexpr int threads = 256;
/* Blocks that keep every multiprocessor of the GPU busy. */
constexpr unsigned wide = 8 * 132;
/* Elements that one thread walks through, and effects that one thread folds, when the answer is made. */
constexpr uint64_t chunk = 512;

uint64_t chunks_of(uint64_t items, uint64_t size) { return (items + size - 1) / size; }

unsigned blocks_for(uint64_t items) { return (unsigned)chunks_of(items, threads); }

__device__ uint64_t thread_index() { return (uint64_t)blockIdx.x * blockDim.x + threadIdx.x; }

__global__ void fill(int32_t *out, key words, int distribution, uint64_t n) {
  const uint64_t block = thread_index();
  if (block * BLOCK_WORDS >= n) return;
  int32_t drawn[BLOCK_WORDS];
  draw_block(&words, distribution, block, drawn);
  for (uint64_t i = 0; i < BLOCK_WORDS && block * BLOCK_WORDS + i < n; i++) out[block * BLOCK_WORDS + i] = drawn[i];
}

__global__ void chunk_effects(const int32_t *x, effect *out, uint64_t n) {
  const uint64_t first = thread_index() * chunk;
  if (first >= n) return;
  effect folded = no_effect();
  for (uint64_t i = first; i < n && i < first + chunk; i++) folded = then_element(folded, x[i]);
  out[thread_index()] = folded;
}

__global__ void group_effects(const effect *in, effect *out, uint64_t count) {
  const uint64_t first = thread_index() * chunk;
  if (first >= count) return;
  effect folded = no_effect();
  for (uint64_t i = first; i < count && i < first + chunk; i++) folded = then_effect(folded, in[i]);
  out[thread_index()] = folded;
}

/* Replaces each effect by that of everything before it. One thread for each `stride` of them; `before` is what came before those. */
__global__ void scan_effects(effect *effects, uint64_t count, uint64_t stride, const effect *before) {
  const uint64_t first = thread_index() * stride;
  if (first >= count) return;
  effect folded = before ? before[thread_index()] : no_effect();
  for (uint64_t i = first; i < count && i < first + stride; i++) {
    const effect own = effects[i];
    effects[i] = folded;
    folded = then_effect(folded, own);
  }
}

__global__ void chunk_answers(const int32_t *x, const effect *before, int32_t *answer, uint64_t n) {
  const uint64_t first = thread_index() * chunk;
  if (first >= n) return;
  effect folded = before[thread_index()];
  for (uint64_t i = first; i < n && i < first + chunk; i++) {
    folded = then_element(folded, x[i]);
    answer[i] = (int32_t)folded.if_even;
  }
}

__global__ void copy(const int32_t *from, int32_t *to, uint64_t n) {
  const uint64_t step = (uint64_t)gridDim.x * blockDim.x;
  for (uint64_t i = thread_index(); i < n; i += step) to[i] = from[i];
}

__global__ void find_difference(const int32_t *left, const int32_t *right, uint64_t n, unsigned long long *found) {
  const uint64_t step = (uint64_t)gridDim.x * blockDim.x;
  unsigned long long first = n;
  for (uint64_t i = thread_index(); i < n; i += step) {
    if (left[i] != right[i] && i < first) first = i;
  }
  if (first < n) atomicMin(found, first);
}

__global__ void nothing() {}

/* An input and its answer: the effects of chunks of elements, then of chunks of those, scanned and handed down again. */
void draw(key words, int distribution, int32_t *x, int32_t *answer, effect *chunks, effect *groups, uint64_t n) {
  const uint64_t chunk_count = chunks_of(n, chunk), group_count = chunks_of(chunk_count, chunk);
  LAUNCH(fill, blocks_for(chunks_of(n, BLOCK_WORDS)), x, words, distribution, n);
  LAUNCH(chunk_effects, blocks_for(chunk_count), x, chunks, n);
  LAUNCH(group_effects, blocks_for(group_count), chunks, groups, chunk_count);
  LAUNCH(scan_effects, 1, groups, group_count, group_count, nullptr);
  LAUNCH(scan_effects, blocks_for(group_count), chunks, chunk_count, chunk, groups);
  LAUNCH(chunk_answers, blocks_for(chunk_count), x, chunks, answer, n);
}

}  // namespace

#endif
