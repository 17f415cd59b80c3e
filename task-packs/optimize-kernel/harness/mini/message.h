/* What harness and warden say to each other over a unix socket. Both ends are our code on one machine: plain structs. */
#ifndef REBENCH_MESSAGE_H
#define REBENCH_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

enum request_kind {
  /* Start a worker for solution `solution`; reply when it has stopped, ready for its first batch. */
  REQUEST_SPAWN = 1,
  /* Let the worker run one batch; reply when all its threads stand still, or it is gone. */
  REQUEST_GO = 2,
  /* Kill the worker; reply when it is gone, and nothing else is left of it. */
  REQUEST_KILL = 3,
};

struct request {
  uint32_t kind;
  uint32_t solution;
  /* After which the worker is killed and the reply is EVENT_TIMEOUT. */
  uint64_t limit_nanoseconds;
};

enum event {
  EVENT_STOPPED = 1,
  /* `detail` is the exit code. */
  EVENT_EXITED = 2,
  /* `detail` is the signal. */
  EVENT_SIGNALED = 3,
  EVENT_TIMEOUT = 4,
  EVENT_KILLED = 5,
  /* The warden itself could not; `detail` is errno. */
  EVENT_FAULT = 6,
  /* First message of a warden; `detail` is its role. */
  EVENT_HELLO = 7,
};

struct reply {
  uint32_t event;
  int32_t detail;
};

/* 1 when all bytes went through, 0 when the other side is gone. */
int message_send(int socket, const void *message, size_t bytes);
int message_receive(int socket, void *message, size_t bytes);

/* A unix socket named `rebench-socket` in `folder`. -1 with errno on failure. */
int message_listen(const char *folder);
/* Tries for `seconds`: the harness may not have started yet. */
int message_connect(const char *folder, int seconds);
void message_unlink(const char *folder);

#endif
