/*
 * device.h on an NVIDIA GPU.
 *
 * The shared buffers are made with the driver's virtual memory functions and handed on as file descriptors. The older handles of
 * cudaIpcGetMemHandle work between processes of one user only, and harness and worker are two; a descriptor is its own permission.
 */
#include "device.h"

#include <cuda.h>
#include <cuda_runtime.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "elements.h"

namespace {

struct shared_memory {
  CUmemGenericAllocationHandle handle;
  int32_t *memory;
};

struct {
  uint64_t elements, bytes;
  shared_memory shared[2];
  int32_t *x, *answer;
  /* Effects of the chunks, and of the chunks of chunks; afterwards the states before them. */
  effect *chunks, *groups;
  /* wrong_at, changed_at. */
  unsigned long long *found;
  cudaStream_t stream;
  char name[256];
  const char *error;
} device;

}  // namespace

#define LAUNCH(kernel, blocks, ...) kernel<<<blocks, threads, 0, device.stream>>>(__VA_ARGS__)
#include "device_kernels.cuh"

namespace {

int failed(const char *error) {
  device.error = error;
  return -1;
}

int checked(cudaError_t status) { return status == cudaSuccess ? 0 : failed(cudaGetErrorString(status)); }

int checked(CUresult status) {
  const char *text = "unknown error of the driver";
  if (status == CUDA_SUCCESS) return 0;
  cuGetErrorString(status, &text);
  return failed(text);
}

/* Everything launched so far has ended, without an error. */
int finished() {
  if (checked(cudaGetLastError()) != 0) return -1;
  return checked(cudaStreamSynchronize(device.stream));
}

uint64_t nanoseconds_now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int make_shared(shared_memory *shared) {
  CUmemAllocationProp properties = {};
  CUmemAccessDesc access = {};
  CUdeviceptr address = 0;
  size_t granularity = 0;
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = {CU_MEM_LOCATION_TYPE_DEVICE, 0};
  properties.requestedHandleTypes = CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR;
  if (checked(cuMemGetAllocationGranularity(&granularity, &properties, CU_MEM_ALLOC_GRANULARITY_RECOMMENDED))) return -1;
  device.bytes = (device.elements * sizeof(int32_t) + granularity - 1) / granularity * granularity;
  if (checked(cuMemCreate(&shared->handle, device.bytes, &properties, 0))) return -1;
  if (checked(cuMemAddressReserve(&address, device.bytes, 0, 0, 0))) return -1;
  if (checked(cuMemMap(address, device.bytes, 0, shared->handle, 0))) return -1;
  access.location = properties.location;
  access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
  shared->memory = (int32_t *)address;
  return checked(cuMemSetAccess(address, device.bytes, &access, 1));
}

int compare(const int32_t *left, const int32_t *right, uint64_t n, unsigned long long *found) {
  LAUNCH(find_difference, wide, left, right, n, found);
  return finished();
}

}  // namespace

extern "C" const char *device_error(void) { return device.error ? device.error : "no error"; }

extern "C" const char *device_name(void) { return device.name; }

extern "C" uint64_t device_shared_bytes(void) { return device.bytes; }

extern "C" int device_open(uint64_t elements) {
  cudaDeviceProp properties;
  device.elements = elements;
  if (checked(cudaSetDevice(0)) || checked(cudaFree(nullptr))) return -1;
  if (checked(cudaGetDeviceProperties(&properties, 0))) return -1;
  snprintf(device.name, sizeof device.name, "%s", properties.name);
  if (checked(cudaStreamCreateWithFlags(&device.stream, cudaStreamNonBlocking))) return -1;
  if (make_shared(&device.shared[SHARED_X]) || make_shared(&device.shared[SHARED_Y])) return -1;
  const uint64_t chunks = chunks_of(elements, chunk), groups = chunks_of(chunks, chunk);
  if (checked(cudaMalloc((void **)&device.x, elements * sizeof(int32_t)))) return -1;
  if (checked(cudaMalloc((void **)&device.answer, elements * sizeof(int32_t)))) return -1;
  if (checked(cudaMalloc((void **)&device.chunks, chunks * sizeof(effect)))) return -1;
  if (checked(cudaMalloc((void **)&device.groups, groups * sizeof(effect)))) return -1;
  return checked(cudaMalloc((void **)&device.found, 2 * sizeof *device.found));
}

extern "C" int device_share(int buffer) {
  int descriptor = -1;
  const CUresult status =
      cuMemExportToShareableHandle(&descriptor, device.shared[buffer].handle, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR, 0);
  return checked(status) == 0 ? descriptor : -1;
}

extern "C" int device_draw(const uint32_t words[8], int distribution, uint64_t n) {
  key key;
  if (n > device.elements) return failed("the input does not fit");
  memcpy(key.words, words, sizeof key.words);
  draw(key, distribution, device.x, device.answer, device.chunks, device.groups, n);
  return finished();
}

extern "C" int device_poison(const uint32_t words[8], uint64_t n) {
  key key;
  memcpy(key.words, words, sizeof key.words);
  LAUNCH(fill, blocks_for(chunks_of(n, BLOCK_WORDS)), device.shared[SHARED_Y].memory, key, NOISE, n);
  return finished();
}

extern "C" int device_publish(uint64_t n, uint64_t *nanoseconds) {
  const uint64_t start = nanoseconds_now();
  /* A kernel, not a copy engine: it waits for other kernels, so that its time tells of them. */
  LAUNCH(copy, wide, device.x, device.shared[SHARED_X].memory, n);
  const int status = finished();
  *nanoseconds = nanoseconds_now() - start;
  return status;
}

extern "C" int device_check(uint64_t n, struct verdict *verdict) {
  const uint64_t start = nanoseconds_now();
  unsigned long long found[2] = {n, n};
  memset(verdict, 0, sizeof *verdict);
  if (checked(cudaMemcpyAsync(device.found, found, sizeof found, cudaMemcpyHostToDevice, device.stream))) return -1;
  if (compare(device.shared[SHARED_Y].memory, device.answer, n, device.found)) return -1;
  verdict->nanoseconds = nanoseconds_now() - start;
  if (compare(device.shared[SHARED_X].memory, device.x, n, device.found + 1)) return -1;
  if (checked(cudaMemcpy(found, device.found, sizeof found, cudaMemcpyDeviceToHost))) return -1;
  verdict->wrong_at = found[0];
  verdict->changed_at = found[1];
  if (found[0] >= n) return 0;
  if (checked(cudaMemcpy(&verdict->expected, device.answer + found[0], sizeof(int32_t), cudaMemcpyDeviceToHost))) return -1;
  return checked(cudaMemcpy(&verdict->got, device.shared[SHARED_Y].memory + found[0], sizeof(int32_t), cudaMemcpyDeviceToHost));
}

extern "C" int device_probe(uint64_t *nanoseconds) {
  const uint64_t start = nanoseconds_now();
  LAUNCH(nothing, 1);
  const int status = finished();
  *nanoseconds = nanoseconds_now() - start;
  return status;
}

extern "C" int device_read(uint64_t index, int32_t *x, int32_t *answer) {
  if (checked(cudaMemcpy(x, device.x + index, sizeof *x, cudaMemcpyDeviceToHost))) return -1;
  return checked(cudaMemcpy(answer, device.answer + index, sizeof *answer, cudaMemcpyDeviceToHost));
}
