#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: main ignores SIGPIPE */
#endif

static const char socket_name[] = "rebench-socket";

int message_send(int socket, const void *message, size_t bytes) {
  const char *next = message;
  while (bytes > 0) {
    ssize_t sent = send(socket, next, bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return 0;
    next += sent;
    bytes -= (size_t)sent;
  }
  return 1;
}

int message_receive(int socket, void *message, size_t bytes) {
  char *next = message;
  while (bytes > 0) {
    ssize_t received = recv(socket, next, bytes, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return 0;
    next += received;
    bytes -= (size_t)received;
  }
  return 1;
}

/* A socket's address holds about 100 bytes of path, a sandbox's folder may be longer: go there and use the bare name. */
static int in_folder(const char *folder, int (*operation)(int, const struct sockaddr *, socklen_t)) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, socket_name, sizeof socket_name);
  char before[4096];
  if (!getcwd(before, sizeof before) || chdir(folder) != 0) return -1;
  int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  int failed = descriptor < 0 || operation(descriptor, (const struct sockaddr *)&address, sizeof address) != 0;
  int error = errno;
  if (chdir(before) != 0) failed = 1;
  if (failed && descriptor >= 0) close(descriptor);
  errno = error;
  return failed ? -1 : descriptor;
}

int message_listen(const char *folder) {
  message_unlink(folder);
  int descriptor = in_folder(folder, bind);
  if (descriptor < 0) return -1;
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, socket_name);
  if (chmod(path, 0777) != 0 || listen(descriptor, 2) != 0) return -1;
  return descriptor;
}

int message_connect(const char *folder, int seconds) {
  for (int attempt = 0; attempt < seconds * 500; attempt++) {
    int descriptor = in_folder(folder, connect);
    if (descriptor >= 0) return descriptor;
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
  return -1;
}

void message_unlink(const char *folder) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, socket_name);
  unlink(path);
}
