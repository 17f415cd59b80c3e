#ifndef RELAY_ENTRY_H
#define RELAY_ENTRY_H

#include <stdbool.h>
#include <sys/types.h>

/* Where connections from inside come in. */
struct relay_entry {
  int listener;
  const char *channel;
  /* NULL for a port. */
  char *path;
  ino_t inode;
};

/* `PATH=CHANNEL`. A socket that is there already is replaced in one step. False with errno. */
bool entry_open_socket(const char *argument, struct relay_entry *entry);
/* `NUMBER=CHANNEL`, on the loopback. */
bool entry_open_port(const char *argument, struct relay_entry *entry);
/* Removes the socket unless another relay has taken it over. */
void entry_close(struct relay_entry *entry);

#endif
