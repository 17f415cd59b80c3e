/* Brings the two wardens together with the harness, and takes away every name that leads to something secret. */
#ifndef REBENCH_TEAM_H
#define REBENCH_TEAM_H

#include "session.h"

/*
 * Starts the anchors' warden (as our user), waits for the contestant's (started by the scorer), then unlinks the shared files
 * and the anchors' sources and libraries. After this no path leads to them, and no submitted code has run yet.
 */
void team_assemble(struct session *session, const char *program, const char *folder, const char *without);

#endif
