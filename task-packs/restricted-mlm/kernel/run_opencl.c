/*
 * Runs masked_cross_entropy.cl on an OpenCL device and compares it with its C twin on fresh random input: rows of logits of very
 * different sizes, 15 % of the places with a target.
 *
 *   cc -O2 -std=gnu11 run_opencl.c masked_cross_entropy.c -o run_opencl -lOpenCL -lm
 *   ./run_opencl FOLDER_OF_THE_KERNELS PLACES VOCABULARY SEED
 *
 * Prints one line of JSON: {"device", "places", "vocabulary", "predicted", "loss", "largest_difference", "ns_per_logit"}. `loss` is the
 * mean over the places with a target. Exit codes: 0 they agree, 1 they do not, 2 no usable device.
 */
#define CL_TARGET_OPENCL_VERSION 120
#ifdef __APPLE__
#include <OpenCL/cl.h>
#else
#include <CL/cl.h>
#endif
#include "masked_cross_entropy.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Of a loss, or of 1 where it is smaller: sums of some thousand float32 exponentials agree to this. */
#define TOLERANCE 2e-5
#define GROUP 64

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

static cl_kernel build(const struct device *device, const char *folder) {
  char path[4096], flags[32];
  snprintf(path, sizeof path, "%s/masked_cross_entropy.cl", folder);
  snprintf(flags, sizeof flags, "-DGROUP=%d", GROUP);
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
  require(clBuildProgram(program, 1, &device->id, flags, NULL, NULL), path);
  free(source);
  cl_kernel kernel = clCreateKernel(program, "masked_cross_entropy", &status);
  require(status, "kernel");
  return kernel;
}

static cl_mem buffer(const struct device *device, size_t bytes, const void *content) {
  cl_int status;
  const cl_mem_flags flags = CL_MEM_READ_WRITE | (content ? CL_MEM_COPY_HOST_PTR : 0);
  cl_mem memory = clCreateBuffer(device->context, flags, bytes, (void *)(uintptr_t)content, &status);
  require(status, "buffer");
  return memory;
}

/* Nanoseconds that the device spent on it. */
static double run_on_device(const struct device *device, cl_kernel kernel, const float *logits, const int32_t *targets,
                            float *losses, size_t places, size_t vocabulary) {
  const cl_mem buffers[] = {buffer(device, places * vocabulary * sizeof *logits, logits),
                            buffer(device, places * sizeof *targets, targets),
                            buffer(device, places * sizeof *losses, NULL)};
  for (cl_uint i = 0; i < 3; i++) require(clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]), "argument");
  const cl_uint width = (cl_uint)vocabulary;
  require(clSetKernelArg(kernel, 3, sizeof width, &width), "argument");
  const size_t items = places * GROUP, group = GROUP;
  cl_event event;
  cl_ulong start, end;
  require(clEnqueueNDRangeKernel(device->queue, kernel, 1, NULL, &items, &group, 0, NULL, &event), "run");
  require(clWaitForEvents(1, &event), "wait");
  clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof start, &start, NULL);
  clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL);
  clReleaseEvent(event);
  require(clEnqueueReadBuffer(device->queue, buffers[2], CL_TRUE, 0, places * sizeof *losses, losses, 0, NULL, NULL), "read");
  for (int i = 0; i < 3; i++) clReleaseMemObject(buffers[i]);
  return (double)(end - start);
}

static uint64_t state;

static double uniform(void) {
  state += 0x9e3779b97f4a7c15u;
  uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
  return (double)((mixed ^ mixed >> 31) >> 11) * 0x1p-53;
}

/* Some rows are nearly even, some have one logit that outweighs all others; all are shifted by far more than float32's exp can bear. */
static void draw(float *logits, int32_t *targets, size_t places, size_t vocabulary) {
  for (size_t place = 0; place < places; place++) {
    const double size = pow(10, 3 * uniform() - 1), shift = 400 * uniform() - 200;
    for (size_t token = 0; token < vocabulary; token++)
      logits[place * vocabulary + token] = (float)(size * (2 * uniform() - 1) + shift);
    targets[place] = uniform() < 0.15 ? (int32_t)(uniform() * (double)vocabulary) : -1;
  }
}

int main(int argument_count, char **arguments) {
  if (argument_count != 5) return fprintf(stderr, "usage: run_opencl FOLDER PLACES VOCABULARY SEED\n"), 2;
  const size_t places = strtoull(arguments[2], NULL, 10), vocabulary = strtoull(arguments[3], NULL, 10);
  state = strtoull(arguments[4], NULL, 10);
  float *logits = malloc(places * vocabulary * sizeof *logits), *expected = malloc(places * sizeof *expected);
  float *got = malloc(places * sizeof *got);
  int32_t *targets = malloc(places * sizeof *targets);
  if (!places || !vocabulary || !logits || !expected || !got || !targets) return 2;
  struct device device = open_device();
  draw(logits, targets, places, vocabulary);
  masked_cross_entropy(logits, targets, expected, places, vocabulary);
  const double taken = run_on_device(&device, build(&device, arguments[1]), logits, targets, got, places, vocabulary);
  double largest = 0, sum = 0;
  size_t predicted = 0;
  for (size_t place = 0; place < places; place++) {
    const double difference = fabs(got[place] - expected[place]) / fmax(1, fabs(expected[place]));
    if (!(difference <= largest)) largest = difference;
    predicted += targets[place] >= 0;
    sum += got[place];
  }
  char name[256] = "";
  clGetDeviceInfo(device.id, CL_DEVICE_NAME, sizeof name - 1, name, NULL);
  printf("{\"device\":\"%s\",\"places\":%zu,\"vocabulary\":%zu,\"predicted\":%zu,\"loss\":%.4f,\"largest_difference\":%.2e,"
         "\"ns_per_logit\":%.3f}\n",
         name, places, vocabulary, predicted, sum / fmax(1, (double)predicted), largest, taken / (double)(places * vocabulary));
  return !(largest <= TOLERANCE);
}
