#ifndef COMMANDS_H
#define COMMANDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum command_state {
  /* More of its standard input is to come. */
  COMMAND_FILLING,
  /* Waits for its carrier. */
  COMMAND_PREPARED,
  COMMAND_RUNNING,
  COMMAND_ENDED,
};

struct command {
  char execution[16];
  uid_t user;
  enum command_state state;
  char *token;
  /* `{ argv, cwd, environment }` until its carrier has it. */
  json_t *start;
  pid_t pid;
  /* -1 for none. */
  int64_t timeout_ms;
  int64_t ran_ms;
  bool timed_out, out_of_memory;
  /* Of an ended one. */
  json_t *result;
  bool is_saved;
};

enum command_stream { COMMAND_STDOUT, COMMAND_STDERR };

/* What went wrong, for a reply; code NULL where nothing did. */
struct problem {
  const char *code;
  char message[200];
};

struct command *command_prepare(const json_t *request, const void *stdin_bytes, size_t length, struct problem *problem);
void command_add_stdin(struct command *command, const void *bytes, size_t length, bool last, struct problem *problem);
/* Ends one that has not started. */
void command_abandon(struct command *command, const char *message);
/* The same for one that is killed on its way; nothing where it has started. */
void command_kill_unstarted(struct command *command);
/* Makes a carrier's process the command; gives descriptors to pass on. The start is the caller's then. */
json_t *command_hand_over(struct command *command, pid_t pid, int files[3]);
/* Bytes read, or -1 with errno. */
ssize_t command_output(const struct command *command, enum command_stream stream, int64_t offset, void *bytes, size_t most);
void command_mark_out_of_memory(struct command *command);

struct command *commands_find(const char *execution);
struct command *commands_running(pid_t pid);
/* How many ever became one's process. */
size_t commands_started(void);
void commands_kill_unstarted(uid_t user);
/* Whether anything must be looked at often. */
bool commands_are_active(void);
void commands_exited(pid_t pid, int status);
/* Lets time pass: `ran_ms` of this program's own. */
void commands_look(int64_t ran_ms);
/* For the runner's greeting: all that run, and as many of the newest that have ended as fit. */
json_t *commands_describe(void);

#endif
