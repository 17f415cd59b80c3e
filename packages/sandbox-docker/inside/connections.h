#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_CONNECTIONS = 48, MOST_RUNNERS = 4, CONNECTION_POLLS = 1 + MOST_RUNNERS + MOST_CONNECTIONS };

/* Listens for runners, carriers and those that end commands; false with errno. */
bool connections_start(void);
/* Fills in what to wait for; returns how many. */
size_t connections_poll(struct pollfd polls[CONNECTION_POLLS]);
void connections_handle(const struct pollfd *polls, size_t count);
/* Drops who takes too long. */
void connections_look(int64_t ran_ms);
bool runner_is_attached(void);
/* To the runner whose request is being handled. Takes the header over. Nobody waits: a runner that does not read is dropped. */
void runner_reply(json_t *header, const void *body, size_t length);
/* To every runner. Takes the event over. */
void runners_tell(json_t *event);
/* Gives the runners a moment to take what is on its way to them. */
void runners_drain(int most_ms);

#endif
