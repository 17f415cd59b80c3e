#include "http-answer.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "descriptors.h"

enum { LARGEST_ANSWER = 16 << 20 };

static bool is_plain(char letter) { return isalnum((unsigned char)letter) || strchr("-._~/", letter) != NULL; }

/* Nothing in a path can end it. */
static char *encode_path(const char *path) {
  char *encoded = malloc(3 * strlen(path) + 1), *end = encoded;
  if (encoded == NULL) return NULL;
  for (; *path != '\0'; path++) {
    if (is_plain(*path)) *end++ = *path;
    else end += sprintf(end, "%%%02X", (unsigned char)*path);
  }
  *end = '\0';
  return encoded;
}

static bool send_request(int connection, const struct http_request *request) {
  char *path = encode_path(request->path), *head = NULL;
  int length = path == NULL ? -1
                            : asprintf(&head,
                                       "%s %s HTTP/1.0\r\nhost: localhost\r\n"
                                       "content-type: text/plain; charset=utf-8\r\ncontent-length: %zu\r\n\r\n",
                                       request->method, path, request->body_length);
  bool sent = length > 0 && write_all(connection, head, (size_t)length) &&
              write_all(connection, request->body, request->body_length);
  free(path);
  if (length > 0) free(head);
  return sent;
}

/* The length that is promised from here to the empty line, or -1. */
static long long promised_length(const char *head) {
  for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, "content-length:", 15) == 0) return atoll(line + 15);
  }
  return -1;
}

static char *read_until(int connection, size_t *length, const char **body) {
  size_t capacity = 16 * 1024;
  char *text = malloc(capacity + 1);
  long long promised = -1;
  *length = 0;
  *body = NULL;
  while (text != NULL) {
    text[*length] = '\0';
    if (*body == NULL) {
      char *end = strstr(text, "\r\n\r\n");
      if (end != NULL) {
        *end = '\0';
        promised = promised_length(text);
        *body = end + 4;
      }
    }
    if (*body != NULL && promised >= 0 && (long long)(text + *length - *body) >= promised) break;
    if (*length == capacity) {
      size_t offset = *body == NULL ? 0 : (size_t)(*body - text);
      char *grown = capacity >= LARGEST_ANSWER ? NULL : realloc(text, 2 * capacity + 1);
      if (grown == NULL) break;
      text = grown;
      capacity *= 2;
      if (*body != NULL) *body = text + offset;
    }
    ssize_t got = read(connection, text + *length, capacity - *length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    *length += (size_t)got;
  }
  /* Cut off, or longer than promised. */
  if (*body != NULL && promised >= 0) {
    if ((long long)(text + *length - *body) < promised) *body = NULL;
    else *length = (size_t)(*body - text) + (size_t)promised;
  }
  return text;
}

enum asking http_ask(const char *socket_path, const struct http_request *request, struct http_answer *answer) {
  int connection = socket_path == NULL ? -1 : connect_to_socket(socket_path, 0);
  if (connection < 0) return NOT_CONNECTED;
  /* Who refuses may do so before it has read everything. */
  send_request(connection, request);
  size_t length;
  const char *body;
  char *text = read_until(connection, &length, &body);
  close(connection);
  int status;
  enum asking result = INTERRUPTED;
  if (text != NULL && body != NULL && sscanf(text, "HTTP/%*d.%*d %d", &status) == 1) {
    answer->status = status;
    answer->length = length - (size_t)(body - text);
    answer->body = malloc(answer->length + 1);
    if (answer->body != NULL) {
      memcpy(answer->body, body, answer->length);
      answer->body[answer->length] = '\0';
      result = ASKED;
    }
  }
  free(text);
  return result;
}
