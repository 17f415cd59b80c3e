#ifndef PLACES_H
#define PLACES_H

/* Overridden by tests alone, which have no container around them. */
#ifndef STATE_FOLDER
#define STATE_FOLDER "/var/lib/rebench"
#endif
#ifndef RUN_FOLDER
#define RUN_FOLDER "/run/rebench"
#endif
/* What the disk watcher adds up; nothing else that lasts can be written by a command. */
#ifndef WATCHED_FOLDERS
#define WATCHED_FOLDERS "/home", "/tmp", STATE_FOLDER "/commands"
#endif
/* Where the paths of `files` begin. */
#ifndef FILES_ROOT
#define FILES_ROOT "/"
#endif

#define INIT_SOCKET RUN_FOLDER "/init.sock"
#define COMMANDS_FOLDER STATE_FOLDER "/commands"

enum { AGENT_USER = 1000, HARNESS_USER = 1001 };

#endif
