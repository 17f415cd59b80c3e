/*
 * The conditional prefix sum, plain and correct, in three kernels. A chunk is a run of `chunk` elements that one work item
 * walks through; sums are modulo 2^32 (uint).
 *
 *   chunk_effects   x -> effects[chunks], what each chunk does to the state (parity of positives, sum)
 *   chunk_starts    effects -> starts[chunks], the state before each chunk; one work item
 *   chunk_scans     x, starts -> y
 *
 * effect: x = sum if the number of positives before the chunk is even, y = sum if it is odd, z = parity of its own positives.
 * start:  x = sum, y = parity.
 */
__kernel void chunk_effects(__global const int *x, __global uint4 *effects, const ulong n, const ulong chunk) {
  const ulong first = get_global_id(0) * chunk;
  const ulong end = min(first + chunk, n);
  uint4 effect = (uint4)(0, 0, 0, 0);
  for (ulong i = first; i < end; i++) {
    const uint element = (uint)x[i];
    if (effect.z) effect.x += element;
    else effect.y += element;
    effect.z ^= x[i] > 0;
  }
  if (first < n) effects[get_global_id(0)] = effect;
}

__kernel void chunk_starts(__global const uint4 *effects, __global uint2 *starts, const ulong chunks) {
  if (get_global_id(0) != 0) return;
  uint2 state = (uint2)(0, 0);
  for (ulong i = 0; i < chunks; i++) {
    starts[i] = state;
    state.x += state.y ? effects[i].y : effects[i].x;
    state.y ^= effects[i].z;
  }
}

__kernel void chunk_scans(__global const int *x, __global const uint2 *starts, __global int *y, const ulong n,
                          const ulong chunk) {
  const ulong first = get_global_id(0) * chunk;
  const ulong end = min(first + chunk, n);
  if (first >= n) return;
  uint2 state = starts[get_global_id(0)];
  for (ulong i = first; i < end; i++) {
    if (state.y) state.x += (uint)x[i];
    state.y ^= x[i] > 0;
    y[i] = (int)state.x;
  }
}
