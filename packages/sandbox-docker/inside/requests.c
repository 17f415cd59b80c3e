#include "requests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "connections.h"
#include "deadlines.h"
#include "init.h"

static json_t *reply_to(const json_t *header) {
  return json_pack("{s:O?, s:b}", "id", json_object_get(header, "id"), "ok", 1);
}

static void refuse(const json_t *header, const char *code, const char *message) {
  runner_reply(json_pack("{s:O?, s:{s:s, s:s}}", "id", json_object_get(header, "id"), "error", "code", code, "message",
                         message),
               NULL, 0);
}

static struct command *command_of(const json_t *header) {
  struct command *command = commands_find(field_text(header, "execution"));
  if (command == NULL) refuse(header, "unknown-command", "There is no such command.");
  return command;
}

static void prepare(const struct message *message) {
  struct problem problem = {0};
  const struct command *command = command_prepare(message->header, message->body, message->body_length, &problem);
  if (command == NULL) return refuse(message->header, problem.code, problem.message);
  json_t *reply = reply_to(message->header);
  json_object_set_new(reply, "execution", json_string(command->execution));
  runner_reply(reply, NULL, 0);
}

static void add_stdin(const struct message *message) {
  struct command *command = command_of(message->header);
  if (command == NULL) return;
  struct problem problem = {0};
  command_add_stdin(command, message->body, message->body_length, field_flag(message->header, "last"), &problem);
  if (problem.code != NULL) refuse(message->header, problem.code, problem.message);
  else runner_reply(reply_to(message->header), NULL, 0);
}

static void abandon(const struct message *message) {
  struct command *command = command_of(message->header);
  if (command == NULL) return;
  const char *text = field_text(message->header, "message");
  if (command->state == COMMAND_RUNNING || command->state == COMMAND_ENDED) {
    return refuse(message->header, "started", "The command has started.");
  }
  command_abandon(command, text == NULL ? "" : text);
  runner_reply(reply_to(message->header), NULL, 0);
}

static void set_deadlines(const struct message *message) {
  const json_t *working = json_object_get(message->header, "workingEndsAt");
  const json_t *wall = json_object_get(message->header, "wallEndsAt");
  if (!deadlines_are_valid(working, wall)) return refuse(message->header, "invalid", "These are no deadlines.");
  if (!deadlines_set(working, wall)) return refuse(message->header, "io", strerror(errno));
  runner_reply(reply_to(message->header), NULL, 0);
}

static void output(const struct message *message) {
  const struct command *command = command_of(message->header);
  if (command == NULL) return;
  const char *stream = field_text(message->header, "stream");
  bool is_stdout = stream != NULL && strcmp(stream, "stdout") == 0;
  int64_t offset, most;
  if ((!is_stdout && (stream == NULL || strcmp(stream, "stderr") != 0)) ||
      !field_whole(message->header, "offset", 0, INT64_MAX / 2, &offset) ||
      !field_whole(message->header, "max", 0, INT64_MAX, &most)) {
    return refuse(message->header, "invalid", "This names no part of an output.");
  }
  if (most > LARGEST_PART) most = LARGEST_PART;
  void *bytes = malloc((size_t)most + 1);
  ssize_t got = -1;
  errno = ENOMEM;
  if (bytes != NULL) got = command_output(command, is_stdout ? COMMAND_STDOUT : COMMAND_STDERR, offset, bytes, (size_t)most);
  if (got < 0) refuse(message->header, "io", strerror(errno));
  else runner_reply(reply_to(message->header), bytes, (size_t)got);
  free(bytes);
}

static void result(const struct message *message) {
  const struct command *command = command_of(message->header);
  if (command == NULL) return;
  json_t *reply = reply_to(message->header);
  json_object_set_new(reply, "result", command->result == NULL ? json_null() : json_incref(command->result));
  runner_reply(reply, NULL, 0);
}

static void end(const struct message *message) {
  json_t *how = json_object_get(message->header, "end");
  if (!json_is_object(how)) return refuse(message->header, "invalid", "This is no reason.");
  end_sandbox(json_incref(how), reply_to(message->header));
}

void handle_request(const struct message *message) {
  static const struct {
    const char *name;
    void (*handle)(const struct message *message);
  } methods[] = {
      {"prepare", prepare}, {"stdin", add_stdin}, {"abandon", abandon}, {"set-deadlines", set_deadlines},
      {"output", output},   {"result", result},   {"end", end},
  };
  const char *method = field_text(message->header, "method");
  for (size_t index = 0; method != NULL && index < sizeof methods / sizeof *methods; index++) {
    if (strcmp(method, methods[index].name) == 0) return methods[index].handle(message);
  }
  refuse(message->header, "invalid", "There is no such method.");
}
