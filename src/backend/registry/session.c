/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - which certificate each thing connected with */
#include "registry/session.h"
#include "str.h"

enum status session_started(struct db *db, const char *thing, const char *certificate, int64_t now)
{
	return db_run(
	    db,
	    "INSERT INTO session (thing, certificate, since, live) VALUES (?1, ?2, ?3, 1)"
	    " ON CONFLICT (thing) DO UPDATE SET live = 1,"
	    " since = CASE WHEN certificate = ?2 THEN since ELSE ?3 END, certificate = ?2",
	    "ssi", thing, certificate, now);
}

enum status session_ended(struct db *db, const char *thing, const char *certificate)
{
	return db_run(db, "UPDATE session SET live = 0 WHERE thing = ? AND certificate = ?", "ss",
		      thing, certificate);
}

enum status session_all_ended(struct db *db)
{
	return db_run(db, "UPDATE session SET live = 0 WHERE live = 1", "");
}

enum status session_certificate(char certificate[static 65], struct db *db, const char *thing)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT certificate FROM session WHERE thing = ?", "s",
				  thing);

	if (st == GR_OK)
		str_copy(certificate, 65, db_text(row, 0));
	db_done(row);
	return st;
}
