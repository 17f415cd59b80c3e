#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes on their way to a descriptor that may not take them at once. All zero is an empty one without room. */
struct queue {
  unsigned char *bytes;
  size_t start, end, capacity;
  size_t limit;
};

/* False where that would be more than its limit: nothing is added then. */
bool queue_add(struct queue *queue, const void *bytes, size_t length);
/* Writes what the descriptor takes now; false where it takes nothing any more. */
bool queue_flush(struct queue *queue, int descriptor);
size_t queue_length(const struct queue *queue);
void queue_release(struct queue *queue);

#endif
