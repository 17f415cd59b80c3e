#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "descriptors.h"
#include "modes.h"
#include "places.h"

enum { PART = 64 * 1024, WAIT_MS = 5000 };

/* Bytes that were read from one side and not yet written to the other. */
struct way {
  int from, to;
  size_t start, end;
  char bytes[PART];
};

/* False where one side is over. */
static bool carry_on(struct way *way, short from, short to) {
  if (way->start < way->end) {
    if (to == 0) return true;
    ssize_t written = write(way->to, way->bytes + way->start, way->end - way->start);
    if (written < 0) return errno == EAGAIN || errno == EINTR;
    way->start += (size_t)written;
    return true;
  }
  if (from == 0) return true;
  ssize_t got = read(way->from, way->bytes, sizeof way->bytes);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  way->start = 0;
  way->end = (size_t)got;
  return got > 0;
}

int run_attend(char **arguments) {
  (void)arguments;
  static struct way in, out;
  int connection = connect_to_socket(INIT_SOCKET, WAIT_MS);
  if (connection < 0) {
    fprintf(stderr, "rebench-inside: %s: %s\n", INIT_SOCKET, strerror(errno));
    return 1;
  }
  set_non_blocking(connection);
  in.from = STDIN_FILENO;
  in.to = connection;
  out.from = connection;
  out.to = STDOUT_FILENO;
  for (;;) {
    bool in_full = in.start < in.end, out_full = out.start < out.end;
    struct pollfd polls[] = {
        {.fd = in_full ? -1 : STDIN_FILENO, .events = POLLIN},
        {.fd = connection, .events = (short)((in_full ? POLLOUT : 0) | (out_full ? 0 : POLLIN))},
        {.fd = out_full ? STDOUT_FILENO : -1, .events = POLLOUT},
    };
    if (poll(polls, 3, -1) < 0) continue;
    if (!carry_on(&in, polls[0].revents, polls[1].revents & (POLLOUT | POLLHUP | POLLERR))) return 0;
    if (!carry_on(&out, polls[1].revents & (POLLIN | POLLHUP | POLLERR), polls[2].revents)) return 0;
  }
}
