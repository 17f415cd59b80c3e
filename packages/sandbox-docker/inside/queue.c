#include "queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_WHEN_EMPTY = 64 * 1024 };

bool queue_add(struct queue *queue, const void *bytes, size_t length) {
  size_t held = queue_length(queue);
  if (length > queue->limit || held > queue->limit - length) return false;
  if (length == 0) return true;
  if (queue->capacity - queue->end < length) {
    if (queue->start > 0) {
      memmove(queue->bytes, queue->bytes + queue->start, held);
      queue->start = 0;
      queue->end = held;
    }
    if (queue->capacity - held < length) {
      size_t capacity = queue->capacity < 2048 ? 4096 : queue->capacity * 2;
      if (capacity < held + length) capacity = held + length;
      unsigned char *grown = realloc(queue->bytes, capacity);
      if (grown == NULL) return false;
      queue->bytes = grown;
      queue->capacity = capacity;
    }
  }
  memcpy(queue->bytes + queue->end, bytes, length);
  queue->end += length;
  return true;
}

bool queue_flush(struct queue *queue, int descriptor) {
  while (queue->start < queue->end) {
    ssize_t written = write(descriptor, queue->bytes + queue->start, queue->end - queue->start);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN;
    }
    queue->start += (size_t)written;
  }
  queue->start = queue->end = 0;
  if (queue->capacity > KEPT_WHEN_EMPTY) queue_release(queue);
  return true;
}

size_t queue_length(const struct queue *queue) { return queue->end - queue->start; }

void queue_release(struct queue *queue) {
  free(queue->bytes);
  queue->bytes = NULL;
  queue->start = queue->end = queue->capacity = 0;
}
