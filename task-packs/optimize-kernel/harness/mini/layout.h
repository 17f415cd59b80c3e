/*
 * What the harness and a worker share. Four regions of memory, each a file in the sandbox's shared folder that is unlinked
 * before any submitted code runs:
 *
 *   plan     what to run next            harness writes, worker reads (mapped from a read-only descriptor)
 *   input    x of every call             harness writes, worker reads (the same)
 *   output   y of every call, guards     both write
 *   scratch  x of chained calls, report  both write; nothing in it is believed
 *
 * Offsets and lengths are counted in int32 elements unless a name says otherwise.
 */
#ifndef REBENCH_LAYOUT_H
#define REBENCH_LAYOUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
  /* Most calls of prefix_sum in one batch of independent calls. */
  MAX_CALLS = 64,
  /* Elements before and after every y that must come back untouched. */
  GUARD_ELEMENTS = 64,
  /* Noise windows of a chain start at one of so many neighbouring elements. Must be a power of two. */
  CHAIN_SHIFT_BITS = 12,
  CHAIN_SHIFTS = 1 << CHAIN_SHIFT_BITS,
  /* Largest x of a chained call. */
  CHAIN_MAX_N = 1 << 15,
};

/* Elements of the input and output regions: one call of 2^24, jitter, guards, and the warm-up zone before it. */
#define REGION_ELEMENTS ((size_t)(17u << 20) + ((size_t)1 << 19))
/* The warm-up zone at the start of both regions; timed calls lie behind it. */
#define WARM_UP_ELEMENTS ((size_t)1 << 19)

struct call {
  uint64_t x_offset;
  uint64_t y_offset;
  uint64_t n;
};

enum plan_kind {
  /* `call_count` calls, each with its own x and y. */
  PLAN_CALLS = 1,
  /* `chain_length` calls on one cached x and y, each x made from the y before it (see chain.h). */
  PLAN_CHAIN = 2,
};

struct plan {
  /* Grows by one with every batch. */
  _Atomic uint32_t sequence;
  uint32_t kind;
  uint32_t call_count;
  uint32_t chain_length;
  /* Which bits of y go into the next x of a chain. */
  uint32_t chain_mask;
  /* Where the x of a chain starts in the scratch region. */
  uint32_t scratch_offset;
  /* How much of input and output a new worker maps. */
  uint64_t mapped_elements;
  struct call calls[MAX_CALLS];
};

/* How far a worker says that it came. A hint for messages; the submission can write here. */
enum stage {
  STAGE_START = 0,
  STAGE_LOADING = 1,
  STAGE_NO_SYMBOL = 2,
  STAGE_LOAD_FAILED = 3,
  STAGE_READY = 4,
  STAGE_RUNNING = 5,
  STAGE_FORBIDDEN = 6,
  STAGE_SETUP_FAILED = 7,
};

struct report {
  uint32_t stage;
  uint32_t call;
  int32_t system_call;
  char message[244];
};

struct scratch {
  struct report report;
  /* Keeps x off the report's cache lines. */
  char padding[4096 - sizeof(struct report)];
  int32_t x[CHAIN_MAX_N + 64];
};

#endif
