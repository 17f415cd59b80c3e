/*
 * Reference solution: vectors with a carry, two threads that share chunks, stores past the cache.
 * REBENCH TASK DATA: do not train on this. rebench-canary optimize-kernel 547b9490-4fc3-43c4-be94-ffec9b8b8642
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Where a scan stands: the sum so far, and all ones where the number of positive elements so far is odd, else 0. */
struct carry {
  uint32_t sum;
  uint32_t odd;
};

/* What a stretch of x does to a carry. */
struct effect {
  /* Sum of the elements that count if an even number of positive ones came before, and of all elements. */
  uint32_t if_even;
  uint32_t total;
  uint32_t odd;
};

static inline struct carry apply(struct carry carry, struct effect effect) {
  uint32_t added = carry.odd ? effect.total - effect.if_even : effect.if_even;
  return (struct carry){carry.sum + added, carry.odd ^ effect.odd};
}

static struct carry scan_plain(const int32_t *x, int32_t *y, size_t n, struct carry carry) {
  for (size_t i = 0; i < n; i++) {
    carry.sum += (uint32_t)x[i] & carry.odd;
    carry.odd ^= -(uint32_t)(x[i] > 0);
    y[i] = (int32_t)carry.sum;
  }
  return carry;
}

static struct effect reduce_plain(const int32_t *x, size_t n, struct effect effect) {
  for (size_t i = 0; i < n; i++) {
    effect.if_even += (uint32_t)x[i] & effect.odd;
    effect.total += (uint32_t)x[i];
    effect.odd ^= -(uint32_t)(x[i] > 0);
  }
  return effect;
}

/* Elements of the chunks that the threads take in turn; two of them fit in a second-level cache. */
enum { LARGE_CHUNK = 1 << 15 };

#if defined(__AVX512F__) && defined(__PCLMUL__)

enum { STEP = 64 };

/* The chunk after next is most likely this thread's next one. */
static inline void prefetch(const int32_t *x) {
  for (int line = 0; line < STEP / 16; line++) _mm_prefetch((const char *)(x + 2 * LARGE_CHUNK + 16 * line), _MM_HINT_T1);
}

/* Bit i: parity of bits 0 … i. */
static inline uint64_t parities(uint64_t bits) {
  return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)bits), _mm_set1_epi8(-1), 0));
}

static inline uint64_t positives(const int32_t *x) {
  const __m512i zero = _mm512_setzero_si512();
  uint64_t m0 = _mm512_cmpgt_epi32_mask(_mm512_loadu_si512(x), zero);
  uint64_t m1 = _mm512_cmpgt_epi32_mask(_mm512_loadu_si512(x + 16), zero);
  uint64_t m2 = _mm512_cmpgt_epi32_mask(_mm512_loadu_si512(x + 32), zero);
  uint64_t m3 = _mm512_cmpgt_epi32_mask(_mm512_loadu_si512(x + 48), zero);
  return m0 | m1 << 16 | m2 << 32 | m3 << 48;
}

/* Inclusive prefix sums within one vector. The first step is a shift, which leaves the shuffle unit free. */
static inline __m512i scan_vector(__m512i v) {
  const __m512i third = _mm512_setr_epi32(0, 0, 0, 0, 3, 3, 3, 3, 0, 0, 0, 0, 11, 11, 11, 11);
  v = _mm512_add_epi32(v, _mm512_slli_epi64(v, 32));
  v = _mm512_add_epi32(v, _mm512_maskz_shuffle_epi32(0xcccc, v, 0x50));
  v = _mm512_add_epi32(v, _mm512_maskz_permutexvar_epi32(0xf0f0, third, v));
  return _mm512_add_epi32(v, _mm512_maskz_permutexvar_epi32(0xff00, _mm512_set1_epi32(7), v));
}

static inline void store(int32_t *y, __m512i v, bool streaming) {
  if (streaming) _mm512_stream_si512((void *)y, v);
  else _mm512_storeu_si512(y, v);
}

