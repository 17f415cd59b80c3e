#include "relay-stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"

/* Less often than each piece: a runner that writes byte by byte is not answered byte by byte. */
enum { GRANT = LARGEST_PAYLOAD };

void stream_close(struct relay_stream *stream) {
  close_descriptor(&stream->connection);
  queue_release(&stream->in);
}

static bool reset(struct relay_stream *stream, struct queue *out) {
  frame_add(out, FRAME_RESET, stream->number, NULL, 0);
  stream_close(stream);
  return false;
}

/* Both directions ended in order. */
static bool is_over(const struct relay_stream *stream) {
  return stream->sent_end && stream->got_end && queue_length(&stream->in) == 0;
}

bool stream_write(struct relay_stream *stream, struct queue *out) {
  size_t before = queue_length(&stream->in);
  if (!queue_flush(&stream->in, stream->connection)) return reset(stream, out);
  stream->ungranted += (uint32_t)(before - queue_length(&stream->in));
  if (stream->ungranted >= GRANT && !stream->got_end) {
    frame_add_grant(out, stream->number, stream->ungranted);
    stream->ungranted = 0;
  }
  if (stream->got_end && queue_length(&stream->in) == 0) shutdown(stream->connection, SHUT_WR);
  if (!is_over(stream)) return true;
  stream_close(stream);
  return false;
}

bool stream_take(struct relay_stream *stream, const struct frame *frame, struct queue *out) {
  switch (frame->kind) {
    case FRAME_OPEN:
      return reset(stream, out);
    case FRAME_DATA: {
      uint64_t held = (uint64_t)queue_length(&stream->in) + stream->ungranted;
      if (stream->got_end || held + frame->length > INITIAL_WINDOW) return reset(stream, out);
      if (!queue_add(&stream->in, frame->payload, frame->length)) return reset(stream, out);
      return stream_write(stream, out);
    }
    case FRAME_END:
      stream->got_end = true;
      return stream_write(stream, out);
    case FRAME_WINDOW:
      stream->credit += frame_grant(frame);
      return true;
    case FRAME_RESET: {
      /* Where it is TCP the other side hears of it as such. */
      const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
      setsockopt(stream->connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      stream_close(stream);
      return false;
    }
  }
  return true;
}

bool stream_wants_to_read(const struct relay_stream *stream) { return !stream->sent_end && stream->credit > 0; }

bool stream_read(struct relay_stream *stream, struct queue *out) {
  static unsigned char bytes[LARGEST_PAYLOAD];
  size_t most = stream->credit < sizeof bytes ? (size_t)stream->credit : sizeof bytes;
  ssize_t got;
  do got = read(stream->connection, bytes, most);
  while (got < 0 && errno == EINTR);
  if (got < 0) return errno == EAGAIN || reset(stream, out);
  if (got > 0) {
    stream->credit -= (uint64_t)got;
    return frame_add(out, FRAME_DATA, stream->number, bytes, (size_t)got) || reset(stream, out);
  }
  stream->sent_end = true;
  frame_add(out, FRAME_END, stream->number, NULL, 0);
  if (!is_over(stream)) return true;
  stream_close(stream);
  return false;
}
