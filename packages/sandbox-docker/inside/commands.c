#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"
#include "descriptors.h"
#include "messages.h"
#include "places.h"
#include "state.h"

enum {
  /* A carrier comes within milliseconds of its engine's call, or never: the agent may have ended it on its way. */
  CARRIER_WITHIN_MS = 60 * 1000,
  CANNOT_START = 126,
  SAVE_AGAIN_MS = 5000,
  MOST_DESCRIBED = 2500,
  PATH_LENGTH = 128,
};

static struct command **commands;
static size_t count, capacity, active, started;
static unsigned last_number;
static int64_t until_saving;

static const char *const stream_names[] = {[COMMAND_STDOUT] = "stdout", [COMMAND_STDERR] = "stderr"};

static void path_of(char path[PATH_LENGTH], const char *execution, const char *name) {
  snprintf(path, PATH_LENGTH, COMMANDS_FOLDER "/%s/%s", execution, name);
}

__attribute__((format(printf, 3, 4))) static void refuse(struct problem *problem, const char *code, const char *format, ...) {
  problem->code = code;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(problem->message, sizeof problem->message, format, arguments);
  va_end(arguments);
}

static bool are_words(const json_t *argv) {
  size_t index;
  json_t *word;
  json_array_foreach(argv, index, word) if (!json_is_string(word)) return false;
  return json_array_size(argv) > 0;
}

static bool is_environment(json_t *environment) {
  const char *name;
  json_t *value;
  json_object_foreach(environment, name, value) {
    if (name[0] == '\0' || strchr(name, '=') != NULL || !json_is_string(value)) return false;
  }
  return json_is_object(environment);
}

static bool read_request(struct command *command, const json_t *request) {
  const char *user = field_text(request, "user"), *cwd = field_text(request, "cwd"), *token = field_text(request, "token");
  json_t *argv = json_object_get(request, "argv"), *environment = json_object_get(request, "environment");
  const json_t *timeout = json_object_get(request, "timeoutMs");
  if (user == NULL || cwd == NULL || cwd[0] != '/' || token == NULL || strlen(token) < 16) return false;
  if (!are_words(argv) || !is_environment(environment)) return false;
  if (timeout != NULL && !json_is_null(timeout) && !(json_number_value(timeout) > 0)) return false;
  if (strcmp(user, "agent") == 0) command->user = AGENT_USER;
  else if (strcmp(user, "harness") == 0) command->user = HARNESS_USER;
  else return false;
  double timeout_ms = json_number_value(timeout);
  command->timeout_ms = timeout_ms > 0 ? (timeout_ms < 1e15 ? (int64_t)timeout_ms : (int64_t)1e15) : -1;
  command->token = strdup(token);
  command->start = json_pack("{s:O, s:s, s:O}", "argv", argv, "cwd", cwd, "environment", environment);
  return command->token != NULL && command->start != NULL;
}

static bool create_file(const struct command *command, const char *name, const void *bytes, size_t length) {
  char path[PATH_LENGTH];
  path_of(path, command->execution, name);
  int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool written = write_all(file, bytes, length);
  close(file);
  return written;
}

static bool add_to_file(const struct command *command, const char *name, const void *bytes, size_t length) {
  char path[PATH_LENGTH];
  path_of(path, command->execution, name);
  int file = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return false;
  bool written = write_all(file, bytes, length);
  close(file);
  return written;
}

static bool make_folder(struct command *command) {
  for (;;) {
    snprintf(command->execution, sizeof command->execution, "%04u", ++last_number);
    char path[PATH_LENGTH];
    path_of(path, command->execution, "");
    if (mkdir(path, 0700) == 0) return true;
    if (errno != EEXIST) return false;
  }
}

static bool add_to_list(struct command *command) {
  if (count == capacity) {
    size_t larger = capacity == 0 ? 64 : capacity * 2;
    struct command **grown = realloc(commands, larger * sizeof(struct command *));
    if (grown == NULL) return false;
    commands = grown;
    capacity = larger;
  }
  commands[count++] = command;
  active++;
  return true;
}

