/*
 * Runs the reference's kernel (KERNEL names the file that it was extracted to) on the processor and compares it with the plain loop:
 * many sizes and kinds of values, several launches on the same descriptors, one line for each difference.
 *
 *   emulate-scan SEED TILES        sizes go up to about so many tiles
 */
#include "cuda-emulation.h"

#define threadIdx (emulation::dimensions{emulation::current->thread})
#define blockIdx (emulation::dimensions{emulation::current->block->index})
#define SHARED(type, name) type &name = *(type *)emulation::current->block->shared
#define LOAD_PAIR(pointer, first, second) emulation::read_pair((const uint64_t *)(pointer)->words, *(uint64_t *)&first, *(uint64_t *)&second)
#define STORE_PAIR(pointer, first, second) emulation::write_pair((uint64_t *)(pointer)->words, first, second)
#define PAUSE() emulation::yield()
#include KERNEL

enum { KINDS = 5, GUARD = 64, resident_tiles = 70 };

static int32_t draw(int kind) {
  const uint32_t word = emulation::chance(0xffffffffu);
  switch (kind) {
    case 0:
      return (int32_t)word;
    case 1:
      return (int32_t)(word % 20) - 10;
    case 2:
      return word % 500 == 0 ? (int32_t)(word >> 1) : -(int32_t)(word >> 1);
    case 3:
      return word % 500 != 0 ? (int32_t)(word >> 1) + 1 : 0;
    default:
      return (int32_t)(word % 3) - 1;
  }
}

static std::vector<descriptor> descriptors;
static uint32_t tickets = 0xffffffffu - 20, handed_out = 0xffffffffu - 20, launches;

static int try_size(uint64_t n, int kind, uint32_t resident, uint32_t patience) {
  const uint32_t tiles = (uint32_t)((n + TILE - 1) / TILE);
  std::vector<int4> x_room(n / 4 + 1), y_room((n + GUARD) / 4 + 1);
  int32_t *x = (int32_t *)x_room.data(), *y = (int32_t *)y_room.data();
  for (uint64_t i = 0; i < n; i++) x[i] = draw(kind);
  for (uint64_t i = 0; i < n + GUARD; i++) y[i] = 0x5a5a5a5a;
  if (descriptors.size() < tiles) descriptors.resize(tiles);
  launches++;
  const uint32_t first = handed_out, launch = launches;
  emulation::run(tiles, THREADS, resident, patience, [=] {
    conditional_scan(x, y, n, descriptors.data(), &tickets, first, launch);
  });
  handed_out += tiles;
  uint32_t sum = 0, odd = 0;
  for (uint64_t i = 0; i < n; i++) {
    if (odd) sum += (uint32_t)x[i];
    odd ^= x[i] > 0;
    if (y[i] == (int32_t)sum) continue;
    printf("n = %llu, kind %d: y[%llu] is %d, not %d\n", (unsigned long long)n, kind, (unsigned long long)i, y[i], (int32_t)sum);
    return 1;
  }
  for (uint64_t i = n; i < n + GUARD; i++) {
    if (y[i] == 0x5a5a5a5a) continue;
    printf("n = %llu: wrote behind the end\n", (unsigned long long)n);
    return 1;
  }
  return 0;
}

int main(int, char **arguments) {
  emulation::chance_state = strtoull(arguments[1], nullptr, 10) * 2 + 1;
  const uint64_t most = strtoull(arguments[2], nullptr, 10);
  const uint64_t sizes[] = {1, 2, 3, 4, 5, 31, 127, 128, 511, 513, TILE - 1, TILE, TILE + 1, 2 * TILE + 7, most * TILE - 3};
  int wrong = 0, tried = 0;
  for (uint64_t n : sizes) {
    wrong += try_size(n, (int)emulation::chance(KINDS), 1 + emulation::chance(6), 1);
    tried++;
  }
  for (int kind = 0; kind < KINDS; kind++) {
    wrong += try_size((1 + emulation::chance((uint32_t)most)) * TILE + emulation::chance(TILE), kind, 2 + emulation::chance(4), 3);
    tried++;
  }
  /* Whole windows of tiles whose final state is not known yet. */
  wrong += try_size((resident_tiles + 3) * TILE + 1, 0, resident_tiles, 5000);
  tried++;
  printf("{\"tried\":%d,\"wrong\":%d}\n", tried, wrong);
  return wrong > 0;
}
