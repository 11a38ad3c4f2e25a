/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notification.h - what an operator is to be told, and how far each channel of notify.d has been.
 * The notices themselves are written by triggers, in the transaction of whatever they tell of.
 *
 * On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_NOTIFICATION_H
#define GR_REGISTRY_NOTIFICATION_H

#include <stddef.h>

#include "registry/db.h"

enum { NOTIFICATION_CHANNEL = 65 };	/* bytes of a channel's name, with its NUL */

struct notification_channel {
	char name[NOTIFICATION_CHANNEL];
	int64_t done;		/* all notices up to this one are delivered, or given up */
	int64_t attempts;	/* in vain, at the one after it */
	int64_t due;		/* of the next attempt, ms since the epoch */
};

/*
 * A channel that is not on record yet begins with what happens from now on; name is set by the
 * caller.
 */
enum status notification_channel_find(struct notification_channel *channel, struct db *db);
/* Inside the caller's transaction. */
enum status notification_channel_save(struct db *db, const struct notification_channel *channel);
/* Channels of other names than these are forgotten; inside the caller's transaction. */
enum status notification_channels_keep(struct db *db, const struct notification_channel *channels,
				       size_t count);

/* The first one after `after`, as one JSON object; free it. GR_NO, silent: none. */
enum status notification_next(int64_t *id, char **json, struct db *db, int64_t after);
/*
 * Deletes what every channel has, and what is older than kept_ms, of which *lost says how many
 * somebody never got. Inside the caller's transaction.
 */
enum status notification_tidy(int *lost, struct db *db, int64_t kept_ms, int64_t now);

#endif