static void forget_start(struct command *command) {
  json_decref(command->start);
  command->start = NULL;
  free(command->token);
  command->token = NULL;
}

struct command *command_prepare(const json_t *request, const void *stdin_bytes, size_t length, struct problem *problem) {
  struct command *command = calloc(1, sizeof *command);
  if (command == NULL) {
    refuse(problem, "io", "There is no memory.");
    return NULL;
  }
  command->pid = -1;
  command->state = field_flag(request, "stdinFollows") ? COMMAND_FILLING : COMMAND_PREPARED;
  if (!read_request(command, request)) refuse(problem, "invalid", "This is no command.");
  else if (!make_folder(command) || !create_file(command, "stdin", stdin_bytes, length) ||
           !create_file(command, "stdout", "", 0) || !create_file(command, "stderr", "", 0)) {
    refuse(problem, "io", "The command's files cannot be made: %s", strerror(errno));
  } else if (!add_to_list(command)) refuse(problem, "io", "There is no memory.");
  else return command;
  forget_start(command);
  free(command);
  return NULL;
}

void command_add_stdin(struct command *command, const void *bytes, size_t length, bool last, struct problem *problem) {
  if (command->state != COMMAND_FILLING) return refuse(problem, "invalid", "Its standard input is complete.");
  if (!add_to_file(command, "stdin", bytes, length)) return refuse(problem, "io", "%s", strerror(errno));
  command->ran_ms = 0;
  if (last) command->state = COMMAND_PREPARED;
}

static int64_t size_of(const struct command *command, enum command_stream stream) {
  char path[PATH_LENGTH];
  path_of(path, command->execution, stream_names[stream]);
  struct stat status;
  return lstat(path, &status) == 0 ? status.st_size : 0;
}

static bool save(struct command *command) {
  char path[PATH_LENGTH];
  path_of(path, command->execution, "exit.json");
  command->is_saved = state_write(path, json_incref(command->result));
  return command->is_saved;
}

/* Takes over the JSON values. A full disk holds up nobody who listens; it is saved once there is room. */
static void finish(struct command *command, json_t *exit_code, json_t *signal) {
  command->state = COMMAND_ENDED;
  forget_start(command);
  active--;
  command->result = json_pack("{s:o, s:o, s:b, s:b, s:I, s:I}", "exitCode", exit_code, "signal", signal, "timedOut",
                              command->timed_out, "outOfMemory", command->out_of_memory, "stdoutBytes",
                              (json_int_t)size_of(command, COMMAND_STDOUT), "stderrBytes",
                              (json_int_t)size_of(command, COMMAND_STDERR));
  if (!save(command)) until_saving = SAVE_AGAIN_MS;
  runners_tell(json_pack("{s:s, s:s, s:O}", "event", "exited", "execution", command->execution, "result",
                        command->result));
}

void command_abandon(struct command *command, const char *message) {
  /* A full disk: the exit code must do. */
  if (!add_to_file(command, "stderr", message, strlen(message)) || !add_to_file(command, "stderr", "\n", 1)) {
    perror("rebench-inside: writing a command's stderr");
  }
  finish(command, json_integer(CANNOT_START), json_null());
}

void command_kill_unstarted(struct command *command) {
  if (command->state != COMMAND_FILLING && command->state != COMMAND_PREPARED) return;
  finish(command, json_null(), json_string("SIGKILL"));
}

void commands_kill_unstarted(uid_t user) {
  for (size_t index = count; active > 0 && index > 0; index--) {
    if (commands[index - 1]->user == user) command_kill_unstarted(commands[index - 1]);
  }
}

json_t *command_hand_over(struct command *command, pid_t pid, int files[3]) {
  char path[PATH_LENGTH];
  path_of(path, command->execution, "stdin");
  struct stat status;
  /* Who gets nothing gets what every program expects then, and can open again. */
  bool is_empty = lstat(path, &status) == 0 && status.st_size == 0;
  files[0] = open(is_empty ? "/dev/null" : path, O_RDONLY | O_CLOEXEC);
  for (int stream = COMMAND_STDOUT; stream <= COMMAND_STDERR; stream++) {
    path_of(path, command->execution, stream_names[stream]);
    files[1 + stream] = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
  }
  if (files[0] < 0 || files[1] < 0 || files[2] < 0) {
    for (int index = 0; index < 3; index++) close_descriptor(&files[index]);
    return NULL;
  }
  json_t *start = command->start;
  command->start = NULL;
  forget_start(command);
  json_object_set_new(json_object_get(start, "environment"), "REBENCH_COMMAND", json_string(command->execution));
  command->state = COMMAND_RUNNING;
  command->pid = pid;
  command->ran_ms = 0;
  started++;
  return start;
}

