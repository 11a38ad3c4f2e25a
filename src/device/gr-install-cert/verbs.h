/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the verbs of gr-install-cert; each returns the exit status. Each may run twice, or after a kill at any point. */
#ifndef GR_INSTALL_CERT_VERBS_H
#define GR_INSTALL_CERT_VERBS_H

#include "arg.h"

int verb_adopt(int argc, char *argv[]);
int verb_next(int argc, char *argv[]);
int verb_stage(int argc, char *argv[]);
int verb_activate(int argc, char *argv[]);
int verb_rollback(int argc, char *argv[]);
int verb_commit(int argc, char *argv[]);
int verb_discard(int argc, char *argv[]);
int verb_recover(int argc, char *argv[]);
int verb_status(int argc, char *argv[]);

#endif
