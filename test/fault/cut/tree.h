/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - all processes of the run: whoever descends from us, in whatever group or session.
 *
 * Orphans become our own children (PR_SET_CHILD_SUBREAPER), so that none is missed and none
 * is left behind.
 */
#ifndef GR_TREE_H
#define GR_TREE_H

#include <stdio.h>

#include "status.h"

/* To be called before the first process is started. */
enum status tree_adopt(void);
/* SIGKILL to all of them; returns when the last one is gone. */
void tree_kill(void);
/* One line for each that still runs: pid and name. */
void tree_list(FILE *to);

#endif
