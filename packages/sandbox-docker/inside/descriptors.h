#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes everything, waiting where it must. */
bool write_all(int descriptor, const void *bytes, size_t length);
bool set_non_blocking(int descriptor);
/* Closes it unless it is -1, and makes it -1. */
void close_descriptor(int *descriptor);
/* A connection to a Unix socket, tried again for as long as the other side may still be starting; -1 with errno. */
int connect_to_socket(const char *path, int wait_ms);

#endif
