#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"
#include "guarded-path.h"
#include "measure.h"
#include "messages.h"
#include "modes.h"

enum {
  MOST_ENTRIES = 1 << 20,
  /* A list must fit into a header. */
  MOST_LIST_BYTES = 900 * 1024,
  /* Escaped, and with what is around it. */
  ENTRY_BYTES = 40,
};

/* What a request comes to: fields of the reply, or an error's code. */
struct answer {
  json_t *fields;
  const char *error;
  int reason;
  unsigned char *body;
  size_t body_length;
};

/* The file that is being written, one at a time. */
static struct {
  int file;
  struct place beside;
  char name[256];
  char *path;
} writing = {.file = -1, .beside = {.folder = -1}};

static void fail(struct answer *answer, const char *code) {
  answer->error = code;
  answer->reason = errno;
}

static const char *type_of(mode_t mode) {
  if (S_ISREG(mode)) return "file";
  if (S_ISDIR(mode)) return "folder";
  if (S_ISLNK(mode)) return "link";
  if (S_ISFIFO(mode)) return "pipe";
  return S_ISSOCK(mode) ? "socket" : "device";
}

/* The place that a request's path names; false where the answer is an error. */
static bool go_to(const json_t *header, const struct ownership *make, struct place *place, struct answer *answer) {
  const char *path = field_text(header, "path");
  errno = 0;
  const char *error = path == NULL ? "invalid" : path_is_inside(path) ? path_enter(path, make, place) : "outside";
  if (error != NULL) fail(answer, error);
  return error == NULL;
}

static bool read_ownership(const json_t *header, struct ownership *ownership, struct answer *answer) {
  int64_t mode, uid, gid;
  bool is_valid = field_whole(header, "mode", 0, 0777, &mode) && field_whole(header, "uid", 0, 65534, &uid) &&
                  field_whole(header, "gid", 0, 65534, &gid);
  if (is_valid) *ownership = (struct ownership){(mode_t)mode, (uid_t)uid, (gid_t)gid};
  else fail(answer, "invalid");
  return is_valid;
}

