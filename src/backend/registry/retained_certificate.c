/* SPDX-License-Identifier: Apache-2.0 */
/* retained_certificate.c - certificates that a device may still go back to */
#include "registry/retained_certificate.h"
#include "str.h"

enum status retained_certificate_find(struct db *db, const char *certificate)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM kept WHERE certificate = ?", "s", certificate);
}

enum status retained_certificate_next(char certificate[static 65], struct db *db,
				      const char *thing)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT certificate FROM kept WHERE thing = ?"
				  " AND certificate > ? ORDER BY certificate LIMIT 1",
				  "ss", thing, certificate);

	if (st != GR_OK)
		return st;
	str_copy(certificate, 65, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

enum status retained_certificate_add(struct db *db, const char *certificate, const char *thing,
				     int64_t now)
{
	return db_run(db,
		      "INSERT INTO kept (certificate, thing, since) VALUES (?, ?, ?)"
		      " ON CONFLICT DO NOTHING",
		      "ssi", certificate, thing, now);
}

enum status retained_certificate_release(struct db *db, const char *certificate,
					 const char *successor)
{
	return db_run(db, "UPDATE kept SET successor = ? WHERE certificate = ?", "ss", successor,
		      certificate);
}

enum status retained_certificate_remove(bool *removed, struct db *db, const char *thing,
					const char *certificate)
{
	enum status st = db_run(db, "DELETE FROM kept WHERE thing = ? AND certificate = ?", "ss",
				thing, certificate);

	*removed = st == GR_OK && db_changes(db) > 0;
	return st;
}

enum status retained_certificate_forget(struct db *db, const char *certificate)
{
	return db_run(db, "DELETE FROM kept WHERE certificate = ?", "s", certificate);
}
