#include "relay-entry.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "descriptors.h"

/* A client that does not wait is turned away where there are more. */
enum { BACKLOG = 511 };

static bool listen_at(const char *beside, const char *path, struct relay_entry *entry) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(beside) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  strcpy(address.sun_path, beside);
  unlink(beside);
  entry->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (entry->listener < 0 || bind(entry->listener, (struct sockaddr *)&address, sizeof address) != 0) return false;
  struct stat status;
  if (chmod(beside, 0666) != 0 || listen(entry->listener, BACKLOG) != 0 || lstat(beside, &status) != 0) return false;
  entry->inode = status.st_ino;
  return rename(beside, path) == 0;
}

bool entry_open_socket(const char *argument, struct relay_entry *entry) {
  const char *equals = strrchr(argument, '=');
  *entry = (struct relay_entry){.listener = -1};
  errno = EINVAL;
  if (equals == NULL || equals == argument || argument[0] != '/') return false;
  entry->channel = equals + 1;
  entry->path = strndup(argument, (size_t)(equals - argument));
  char *beside = NULL;
  if (entry->path == NULL || asprintf(&beside, "%s.%d", entry->path, (int)getpid()) < 0) return false;
  bool listens = listen_at(beside, entry->path, entry);
  int reason = errno;
  if (!listens) unlink(beside);
  free(beside);
  errno = reason;
  return listens;
}

bool entry_open_port(const char *argument, struct relay_entry *entry) {
  char *rest;
  long port = strtol(argument, &rest, 10);
  *entry = (struct relay_entry){.listener = -1};
  errno = EINVAL;
  if (rest == argument || *rest != '=' || port < 1 || port > 65535) return false;
  entry->channel = rest + 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int yes = 1;
  entry->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (entry->listener < 0) return false;
  setsockopt(entry->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  /* Beside a relay that is about to end; no other user can share it. */
  setsockopt(entry->listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  return bind(entry->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
         listen(entry->listener, BACKLOG) == 0;
}

void entry_close(struct relay_entry *entry) {
  struct stat status;
  close_descriptor(&entry->listener);
  if (entry->path != NULL && entry->inode != 0 && lstat(entry->path, &status) == 0 && status.st_ino == entry->inode) {
    unlink(entry->path);
  }
  free(entry->path);
  entry->path = NULL;
}
