/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notification.h - notices for operators, and how many of them each channel of notify.d has
 * delivered. Triggers write the notices, in the transaction of the change that they tell of.
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
 * Reads what is on record of a channel; the caller has set name. A channel that is not on record
 * gets the notices from now on.
 */
enum status notification_channel_find(struct notification_channel *channel, struct db *db);
/* Records how far the channel is; inside the caller's transaction. */
enum status notification_channel_save(struct db *db, const struct notification_channel *channel);
/* Forgets channels of other names than these; inside the caller's transaction. */
enum status notification_channels_keep(struct db *db, const struct notification_channel *channels,
				       size_t count);

/*
 * Gives the first notice after `after`, as one JSON object; free it. GR_NO, silent: there is none.
 */
enum status notification_next(int64_t *id, char **json, struct db *db, int64_t after);
/*
 * Deletes notices that every channel has delivered, and those older than kept_ms; *lost counts the
 * deleted ones that some channel had not delivered. Inside the caller's transaction.
 */
enum status notification_tidy(int *lost, struct db *db, int64_t kept_ms, int64_t now);

#endif
