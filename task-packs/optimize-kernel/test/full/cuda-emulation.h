/*
 * Just enough of CUDA to run kernels on the processor: every thread of a block is a coroutine, warps meet at their collective
 * operations, and several blocks run at once in an order drawn by chance, so that what blocks tell each other through memory arrives
 * in many orders. Whatever a kernel may be interrupted at is interrupted at times: between the halves of a paired store, too.
 */
#ifndef REBENCH_CUDA_EMULATION_H
#define REBENCH_CUDA_EMULATION_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <functional>
#include <vector>

#define __device__
#define __host__
#define __global__ __attribute__((unused))
#define __forceinline__ inline
#define __align__(bytes) alignas(bytes)
#define __launch_bounds__(...)

struct uint2 {
  uint32_t x, y;
};
struct int4 {
  int32_t x, y, z, w;
};
static inline uint2 make_uint2(uint32_t x, uint32_t y) { return {x, y}; }
static inline int4 make_int4(int32_t x, int32_t y, int32_t z, int32_t w) { return {x, y, z, w}; }

namespace emulation {

struct dimensions {
  uint32_t x;
};

/* A place where `expected` threads meet. What they bring is there for all until they meet again. */
struct meeting {
  uint32_t expected, arrived, generation, brought[32], results[32];
};

struct block_state {
  uint32_t index;
  meeting all;
  std::vector<meeting> warps;
  alignas(16) char shared[4096];
};

struct fiber {
  ucontext_t context;
  block_state *block;
  uint32_t thread;
  bool over;
  /* Sleeps while *waits_for is `seen`. */
  const uint32_t *waits_for;
  uint32_t seen;
};

constexpr size_t stack_bytes = 16 * 1024;

static ucontext_t scheduler;
static fiber *current;
static std::function<void()> body;
static uint64_t chance_state = 1;

/* xorshift64*. */
static uint32_t chance(uint32_t below) {
  chance_state ^= chance_state >> 12;
  chance_state ^= chance_state << 25;
  chance_state ^= chance_state >> 27;
  return (uint32_t)((chance_state * 2685821657736338717ull) >> 32) % below;
}

static void yield() { swapcontext(&current->context, &scheduler); }

static void meet(meeting &place, uint32_t slot, uint32_t value) {
  const uint32_t generation = place.generation;
  place.brought[slot] = value;
  if (++place.arrived == place.expected) {
    memcpy(place.results, place.brought, sizeof place.results);
    place.arrived = 0;
    place.generation++;
    return;
  }
  current->waits_for = &place.generation;
  current->seen = generation;
  while (place.generation == generation) yield();
  current->waits_for = nullptr;
}

static meeting &warp_of_current() { return current->block->warps[current->thread / 32]; }

static const uint32_t *exchange(uint32_t value) {
  meeting &warp = warp_of_current();
  meet(warp, current->thread % 32, value);
  return warp.results;
}

static void begin() {
  body();
  current->over = true;
  yield();
}

/*
 * Runs a grid with up to `resident` blocks of `threads` threads at a time. The first of them gets a turn only once in `patience`, so
 * that the others may have to wait for it with everything else done.
 */
static void run(uint32_t blocks, uint32_t threads, uint32_t resident, uint32_t patience, std::function<void()> kernel) {
  body = kernel;
  struct slot {
    block_state block;
    std::vector<fiber> fibers;
    uint32_t left;
  };
  if (resident > blocks) resident = blocks;
  std::vector<slot> slots(resident);
  char *stacks = (char *)mmap(NULL, resident * threads * stack_bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stacks == MAP_FAILED) abort();
  uint32_t next = 0, finished = 0;
  auto load = [&](uint32_t at) {
    slot &loaded = slots[at];
    loaded.block.index = next++;
    loaded.block.all = {threads, 0, 0, {}, {}};
    loaded.block.warps.assign(threads / 32, {32, 0, 0, {}, {}});
    /* What a block finds in its shared memory is whatever was there. */
    for (char &byte : loaded.block.shared) byte = (char)chance(256);
    loaded.fibers.resize(threads);
    loaded.left = threads;
    for (uint32_t thread = 0; thread < threads; thread++) {
      fiber &made = loaded.fibers[thread];
      getcontext(&made.context);
      made.context.uc_stack.ss_sp = stacks + (at * threads + thread) * stack_bytes;
      made.context.uc_stack.ss_size = stack_bytes;
      made.context.uc_link = nullptr;
      makecontext(&made.context, begin, 0);
      made.block = &loaded.block;
      made.thread = thread;
      made.over = false;
      made.waits_for = nullptr;
    }
  };
  for (uint32_t at = 0; at < resident; at++) load(at);
  while (finished < blocks) {
    slot &chosen = slots[chance(resident)];
    if (chosen.left == 0 || (&chosen == slots.data() && chance(patience) != 0)) continue;
    /* A random stretch of the block's warps goes on. */
    const uint32_t first = chance(threads / 32) * 32, count = (1 + chance(4)) * 32;
    for (uint32_t i = 0; i < count; i++) {
      fiber &run = chosen.fibers[(first + i) % threads];
      if (run.over || (run.waits_for && *run.waits_for == run.seen)) continue;
      current = &run;
      swapcontext(&scheduler, &run.context);
      if (run.over) chosen.left--;
    }
    if (chosen.left > 0) continue;
    finished++;
    if (next < blocks) load((uint32_t)(&chosen - slots.data()));
  }
  munmap(stacks, resident * threads * stack_bytes);
}

static void read_pair(const uint64_t *from, uint64_t &first, uint64_t &second) {
  first = from[0];
  if (chance(2)) yield();
  second = from[1];
}

static void write_pair(uint64_t *to, uint64_t first, uint64_t second) {
  const uint32_t early = chance(2);
  to[early] = early ? second : first;
  yield();
  to[1 - early] = early ? first : second;
}

}  // namespace emulation

static inline void __syncthreads() { emulation::meet(emulation::current->block->all, 0, 0); }
static inline uint32_t __ballot_sync(uint32_t, int predicate) {
  const uint32_t *all = emulation::exchange(predicate != 0);
  uint32_t ballot = 0;
  for (int lane = 0; lane < 32; lane++) ballot |= all[lane] << lane;
  return ballot;
}
static inline int __all_sync(uint32_t mask, int predicate) { return __ballot_sync(mask, predicate) == 0xffffffffu; }
static inline uint32_t __reduce_add_sync(uint32_t, uint32_t value) {
  const uint32_t *all = emulation::exchange(value);
  uint32_t sum = 0;
  for (int lane = 0; lane < 32; lane++) sum += all[lane];
  return sum;
}
static inline uint32_t __shfl_up_sync(uint32_t, uint32_t value, uint32_t distance) {
  const uint32_t lane = emulation::current->thread % 32;
  return emulation::exchange(value)[lane < distance ? lane : lane - distance];
}
static inline uint32_t __shfl_sync(uint32_t, uint32_t value, uint32_t lane) { return emulation::exchange(value)[lane]; }
static inline int __popc(uint32_t word) { return __builtin_popcount(word); }
static inline int __ffs(int word) { return __builtin_ffs(word); }
static inline int4 __ldcs(const int4 *from) { return *from; }
static inline void __stcs(int4 *to, int4 value) { *to = value; }
static inline uint32_t atomicAdd(uint32_t *counter, uint32_t by) {
  const uint32_t before = *counter;
  *counter += by;
  return before;
}

#endif
