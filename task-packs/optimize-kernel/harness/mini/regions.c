#include "regions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outcome.h"

#ifndef MAP_POPULATE
#define MAP_POPULATE 0 /* macOS: pages are faulted in by the warm-up */
#endif

static const char *const names[REGION_COUNT] = {"rebench-plan", "rebench-input", "rebench-output", "rebench-scratch"};

static int worker_writes(enum region region) { return region == REGION_OUTPUT || region == REGION_SCRATCH; }

static void path_of(const char *folder, enum region region, char path[512]) {
  snprintf(path, 512, "%s/%s", folder, names[region]);
}

size_t region_bytes(enum region region) {
  switch (region) {
    case REGION_PLAN:
      return sizeof(struct plan);
    case REGION_SCRATCH:
      return sizeof(struct scratch);
    default:
      return REGION_ELEMENTS * sizeof(int32_t);
  }
}

static void *create(const char *folder, enum region region) {
  char path[512];
  path_of(folder, region, path);
  unlink(path);
  int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fault("cannot create %s (errno %d)", path, errno);
  if (fchmod(descriptor, worker_writes(region) ? 0666 : 0644) != 0) fault("cannot open up %s (errno %d)", path, errno);
  size_t bytes = region_bytes(region);
#ifdef __linux__
  /* Takes the memory now: a full tmpfs is an error here and a SIGBUS later. */
  int error = posix_fallocate(descriptor, 0, (off_t)bytes);
  if (error != 0) fault("the shared folder has no room for %zu bytes (errno %d)", bytes, error);
#else
  if (ftruncate(descriptor, (off_t)bytes) != 0) fault("cannot size %s (errno %d)", path, errno);
#endif
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) fault("cannot map %s (errno %d)", path, errno);
  close(descriptor);
  return memory;
}

struct regions regions_create(const char *folder) {
  return (struct regions){
      .plan = create(folder, REGION_PLAN),
      .input = create(folder, REGION_INPUT),
      .output = create(folder, REGION_OUTPUT),
      .scratch = create(folder, REGION_SCRATCH),
  };
}

void regions_unlink(const char *folder) {
  for (int region = 0; region < REGION_COUNT; region++) {
    char path[512];
    path_of(folder, (enum region)region, path);
    if (unlink(path) != 0) fault("cannot remove %s (errno %d)", path, errno);
  }
}

int regions_open(const char *folder, int descriptors[REGION_COUNT]) {
  for (int region = 0; region < REGION_COUNT; region++) {
    char path[512];
    path_of(folder, (enum region)region, path);
    int access = worker_writes((enum region)region) ? O_RDWR : O_RDONLY;
    descriptors[region] = open(path, access | O_CLOEXEC);
    if (descriptors[region] < 0) return -1;
  }
  return 0;
}

static void *map(const int descriptors[REGION_COUNT], enum region region, size_t bytes) {
  int protection = worker_writes(region) ? PROT_READ | PROT_WRITE : PROT_READ;
  void *memory = mmap(NULL, bytes, protection, MAP_SHARED | MAP_POPULATE, descriptors[region], 0);
  return memory == MAP_FAILED ? NULL : memory;
}

int regions_map(const int descriptors[REGION_COUNT], struct regions *regions) {
  regions->plan = map(descriptors, REGION_PLAN, region_bytes(REGION_PLAN));
  regions->scratch = map(descriptors, REGION_SCRATCH, region_bytes(REGION_SCRATCH));
  if (!regions->plan || !regions->scratch) return -1;
  size_t bytes = regions->plan->mapped_elements * sizeof(int32_t);
  regions->input = map(descriptors, REGION_INPUT, bytes);
  regions->output = map(descriptors, REGION_OUTPUT, bytes);
  return regions->input && regions->output ? 0 : -1;
}
