/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_delivery.c - the outbox as the daemon empties it */
#include "registry/outbox_delivery.h"

#include <stddef.h>

enum status outbox_delivery_each(struct db *db, int64_t after,
				 enum status (*each)(void *obj, const struct outbox_row *row,
						     bool *enough),
				 void *obj)
{
	bool enough = false;
	sqlite3_stmt *row = NULL;
	enum status st =
	    db_query(&row, db, "SELECT id, topic, payload FROM outbox WHERE id > ? ORDER BY id",
		     "i", after);

	while (st == GR_OK) {
		const struct outbox_row r = { db_int(row, 0), db_text(row, 1), db_text(row, 2) };

		st = each(obj, &r, &enough);
		if (st != GR_OK || enough)
			break;
		st = db_next(db, &row);
	}
	db_done(row);
	return st == GR_NO ? GR_OK : st;
}

enum status outbox_delivery_exceeds(struct db *db, int64_t after, int count)
{
	int64_t row;

	return db_number(&row, db, "SELECT id FROM outbox WHERE id > ? LIMIT 1 OFFSET ?", "id",
			 after, count);
}

enum status outbox_delivery_newest(int64_t *id, struct db *db)
{
	return db_number(id, db, "SELECT coalesce(max(id), 0) FROM outbox", "");
}

enum status outbox_delivery_forget(struct db *db, int64_t id)
{
	return db_run(db, "DELETE FROM outbox WHERE id <= ?", "i", id);
}
