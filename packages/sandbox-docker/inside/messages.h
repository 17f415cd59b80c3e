#ifndef MESSAGES_H
#define MESSAGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LARGEST_PART = 1 << 20, MESSAGE_PREFIX = 8, PASSED_FILES = 3 };

struct message {
  json_t *header;
  const unsigned char *body;
  size_t body_length;
  unsigned char *bytes;
};

/* All zero but for the limits is a new one. */
struct message_reader {
  uint32_t header_limit, body_limit;
  unsigned char prefix[MESSAGE_PREFIX];
  uint32_t header_length, body_length;
  unsigned char *bytes;
  size_t have;
  /* Where descriptors go that come along; NULL where none are taken. */
  int *files;
};

enum reading { READING_READY, READING_MORE, READING_END, READING_BROKEN };

/* Reads on from where the last call stopped. Holds never more than the limits allow. */
enum reading message_read(struct message_reader *reader, int descriptor, struct message *message);
void message_reader_release(struct message_reader *reader);
void message_release(struct message *message);

/* Header and body in one piece, to be freed; NULL where a part is too large. */
unsigned char *message_encode(const json_t *header, const void *body, size_t body_length, size_t *length);
/* Takes the header over and waits until all is written. */
bool message_write(int descriptor, json_t *header, const void *body, size_t body_length);

/* Fields of a header. */
const char *field_text(const json_t *object, const char *name);
bool field_flag(const json_t *object, const char *name);
/* False where it is missing or no whole number within the bounds. */
bool field_whole(const json_t *object, const char *name, int64_t least, int64_t most, int64_t *value);

#endif
