#ifndef DEADLINES_H
#define DEADLINES_H

#include <jansson.h>
#include <stdbool.h>

void deadlines_start(void);
/* Null or a number each; false with errno where the file cannot be written: then nothing has changed. */
bool deadlines_set(const json_t *working_ends_at, const json_t *wall_ends_at);
bool deadlines_are_valid(const json_t *working_ends_at, const json_t *wall_ends_at);
/*
 * Reads the file again if it has changed and judges a time that was taken before: a pause in between, with new deadlines,
 * must not end a sandbox by an old one. Returns the reason of the end, or NULL.
 */
json_t *deadlines_judge(double now);
/* Milliseconds from `now` to the next one, at most `most`. */
int deadlines_wait(double now, int most);
/* Whether there ever was one. */
bool deadlines_were_set(void);

#endif
