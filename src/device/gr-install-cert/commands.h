/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - the commands of gr-install-cert; each returns the exit status. Each may run twice,
 * or after a kill at any point.
 */
#ifndef GR_INSTALL_CERT_COMMANDS_H
#define GR_INSTALL_CERT_COMMANDS_H

#include "arg.h"

int command_adopt(int argc, char *argv[]);
int command_next(int argc, char *argv[]);
int command_stage(int argc, char *argv[]);
int command_activate(int argc, char *argv[]);
int command_rollback(int argc, char *argv[]);
int command_commit(int argc, char *argv[]);
int command_discard(int argc, char *argv[]);
int command_recover(int argc, char *argv[]);
int command_status(int argc, char *argv[]);

#endif
