#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptors.h"
#include "places.h"

#define END_FILE STATE_FOLDER "/end.json"

enum { LARGEST_FILE = 64 * 1024, RESERVED = 4096, PATH_LENGTH = 256 };

/*
 * Not synced: an agent that keeps the disk busy could make that take seconds, and deadlines pass meanwhile. After a power cut
 * no container is left that needs these files; what is found then may be empty.
 */
static bool replace(const char *path, const char *text, size_t length) {
  char beside[PATH_LENGTH];
  if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) return false;
  /* Not truncated before it is written: what is reserved stays ours. */
  int file = open(beside, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool done = write_all(file, text, length) && ftruncate(file, (off_t)length) == 0;
  close(file);
  return done && rename(beside, path) == 0;
}

bool state_write(const char *path, json_t *value) {
  char *text = json_dumps(value, JSON_COMPACT);
  json_decref(value);
  bool written = text != NULL && replace(path, text, strlen(text));
  int reason = errno;
  free(text);
  errno = reason;
  return written;
}

json_t *state_read(const char *path) {
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return NULL;
  char *text = malloc(LARGEST_FILE);
  size_t length = 0;
  while (text != NULL && length < LARGEST_FILE) {
    ssize_t got = read(file, text + length, LARGEST_FILE - length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    length += (size_t)got;
  }
  close(file);
  json_t *value = text == NULL ? NULL : json_loadb(text, length, 0, NULL);
  free(text);
  if (json_is_object(value)) return value;
  json_decref(value);
  return NULL;
}

void state_reserve_end(void) {
  static const char nothing[RESERVED];
  int file = open(END_FILE ".new", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (!write_all(file, nothing, sizeof nothing)) perror("rebench-inside: reserving end.json");
  close(file);
}

void state_write_end(json_t *end) {
  if (!state_write(END_FILE, end)) perror("rebench-inside: writing end.json");
}
