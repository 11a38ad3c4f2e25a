/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox_delivery.h - the outbox as the daemon empties it: rows are read in order, sent to the
 * broker, and deleted once the broker has taken them. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_OUTBOX_DELIVERY_H
#define GR_REGISTRY_OUTBOX_DELIVERY_H

#include "registry/db.h"

struct outbox_row {
	int64_t id;
	const char *topic, *payload;
};
/*
 * Calls each for the rows with a greater id than after, in order, until each sets *enough or
 * returns another status than GR_OK, which is then returned.
 */
enum status outbox_delivery_each(struct db *db, int64_t after,
				 enum status (*each)(void *obj, const struct outbox_row *row,
						     bool *enough),
				 void *obj);
/* Tells whether more than count rows have a greater id than after. GR_NO: not so many. */
enum status outbox_delivery_exceeds(struct db *db, int64_t after, int count);
/* Gives the id of the newest row; 0: the outbox is empty. */
enum status outbox_delivery_newest(int64_t *id, struct db *db);
/* Deletes the rows up to that id; inside a transaction. */
enum status outbox_delivery_forget(struct db *db, int64_t id);

#endif
