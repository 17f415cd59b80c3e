#include "messages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"

static uint32_t decode_number(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void encode_number(unsigned char *bytes, uint32_t number) {
  for (int index = 0; index < 4; index++) bytes[index] = (unsigned char)(number >> (24 - 8 * index));
}

static ssize_t receive_with_files(int descriptor, void *bytes, size_t length, int *files) {
  struct iovec part = {.iov_base = bytes, .iov_len = length};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(PASSED_FILES * sizeof(int))];
  } control;
  struct msghdr received = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t got = recvmsg(descriptor, &received, MSG_CMSG_CLOEXEC);
  if (got < 0) return got;
  for (struct cmsghdr *entry = CMSG_FIRSTHDR(&received); entry != NULL; entry = CMSG_NXTHDR(&received, entry)) {
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    if (count == PASSED_FILES) memcpy(files, CMSG_DATA(entry), PASSED_FILES * sizeof(int));
  }
  return got;
}

static enum reading finish(struct message_reader *reader, struct message *message) {
  json_t *header = json_loadb((char *)reader->bytes, reader->header_length, 0, NULL);
  if (!json_is_object(header)) {
    json_decref(header);
    return READING_BROKEN;
  }
  *message = (struct message){.header = header,
                              .body = reader->bytes + reader->header_length,
                              .body_length = reader->body_length,
                              .bytes = reader->bytes};
  reader->bytes = NULL;
  reader->have = 0;
  return READING_READY;
}

enum reading message_read(struct message_reader *reader, int descriptor, struct message *message) {
  for (;;) {
    size_t total = MESSAGE_PREFIX;
    unsigned char *target = reader->prefix + reader->have;
    if (reader->have >= MESSAGE_PREFIX) {
      total += (size_t)reader->header_length + reader->body_length;
      target = reader->bytes + (reader->have - MESSAGE_PREFIX);
    }
    ssize_t got = reader->files == NULL ? read(descriptor, target, total - reader->have)
                                        : receive_with_files(descriptor, target, total - reader->have, reader->files);
    if (got < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? READING_MORE : READING_BROKEN;
    }
    if (got == 0) return reader->have == 0 ? READING_END : READING_BROKEN;
    reader->have += (size_t)got;
    if (reader->have < total) continue;
    if (total > MESSAGE_PREFIX) return finish(reader, message);
    reader->header_length = decode_number(reader->prefix);
    reader->body_length = decode_number(reader->prefix + 4);
    if (reader->header_length == 0) return READING_BROKEN;
    if (reader->header_length > reader->header_limit || reader->body_length > reader->body_limit) return READING_BROKEN;
    reader->bytes = malloc((size_t)reader->header_length + reader->body_length);
    if (reader->bytes == NULL) return READING_BROKEN;
  }
}

void message_reader_release(struct message_reader *reader) {
  free(reader->bytes);
  reader->bytes = NULL;
  reader->have = 0;
}

void message_release(struct message *message) {
  json_decref(message->header);
  free(message->bytes);
  *message = (struct message){0};
}

unsigned char *message_encode(const json_t *header, const void *body, size_t body_length, size_t *length) {
  char *text = json_dumps(header, JSON_COMPACT);
  size_t text_length = text == NULL ? 0 : strlen(text);
  unsigned char *bytes = NULL;
  if (text != NULL && text_length <= LARGEST_PART && body_length <= LARGEST_PART) {
    *length = MESSAGE_PREFIX + text_length + body_length;
    bytes = malloc(*length);
  }
  if (bytes != NULL) {
    encode_number(bytes, (uint32_t)text_length);
    encode_number(bytes + 4, (uint32_t)body_length);
    memcpy(bytes + MESSAGE_PREFIX, text, text_length);
    if (body_length > 0) memcpy(bytes + MESSAGE_PREFIX + text_length, body, body_length);
  }
  free(text);
  return bytes;
}

bool message_write(int descriptor, json_t *header, const void *body, size_t body_length) {
  size_t length = 0;
  unsigned char *bytes = message_encode(header, body, body_length, &length);
  json_decref(header);
  bool written = bytes != NULL && write_all(descriptor, bytes, length);
  free(bytes);
  return written;
}

const char *field_text(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

bool field_flag(const json_t *object, const char *name) { return json_is_true(json_object_get(object, name)); }

bool field_whole(const json_t *object, const char *name, int64_t least, int64_t most, int64_t *value) {
  const json_t *field = json_object_get(object, name);
  if (!json_is_integer(field)) return false;
  *value = json_integer_value(field);
  return *value >= least && *value <= most;
}
