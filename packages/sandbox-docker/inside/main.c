#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "modes.h"

static const struct {
  const char *name;
  int (*run)(char **arguments);
} modes[] = {
    {"init", run_init},   {"attend", run_attend}, {"carry", run_carry},           {"sweep", run_sweep},
    {"relay", run_relay}, {"files", run_files},   {"end-command", run_end_command}, {"watch-disk", run_watch_disk},
};

static const char *const verbs[] = {"score", "score-log", "budget", "submit", "note", "service"};

static const char *verb_called(const char *name) {
  for (size_t index = 0; index < sizeof verbs / sizeof *verbs; index++) {
    if (strcmp(name, verbs[index]) == 0) return verbs[index];
  }
  return NULL;
}

int main(int count, char **arguments) {
  /* A reader that left shows as an error where it is written to. */
  signal(SIGPIPE, SIG_IGN);
  if (count > 0) {
    const char *slash = strrchr(arguments[0], '/');
    const char *verb = verb_called(slash == NULL ? arguments[0] : slash + 1);
    if (verb != NULL) return run_tool(verb, arguments + 1);
  }
  if (count > 1) {
    for (size_t index = 0; index < sizeof modes / sizeof *modes; index++) {
      if (strcmp(arguments[1], modes[index].name) == 0) return modes[index].run(arguments + 2);
    }
    const char *verb = verb_called(arguments[1]);
    if (verb != NULL) return run_tool(verb, arguments + 2);
  }
  fputs("rebench-inside: no mode of this name; see PROTOCOL.md\n", stderr);
  return 64;
}
