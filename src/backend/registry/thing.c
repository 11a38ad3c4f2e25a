/* SPDX-License-Identifier: Apache-2.0 */
/* thing.c - things, groups, sessions */
#include "registry/thing.h"
#include "complain.h"
#include "str.h"

#include <string.h>

enum status thing_create(struct db *db, const char *name, int64_t now)
{
	if (!str_is_thing(name)) {
		complain("%s: not a thing name (1 to 128 letters, digits, ':', '_', '-')", name);
		return GR_BAD;
	}
	return db_run(db, "INSERT INTO thing (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING",
		      "si", name, now);
}

static enum status need(struct db *db, const char *sql, const char *what, const char *name)
{
	int64_t found = 0;
	enum status st = db_number(&found, db, sql, "s", name);

	if (st == GR_NO)
		complain("%s: no such %s", name, what);
	return st;
}

enum status thing_exists(struct db *db, const char *name)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM thing WHERE name = ?", "s", name);
}

enum status thing_need(struct db *db, const char *name)
{
	return need(db, "SELECT 1 FROM thing WHERE name = ?", "thing", name);
}

enum status thing_delete(struct db *db, const char *name)
{
	int64_t count = 0;
	enum status st;

	if ((st = thing_need(db, name)) != GR_OK ||
	    (st = thing_count_certificates(&count, db, name)) != GR_OK)
		return st;
	if (count > 0) {
		complain("%s: still has %lld certificate(s); detach them first", name,
			 (long long)count);
		return GR_NO;
	}
	if ((st = db_run(db, "DELETE FROM member WHERE thing = ?", "s", name)) != GR_OK ||
	    (st = db_run(db, "DELETE FROM session WHERE thing = ?", "s", name)) != GR_OK)
		return st;
	return db_run(db, "DELETE FROM thing WHERE name = ?", "s", name);
}

enum status thing_count_certificates(int64_t *count, struct db *db, const char *name)
{
	return db_number(count, db, "SELECT count(*) FROM principal WHERE thing = ?", "s", name);
}

enum status group_create(struct db *db, const char *name, int64_t now)
{
	if (!str_is_thing(name)) {
		complain("%s: not a group name (1 to 128 letters, digits, ':', '_', '-')", name);
		return GR_BAD;
	}
	return db_run(
	    db, "INSERT INTO thing_group (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING",
	    "si", name, now);
}

enum status group_delete(struct db *db, const char *name)
{
	enum status st = group_need(db, name);

	if (st == GR_OK)
		st = db_run(db, "DELETE FROM member WHERE thing_group = ?", "s", name);
	return st == GR_OK ? db_run(db, "DELETE FROM thing_group WHERE name = ?", "s", name) : st;
}

enum status group_need(struct db *db, const char *name)
{
	return need(db, "SELECT 1 FROM thing_group WHERE name = ?", "thing group", name);
}

enum status group_add(struct db *db, const char *group, const char *thing)
{
	enum status st;

	if ((st = group_need(db, group)) != GR_OK || (st = thing_need(db, thing)) != GR_OK)
		return st;
	return db_run(
	    db, "INSERT INTO member (thing_group, thing) VALUES (?, ?) ON CONFLICT DO NOTHING",
	    "ss", group, thing);
}

enum status group_remove(struct db *db, const char *group, const char *thing)
{
	enum status st;

	if ((st = group_need(db, group)) != GR_OK || (st = thing_need(db, thing)) != GR_OK)
		return st;
	return db_run(db, "DELETE FROM member WHERE thing_group = ? AND thing = ?", "ss", group,
		      thing);
}

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
