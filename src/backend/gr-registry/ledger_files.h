/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_files.h - the ledgers that a restore reads. On GR_BAD and GR_FAIL one line has been
 * written.
 */
#ifndef GR_REGISTRY_LEDGER_FILES_H
#define GR_REGISTRY_LEDGER_FILES_H

#include <stdbool.h>

#include "gr-registry/archive.h"
#include "gr-registry/ledger_join.h"

struct ledger_files {
	const char *own;	/* the path of the ledger, which need not be there */
	bool without;		/* go on although lines are missing */
	/* the oldest first: those that were named, and the ledger itself */
	const char *files[LEDGER_JOIN_FILES];
	size_t count;
	const char *source;	/* what becomes the ledger; NULL: it is there */
	char kept[PATH_MAX];	/* the backup's */
};

/* Adds a file, the oldest first. GR_BAD: one too many. */
enum status ledger_files_add(struct ledger_files *l, const char *path);
/*
 * Finds out what is there, and checks that it joins the backup. Touches nothing. GR_BAD: a file is
 * missing, or lines are.
 */
enum status ledger_files_check(struct ledger_files *l, const struct archive *archive,
			       const char *own);
/* Makes the ledger where it is missing, from the newest file there is. */
enum status ledger_files_put(const struct ledger_files *l);

#endif
