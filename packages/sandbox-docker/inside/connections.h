#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_CONNECTIONS = 48, CONNECTION_POLLS = MOST_CONNECTIONS + 2 };

/* Listens for runners, carriers and those that end commands; false with errno. */
bool connections_start(void);
/* Fills in what to wait for; returns how many. */
size_t connections_poll(struct pollfd polls[CONNECTION_POLLS]);
void connections_handle(const struct pollfd *polls, size_t count);
/* Drops who takes too long. */
void connections_look(int64_t ran_ms);
bool runner_is_attached(void);
/* Takes the header over. Nobody waits: a runner that does not read is dropped. */
void runner_tell(json_t *header);
void runner_reply(json_t *header, const void *body, size_t length);
/* Gives the runner a moment to take what is on its way to it. */
void runner_drain(int most_ms);

#endif
