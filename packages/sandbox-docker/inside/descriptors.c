#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"

bool write_all(int descriptor, const void *bytes, size_t length) {
  const unsigned char *rest = bytes;
  while (length > 0) {
    ssize_t written = write(descriptor, rest, length);
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
        poll(&ready, 1, -1);
        continue;
      }
      return false;
    }
    rest += written;
    length -= (size_t)written;
  }
  return true;
}

bool set_non_blocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0;
}

void close_descriptor(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

int connect_to_socket(const char *path, int wait_ms) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int64_t last = monotonic_ms() + wait_ms;
  for (;;) {
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0) return -1;
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0) return connection;
    int reason = errno;
    close(connection);
    errno = reason;
    bool starting = reason == ENOENT || reason == ECONNREFUSED || reason == EAGAIN || reason == EINTR;
    if (!starting || monotonic_ms() >= last) return -1;
    usleep(10 * 1000);
  }
}
