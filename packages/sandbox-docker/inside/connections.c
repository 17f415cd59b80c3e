#include "connections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "descriptors.h"
#include "memory-watcher.h"
#include "messages.h"
#include "places.h"
#include "processes.h"
#include "queue.h"
#include "requests.h"

enum {
  BACKLOG = 511,
  ACCEPTED_AT_ONCE = 64,
  /* Who is let in may be hostile: it says who it is, shortly and soon. */
  INTRODUCTION_BYTES = 4096,
  WITHIN_MS = 2000,
  MOST_OF_ONE_USER = 16,
  MOST_WAITING_BYTES = 8 << 20,
  /* A runner that reads slowly is asked no more questions. */
  ENOUGH_WAITING_BYTES = 2 << 20,
  MESSAGES_AT_ONCE = 16,
};

struct visitor {
  int connection;
  struct ucred peer;
  int64_t waited_ms;
  struct message_reader reader;
  struct queue answer;
  bool is_answered;
  /* Sent with the answer's first byte. */
  int files[PASSED_FILES];
};

static int listener = -1;
static struct visitor visitors[MOST_CONNECTIONS];
static size_t visitor_count;

static struct runner {
  int connection;
  struct message_reader reader;
  struct queue out;
} runners[MOST_RUNNERS];
static size_t runner_count;
/* Whose request is being handled, and who gets the reply to it. */
static struct runner *asking;

bool connections_start(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = INIT_SOCKET};
  unlink(INIT_SOCKET);
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return false;
  return chmod(INIT_SOCKET, 0666) == 0 && listen(listener, BACKLOG) == 0;
}

/* Its place is kept until nobody looks at it any more. */
static void hang_up(struct runner *runner) {
  close_descriptor(&runner->connection);
  message_reader_release(&runner->reader);
  queue_release(&runner->out);
}

static void forget_gone_runners(void) {
  for (size_t index = runner_count; index > 0; index--) {
    if (runners[index - 1].connection < 0) runners[index - 1] = runners[--runner_count];
  }
}

bool runner_is_attached(void) { return runner_count > 0; }

static void send_to(struct runner *runner, const json_t *header, const void *body, size_t length) {
  size_t total = 0;
  unsigned char *bytes = runner->connection < 0 ? NULL : message_encode(header, body, length, &total);
  if (runner->connection < 0) return;
  bool taken = bytes != NULL && queue_add(&runner->out, bytes, total);
  free(bytes);
  if (!taken || !queue_flush(&runner->out, runner->connection)) hang_up(runner);
}

void runner_reply(json_t *header, const void *body, size_t length) {
  if (asking != NULL) send_to(asking, header, body, length);
  json_decref(header);
}

void runners_tell(json_t *event) {
  for (size_t index = 0; index < runner_count; index++) send_to(&runners[index], event, NULL, 0);
  json_decref(event);
}

static bool has_taken_all(struct runner *runner) {
  int unread = 0;
  if (runner->connection < 0 || !queue_flush(&runner->out, runner->connection)) return true;
  return queue_length(&runner->out) == 0 && (ioctl(runner->connection, SIOCOUTQ, &unread) != 0 || unread == 0);
}

void runners_drain(int most_ms) {
  int64_t last = monotonic_ms() + most_ms;
  for (size_t index = 0; index < runner_count; index++) {
    while (!has_taken_all(&runners[index]) && monotonic_ms() < last) usleep(1000);
  }
}

static void drop_visitor(size_t index) {
  struct visitor *visitor = &visitors[index];
  close_descriptor(&visitor->connection);
  message_reader_release(&visitor->reader);
  queue_release(&visitor->answer);
  for (int file = 0; file < PASSED_FILES; file++) close_descriptor(&visitor->files[file]);
  *visitor = visitors[--visitor_count];
}

static bool has_room_for(uid_t user) {
  size_t same = 0;
  for (size_t index = 0; index < visitor_count; index++) same += visitors[index].peer.uid == user;
  return visitor_count < MOST_CONNECTIONS && same < MOST_OF_ONE_USER;
}

