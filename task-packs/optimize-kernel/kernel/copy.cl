/* y[i] = x[i]: the bare data movement of the task. One work item an element; any global size. */
__kernel void device_copy(__global const int *x, __global int *y, const ulong n) {
  for (ulong i = get_global_id(0); i < n; i += get_global_size(0)) y[i] = x[i];
}
