/* SPDX-License-Identifier: Apache-2.0 */
/* retained_certificate.c - certificates that a device may still go back to */
#include "registry/retained_certificate.h"
#include "str.h"

enum status retained_certificate_see(struct db *db, const char *thing, const char *certificate,
				     int64_t now)
{
	enum status st = db_run(db,
				"UPDATE certificate SET seen = ? WHERE id = ? AND seen IS NULL",
				"is", now, certificate);

	if (st != GR_OK || db_changes(db) == 0)
		return st;
	return db_run(
	    db,
	    "UPDATE kept SET successor = ?2 WHERE thing = ?1 AND certificate <> ?2"
	    " AND certificate <> (SELECT old FROM rotation WHERE thing = ?1 AND new = ?2)",
	    "ss", thing, certificate);
}

enum status retained_certificate_add_losers(struct db *db, const char *thing, int64_t execution,
					    const char *certificate, int64_t now)
{
	return db_run(
	    db,
	    "INSERT INTO kept (certificate, thing, since) SELECT c.id, r.thing, ?4 FROM rotation r"
	    " JOIN certificate c ON c.id = CASE r.new WHEN ?3 THEN r.old ELSE r.new END"
	    " WHERE r.thing = ?1 AND r.execution <> ?2 AND r.survivor IS NULL AND r.not_ours AND "
	    "c.seen IS NOT NULL AND c.status = 'ACTIVE'"
	    " AND (?3 IN (r.old, r.new) OR EXISTS (SELECT 1 FROM kept WHERE certificate = ?3)) ON "
	    "CONFLICT DO NOTHING",
	    "sisi", thing, execution, certificate, now);
}

enum status retained_certificate_return(bool *returned, struct db *db, const char *thing,
					const char *certificate, int64_t now)
{
	enum status st = db_run(db, "DELETE FROM kept WHERE thing = ? AND certificate = ?", "ss",
				thing, certificate);

	*returned = st == GR_OK && db_changes(db) > 0;
	if (!*returned)
		return st;
	return db_run(db,
		      "INSERT INTO kept (certificate, thing, since) SELECT c.id, p.thing, ?3 FROM "
		      "principal p"
		      " JOIN certificate c ON c.id = p.certificate WHERE p.thing = ?1 AND c.id <> "
		      "?2 AND c.seen IS NOT NULL AND c.status = 'ACTIVE'"
		      " ON CONFLICT DO NOTHING",
		      "ssi", thing, certificate, now);
}

enum status retained_certificate_release(struct db *db, const char *thing, const char *successor)
{
	return db_run(db, "UPDATE kept SET successor = ?2 WHERE thing = ?1 AND certificate <> ?2",
		      "ss", thing, successor);
}

enum status retained_certificate_next_released(char certificate[static 65], bool *attached,
					       struct db *db)
{
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db,
		     "SELECT k.certificate, own.thing IS k.thing FROM kept k INDEXED BY kept_ended"
		     " JOIN principal p ON p.certificate = k.successor AND p.thing = k.thing"
		     " JOIN certificate c ON c.id = k.successor AND c.status = 'ACTIVE'"
		     " LEFT JOIN principal own ON own.certificate = k.certificate"
		     " WHERE k.successor IS NOT NULL AND c.id NOT IN (SELECT certificate FROM "
		     "revoked) LIMIT 1",
		     "");

	if (st != GR_OK)
		return st;
	str_copy(certificate, 65, db_text(row, 0));
	*attached = db_int(row, 1) != 0;
	db_done(row);
	return GR_OK;
}

enum status retained_certificate_forget(struct db *db, const char *certificate)
{
	return db_run(db, "DELETE FROM kept WHERE certificate = ?", "s", certificate);
}
