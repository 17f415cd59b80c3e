/*
 * Row matching between two embedding matrices: for each row of `queries` [query_count, width] the row of `keys` [key_count, width]
 * with the largest cosine. Of equals the first wins; a row of zeros has cosine 0 with everything. Row-major float32.
 *
 *   inverse_norms   rows -> 1 / Euclidean length of each, 0 for a row of zeros
 *   row_match       queries, keys, their inverse norms -> best[query_count] (index), cosine[query_count]
 */
__kernel void inverse_norms(__global const float *rows, __global float *inverse, const uint count, const uint width) {
  const uint row = get_global_id(0);
  if (row >= count) return;
  float sum = 0.0f;
  for (uint i = 0; i < width; i++) sum += rows[row * width + i] * rows[row * width + i];
  inverse[row] = sum > 0.0f ? 1.0f / sqrt(sum) : 0.0f;
}

__kernel void row_match(__global const float *queries, __global const float *keys, __global const float *query_inverse,
                        __global const float *key_inverse, __global uint *best, __global float *cosine,
                        const uint query_count, const uint key_count, const uint width) {
  const uint query = get_global_id(0);
  if (query >= query_count) return;
  uint found = 0;
  float largest = -2.0f;
  for (uint key = 0; key < key_count; key++) {
    float product = 0.0f;
    for (uint i = 0; i < width; i++) product += queries[query * width + i] * keys[key * width + i];
    const float likeness = product * query_inverse[query] * key_inverse[key];
    if (likeness > largest) {
      largest = likeness;
      found = key;
    }
  }
  best[query] = found;
  cosine[query] = largest;
}
