#ifndef MODES_H
#define MODES_H

/* Each is a program of its own and returns its exit code; `arguments` ends with NULL and leaves the mode's name out. */
int run_init(char **arguments);
int run_attend(char **arguments);
int run_carry(char **arguments);
int run_sweep(char **arguments);
int run_end_command(char **arguments);
int run_relay(char **arguments);
int run_files(char **arguments);
int run_watch_disk(char **arguments);
int run_tool(const char *verb, char **arguments);

#endif