ssize_t command_output(const struct command *command, enum command_stream stream, int64_t offset, void *bytes, size_t most) {
  char path[PATH_LENGTH];
  path_of(path, command->execution, stream_names[stream]);
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t got = pread(file, bytes, most, offset);
  int reason = errno;
  close(file);
  errno = reason;
  return got;
}

static void tell(const char *event, const struct command *command) {
  runners_tell(json_pack("{s:s, s:s}", "event", event, "execution", command->execution));
}

void command_mark_out_of_memory(struct command *command) {
  if (command->out_of_memory) return;
  command->out_of_memory = true;
  tell("out-of-memory", command);
}

struct command *commands_find(const char *execution) {
  for (size_t index = count; execution != NULL && index > 0; index--) {
    if (strcmp(commands[index - 1]->execution, execution) == 0) return commands[index - 1];
  }
  return NULL;
}

struct command *commands_running(pid_t pid) {
  size_t left = active;
  for (size_t index = count; left > 0 && index > 0; index--) {
    struct command *command = commands[index - 1];
    if (command->state == COMMAND_ENDED) continue;
    left--;
    if (command->state == COMMAND_RUNNING && command->pid == pid) return command;
  }
  return NULL;
}

bool commands_are_active(void) { return active > 0; }

size_t commands_started(void) { return started; }

static json_t *signal_name(int number) {
  const char *name = sigabbrev_np(number);
  return name == NULL ? json_sprintf("SIG%d", number) : json_sprintf("SIG%s", name);
}

void commands_exited(pid_t pid, int status) {
  struct command *command = commands_running(pid);
  if (command == NULL) return;
  if (WIFSIGNALED(status)) finish(command, json_null(), signal_name(WTERMSIG(status)));
  else finish(command, json_integer(WEXITSTATUS(status)), json_null());
}

static void save_again(void) {
  for (size_t index = count; index > 0; index--) {
    struct command *command = commands[index - 1];
    if (command->state != COMMAND_ENDED || command->is_saved) continue;
    if (save(command)) continue;
    until_saving = SAVE_AGAIN_MS;
    return;
  }
}

void commands_look(int64_t ran_ms) {
  size_t left = active;
  for (size_t index = count; left > 0 && index > 0; index--) {
    struct command *command = commands[index - 1];
    if (command->state == COMMAND_ENDED) continue;
    left--;
    command->ran_ms += ran_ms;
    if (command->state != COMMAND_RUNNING) {
      if (command->ran_ms >= CARRIER_WITHIN_MS) command_abandon(command, "rebench-inside: the command's carrier did not come");
    } else if (command->timeout_ms >= 0 && command->ran_ms >= command->timeout_ms && !command->timed_out) {
      command->timed_out = true;
      tell("timed-out", command);
    }
  }
  if (until_saving > 0 && (until_saving -= ran_ms) <= 0) save_again();
}

json_t *commands_describe(void) {
  json_t *list = json_array();
  for (size_t index = count; index > 0; index--) {
    const struct command *command = commands[index - 1];
    bool has_ended = command->state == COMMAND_ENDED;
    if (has_ended && count - index >= MOST_DESCRIBED) continue;
    json_t *result = has_ended ? json_incref(command->result) : json_null();
    bool expired = !has_ended && (command->timed_out || command->out_of_memory);
    json_array_insert_new(list, 0, json_pack("{s:s, s:s, s:o, s:b}", "execution", command->execution, "user",
                                             command->user == AGENT_USER ? "agent" : "harness", "result", result,
                                             "expired", expired));
  }
  return list;
}
