/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - the commands of gr-journal; each returns the exit status. */
#ifndef GR_JOURNAL_COMMANDS_H
#define GR_JOURNAL_COMMANDS_H

#include "arg.h"

int command_get(int argc, char *argv[]);
int command_put(int argc, char *argv[]);
int command_arm(int argc, char *argv[]);
int command_left(int argc, char *argv[]);
int command_watched(int argc, char *argv[]);
int command_lock(int argc, char *argv[]);

#endif
