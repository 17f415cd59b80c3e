#ifndef RELAY_FRAMES_H
#define RELAY_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "queue.h"

/* As in `relay-frames.ts` of @rebench/supervisor. */
enum frame_kind { FRAME_OPEN = 1, FRAME_DATA, FRAME_END, FRAME_RESET, FRAME_WINDOW };

enum { FRAME_HEADER = 9, LARGEST_PAYLOAD = 64 * 1024, INITIAL_WINDOW = 256 * 1024 };

struct frame {
  enum frame_kind kind;
  uint32_t stream;
  const unsigned char *payload;
  size_t length;
};

/* All zero is a new one. */
struct frame_reader {
  unsigned char bytes[FRAME_HEADER + LARGEST_PAYLOAD];
  size_t have;
};

enum frame_reading { FRAME_READY, FRAME_MORE, FRAME_OVER, FRAME_BROKEN };

/* The payload holds until the next call. */
enum frame_reading frame_read(struct frame_reader *reader, int descriptor, struct frame *frame);
bool frame_add(struct queue *queue, enum frame_kind kind, uint32_t stream, const void *payload, size_t length);
/* How much a window's payload grants. */
uint32_t frame_grant(const struct frame *frame);
bool frame_add_grant(struct queue *queue, uint32_t stream, uint32_t bytes);

#endif
