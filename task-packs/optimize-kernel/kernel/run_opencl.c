/*
 * Runs the kernels of this folder on an OpenCL device and compares them with their C twins, bit for bit, on fresh random input.
 *
 *   cc -O2 -std=gnu11 -pthread run_opencl.c copy.c conditional_scan.c -o run_opencl -lOpenCL
 *   ./run_opencl FOLDER_OF_THE_KERNELS N SEED
 *
 * Prints one line of JSON: {"device", "n", "copy_ns_per_element", "scan_ns_per_element"}. Exit codes: 0 they agree, 1 they do
 * not, 2 no usable device.
 */
#define CL_TARGET_OPENCL_VERSION 120
#ifdef __APPLE__
#include <OpenCL/cl.h>
#else
#include <CL/cl.h>
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void device_copy(const int32_t *x, int32_t *y, size_t n);
void conditional_scan(const int32_t *x, int32_t *y, size_t n);

enum { CHUNK = 4096, REPEATS = 3 };

struct device {
  cl_device_id id;
  cl_context context;
  cl_command_queue queue;
};

static void require(cl_int status, const char *what) {
  if (status == CL_SUCCESS) return;
  fprintf(stderr, "%s: OpenCL error %d\n", what, status);
  exit(2);
}

/* A GPU where there is one, else whatever there is. */
static struct device open_device(void) {
  cl_platform_id platforms[8];
  cl_uint platform_count = 0;
  struct device device = {0};
  if (clGetPlatformIDs(8, platforms, &platform_count) != CL_SUCCESS) platform_count = 0;
  const cl_device_type wanted[] = {CL_DEVICE_TYPE_GPU, CL_DEVICE_TYPE_ALL};
  for (int kind = 0; kind < 2 && !device.id; kind++) {
    for (cl_uint i = 0; i < platform_count && i < 8 && !device.id; i++) {
      if (clGetDeviceIDs(platforms[i], wanted[kind], 1, &device.id, NULL) != CL_SUCCESS) device.id = NULL;
    }
  }
  if (!device.id) {
    fprintf(stderr, "no OpenCL device\n");
    exit(2);
  }
  cl_int status;
  device.context = clCreateContext(NULL, 1, &device.id, NULL, NULL, &status);
  require(status, "context");
  device.queue = clCreateCommandQueue(device.context, device.id, CL_QUEUE_PROFILING_ENABLE, &status);
  require(status, "queue");
  return device;
}

static char *read_text(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  char *text = calloc(1, 1 << 16);
  if (!file || !text || fread(text, 1, (1 << 16) - 1, file) == 0) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(2);
  }
  fclose(file);
  return text;
}

static cl_program build(const struct device *device, const char *folder, const char *name) {
  char *source = read_text(folder, name);
  cl_int status;
  cl_program program = clCreateProgramWithSource(device->context, 1, (const char **)&source, NULL, &status);
  require(status, name);
  require(clBuildProgram(program, 1, &device->id, "", NULL, NULL), name);
  free(source);
  return program;
}

static cl_kernel kernel_of(cl_program program, const char *name) {
  cl_int status;
  cl_kernel kernel = clCreateKernel(program, name, &status);
  require(status, name);
  return kernel;
}

static cl_mem buffer(const struct device *device, size_t bytes, void *content) {
  cl_int status;
  cl_mem memory = clCreateBuffer(device->context, CL_MEM_READ_WRITE | (content ? CL_MEM_COPY_HOST_PTR : 0), bytes, content, &status);
  require(status, "buffer");
  return memory;
}

/* Nanoseconds that the device spent on it. */
static double run(const struct device *device, cl_kernel kernel, size_t items) {
  cl_event event;
  cl_ulong start, end;
  require(clEnqueueNDRangeKernel(device->queue, kernel, 1, NULL, &items, NULL, 0, NULL, &event), "run");
  require(clWaitForEvents(1, &event), "wait");
  clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof start, &start, NULL);
  clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL);
  clReleaseEvent(event);
  return (double)(end - start);
}