static void let_in(void) {
  for (int round = 0; round < ACCEPTED_AT_ONCE; round++) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) return;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || !has_room_for(peer.uid)) {
      close(connection);
      continue;
    }
    visitors[visitor_count++] = (struct visitor){
        .connection = connection,
        .peer = peer,
        .reader = {.header_limit = INTRODUCTION_BYTES},
        .answer = {.limit = LARGEST_PART + MESSAGE_PREFIX},
        .files = {-1, -1, -1},
    };
  }
}

static void become_runner(struct visitor *visitor) {
  if (runner_count == MOST_RUNNERS) {
    hang_up(&runners[0]);
    memmove(runners, runners + 1, --runner_count * sizeof *runners);
  }
  struct runner *runner = &runners[runner_count++];
  *runner = (struct runner){.connection = visitor->connection,
                            .reader = {.header_limit = LARGEST_PART, .body_limit = LARGEST_PART},
                            .out = {.limit = MOST_WAITING_BYTES}};
  visitor->connection = -1;
  json_t *hello = json_pack("{s:s, s:o}", "event", "hello", "commands", commands_describe());
  send_to(runner, hello, NULL, 0);
  json_decref(hello);
}

static bool answer(struct visitor *visitor, json_t *header) {
  size_t length = 0;
  unsigned char *bytes = message_encode(header, NULL, 0, &length);
  json_decref(header);
  visitor->is_answered = bytes != NULL && queue_add(&visitor->answer, bytes, length);
  visitor->waited_ms = 0;
  free(bytes);
  return visitor->is_answered;
}

static bool is_same(const char *one, const char *other) {
  size_t length = strlen(one);
  if (other == NULL || strlen(other) != length) return false;
  unsigned char difference = 0;
  for (size_t index = 0; index < length; index++) difference |= (unsigned char)(one[index] ^ other[index]);
  return difference == 0;
}

/* Only a child of ours tells us its end. */
static bool can_become_command(pid_t pid) {
  struct process process;
  return process_read(pid, &process) && process.parent == getpid() && commands_running(pid) == NULL;
}

/* The command that a carrier has come for, or NULL where there is none for it. */
static struct command *command_for(const struct visitor *visitor, const json_t *header) {
  struct command *command = commands_find(field_text(header, "execution"));
  if (command == NULL || command->user != visitor->peer.uid) return NULL;
  if (command->state != COMMAND_FILLING && command->state != COMMAND_PREPARED) return NULL;
  return is_same(command->token, field_text(header, "token")) ? command : NULL;
}

static bool serve_carrier(struct visitor *visitor, const json_t *header) {
  struct command *command = command_for(visitor, header);
  if (command == NULL) return answer(visitor, json_pack("{s:b}", "refused", 1));
  if (command->state == COMMAND_FILLING) return false;
  const char *failure = field_text(header, "failure");
  if (failure != NULL) {
    command_abandon(command, failure);
    return false;
  }
  if (!can_become_command(visitor->peer.pid)) return false;
  json_t *start = command_hand_over(command, visitor->peer.pid, visitor->files);
  return start != NULL && answer(visitor, start);
}

static bool serve_ender(struct visitor *visitor, const json_t *header) {
  struct command *command = commands_find(field_text(header, "execution"));
  if (command == NULL || command->user != visitor->peer.uid) return false;
  command_kill_unstarted(command);
  return answer(visitor, json_pack("{s:o}", "processes", memory_watcher_processes(command)));
}

/* False where it is to be dropped. */
static bool introduce(struct visitor *visitor, const json_t *header) {
  const char *role = field_text(header, "role");
  if (role == NULL) return false;
  if (strcmp(role, "carrier") == 0) return serve_carrier(visitor, header);
  if (strcmp(role, "end-command") == 0) return serve_ender(visitor, header);
  if (strcmp(role, "sweep") == 0) {
    commands_kill_unstarted(visitor->peer.uid);
    return answer(visitor, json_object());
  }
  if (strcmp(role, "runner") == 0 && visitor->peer.uid == 0) become_runner(visitor);
  return false;
}

