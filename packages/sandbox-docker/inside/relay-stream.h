#ifndef RELAY_STREAM_H
#define RELAY_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "queue.h"
#include "relay-frames.h"

/* A connection inside, and its stream to the runner. Neither side holds more than the window. */
struct relay_stream {
  uint32_t number;
  int connection;
  /* What the runner grants us. */
  uint64_t credit;
  /* What it sent and has not been granted again. */
  uint32_t ungranted;
  /* On its way to the connection. */
  struct queue in;
  bool sent_end, got_end;
};

/* Each returns false where the stream is over; `stream_close` has then been called, and the runner told where it must be. */
bool stream_take(struct relay_stream *stream, const struct frame *frame, struct queue *out);
bool stream_read(struct relay_stream *stream, struct queue *out);
bool stream_write(struct relay_stream *stream, struct queue *out);
void stream_close(struct relay_stream *stream);
bool stream_wants_to_read(const struct relay_stream *stream);

#endif
