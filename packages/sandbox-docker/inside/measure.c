#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Every level holds a descriptor, and a buffer that is small because of that. */
enum { DEEPEST = 500, BUFFER = 4096, PAGE = 4096 };

/* As the kernel writes it; `readdir` would take 32 KiB a level. */
struct kernel_entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

struct level {
  int folder;
  size_t have, next;
  _Alignas(struct kernel_entry) char buffer[BUFFER];
};

/*
 * A file's blocks may include some for the file system's own map of it: not the owner's doing, and a file of exactly the limit
 * must fit. More than a map needs is counted.
 */
static uint64_t bytes_of(const struct stat *status) {
  uint64_t allocated = (uint64_t)status->st_blocks * 512;
  uint64_t content = ((uint64_t)status->st_size + PAGE - 1) / PAGE * PAGE;
  uint64_t map = content / 64 + (content > 4 * PAGE ? PAGE : 0);
  if (allocated > content && allocated - content <= map) allocated = content;
  /* Each name of a file counts its part, so that it is counted once. */
  return status->st_nlink > 1 ? allocated / status->st_nlink : allocated;
}

static struct level *make_level(int folder) {
  struct level *level = malloc(sizeof *level);
  if (level == NULL) {
    close(folder);
    return NULL;
  }
  level->folder = folder;
  level->have = level->next = 0;
  return level;
}

static const struct kernel_entry *next_entry(struct level *level, struct measure *measure) {
  if (level->next >= level->have) {
    long got = syscall(SYS_getdents64, level->folder, level->buffer, sizeof level->buffer);
    if (got < 0 && errno != ENOENT) measure->closed = true;
    if (got <= 0) return NULL;
    level->have = (size_t)got;
    level->next = 0;
  }
  const struct kernel_entry *entry = (const struct kernel_entry *)(level->buffer + level->next);
  level->next += entry->length;
  return entry;
}

/* A folder to go into, or -1; everything else is added. */
static int look_at(const struct level *level, const char *name, dev_t device, struct measure *measure) {
  struct stat status;
  if (fstatat(level->folder, name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) {
    if (errno != ENOENT) measure->closed = true;
    return -1;
  }
  if (status.st_dev != device) return -1;
  if (!S_ISDIR(status.st_mode)) {
    uint64_t bytes = bytes_of(&status);
    if (bytes > measure->free_bytes) measure->bytes += bytes - measure->free_bytes;
    return -1;
  }
  int inner = openat(level->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (inner < 0) {
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) measure->closed = true;
    return -1;
  }
  if (fstat(inner, &status) == 0 && status.st_dev == device) return inner;
  close(inner);
  return -1;
}

void measure_folder(int folder, struct measure *measure) {
  struct level *levels[DEEPEST];
  struct stat status;
  int depth = 0;
  if (fstat(folder, &status) != 0 || (levels[0] = make_level(folder)) == NULL) {
    measure->closed = true;
    return;
  }
  while (depth >= 0) {
    const struct kernel_entry *entry = next_entry(levels[depth], measure);
    if (entry == NULL) {
      close(levels[depth]->folder);
      free(levels[depth]);
      depth--;
      continue;
    }
    if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
    int inner = look_at(levels[depth], entry->name, status.st_dev, measure);
    if (inner < 0) continue;
    if (depth + 1 == DEEPEST) {
      close(inner);
      measure->bytes += TOO_DEEP_BYTES;
      continue;
    }
    struct level *level = make_level(inner);
    if (level == NULL) measure->closed = true;
    else levels[++depth] = level;
  }
}
