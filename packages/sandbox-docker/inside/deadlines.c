#include "deadlines.h"

#include <sys/stat.h>

#include "places.h"
#include "state.h"

#define DEADLINES_FILE STATE_FOLDER "/deadlines.json"

enum { WORKING, WALL, LIMITS };

static const char *const fields[LIMITS] = {[WORKING] = "workingEndsAt", [WALL] = "wallEndsAt"};
static const char *const limits[LIMITS] = {[WORKING] = "working", [WALL] = "wall"};

/* NULL for none. */
static json_t *deadlines[LIMITS];
static struct stat last_seen;
static bool were_set;

static bool is_valid(const json_t *value) { return json_is_null(value) || json_is_number(value); }

bool deadlines_are_valid(const json_t *working_ends_at, const json_t *wall_ends_at) {
  return is_valid(working_ends_at) && is_valid(wall_ends_at);
}

static void take(json_t *value) {
  const json_t *working = json_object_get(value, fields[WORKING]), *wall = json_object_get(value, fields[WALL]);
  /* What is no deadline leaves the last one in force. */
  if (deadlines_are_valid(working, wall)) {
    for (int limit = 0; limit < LIMITS; limit++) {
      json_decref(deadlines[limit]);
      json_t *next = json_object_get(value, fields[limit]);
      deadlines[limit] = json_is_number(next) ? json_incref(next) : NULL;
      if (deadlines[limit] != NULL) were_set = true;
    }
  }
  json_decref(value);
}

static void read_if_changed(void) {
  struct stat now;
  if (stat(DEADLINES_FILE, &now) != 0) return;
  bool same = now.st_ino == last_seen.st_ino && now.st_size == last_seen.st_size &&
              now.st_mtim.tv_sec == last_seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == last_seen.st_mtim.tv_nsec &&
              now.st_ctim.tv_sec == last_seen.st_ctim.tv_sec && now.st_ctim.tv_nsec == last_seen.st_ctim.tv_nsec;
  if (same) return;
  last_seen = now;
  take(state_read(DEADLINES_FILE));
}

void deadlines_start(void) { read_if_changed(); }

bool deadlines_set(const json_t *working_ends_at, const json_t *wall_ends_at) {
  json_t *value = json_object();
  json_object_set_new(value, fields[WORKING], json_deep_copy(working_ends_at));
  json_object_set_new(value, fields[WALL], json_deep_copy(wall_ends_at));
  if (!state_write(DEADLINES_FILE, value)) return false;
  read_if_changed();
  return true;
}

json_t *deadlines_judge(double now) {
  read_if_changed();
  for (int limit = LIMITS - 1; limit >= 0; limit--) {
    if (deadlines[limit] == NULL || now < json_number_value(deadlines[limit])) continue;
    return json_pack("{s:s, s:s, s:O}", "kind", "deadline", "limit", limits[limit], "at", deadlines[limit]);
  }
  return NULL;
}

int deadlines_wait(double now, int most) {
  double wait = most;
  for (int limit = 0; limit < LIMITS; limit++) {
    if (deadlines[limit] == NULL) continue;
    double left = json_number_value(deadlines[limit]) - now;
    if (left < wait) wait = left;
  }
  return wait < 0 ? 1 : (int)wait + 1;
}

bool deadlines_were_set(void) { return were_set; }
