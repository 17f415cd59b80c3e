#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stdint.h>

struct measure {
  /* So much of every file is not counted. */
  uint64_t free_bytes;
  /* Blocks in use by all that is no folder. */
  uint64_t bytes;
  /* Whether some of it could not be looked at. */
  bool closed;
};

/* Nested deeper than any program needs: counted as more than every limit, so that nothing can be hidden below. */
#define TOO_DEEP_BYTES ((uint64_t)1 << 50)

/*
 * What is ours about a command (how it ended, the last page of its output) is not its user's doing; a thousand short commands
 * must not fill a small disk.
 */
enum { FREE_BYTES_OF_STATE = 4096 };

/* Adds what is below a folder, other file systems left out. Closes the descriptor. */
void measure_folder(int folder, struct measure *measure);

#endif
