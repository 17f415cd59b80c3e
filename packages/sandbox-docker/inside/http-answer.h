#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include <stddef.h>

enum asking {
  ASKED,
  /* Nobody serves the socket. */
  NOT_CONNECTED,
  /* It went away before it had answered. */
  INTERRUPTED,
};

struct http_request {
  const char *method, *path;
  const char *body;
  size_t body_length;
};

struct http_answer {
  int status;
  /* Ends with a NUL that is not counted. */
  char *body;
  size_t length;
};

/* One request over a Unix socket. */
enum asking http_ask(const char *socket_path, const struct http_request *request, struct http_answer *answer);

#endif
