/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.h - what the ledger says, into a registry that is older than it: certificates that were
 * issued since, and which of two survived. Nothing is retired or revived by it: a certificate that
 * the registry has forgotten stays forgotten, because its key is on record.
 */
#ifndef GR_REGISTRY_REPLAY_H
#define GR_REGISTRY_REPLAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "registry/db.h"

struct replay {
	struct db *db;
	int64_t now;
	int64_t lines, certificates, survivors, revoked;	/* how many of each were news */
	int64_t unreadable;	/* lines that were cut off, or are none of ours */
	bool notes;		/* cut_off_begin was called: note whom the ledger would miss */
	/* certificates that policies are missing for: their devices may do nothing */
	int64_t bare;
};

/*
 * From offset from to the end, inside the caller's transaction. *end: where that was. GR_BAD,
 * GR_FAIL: one line.
 */
enum status replay_ledger(struct replay *r, const char *path, off_t from, off_t *end);

#endif
