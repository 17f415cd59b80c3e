#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "descriptors.h"
#include "messages.h"
#include "modes.h"
#include "places.h"

extern char **environ;

enum {
  INIT_WAIT_MS = 5000,
  TRIES = 50,
  FIRST_OPEN = 3,
  NOT_FOUND = 127,
  CANNOT_START = 126,
  /* Whoever has one process more than there is memory for goes before the first process does. */
  SHARE_OF_BLAME = 500,
};

static void close_all_from(int first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  for (int descriptor = first; descriptor < 1024; descriptor++) close(descriptor);
}

static void use_nothing_of_the_engines(void) {
  int nothing = open("/dev/null", O_RDWR);
  for (int descriptor = 0; nothing >= 0 && descriptor < FIRST_OPEN; descriptor++) dup2(nothing, descriptor);
  close_all_from(FIRST_OPEN);
}

static void take_blame_for_memory(void) {
  char text[16];
  int length = snprintf(text, sizeof text, "%d", SHARE_OF_BLAME);
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, text, (size_t)length) != length) close(file);
  else close(file);
}

static enum reading ask(const char *execution, const char *token, const char *failure, struct message *start, int *files) {
  int connection = connect_to_socket(INIT_SOCKET, INIT_WAIT_MS);
  if (connection < 0) return READING_BROKEN;
  json_t *introduction = json_pack("{s:s, s:s, s:s, s:s*}", "role", "carrier", "execution", execution, "token", token,
                                   "failure", failure);
  struct message_reader reader = {.header_limit = LARGEST_PART, .files = files};
  enum reading reading = READING_BROKEN;
  if (message_write(connection, introduction, NULL, 0)) reading = message_read(&reader, connection, start);
  message_reader_release(&reader);
  close(connection);
  return reading;
}

static char **words_of(const json_t *list) {
  size_t count = json_array_size(list);
  char **words = calloc(count + 1, sizeof *words);
  for (size_t index = 0; words != NULL && index < count; index++) {
    words[index] = (char *)json_string_value(json_array_get(list, index));
  }
  return words;
}

static char **variables_of(json_t *object) {
  char **variables = calloc(json_object_size(object) + 1, sizeof *variables);
  size_t count = 0;
  const char *name;
  json_t *value;
  json_object_foreach(object, name, value) {
    if (variables == NULL || asprintf(&variables[count], "%s=%s", name, json_string_value(value)) < 0) return NULL;
    count++;
  }
  return variables;
}

static _Noreturn void become(const json_t *start, const int *files) {
  for (int index = 0; index < PASSED_FILES; index++) {
    if (dup2(files[index], index) < 0) _exit(CANNOT_START);
  }
  close_all_from(FIRST_OPEN);
  signal(SIGPIPE, SIG_DFL);
  umask(022);
  const char *cwd = field_text(start, "cwd");
  char **argv = words_of(json_object_get(start, "argv"));
  char **variables = variables_of(json_object_get(start, "environment"));
  if (cwd == NULL || argv == NULL || argv[0] == NULL || variables == NULL) _exit(CANNOT_START);
  if (chdir(cwd) != 0) {
    dprintf(STDERR_FILENO, "%s: %s\n", cwd, strerror(errno));
    _exit(CANNOT_START);
  }
  /* Where a program is looked for is the command's own PATH. */
  environ = variables;
  execvp(argv[0], argv);
  int reason = errno;
  dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(reason));
  _exit(reason == ENOENT || reason == ENOTDIR ? NOT_FOUND : CANNOT_START);
}

int run_carry(char **arguments) {
  const char *execution = arguments[0], *token = execution == NULL ? NULL : arguments[1];
  struct message start;
  int files[PASSED_FILES] = {-1, -1, -1};
  if (token == NULL) {
    fputs("usage: rebench-inside carry ID TOKEN\n", stderr);
    return 64;
  }
  pid_t child = fork();
  if (child > 0) return 0;
  if (child < 0) {
    char failure[200];
    snprintf(failure, sizeof failure, "rebench-inside: no process could be started: %s", strerror(errno));
    ask(execution, token, failure, &start, files);
    return CANNOT_START;
  }
  use_nothing_of_the_engines();
  take_blame_for_memory();
  /* Only its parent is told how a process ends. */
  for (int64_t last = monotonic_ms() + INIT_WAIT_MS; getppid() != 1 && monotonic_ms() < last;) usleep(200);
  setsid();
  for (int round = 0; round < TRIES; round++) {
    if (ask(execution, token, NULL, &start, files) == READING_READY) {
      if (files[0] < 0) return CANNOT_START;
      become(start.header, files);
    }
    /* Its input is still coming, or others of the same user have taken every place there is for it. */
    usleep(100 * 1000);
  }
  return CANNOT_START;
}
