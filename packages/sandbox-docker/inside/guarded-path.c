#include "guarded-path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "places.h"

static const char *const roots[] = {"/home/agent", "/home/harness", "/opt/rebench/task", "/var/lib/rebench"};
static const char *const measured[] = {"/home", "/tmp"};

static bool is_below(const char *path, const char *root) {
  size_t length = strlen(root);
  return strncmp(path, root, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

bool path_is_inside(const char *path) {
  for (size_t index = 0; index < sizeof roots / sizeof *roots; index++) {
    if (is_below(path, roots[index])) return true;
  }
  return false;
}

bool path_is_measurable(const char *path) {
  for (size_t index = 0; index < sizeof measured / sizeof *measured; index++) {
    if (is_below(path, measured[index])) return true;
  }
  return path_is_inside(path);
}

static const char *code_of(int reason) {
  switch (reason) {
    case ENOENT:
      return "missing";
    case ENOTDIR:
    case ELOOP:
      return "not-folder";
    default:
      return "io";
  }
}

int folder_enter(int folder, const char *name, const struct ownership *make, const char **error) {
  bool is_ours = make != NULL && mkdirat(folder, name, 0700) == 0;
  if (make != NULL && !is_ours && errno != EEXIST) {
    *error = code_of(errno);
    return -1;
  }
  int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (inner < 0) {
    *error = code_of(errno);
    return -1;
  }
  if (is_ours && (fchown(inner, make->uid, make->gid) != 0 || fchmod(inner, make->mode) != 0)) {
    close(inner);
    *error = "io";
    return -1;
  }
  return inner;
}

/* The next part of a path into `name`; returns what follows it, or NULL where it is none. */
static const char *next_part(const char *path, char name[256]) {
  size_t length = strcspn(path, "/");
  if (length == 0 || length > 255) return NULL;
  memcpy(name, path, length);
  name[length] = '\0';
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return NULL;
  return path + length;
}

const char *path_enter(const char *path, const struct ownership *make, struct place *place) {
  const char *error = NULL;
  place->folder = open(FILES_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place->folder < 0) return "io";
  const char *rest = path;
  for (;;) {
    rest = *rest == '/' ? next_part(rest + 1, place->name) : NULL;
    if (rest == NULL) error = "outside";
    if (rest == NULL || *rest == '\0') break;
    int inner = folder_enter(place->folder, place->name, make, &error);
    if (inner < 0) break;
    close(place->folder);
    place->folder = inner;
  }
  if (error == NULL) return NULL;
  close(place->folder);
  place->folder = -1;
  return error;
}
