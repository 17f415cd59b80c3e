#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "descriptors.h"
#include "modes.h"
#include "queue.h"
#include "relay-entry.h"
#include "relay-frames.h"
#include "relay-stream.h"

enum {
  MOST_ENTRIES = 16,
  MOST_STREAMS = 256,
  /* A few more than can be served, for answers to those that cannot; beyond that a connection is closed without a word. */
  MOST_REFUSED = 8,
  REFUSED_FOR_MS = 250,
  ACCEPTED_AT_ONCE = 64,
  FRAMES_AT_ONCE = 64,
  /* While so much waits for the runner, nothing more is read inside. */
  ENOUGH_WAITING_BYTES = 512 * 1024,
  MOST_WAITING_BYTES = 8 << 20,
  POLLS = 2 + MOST_ENTRIES + MOST_STREAMS + MOST_REFUSED,
};

struct refused {
  int connection;
  int64_t until;
};

static struct relay_entry entries[MOST_ENTRIES];
static size_t entry_count;
static struct relay_stream streams[MOST_STREAMS];
static size_t stream_count;
static struct refused refused[MOST_REFUSED];
static size_t refused_count;
static struct queue out = {.limit = MOST_WAITING_BYTES};

static const char refusal[] =
    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 45\r\n\r\n"
    "{\"ok\":false,\"text\":\"Too many connections.\"}\r\n";

static void refuse(int connection) {
  if (refused_count == MOST_REFUSED) {
    close(connection);
    return;
  }
  /* So little fits into a new connection's buffer. What is left unread would turn it into a reset. */
  if (write(connection, refusal, sizeof refusal - 1) > 0) shutdown(connection, SHUT_WR);
  refused[refused_count++] = (struct refused){connection, monotonic_ms() + REFUSED_FOR_MS};
}

static void read_refused(size_t index, bool is_readable) {
  static char ignored[16 * 1024];
  struct refused *one = &refused[index];
  ssize_t got = 1;
  if (is_readable) got = read(one->connection, ignored, sizeof ignored);
  if ((got > 0 || (got < 0 && errno == EAGAIN)) && monotonic_ms() < one->until) return;
  close(one->connection);
  *one = refused[--refused_count];
}

static void let_in(const struct relay_entry *entry) {
  static uint32_t last_number;
  for (int round = 0; round < ACCEPTED_AT_ONCE; round++) {
    int connection = accept4(entry->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) return;
    if (stream_count == MOST_STREAMS) {
      refuse(connection);
      continue;
    }
    streams[stream_count++] = (struct relay_stream){.number = ++last_number,
                                                    .connection = connection,
                                                    .credit = INITIAL_WINDOW,
                                                    .in = {.limit = INITIAL_WINDOW}};
    frame_add(&out, FRAME_OPEN, last_number, entry->channel, strlen(entry->channel));
  }
}

static void take_frame(const struct frame *frame) {
  for (size_t index = 0; index < stream_count; index++) {
    if (streams[index].number != frame->stream) continue;
    if (!stream_take(&streams[index], frame, &out)) streams[index] = streams[--stream_count];
    return;
  }
  /* Streams are opened on this side only. Others that are unknown were closed while the frame was on its way. */
  if (frame->kind == FRAME_OPEN) frame_add(&out, FRAME_RESET, frame->stream, NULL, 0);
}

static enum frame_reading take_frames(void) {
  static struct frame_reader reader;
  for (int round = 0; round < FRAMES_AT_ONCE; round++) {
    struct frame frame;
    enum frame_reading reading = frame_read(&reader, STDIN_FILENO, &frame);
    if (reading != FRAME_READY) return reading;
    take_frame(&frame);
  }
  return FRAME_MORE;
}