static double time_copy(const struct device *device, cl_program program, cl_mem x, cl_mem y, cl_ulong n) {
  cl_kernel kernel = kernel_of(program, "device_copy");
  clSetKernelArg(kernel, 0, sizeof x, &x);
  clSetKernelArg(kernel, 1, sizeof y, &y);
  clSetKernelArg(kernel, 2, sizeof n, &n);
  return run(device, kernel, n);
}

static double time_scan(const struct device *device, cl_program program, cl_mem x, cl_mem y, cl_ulong n) {
  const cl_ulong chunk = CHUNK, chunks = (n + CHUNK - 1) / CHUNK;
  cl_kernel effects = kernel_of(program, "chunk_effects"), starts = kernel_of(program, "chunk_starts");
  cl_kernel scans = kernel_of(program, "chunk_scans");
  cl_mem effect_memory = buffer(device, chunks * sizeof(cl_uint4), NULL);
  cl_mem start_memory = buffer(device, chunks * sizeof(cl_uint2), NULL);
  clSetKernelArg(effects, 0, sizeof x, &x);
  clSetKernelArg(effects, 1, sizeof effect_memory, &effect_memory);
  clSetKernelArg(effects, 2, sizeof n, &n);
  clSetKernelArg(effects, 3, sizeof chunk, &chunk);
  clSetKernelArg(starts, 0, sizeof effect_memory, &effect_memory);
  clSetKernelArg(starts, 1, sizeof start_memory, &start_memory);
  clSetKernelArg(starts, 2, sizeof chunks, &chunks);
  clSetKernelArg(scans, 0, sizeof x, &x);
  clSetKernelArg(scans, 1, sizeof start_memory, &start_memory);
  clSetKernelArg(scans, 2, sizeof y, &y);
  clSetKernelArg(scans, 3, sizeof n, &n);
  clSetKernelArg(scans, 4, sizeof chunk, &chunk);
  double taken = run(device, effects, chunks) + run(device, starts, 1) + run(device, scans, chunks);
  clReleaseMemObject(effect_memory);
  clReleaseMemObject(start_memory);
  return taken;
}

static void draw(int32_t *x, size_t n, uint64_t state) {
  for (size_t i = 0; i < n; i++) {
    state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    x[i] = (int32_t)(mixed >> 32);
  }
}

int main(int argument_count, char **arguments) {
  if (argument_count != 4) return fprintf(stderr, "usage: run_opencl FOLDER N SEED\n"), 2;
  const size_t n = strtoull(arguments[2], NULL, 10);
  int32_t *x = malloc(n * sizeof *x), *expected = malloc(n * sizeof *x), *got = malloc(n * sizeof *x);
  if (n == 0 || !x || !expected || !got) return 2;
  struct device device = open_device();
  draw(x, n, strtoull(arguments[3], NULL, 10));
  cl_program copying = build(&device, arguments[1], "copy.cl"), scanning = build(&device, arguments[1], "conditional_scan.cl");
  cl_mem input = buffer(&device, n * sizeof *x, x), output = buffer(&device, n * sizeof *x, NULL);
  double best[2] = {1e18, 1e18};
  int differ = 0;
  for (int repeat = 0; repeat < REPEATS; repeat++) {
    for (int scan = 0; scan < 2; scan++) {
      double taken = scan ? time_scan(&device, scanning, input, output, n) : time_copy(&device, copying, input, output, n);
      if (taken < best[scan]) best[scan] = taken;
      require(clEnqueueReadBuffer(device.queue, output, CL_TRUE, 0, n * sizeof *got, got, 0, NULL, NULL), "read");
      (scan ? conditional_scan : device_copy)(x, expected, n);
      differ |= memcmp(expected, got, n * sizeof *got) != 0;
    }
  }
  char name[256] = "";
  clGetDeviceInfo(device.id, CL_DEVICE_NAME, sizeof name - 1, name, NULL);
  printf("{\"device\":\"%s\",\"n\":%zu,\"copy_ns_per_element\":%.4f,\"scan_ns_per_element\":%.4f}\n", name, n,
         best[0] / (double)n, best[1] / (double)n);
  return differ;
}
