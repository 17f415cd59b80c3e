#ifndef REQUESTS_H
#define REQUESTS_H

#include "messages.h"

/* One of the runner's; answers it. */
void handle_request(const struct message *message);

#endif
