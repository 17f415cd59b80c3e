#include "team.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"
#include "outcome.h"
#include "regions.h"
#include "warden.h"

enum { JOIN_MILLISECONDS = 20000 };

static const char *const anchors[] = {"anchors/start.so", "anchors/reference.so", "anchors/floor.so"};
static const char *const sources[] = {"anchors/start.c", "anchors/reference.c", "anchors/floor.c"};

static void start_anchors_warden(const char *program, const char *folder, int cpus, const char *without) {
  char processors[16];
  snprintf(processors, sizeof processors, "%d", cpus);
  char *arguments[10] = {(char *)program, "warden", (char *)folder, "anchors", processors};
  int count = 5;
  if (without) arguments[count++] = (char *)without;
  for (int i = 0; i < 3; i++) arguments[count++] = (char *)anchors[i];
  pid_t pid = fork();
  if (pid < 0) fault("cannot start the anchors' warden (errno %d)", errno);
  if (pid > 0) return;
  execv(program, arguments);
  _exit(127);
}

static void accept_warden(struct session *session, int listener) {
  struct pollfd waiting = {.fd = listener, .events = POLLIN};
  if (poll(&waiting, 1, JOIN_MILLISECONDS) != 1) fault("a warden did not join");
  int socket = accept(listener, NULL, NULL);
  struct reply hello;
  if (socket < 0 || !message_receive(socket, &hello, sizeof hello) || hello.event != EVENT_HELLO) {
    fault("a warden could not begin");
  }
  if (hello.detail != ROLE_ANCHORS && hello.detail != ROLE_CONTESTANT) fault("unknown role %d", hello.detail);
  session->wardens[hello.detail] = socket;
}

static void remove_names(const char *folder) {
  message_unlink(folder);
  regions_unlink(folder);
  for (int i = 0; i < 3; i++) unlink(sources[i]);
#ifdef __linux__
  /* Workers load them through descriptors that only the anchors' warden holds. */
  for (int i = 0; i < 3; i++) {
    if (unlink(anchors[i]) != 0) fault("cannot remove %s (errno %d)", anchors[i], errno);
  }
#endif
}

void team_assemble(struct session *session, const char *program, const char *folder, const char *without) {
  session->wardens[ROLE_ANCHORS] = session->wardens[ROLE_CONTESTANT] = -1;
  int listener = message_listen(folder);
  if (listener < 0) fault("cannot listen in the shared folder (errno %d)", errno);
  start_anchors_warden(program, folder, session->configuration.cpus, without);
  accept_warden(session, listener);
  accept_warden(session, listener);
  if (session->wardens[ROLE_ANCHORS] < 0 || session->wardens[ROLE_CONTESTANT] < 0) fault("two wardens of one role joined");
  close(listener);
  remove_names(folder);
}
