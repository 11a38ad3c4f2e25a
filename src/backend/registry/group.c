/* SPDX-License-Identifier: Apache-2.0 */
/* group.c - groups of things */
#include "registry/group.h"
#include "complain.h"
#include "registry/thing.h"
#include "str.h"

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
		st = group_empty(db, name);
	return st == GR_OK ? db_run(db, "DELETE FROM thing_group WHERE name = ?", "s", name) : st;
}

enum status group_exists(struct db *db, const char *name)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM thing_group WHERE name = ?", "s", name);
}

enum status group_need(struct db *db, const char *name)
{
	enum status st = group_exists(db, name);

	if (st == GR_NO)
		complain("%s: no such thing group", name);
	return st;
}

static enum status need_both(struct db *db, const char *group, const char *thing)
{
	enum status st = group_need(db, group);

	return st == GR_OK ? thing_need(db, thing) : st;
}

enum status group_add(struct db *db, const char *group, const char *thing)
{
	enum status st = need_both(db, group, thing);

	if (st != GR_OK)
		return st;
	return db_run(
	    db, "INSERT INTO member (thing_group, thing) VALUES (?, ?) ON CONFLICT DO NOTHING",
	    "ss", group, thing);
}

enum status group_remove(struct db *db, const char *group, const char *thing)
{
	enum status st = need_both(db, group, thing);

	if (st != GR_OK)
		return st;
	return db_run(db, "DELETE FROM member WHERE thing_group = ? AND thing = ?", "ss", group,
		      thing);
}

enum status group_empty(struct db *db, const char *group)
{
	return db_run(db, "DELETE FROM member WHERE thing_group = ?", "s", group);
}

enum status group_list(struct db *db, const char *thing,
		       enum status (*each)(void *arg, const struct group_row *row), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT name, (SELECT count(*) FROM member WHERE thing_group = name) FROM thing_group"
	    " WHERE ?1 = '' OR name IN (SELECT thing_group FROM member WHERE thing = ?1)"
	    " ORDER BY name",
	    "s", thing);

	while (st == GR_OK) {
		const struct group_row group = { db_text(row, 0), db_int(row, 1) };

		st = db_each(db, &row, each(arg, &group));
	}
	return db_ended(st);
}

enum status group_names(struct db *db, const char *thing,
			enum status (*each)(void *arg, const char *name), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db, "SELECT thing_group FROM member WHERE thing = ? ORDER BY thing_group", "s",
	    thing);

	while (st == GR_OK)
		st = db_each(db, &row, each(arg, db_text(row, 0)));
	return db_ended(st);
}
