/*
 * Masked cross-entropy over a vocabulary: for each place of `logits` [places, vocabulary] the negative logarithm of the share that softmax
 * gives `targets[place]`; 0 where the target is -1. Row-major float32. One work-group of GROUP items for each place; GROUP is a
 * power of two.
 */
#ifndef GROUP
#define GROUP 64
#endif

static float reduce(__local float *shared, const float mine, const int largest) {
  const uint item = get_local_id(0);
  shared[item] = mine;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2) {
    if (item < half_size) {
      const float a = shared[item], b = shared[item + half_size];
      shared[item] = largest ? fmax(a, b) : a + b;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float all = shared[0];
  barrier(CLK_LOCAL_MEM_FENCE);
  return all;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void masked_cross_entropy(__global const float *logits,
                                                                                     __global const int *targets,
                                                                                     __global float *losses,
                                                                                     const uint vocabulary) {
  __local float shared[GROUP];
  const uint place = get_group_id(0), item = get_local_id(0);
  const int target = targets[place];
  __global const float *row = logits + (ulong)place * vocabulary;
  float largest = -INFINITY;
  for (uint token = item; token < vocabulary; token += GROUP) largest = fmax(largest, row[token]);
  largest = reduce(shared, largest, 1);
  float sum = 0.0f;
  for (uint token = item; token < vocabulary; token += GROUP) sum += exp(row[token] - largest);
  sum = reduce(shared, sum, 0);
  if (item == 0) losses[place] = target < 0 ? 0.0f : log(sum) + largest - row[target];
}
