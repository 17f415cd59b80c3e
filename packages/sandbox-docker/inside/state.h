#ifndef STATE_H
#define STATE_H

#include <jansson.h>
#include <stdbool.h>

/* Replaces a file in one step: whoever reads it finds the old one or the new one. Takes the value over. */
bool state_write(const char *path, json_t *value);
/* NULL where it is missing, no JSON object, or larger than ours ever are. */
json_t *state_read(const char *path);
/* Takes the room for the reason of the end while there is some: a full disk must not make it unknown. */
void state_reserve_end(void);
void state_write_end(json_t *end);

#endif
