/*
 * Runs row_match.cl on an OpenCL device and compares it with its C twin on fresh random input: keys are Gaussian rows, queries are
 * shuffled keys with a factor and noise, and some rows of zeros.
 *
 *   cc -O2 -std=gnu11 run_opencl.c row_match.c -o run_opencl -lOpenCL -lm
 *   ./run_opencl FOLDER_OF_THE_KERNELS ROWS WIDTH SEED
 *
 * Prints one line of JSON: {"device", "rows", "width", "matched", "largest_difference", "ns_per_product"}. `matched` is the share of
 * queries that found the key they were made of. Exit codes: 0 they agree, 1 they do not, 2 no usable device.
 */
#define CL_TARGET_OPENCL_VERSION 120
#ifdef __APPLE__
#include <OpenCL/cl.h>
#else
#include <CL/cl.h>
#endif
#include "row_match.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Cosines of up to a few hundred products in float32 agree to this; of rows that are this close either may be found. */
#define TOLERANCE 2e-5

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

static cl_program build(const struct device *device, const char *folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/row_match.cl", folder);
  FILE *file = fopen(path, "r");
  char *source = calloc(1, 1 << 16);
  if (!file || !source || fread(source, 1, (1 << 16) - 1, file) == 0) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(2);
  }
  fclose(file);
  cl_int status;
  cl_program program = clCreateProgramWithSource(device->context, 1, (const char **)&source, NULL, &status);
  require(status, path);
  require(clBuildProgram(program, 1, &device->id, "", NULL, NULL), path);
  free(source);
  return program;
}

static cl_kernel kernel_of(cl_program program, const char *name) {
  cl_int status;
  cl_kernel kernel = clCreateKernel(program, name, &status);
  require(status, name);
  return kernel;
}

static cl_mem buffer(const struct device *device, size_t bytes, const void *content) {
  cl_int status;
  const cl_mem_flags flags = CL_MEM_READ_WRITE | (content ? CL_MEM_COPY_HOST_PTR : 0);
  cl_mem memory = clCreateBuffer(device->context, flags, bytes, (void *)(uintptr_t)content, &status);
  require(status, "buffer");
  return memory;
}

static void set_buffer(cl_kernel kernel, cl_uint index, cl_mem memory) {
  require(clSetKernelArg(kernel, index, sizeof memory, &memory), "argument");
}

static void set_number(cl_kernel kernel, cl_uint index, size_t number) {
  const cl_uint value = (cl_uint)number;
  require(clSetKernelArg(kernel, index, sizeof value, &value), "argument");
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

/* Runs both kernels; nanoseconds of the matching. */
static double match_on_device(const struct device *device, cl_program program, const float *queries, const float *keys,
                              size_t rows, size_t width, uint32_t *best, float *cosine) {
  const size_t bytes = rows * width * sizeof(float);
  cl_mem query_rows = buffer(device, bytes, queries), key_rows = buffer(device, bytes, keys);
  cl_mem query_inverse = buffer(device, rows * sizeof(float), NULL), key_inverse = buffer(device, rows * sizeof(float), NULL);
  cl_mem found = buffer(device, rows * sizeof(uint32_t), NULL), likeness = buffer(device, rows * sizeof(float), NULL);
  cl_kernel norms = kernel_of(program, "inverse_norms"), match = kernel_of(program, "row_match");
  for (int side = 0; side < 2; side++) {
    set_buffer(norms, 0, side ? key_rows : query_rows);
    set_buffer(norms, 1, side ? key_inverse : query_inverse);
    set_number(norms, 2, rows);
    set_number(norms, 3, width);
    run(device, norms, rows);
  }
  const cl_mem buffers[] = {query_rows, key_rows, query_inverse, key_inverse, found, likeness};
  for (cl_uint i = 0; i < 6; i++) set_buffer(match, i, buffers[i]);
  set_number(match, 6, rows);
  set_number(match, 7, rows);
  set_number(match, 8, width);
  const double taken = run(device, match, rows);
  require(clEnqueueReadBuffer(device->queue, found, CL_TRUE, 0, rows * sizeof *best, best, 0, NULL, NULL), "read");
  require(clEnqueueReadBuffer(device->queue, likeness, CL_TRUE, 0, rows * sizeof *cosine, cosine, 0, NULL, NULL), "read");
  for (int i = 0; i < 6; i++) clReleaseMemObject(buffers[i]);
  return taken;
}

static uint64_t state;

static double uniform(void) {
  state += 0x9e3779b97f4a7c15u;
  uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
  return (double)((mixed ^ mixed >> 31) >> 11) * 0x1p-53;
}

static float gaussian(void) {
  return (float)(sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform()));
}

