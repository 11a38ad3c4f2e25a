/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the verbs of gr-journal; each returns the exit status. */
#ifndef GR_JOURNAL_VERBS_H
#define GR_JOURNAL_VERBS_H

#include "arg.h"

int verb_get(int argc, char *argv[]);
int verb_put(int argc, char *argv[]);
int verb_arm(int argc, char *argv[]);
int verb_left(int argc, char *argv[]);
int verb_watched(int argc, char *argv[]);
int verb_lock(int argc, char *argv[]);

#endif
