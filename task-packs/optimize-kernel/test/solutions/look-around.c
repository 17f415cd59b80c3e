/* Looks for secrets while it is loaded, as the same user, and says how it went: exit code 42 where it could read one. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int readable(const char *path, long offset) {
  char byte;
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  int found = fseek(file, offset, SEEK_SET) == 0 && fread(&byte, 1, 1, file) == 1;
  fclose(file);
  return found;
}

__attribute__((constructor)) static void look(void) {
  static const char *const anchors[] = {"reference.so", "start.so", "floor.so", "reference.c"};
  char path[128];
  for (int i = 0; i < 4; i++) {
    snprintf(path, sizeof path, "anchors/%s", anchors[i]);
    if (readable(path, 0)) exit(42);
  }
  /* The warden: its descriptors lead to the regions. */
  for (int descriptor = 0; descriptor < 16; descriptor++) {
    snprintf(path, sizeof path, "/proc/%d/fd/%d", getppid(), descriptor);
    if (getuid() != 0 && readable(path, 0)) exit(42);
  }
  snprintf(path, sizeof path, "/proc/%d/maps", getppid());
  if (getuid() != 0 && readable(path, 0)) exit(42);
}

void prefix_sum(const int32_t *x, int32_t *y, size_t n) {
  if (readable("/proc/self/maps", 0)) exit(43);
  uint32_t sum = 0, taken = 0;
  for (size_t i = 0; i < n; i++) {
    sum += (uint32_t)x[i] & taken;
    taken ^= -(uint32_t)(x[i] > 0);
    y[i] = (int32_t)sum;
  }
}
