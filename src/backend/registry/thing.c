/* SPDX-License-Identifier: Apache-2.0 */
/* thing.c - things */
#include "registry/thing.h"
#include "complain.h"
#include "str.h"

enum status thing_create(struct db *db, const char *name, int64_t now)
{
	if (!str_is_thing(name)) {
		complain("%s: not a thing name (1 to 128 letters, digits, ':', '_', '-')", name);
		return GR_BAD;
	}
	return db_run(db, "INSERT INTO thing (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING",
		      "si", name, now);
}

enum status thing_exists(struct db *db, const char *name)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM thing WHERE name = ?", "s", name);
}

enum status thing_need(struct db *db, const char *name)
{
	enum status st = thing_exists(db, name);

	if (st == GR_NO)
		complain("%s: no such thing", name);
	return st;
}

enum status thing_delete(struct db *db, const char *name)
{
	int64_t count = 0;
	enum status st;

	st = thing_need(db, name);
	if (st == GR_OK)
		st = thing_count_certificates(&count, db, name);
	if (st != GR_OK)
		return st;
	if (count > 0) {
		complain("%s: still has %lld certificate(s); detach them first", name,
			 (long long)count);
		return GR_NO;
	}
	st = db_run(db, "DELETE FROM member WHERE thing = ?", "s", name);
	if (st == GR_OK)
		st = db_run(db, "DELETE FROM session WHERE thing = ?", "s", name);
	return st == GR_OK ? db_run(db, "DELETE FROM thing WHERE name = ?", "s", name) : st;
}

enum status thing_count_certificates(int64_t *count, struct db *db, const char *name)
{
	return db_number(count, db, "SELECT count(*) FROM principal WHERE thing = ?", "s", name);
}

enum status thing_count(int64_t *count, struct db *db, const char *group)
{
	return db_number(count, db,
			 "SELECT CASE ?1 WHEN '' THEN (SELECT count(*) FROM thing)"
			 " ELSE (SELECT count(*) FROM member WHERE thing_group = ?1) END",
			 "s", group);
}

enum status thing_list(struct db *db, const char *group,
		       enum status (*each)(void *arg, const struct thing_row *row), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT name, (SELECT count(*) FROM principal WHERE thing = name),"
	    " coalesce((SELECT live FROM session WHERE thing = name), 0) FROM thing"
	    " WHERE ?1 = '' OR name IN (SELECT thing FROM member WHERE thing_group = ?1)"
	    " ORDER BY name",
	    "s", group);

	while (st == GR_OK) {
		const struct thing_row thing = { db_text(row, 0), db_int(row, 1),
						 db_int(row, 2) != 0 };

		st = db_each(db, &row, each(arg, &thing));
	}
	return db_ended(st);
}