static void answer_stat(const struct message *message, struct answer *answer) {
  struct place place;
  struct stat status;
  if (!go_to(message->header, NULL, &place, answer)) return;
  if (fstatat(place.folder, place.name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    fail(answer, errno == ENOENT ? "missing" : "io");
  } else {
    answer->fields = json_pack("{s:s, s:I, s:i, s:I, s:I}", "type", type_of(status.st_mode), "bytes",
                               (json_int_t)status.st_size, "mode", (int)(status.st_mode & 07777), "links",
                               (json_int_t)status.st_nlink, "inode", (json_int_t)status.st_ino);
  }
  close(place.folder);
}

static const char *type_of_entry(int folder, const char *name) {
  struct stat status;
  return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? type_of(status.st_mode) : NULL;
}

static void list_folder(DIR *folder, int64_t limit, struct answer *answer) {
  json_t *entries = json_array();
  size_t bytes = 0;
  bool more = false;
  for (const struct dirent *entry; (errno = 0, entry = readdir(folder)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    const char *type = type_of_entry(dirfd(folder), entry->d_name);
    if (type == NULL) continue;
    json_t *name = json_string(entry->d_name);
    if (name == NULL) name = json_null();
    char *text = json_dumps(name, JSON_ENCODE_ANY);
    bytes += ENTRY_BYTES + (text == NULL ? 0 : strlen(text));
    free(text);
    more = (int64_t)json_array_size(entries) >= limit || bytes > MOST_LIST_BYTES;
    if (more) {
      json_decref(name);
      break;
    }
    json_array_append_new(entries, json_pack("{s:o, s:s}", "name", name, "type", type));
  }
  if (errno != 0) fail(answer, "io");
  answer->fields = json_pack("{s:o, s:b}", "entries", entries, "more", more);
}

static void answer_list(const struct message *message, struct answer *answer) {
  struct place place;
  int64_t limit;
  if (!field_whole(message->header, "limit", 0, MOST_ENTRIES, &limit)) return fail(answer, "invalid");
  if (!go_to(message->header, NULL, &place, answer)) return;
  const char *error = NULL;
  int inner = folder_enter(place.folder, place.name, NULL, &error);
  DIR *folder = inner < 0 ? NULL : fdopendir(inner);
  if (folder != NULL) {
    list_folder(folder, limit, answer);
    closedir(folder);
  } else {
    fail(answer, error != NULL ? error : "io");
    if (inner >= 0) close(inner);
  }
  close(place.folder);
}

static const char *error_of_opening(int reason) {
  switch (reason) {
    case ENOENT:
      return "missing";
    case ELOOP:
    case ENXIO:
    case ENODEV:
      return "not-file";
    default:
      return "io";
  }
}

static void read_part(int file, int64_t offset, size_t most, struct answer *answer) {
  answer->body = malloc(most + 1);
  while (answer->body != NULL && answer->body_length < most) {
    ssize_t got = pread(file, answer->body + answer->body_length, most - answer->body_length,
                        offset + (off_t)answer->body_length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(answer, "io");
    if (got <= 0) return;
    answer->body_length += (size_t)got;
  }
  if (answer->body == NULL) fail(answer, "io");
}

static void answer_read(const struct message *message, struct answer *answer) {
  struct place place;
  int64_t offset, most;
  if (!field_whole(message->header, "offset", 0, INT64_MAX / 2, &offset) ||
      !field_whole(message->header, "max", 0, INT64_MAX, &most)) {
    return fail(answer, "invalid");
  }
  if (!go_to(message->header, NULL, &place, answer)) return;
  struct stat status;
  /* A pipe must not hold us up until someone writes to it. */
  int file = openat(place.folder, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0) fail(answer, error_of_opening(errno));
  else if (fstat(file, &status) != 0) fail(answer, "io");
  else if (!S_ISREG(status.st_mode)) fail(answer, "not-file");
  else {
    read_part(file, offset, (size_t)(most < LARGEST_PART ? most : LARGEST_PART), answer);
    answer->fields = json_pack("{s:I, s:I, s:I}", "bytes", (json_int_t)status.st_size, "inode",
                               (json_int_t)status.st_ino, "links", (json_int_t)status.st_nlink);
  }
  if (file >= 0) close(file);
  close(place.folder);
}

static void answer_folder(const struct message *message, struct answer *answer) {
  struct place place;
  struct ownership ownership;
  if (!read_ownership(message->header, &ownership, answer)) return;
  if (!go_to(message->header, &ownership, &place, answer)) return;
  const char *error = NULL;
  int inner = folder_enter(place.folder, place.name, &ownership, &error);
  if (inner < 0) fail(answer, error);
  else close(inner);
  close(place.folder);
}

static void stop_writing(void) {
  if (writing.file < 0) return;
  close_descriptor(&writing.file);
  unlinkat(writing.beside.folder, writing.beside.name, 0);
  close_descriptor(&writing.beside.folder);
  free(writing.path);
  writing.path = NULL;
}

static void begin_writing(const json_t *header, const struct ownership *ownership, struct answer *answer) {
  stop_writing();
  struct place place;
  const struct ownership of_folders = {0755, ownership->uid, ownership->gid};
  if (!go_to(header, &of_folders, &place, answer)) return;
  uint64_t chance = 0;
  if (getrandom(&chance, sizeof chance, 0) < 0) chance = (uint64_t)getpid();
  writing.beside.folder = place.folder;
  snprintf(writing.beside.name, sizeof writing.beside.name, ".rebench-%016llx", (unsigned long long)chance);
  memcpy(writing.name, place.name, sizeof writing.name);
  writing.path = strdup(field_text(header, "path"));
  /* Nobody else's until it is complete. */
  const int how = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  if (writing.path != NULL) writing.file = openat(place.folder, writing.beside.name, how, 0600);
  if (writing.file >= 0) return;
  fail(answer, "io");
  close_descriptor(&writing.beside.folder);
  free(writing.path);
  writing.path = NULL;
}

static void finish_writing(const struct ownership *ownership, struct answer *answer) {
  bool done = fchown(writing.file, ownership->uid, ownership->gid) == 0 &&
              fchmod(writing.file, ownership->mode) == 0;
  int folder = writing.beside.folder;
  if (!done) fail(answer, "io");
  else if (renameat(folder, writing.beside.name, folder, writing.name) != 0) {
    fail(answer, errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST ? "not-file" : "io");
  } else {
    writing.beside.name[0] = '\0';
  }
  stop_writing();
}

static void answer_write(const struct message *message, struct answer *answer) {
  struct ownership ownership;
  const json_t *header = message->header;
  if (!read_ownership(header, &ownership, answer)) return stop_writing();
  if (field_flag(header, "first")) begin_writing(header, &ownership, answer);
  else if (writing.file < 0 || field_text(header, "path") == NULL || strcmp(field_text(header, "path"), writing.path) != 0) {
    errno = 0;
    fail(answer, "invalid");
  }
  if (answer->error == NULL && !write_all(writing.file, message->body, message->body_length)) fail(answer, "io");
  if (answer->error != NULL) return stop_writing();
  if (field_flag(header, "last")) finish_writing(&ownership, answer);
}

static void answer_measure(const struct message *message, struct answer *answer) {
  struct measure measure = {0};
  size_t index;
  const json_t *path;
  const json_t *paths = json_object_get(message->header, "paths");
  if (!json_is_array(paths)) return fail(answer, "invalid");
  json_array_foreach(paths, index, path) {
    struct place place;
    const char *text = json_string_value(path);
    const char *error = text == NULL ? "invalid" : path_is_measurable(text) ? path_enter(text, NULL, &place) : "outside";
    if (error == NULL) {
      int inner = folder_enter(place.folder, place.name, NULL, &error);
      close(place.folder);
      measure.free_bytes = strncmp(text, "/var/lib/rebench", 16) == 0 ? FREE_BYTES_OF_STATE : 0;
      if (inner >= 0) measure_folder(inner, &measure);
    }
    /* What is missing takes no room. */
    if (error != NULL && strcmp(error, "missing") != 0) return fail(answer, error);
  }
  answer->fields = json_pack("{s:I}", "bytes", (json_int_t)measure.bytes);
}

static void handle(const struct message *message, struct answer *answer) {
  static const struct {
    const char *name;
    void (*answer)(const struct message *message, struct answer *answer);
  } methods[] = {
      {"stat", answer_stat},     {"list", answer_list},   {"read", answer_read},
      {"folder", answer_folder}, {"write", answer_write}, {"measure", answer_measure},
  };
  const char *method = field_text(message->header, "method");
  errno = 0;
  for (size_t index = 0; method != NULL && index < sizeof methods / sizeof *methods; index++) {
    if (strcmp(method, methods[index].name) == 0) return methods[index].answer(message, answer);
  }
  fail(answer, "invalid");
}

static bool send_answer(const struct message *message, struct answer *answer) {
  json_t *id = json_object_get(message->header, "id");
  json_t *reply;
  if (answer->error != NULL) {
    const char *reason = answer->reason == 0 ? answer->error : strerror(answer->reason);
    reply = json_pack("{s:O?, s:{s:s, s:s}}", "id", id, "error", "code", answer->error, "message", reason);
    answer->body_length = 0;
  } else {
    reply = answer->fields == NULL ? json_object() : json_incref(answer->fields);
    json_object_set(reply, "id", id == NULL ? json_null() : id);
    json_object_set_new(reply, "ok", json_true());
  }
  json_decref(answer->fields);
  bool sent = message_write(STDOUT_FILENO, reply, answer->body, answer->body_length);
  free(answer->body);
  return sent;
}

int run_files(char **arguments) {
  (void)arguments;
  umask(0);
  struct message_reader reader = {.header_limit = LARGEST_PART, .body_limit = LARGEST_PART};
  struct message message;
  enum reading reading;
  while ((reading = message_read(&reader, STDIN_FILENO, &message)) == READING_READY) {
    struct answer answer = {0};
    handle(&message, &answer);
    bool sent = send_answer(&message, &answer);
    message_release(&message);
    if (!sent) break;
  }
  stop_writing();
  message_reader_release(&reader);
  if (reading != READING_BROKEN) return 0;
  fputs("rebench-inside: what came is no message\n", stderr);
  return 1;
}