static inline struct carry scan_steps(const int32_t *x, int32_t *y, size_t n, struct carry carry, const bool streaming) {
  const __m512i last = _mm512_set1_epi32(15);
  __m512i sum = _mm512_set1_epi32((int)carry.sum);
  uint64_t odd = (uint64_t)(int64_t)(int32_t)carry.odd;
  for (size_t i = 0; i < n; i += STEP) {
    if (streaming) prefetch(x + i);
    uint64_t inclusive = parities(positives(x + i)) ^ odd;
    uint64_t taken = inclusive << 1 | (odd & 1);
    odd = (uint64_t)((int64_t)inclusive >> 63);
    __m512i v0 = scan_vector(_mm512_maskz_loadu_epi32((__mmask16)taken, x + i));
    __m512i v1 = scan_vector(_mm512_maskz_loadu_epi32((__mmask16)(taken >> 16), x + i + 16));
    __m512i v2 = scan_vector(_mm512_maskz_loadu_epi32((__mmask16)(taken >> 32), x + i + 32));
    __m512i v3 = scan_vector(_mm512_maskz_loadu_epi32((__mmask16)(taken >> 48), x + i + 48));
    __m512i t0 = _mm512_permutexvar_epi32(last, v0), t1 = _mm512_permutexvar_epi32(last, v1);
    __m512i t2 = _mm512_permutexvar_epi32(last, v2), t3 = _mm512_permutexvar_epi32(last, v3);
    __m512i t01 = _mm512_add_epi32(t0, t1);
    __m512i before2 = _mm512_add_epi32(sum, t01);
    store(y + i, _mm512_add_epi32(v0, sum), streaming);
    store(y + i + 16, _mm512_add_epi32(v1, _mm512_add_epi32(sum, t0)), streaming);
    store(y + i + 32, _mm512_add_epi32(v2, before2), streaming);
    store(y + i + 48, _mm512_add_epi32(v3, _mm512_add_epi32(before2, t2)), streaming);
    sum = _mm512_add_epi32(sum, _mm512_add_epi32(t01, _mm512_add_epi32(t2, t3)));
  }
  return (struct carry){(uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(sum)), (uint32_t)odd};
}

static struct effect reduce_steps(const int32_t *x, size_t n) {
  __m512i even[4] = {0}, total[4] = {0};
  uint64_t odd = 0;
  for (size_t i = 0; i < n; i += STEP) {
    uint64_t inclusive = parities(positives(x + i)) ^ odd;
    uint64_t taken = inclusive << 1 | (odd & 1);
    odd = (uint64_t)((int64_t)inclusive >> 63);
    for (int k = 0; k < 4; k++) {
      __m512i v = _mm512_loadu_si512(x + i + 16 * k);
      total[k] = _mm512_add_epi32(total[k], v);
      even[k] = _mm512_mask_add_epi32(even[k], (__mmask16)(taken >> 16 * k), even[k], v);
    }
  }
  for (int k = 1; k < 4; k++) {
    even[0] = _mm512_add_epi32(even[0], even[k]);
    total[0] = _mm512_add_epi32(total[0], total[k]);
  }
  return (struct effect){(uint32_t)_mm512_reduce_add_epi32(even[0]), (uint32_t)_mm512_reduce_add_epi32(total[0]),
                         (uint32_t)odd};
}

static void finish_streaming(void) { _mm_sfence(); }

#elif defined(__AVX2__) && defined(__PCLMUL__)

enum { STEP = 32 };

/* The chunk after next is most likely this thread's next one. */
static inline void prefetch(const int32_t *x) {
  for (int line = 0; line < STEP / 16; line++) _mm_prefetch((const char *)(x + 2 * LARGE_CHUNK + 16 * line), _MM_HINT_T1);
}

static inline uint32_t parities(uint32_t bits) {
  return (uint32_t)_mm_cvtsi128_si32(_mm_clmulepi64_si128(_mm_cvtsi32_si128((int32_t)bits), _mm_set1_epi8(-1), 0));
}

static inline __m256i read(const int32_t *x) { return _mm256_loadu_si256((const __m256i *)x); }

static inline uint32_t positives(const int32_t *x) {
  uint32_t bits = 0;
  for (int k = 0; k < 4; k++) {
    __m256i positive = _mm256_cmpgt_epi32(read(x + 8 * k), _mm256_setzero_si256());
    bits |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(positive)) << 8 * k;
  }
  return bits;
}

/* All ones in lane l where bit 8 k + l of `bits` is set. */
static inline __m256i lanes(__m256i bits, int k) {
  const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  __m256i chosen = _mm256_slli_epi32(bit, 8 * k);
  return _mm256_cmpeq_epi32(_mm256_and_si256(bits, chosen), chosen);
}

static inline __m256i scan_vector(__m256i v) {
  const __m256i third = _mm256_setr_epi32(0, 0, 0, 0, 3, 3, 3, 3);
  v = _mm256_add_epi32(v, _mm256_slli_epi64(v, 32));
  v = _mm256_add_epi32(v, _mm256_blend_epi32(_mm256_setzero_si256(), _mm256_shuffle_epi32(v, 0x50), 0xcc));
  __m256i low = _mm256_permutevar8x32_epi32(v, third);
  return _mm256_add_epi32(v, _mm256_blend_epi32(_mm256_setzero_si256(), low, 0xf0));
}

