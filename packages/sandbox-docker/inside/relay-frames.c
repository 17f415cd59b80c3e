#include "relay-frames.h"

#include <errno.h>
#include <unistd.h>

static uint32_t decode_number(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void encode_number(unsigned char *bytes, uint32_t number) {
  for (int index = 0; index < 4; index++) bytes[index] = (unsigned char)(number >> (24 - 8 * index));
}

enum frame_reading frame_read(struct frame_reader *reader, int descriptor, struct frame *frame) {
  for (;;) {
    size_t total = FRAME_HEADER;
    if (reader->have >= FRAME_HEADER) total += decode_number(reader->bytes);
    if (reader->have == total) {
      *frame = (struct frame){.kind = reader->bytes[4],
                              .stream = decode_number(reader->bytes + 5),
                              .payload = reader->bytes + FRAME_HEADER,
                              .length = total - FRAME_HEADER};
      reader->have = 0;
      return FRAME_READY;
    }
    ssize_t got = read(descriptor, reader->bytes + reader->have, total - reader->have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN ? FRAME_MORE : FRAME_BROKEN;
    if (got == 0) return reader->have == 0 ? FRAME_OVER : FRAME_BROKEN;
    reader->have += (size_t)got;
    if (reader->have != FRAME_HEADER) continue;
    if (decode_number(reader->bytes) > LARGEST_PAYLOAD) return FRAME_BROKEN;
    if (reader->bytes[4] < FRAME_OPEN || reader->bytes[4] > FRAME_WINDOW) return FRAME_BROKEN;
  }
}

bool frame_add(struct queue *queue, enum frame_kind kind, uint32_t stream, const void *payload, size_t length) {
  unsigned char header[FRAME_HEADER];
  encode_number(header, (uint32_t)length);
  header[4] = (unsigned char)kind;
  encode_number(header + 5, stream);
  return queue_add(queue, header, sizeof header) && queue_add(queue, payload, length);
}

uint32_t frame_grant(const struct frame *frame) { return frame->length == 4 ? decode_number(frame->payload) : 0; }

bool frame_add_grant(struct queue *queue, uint32_t stream, uint32_t bytes) {
  unsigned char payload[4];
  encode_number(payload, bytes);
  return frame_add(queue, FRAME_WINDOW, stream, payload, sizeof payload);
}