static bool send_files(struct visitor *visitor) {
  struct iovec part = {.iov_base = visitor->answer.bytes + visitor->answer.start, .iov_len = 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof visitor->files)];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr sent = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  struct cmsghdr *entry = CMSG_FIRSTHDR(&sent);
  entry->cmsg_level = SOL_SOCKET;
  entry->cmsg_type = SCM_RIGHTS;
  entry->cmsg_len = CMSG_LEN(sizeof visitor->files);
  memcpy(CMSG_DATA(entry), visitor->files, sizeof visitor->files);
  ssize_t written;
  do written = sendmsg(visitor->connection, &sent, 0);
  while (written < 0 && errno == EINTR);
  if (written < 0) return errno == EAGAIN;
  visitor->answer.start += (size_t)written;
  for (int file = 0; file < PASSED_FILES; file++) close_descriptor(&visitor->files[file]);
  return true;
}

/* False once there is nothing left to do for it. */
static bool send_answer(struct visitor *visitor) {
  if (visitor->files[0] >= 0 && !send_files(visitor)) return false;
  if (visitor->files[0] >= 0) return true;
  return queue_flush(&visitor->answer, visitor->connection) && queue_length(&visitor->answer) > 0;
}

static bool handle_visitor(struct visitor *visitor) {
  if (!visitor->is_answered) {
    struct message message;
    enum reading reading = message_read(&visitor->reader, visitor->connection, &message);
    if (reading == READING_MORE) return true;
    if (reading != READING_READY) return false;
    bool stays = introduce(visitor, message.header);
    message_release(&message);
    if (!stays) return false;
  }
  return send_answer(visitor);
}

static void handle_runner(struct runner *runner, short events) {
  if ((events & POLLOUT) != 0 && !queue_flush(&runner->out, runner->connection)) return hang_up(runner);
  if ((events & (POLLIN | POLLHUP | POLLERR)) == 0) return;
  for (int round = 0; round < MESSAGES_AT_ONCE && runner->connection >= 0; round++) {
    if (queue_length(&runner->out) > ENOUGH_WAITING_BYTES) return;
    struct message message;
    enum reading reading = message_read(&runner->reader, runner->connection, &message);
    if (reading == READING_MORE) return;
    if (reading != READING_READY) return hang_up(runner);
    asking = runner;
    handle_request(&message);
    asking = NULL;
    message_release(&message);
  }
}

size_t connections_poll(struct pollfd polls[CONNECTION_POLLS]) {
  size_t count = 0;
  polls[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
  forget_gone_runners();
  for (size_t index = 0; index < MOST_RUNNERS; index++) {
    const struct runner *runner = index < runner_count ? &runners[index] : NULL;
    size_t waiting = runner == NULL ? 0 : queue_length(&runner->out);
    polls[count++] = (struct pollfd){
        .fd = runner == NULL ? -1 : runner->connection,
        .events = (short)((waiting > ENOUGH_WAITING_BYTES ? 0 : POLLIN) | (waiting > 0 ? POLLOUT : 0))};
  }
  for (size_t index = 0; index < visitor_count; index++) {
    polls[count++] = (struct pollfd){.fd = visitors[index].connection,
                                     .events = visitors[index].is_answered ? POLLOUT : POLLIN};
  }
  return count;
}

void connections_handle(const struct pollfd *polls, size_t count) {
  for (size_t index = 0; index < runner_count; index++) {
    if (polls[1 + index].revents != 0) handle_runner(&runners[index], polls[1 + index].revents);
  }
  /* Backwards: a dropped one's place is taken by the last. */
  for (size_t index = count - 1; index > MOST_RUNNERS; index--) {
    size_t visitor = index - MOST_RUNNERS - 1;
    if (polls[index].revents != 0 && !handle_visitor(&visitors[visitor])) drop_visitor(visitor);
  }
  if (polls[0].revents != 0) let_in();
}

void connections_look(int64_t ran_ms) {
  for (size_t index = visitor_count; index > 0; index--) {
    visitors[index - 1].waited_ms += ran_ms;
    if (visitors[index - 1].waited_ms > WITHIN_MS) drop_visitor(index - 1);
  }
}