static inline void store(int32_t *y, __m256i v, bool streaming) {
  if (streaming) _mm256_stream_si256((__m256i *)y, v);
  else _mm256_storeu_si256((__m256i *)y, v);
}

static inline struct carry scan_steps(const int32_t *x, int32_t *y, size_t n, struct carry carry, const bool streaming) {
  const __m256i last = _mm256_set1_epi32(7);
  __m256i sum = _mm256_set1_epi32((int)carry.sum);
  uint32_t odd = carry.odd;
  for (size_t i = 0; i < n; i += STEP) {
    if (streaming) prefetch(x + i);
    uint32_t inclusive = parities(positives(x + i)) ^ odd;
    __m256i taken = _mm256_set1_epi32((int32_t)(inclusive << 1 | (odd & 1)));
    odd = (uint32_t)((int32_t)inclusive >> 31);
    __m256i v[4], t[4];
    for (int k = 0; k < 4; k++) {
      v[k] = scan_vector(_mm256_and_si256(read(x + i + 8 * k), lanes(taken, k)));
      t[k] = _mm256_permutevar8x32_epi32(v[k], last);
    }
    __m256i t01 = _mm256_add_epi32(t[0], t[1]);
    __m256i before2 = _mm256_add_epi32(sum, t01);
    store(y + i, _mm256_add_epi32(v[0], sum), streaming);
    store(y + i + 8, _mm256_add_epi32(v[1], _mm256_add_epi32(sum, t[0])), streaming);
    store(y + i + 16, _mm256_add_epi32(v[2], before2), streaming);
    store(y + i + 24, _mm256_add_epi32(v[3], _mm256_add_epi32(before2, t[2])), streaming);
    sum = _mm256_add_epi32(sum, _mm256_add_epi32(t01, _mm256_add_epi32(t[2], t[3])));
  }
  return (struct carry){(uint32_t)_mm256_extract_epi32(sum, 0), odd};
}

static inline uint32_t add_lanes(__m256i v) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  return (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
}

static struct effect reduce_steps(const int32_t *x, size_t n) {
  __m256i even = _mm256_setzero_si256(), total = even;
  uint32_t odd = 0;
  for (size_t i = 0; i < n; i += STEP) {
    uint32_t inclusive = parities(positives(x + i)) ^ odd;
    __m256i taken = _mm256_set1_epi32((int32_t)(inclusive << 1 | (odd & 1)));
    odd = (uint32_t)((int32_t)inclusive >> 31);
    for (int k = 0; k < 4; k++) {
      __m256i v = read(x + i + 8 * k);
      total = _mm256_add_epi32(total, v);
      even = _mm256_add_epi32(even, _mm256_and_si256(v, lanes(taken, k)));
    }
  }
  return (struct effect){add_lanes(even), add_lanes(total), odd};
}

static void finish_streaming(void) { _mm_sfence(); }

#else

/* Other processors: the compiler's best on plain loops, and the second thread. */
enum { STEP = 16 };

static inline struct carry scan_steps(const int32_t *x, int32_t *y, size_t n, struct carry carry, const bool streaming) {
  (void)streaming;
  return scan_plain(x, y, n, carry);
}

static struct effect reduce_steps(const int32_t *x, size_t n) { return reduce_plain(x, n, (struct effect){0, 0, 0}); }

static void finish_streaming(void) {}

#endif

static struct carry scan(const int32_t *x, int32_t *y, size_t n, struct carry carry) {
  size_t whole = n / STEP * STEP;
  carry = scan_steps(x, y, whole, carry, false);
  return scan_plain(x + whole, y + whole, n - whole, carry);
}

/* For a y that no cache will hold: its lines are not read before they are written. */
static void scan_streaming(const int32_t *x, int32_t *y, size_t n, struct carry carry) {
  size_t head = (size_t)(-(uintptr_t)y & 63) / sizeof *y;
  if (head > n) head = n;
  carry = scan_plain(x, y, head, carry);
  size_t whole = (n - head) / STEP * STEP;
  carry = scan_steps(x + head, y + head, whole, carry, true);
  scan_plain(x + head + whole, y + head + whole, n - head - whole, carry);
}

static struct effect reduce(const int32_t *x, size_t n) {
  size_t whole = n / STEP * STEP;
  return reduce_plain(x + whole, n - whole, reduce_steps(x, whole));
}

/*
 * Two threads take chunks in turn. Each reads its chunk to learn the effect, hands the carry on, then scans the chunk, which
 * is in its cache by then; nobody waits for another one's scan.
 */
enum {
  MOST_CHUNKS = 1024,
  THREADED_FROM = 1 << 17,
  STREAMING_FROM = 1 << 17,
  SPINS_BEFORE_YIELD = 1000,
  SPINS_BEFORE_SLEEP = 3000,
};