/* Keys, queries made of them in another order, and which key each query was made of. Every 97th query is zeros. */
static void draw(float *queries, float *keys, uint32_t *made_of, size_t rows, size_t width) {
  for (size_t i = 0; i < rows * width; i++) keys[i] = gaussian();
  for (size_t i = 0; i < rows; i++) made_of[i] = (uint32_t)i;
  for (size_t i = rows - 1; i > 0; i--) {
    const size_t other = (size_t)(uniform() * (double)(i + 1));
    const uint32_t moved = made_of[i];
    made_of[i] = made_of[other];
    made_of[other] = moved;
  }
  for (size_t row = 0; row < rows; row++) {
    const float factor = (float)pow(4, 2 * uniform() - 1);
    /* Half of the queries are so noisy that many keys are about as like. */
    const float noise = row % 2 ? 0.3f : 3.0f;
    for (size_t i = 0; i < width; i++) {
      const float value = factor * (keys[made_of[row] * width + i] + noise * gaussian());
      queries[row * width + i] = row % 97 == 96 ? 0.0f : value;
    }
  }
}

int main(int argument_count, char **arguments) {
  if (argument_count != 5) return fprintf(stderr, "usage: run_opencl FOLDER ROWS WIDTH SEED\n"), 2;
  const size_t rows = strtoull(arguments[2], NULL, 10), width = strtoull(arguments[3], NULL, 10);
  state = strtoull(arguments[4], NULL, 10);
  float *queries = malloc(rows * width * sizeof *queries), *keys = malloc(rows * width * sizeof *keys);
  uint32_t *expected = malloc(rows * sizeof *expected), *got = malloc(rows * sizeof *got), *made_of = malloc(rows * sizeof *made_of);
  float *expected_cosine = malloc(rows * sizeof(float)), *got_cosine = malloc(rows * sizeof(float));
  if (!rows || !width || !queries || !keys || !expected || !got || !made_of || !expected_cosine || !got_cosine) return 2;
  struct device device = open_device();
  draw(queries, keys, made_of, rows, width);
  row_match(queries, rows, keys, rows, width, expected, expected_cosine);
  const double taken = match_on_device(&device, build(&device, arguments[1]), queries, keys, rows, width, got, got_cosine);
  double largest = 0;
  size_t matched = 0;
  for (size_t row = 0; row < rows; row++) {
    matched += got[row] == made_of[row];
    if (got[row] >= rows) return fprintf(stderr, "query %zu found row %u of %zu\n", row, got[row], rows), 1;
    /* What the device found must be as good as the best, and as like as it says. */
    const double truly = row_cosine(queries + row * width, keys + got[row] * width, width);
    largest = fmax(largest, fmax(fabs(expected_cosine[row] - truly), fabs(expected_cosine[row] - got_cosine[row])));
  }
  char name[256] = "";
  clGetDeviceInfo(device.id, CL_DEVICE_NAME, sizeof name - 1, name, NULL);
  printf("{\"device\":\"%s\",\"rows\":%zu,\"width\":%zu,\"matched\":%.4f,\"largest_difference\":%.2e,\"ns_per_product\":%.3f}\n", name,
         rows, width, (double)matched / (double)rows, largest, taken / (double)(rows * rows));
  return !(largest <= TOLERANCE);
}
