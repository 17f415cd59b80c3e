/*
 * What the harness needs of a device. device_cuda.cu is the GPU; device_cpu.c does the same with memory that processes share, so
 * that the harness's control code runs, and is tested, where there is no GPU.
 *
 * Buffers: x and y are shared with the worker; the harness's own x and the answer are not. Lengths count int32 elements.
 * Functions return 0, or -1 with device_error() saying why. Each returns when the device has done it.
 */
#ifndef REBENCH_DEVICE_H
#define REBENCH_DEVICE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct verdict {
  /* First index where y differs from the answer, or n. */
  uint64_t wrong_at;
  /* First index where the worker's x differs from ours, or n. */
  uint64_t changed_at;
  int32_t expected;
  int32_t got;
  /* From the call to the end of the comparison of y, before x is looked at. */
  uint64_t nanoseconds;
};

enum shared_buffer { SHARED_X = 0, SHARED_Y = 1 };

const char *device_error(void);
const char *device_name(void);
/* Makes the buffers. */
int device_open(uint64_t elements);
/* A descriptor of a shared buffer that another process can map; the caller closes it. -1 where it cannot be had. */
int device_share(int buffer);
/* Bytes of a shared buffer as it has to be mapped: the device may round up. */
uint64_t device_shared_bytes(void);
/* Makes an input in our own memory, and its answer. */
int device_draw(const uint32_t key[8], int distribution, uint64_t n);
/* Overwrites the first n elements of y with noise. */
int device_poison(const uint32_t key[8], uint64_t n);
/* Copies our x to the shared one. */
int device_publish(uint64_t n, uint64_t *nanoseconds);
int device_check(uint64_t n, struct verdict *verdict);
/* The smallest piece of work there is. It waits for whatever else is running on the device. */
int device_probe(uint64_t *nanoseconds);
/* Plain values of our x and of the answer, for tests. */
int device_read(uint64_t index, int32_t *x, int32_t *answer);

#ifdef __cplusplus
}
#endif

#endif