/* Lasts until the runner's side is over. */
static enum frame_reading relay(void) {
  static struct pollfd polls[POLLS];
  /* Its first words say that it listens: a grant to nobody. */
  frame_add_grant(&out, 0, 0);
  if (!queue_flush(&out, STDOUT_FILENO)) return FRAME_OVER;
  for (;;) {
    bool has_room = queue_length(&out) < ENOUGH_WAITING_BYTES;
    size_t count = 0;
    polls[count++] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    polls[count++] = (struct pollfd){.fd = queue_length(&out) > 0 ? STDOUT_FILENO : -1, .events = POLLOUT};
    for (size_t index = 0; index < entry_count; index++) {
      polls[count++] = (struct pollfd){.fd = has_room ? entries[index].listener : -1, .events = POLLIN};
    }
    for (size_t index = 0; index < stream_count; index++) {
      bool reads = has_room && stream_wants_to_read(&streams[index]), writes = queue_length(&streams[index].in) > 0;
      /* One that nothing is wanted of must not wake us by its end again and again. */
      polls[count++] = (struct pollfd){.fd = reads || writes ? streams[index].connection : -1,
                                       .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0))};
    }
    size_t first_refused = count;
    for (size_t index = 0; index < refused_count; index++) {
      polls[count++] = (struct pollfd){.fd = refused[index].connection, .events = POLLIN};
    }
    poll(polls, count, refused_count > 0 ? REFUSED_FOR_MS / 4 : -1);

    if (polls[1].revents != 0 && !queue_flush(&out, STDOUT_FILENO)) return FRAME_OVER;
    /* Backwards: a closed one's place is taken by the last. */
    for (size_t index = count; index > first_refused; index--) {
      read_refused(index - 1 - first_refused, polls[index - 1].revents != 0);
    }
    for (size_t index = first_refused; index > 2 + entry_count; index--) {
      const struct pollfd *found = &polls[index - 1];
      struct relay_stream *stream = &streams[index - 3 - entry_count];
      if (found->revents == 0) continue;
      bool reads = (found->events & POLLIN) != 0 && (found->revents & (POLLIN | POLLHUP | POLLERR)) != 0;
      bool lasts = (found->events & POLLOUT) == 0 || stream_write(stream, &out);
      if (lasts && reads) lasts = stream_read(stream, &out);
      if (!lasts) *stream = streams[--stream_count];
    }
    for (size_t index = 0; index < entry_count; index++) {
      if (polls[2 + index].revents != 0) let_in(&entries[index]);
    }
    if (polls[0].revents != 0) {
      enum frame_reading reading = take_frames();
      if (reading != FRAME_MORE) return reading;
    }
    if (!queue_flush(&out, STDOUT_FILENO)) return FRAME_OVER;
  }
}

static bool open_entries(char **arguments) {
  for (; arguments[0] != NULL; arguments += 2) {
    bool is_port = strcmp(arguments[0], "--port") == 0;
    if (arguments[1] == NULL || (!is_port && strcmp(arguments[0], "--socket") != 0) || entry_count == MOST_ENTRIES) {
      fputs("usage: rebench-inside relay [--socket PATH=CHANNEL] [--port NUMBER=CHANNEL]…\n", stderr);
      return false;
    }
    struct relay_entry *entry = &entries[entry_count++];
    if (is_port ? entry_open_port(arguments[1], entry) : entry_open_socket(arguments[1], entry)) continue;
    fprintf(stderr, "rebench-inside: %s: %s\n", arguments[1], strerror(errno));
    return false;
  }
  return true;
}

int run_relay(char **arguments) {
  bool is_open = open_entries(arguments) && set_non_blocking(STDIN_FILENO) && set_non_blocking(STDOUT_FILENO);
  enum frame_reading reading = is_open ? relay() : FRAME_BROKEN;
  for (size_t index = 0; index < entry_count; index++) entry_close(&entries[index]);
  if (is_open && reading == FRAME_BROKEN) fputs("rebench-inside: the relay's connection is out of step\n", stderr);
  return reading == FRAME_OVER ? 0 : 1;
}
