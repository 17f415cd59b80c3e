#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Prints text as a JSON string; bytes that are not printable ASCII become `?` (a message may quote the submission). */
static void print_string(const char *text) {
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') printf("\\%c", *text);
    else putchar(*text >= ' ' && *text <= '~' ? *text : '?');
  }
  putchar('"');
}

static void print_outcome(const char *status, const char *code, const char *format, va_list arguments) {
  char reason[1024];
  vsnprintf(reason, sizeof reason, format, arguments);
  printf("{\"status\":\"%s\",", status);
  if (code) printf("\"code\":\"%s\",", code);
  printf("\"reason\":");
  print_string(reason);
  printf("}\n");
  fflush(stdout);
}

void fault(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_outcome("fault", NULL, format, arguments);
  _exit(3);
}

void invalid(const char *code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_outcome("invalid", code, format, arguments);
  _exit(0);
}
