#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http-answer.h"
#include "modes.h"

enum {
  /* As in sysexits.h: try again later. */
  NO_RUNNER = 75,
  LARGEST_INPUT = 16 << 20,
};

static const struct {
  const char *verb, *method, *path;
} routes[] = {
    {"score", "POST", "/score"},   {"score-log", "GET", "/score-log"}, {"budget", "GET", "/budget"},
    {"submit", "POST", "/submit"}, {"note", "POST", "/note"},
};

static int stop(int code, const char *message) {
  fprintf(stderr, "%s\n", message);
  return code;
}

static char *join(char **words, size_t *length) {
  *length = 0;
  for (char **word = words; *word != NULL; word++) *length += strlen(*word) + (word > words);
  char *text = malloc(*length + 1), *end = text;
  for (char **word = words; text != NULL && *word != NULL; word++) {
    if (word > words) *end++ = ' ';
    end = stpcpy(end, *word);
  }
  return text;
}

static char *read_input(size_t *length) {
  size_t capacity = 64 * 1024;
  char *text = malloc(capacity);
  *length = 0;
  for (;;) {
    if (text != NULL && *length == capacity) {
      char *grown = capacity >= LARGEST_INPUT ? NULL : realloc(text, 2 * capacity);
      if (grown == NULL) free(text);
      text = grown;
      capacity *= 2;
    }
    if (text == NULL) return NULL;
    ssize_t got = read(STDIN_FILENO, text + *length, capacity - *length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    *length += (size_t)got;
  }
}

static bool is_surrogate(const char *text, char from, char to) {
  return text[0] == '\\' && text[1] == 'u' && tolower((unsigned char)text[2]) == 'd' &&
         tolower((unsigned char)text[3]) >= from && tolower((unsigned char)text[3]) <= to;
}

/* Half a pair, left by who cut a text, is written by JavaScript and read by nobody else. */
static void mend_surrogates(char *text) {
  while ((text = strchr(text, '\\')) != NULL) {
    if (text[1] == '\0') return;
    bool is_high = is_surrogate(text, '8', 'b');
    if (is_high && strnlen(text, 12) == 12 && is_surrogate(text + 6, 'c', 'f')) text += 12;
    else if ((is_high || is_surrogate(text, 'c', 'f')) && strnlen(text, 6) == 6) text = memcpy(text, "\\ufffd", 6);
    else text += 2;
  }
}

static int finish(struct http_answer *answer, bool as_json) {
  char *copy = strdup(answer->body);
  if (copy != NULL) mend_surrogates(copy);
  json_t *value = copy == NULL ? NULL : json_loads(copy, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  free(copy);
  if (value == NULL) {
    char message[80];
    snprintf(message, sizeof message, "The runner's answer cannot be read (%d).", answer->status);
    return stop(1, message);
  }
  const json_t *text = json_object_get(value, "text");
  if (as_json) {
    while (answer->length > 0 && isspace((unsigned char)answer->body[answer->length - 1])) answer->length--;
    fwrite(answer->body, 1, answer->length, stdout);
  } else if (json_is_string(text)) {
    fwrite(json_string_value(text), 1, json_string_length(text), stdout);
  }
  putchar('\n');
  bool is_ok = json_is_true(json_object_get(value, "ok"));
  json_decref(value);
  if (fflush(stdout) != 0) return 1;
  return answer->status == 503 ? NO_RUNNER : is_ok ? 0 : 1;
}

int run_tool(const char *verb, char **arguments) {
  bool as_json = arguments[0] != NULL && strcmp(arguments[0], "--json") == 0;
  char **words = as_json ? arguments + 1 : arguments;
  bool is_service = strcmp(verb, "service") == 0;
  struct http_request request = {.method = "GET", .path = "/unknown"};
  char *path = NULL;
  if (is_service) {
    if (asprintf(&path, "/services/%s", words[0] == NULL ? "" : words[0]) < 0) return stop(1, "There is no memory.");
    request.method = "POST";
    request.path = path;
    if (words[0] != NULL) words++;
  }
  for (size_t index = 0; index < sizeof routes / sizeof *routes; index++) {
    if (strcmp(verb, routes[index].verb) != 0) continue;
    request.method = routes[index].method;
    request.path = routes[index].path;
  }
  bool takes_input = (is_service || strcmp(verb, "note") == 0) && words[0] == NULL && !isatty(STDIN_FILENO);
  char *body = takes_input ? read_input(&request.body_length) : join(words, &request.body_length);
  if (body == NULL) return stop(1, "Standard input is too long.");
  request.body = body;
  struct http_answer answer = {0};
  int code = 1;
  switch (http_ask(getenv("REBENCH_SOCKET"), &request, &answer)) {
    case ASKED:
      code = finish(&answer, as_json);
      break;
    case NOT_CONNECTED:
      code = stop(NO_RUNNER, "No runner is attached.");
      break;
    case INTERRUPTED:
      code = stop(NO_RUNNER, "The runner went away before it answered.");
      break;
  }
  free(answer.body);
  free(body);
  free(path);
  return code;
}
