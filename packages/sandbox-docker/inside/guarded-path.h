#ifndef GUARDED_PATH_H
#define GUARDED_PATH_H

#include <stdbool.h>
#include <sys/types.h>

/* What is made on the way belongs to someone, and has a mode. */
struct ownership {
  mode_t mode;
  uid_t uid;
  gid_t gid;
};

/* Where a path leads: its last part, within a folder that is held open. */
struct place {
  int folder;
  char name[256];
};

/* Whether a path is one of the folders that are open to the host, or below one. */
bool path_is_inside(const char *path);
/* The same for what is measured only. */
bool path_is_measurable(const char *path);
/*
 * Goes to a path part by part and follows no link. Missing folders are made where `make` says how. The last part is not looked
 * at. Returns NULL, or the code of an error.
 */
const char *path_enter(const char *path, const struct ownership *make, struct place *place);
/* Opens a folder within another, which may have to be made first; -1 and a code. */
int folder_enter(int folder, const char *name, const struct ownership *make, const char **error);

#endif