struct slot {
  struct carry carry;
  _Atomic uint32_t ready; /* number of the call whose carry this is */
  char padding[52];
};

/* A helper that has no processor when a call is over is locked out instead of waited for. */
enum door { DOOR_CLOSED, DOOR_OPEN, DOOR_ENTERED };

static struct {
  const int32_t *x;
  int32_t *y;
  size_t n;
  size_t chunk;
  size_t chunk_count;
  struct slot slots[MOST_CHUNKS + 1];
  _Alignas(64) _Atomic size_t next_chunk;
  uint32_t call;
  _Alignas(64) _Atomic uint32_t door; /* whether the helper takes part in the call, enum door */
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  atomic_bool asleep;
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

/* Waits a little longer than the last time; gives the processor away once the other thread seems to need it. */
static inline void pause_briefly(unsigned *waited) {
  if (++*waited > SPINS_BEFORE_YIELD) {
    sched_yield();
    return;
  }
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void work(uint32_t call) {
  const bool streaming = shared.n >= STREAMING_FROM;
  for (;;) {
    size_t index = atomic_fetch_add_explicit(&shared.next_chunk, 1, memory_order_relaxed);
    if (index >= shared.chunk_count) break;
    size_t start = index * shared.chunk;
    size_t n = shared.n - start < shared.chunk ? shared.n - start : shared.chunk;
    struct slot *slot = &shared.slots[index];
    struct effect effect = reduce(shared.x + start, n);
    unsigned waited = 0;
    while (atomic_load_explicit(&slot->ready, memory_order_acquire) != call) pause_briefly(&waited);
    slot[1].carry = apply(slot->carry, effect);
    atomic_store_explicit(&slot[1].ready, call, memory_order_release);
    if (streaming) scan_streaming(shared.x + start, shared.y + start, n, slot->carry);
    else scan(shared.x + start, shared.y + start, n, slot->carry);
  }
  if (streaming) finish_streaming();
}

static bool enter(void) {
  uint32_t open = DOOR_OPEN;
  return atomic_compare_exchange_strong(&shared.door, &open, DOOR_ENTERED);
}

static void wait_and_enter(void) {
  for (unsigned waited = 0; waited < SPINS_BEFORE_SLEEP;) {
    if (atomic_load_explicit(&shared.door, memory_order_relaxed) == DOOR_OPEN && enter()) return;
    pause_briefly(&waited);
  }
  pthread_mutex_lock(&shared.mutex);
  atomic_store(&shared.asleep, true);
  while (!enter()) pthread_cond_wait(&shared.wake, &shared.mutex);
  atomic_store(&shared.asleep, false);
  pthread_mutex_unlock(&shared.mutex);
}

static void *help(void *unused) {
  for (;;) {
    wait_and_enter();
    work(shared.call);
    atomic_store_explicit(&shared.door, DOOR_CLOSED, memory_order_release);
  }
  return unused;
}

static bool have_helper(void) {
  static bool tried, started;
  if (!tried) {
    pthread_t thread;
    tried = true;
    started = pthread_create(&thread, NULL, help, NULL) == 0;
  }
  return started;
}

static void scan_with_helper(const int32_t *x, int32_t *y, size_t n) {
  size_t chunk = n / 8 / STEP * STEP;
  if (chunk > LARGE_CHUNK) chunk = LARGE_CHUNK;
  if (n / chunk >= MOST_CHUNKS) chunk = (n / MOST_CHUNKS / STEP + 1) * STEP;
  uint32_t call = ++shared.call;
  shared.x = x;
  shared.y = y;
  shared.n = n;
  shared.chunk = chunk;
  shared.chunk_count = (n + chunk - 1) / chunk;
  shared.slots[0].carry = (struct carry){0, 0};
  atomic_store(&shared.slots[0].ready, call);
  atomic_store(&shared.next_chunk, 0);
  atomic_store(&shared.door, DOOR_OPEN);
  if (atomic_load(&shared.asleep)) {
    pthread_mutex_lock(&shared.mutex);
    pthread_cond_signal(&shared.wake);
    pthread_mutex_unlock(&shared.mutex);
  }
  work(call);
  uint32_t open = DOOR_OPEN;
  if (atomic_compare_exchange_strong(&shared.door, &open, DOOR_CLOSED)) return;
  unsigned waited = 0;
  while (atomic_load_explicit(&shared.door, memory_order_acquire) != DOOR_CLOSED) pause_briefly(&waited);
}

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  if (n >= THREADED_FROM && have_helper()) scan_with_helper(x, y, n);
  else scan(x, y, n, (struct carry){0, 0});
}
