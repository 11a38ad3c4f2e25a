/* SPDX-License-Identifier: Apache-2.0 */
/* present_registry.c - what an old copy lacks of the present registry */
#include "registry/present_registry.h"
#include "str.h"

#include <string.h>

/* The certificates that the copy lacks, while they are taken in. */
#define NEWER "(SELECT id FROM temp.newer)"

/* Those that are attached are what devices may be using. */
static const char find_newer[] =
    "INSERT INTO temp.newer SELECT c.id FROM live.certificate c"
    " JOIN live.principal p ON p.certificate = c.id"
    " WHERE NOT EXISTS (SELECT 1 FROM main.certificate n WHERE n.id = c.id)";

static const char *const steps[] = {
	"INSERT OR IGNORE INTO thing (name, created)"
	" SELECT t.name, t.created FROM live.thing t JOIN live.principal p ON p.thing = t.name"
	" WHERE p.certificate IN " NEWER,
	"INSERT INTO certificate (id, status, pem, spki, not_after, authority, private, created,"
	" retired, seen, key_type, digest)"
	" SELECT id, status, pem, spki, not_after, authority, private, created, retired, seen,"
	" key_type, digest FROM live.certificate WHERE id IN " NEWER,
	"INSERT INTO principal (certificate, thing, attached)"
	" SELECT certificate, thing, attached FROM live.principal WHERE certificate IN " NEWER,
	"INSERT OR IGNORE INTO policy (name, document)"
	" SELECT name, document FROM live.policy WHERE name IN (SELECT policy"
	" FROM live.certificate_policy WHERE certificate IN " NEWER ")",
	"INSERT OR IGNORE INTO certificate_policy (certificate, policy)"
	" SELECT certificate, policy FROM live.certificate_policy WHERE certificate IN " NEWER,
	"INSERT OR IGNORE INTO member (thing_group, thing)"
	" SELECT m.thing_group, m.thing FROM live.member m"
	" JOIN thing_group g ON g.name = m.thing_group"
	" JOIN live.principal p ON p.thing = m.thing WHERE p.certificate IN " NEWER,
	"INSERT OR IGNORE INTO seen_key (spki, thing, seen)"
	" SELECT spki, thing, seen FROM live.seen_key",
	"INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem,"
	" requested, used, committed, not_ours, failed, survivor, decided, retired)"
	" SELECT (SELECT min(0, coalesce(min(execution), 0)) FROM main.rotation)"
	" - row_number() OVER (ORDER BY id),"
	" thing, job, number, client, old, new, spki, csr, pem,"
	" requested, used, committed, not_ours, failed, survivor, decided,"
	/* What lost was put out of use there; the copy may still have it. */
	" CASE WHEN EXISTS (SELECT 1 FROM main.certificate c WHERE c.retired IS NULL"
	"  AND c.id = CASE r.survivor WHEN 'NEW' THEN r.old ELSE r.new END)"
	"  THEN NULL ELSE retired END"
	" FROM live.rotation r"
	" WHERE NOT EXISTS (SELECT 1 FROM main.rotation n WHERE n.new = r.new)"
	" ORDER BY id",
	"INSERT OR IGNORE INTO kept (certificate, thing, since, successor)"
	" SELECT certificate, thing, since, successor FROM live.kept"
	" WHERE certificate IN (SELECT id FROM main.certificate)",
	"INSERT OR IGNORE INTO revoked (certificate, thing, serial, authority, reason, not_after,"
	" revoked) SELECT certificate, thing, serial, authority, reason, not_after, revoked"
	" FROM live.revoked",
	"UPDATE certificate SET status = 'REVOKED' WHERE status <> 'REVOKED'"
	" AND id IN (SELECT certificate FROM live.revoked)",
	"DROP TABLE temp.newer"
};

enum status present_registry_take_in(int64_t *certificates, struct db *copy)
{
	enum status st = db_run(copy, "CREATE TABLE temp.newer (id TEXT PRIMARY KEY)", "");

	if (st == GR_OK)
		st = db_run(copy, find_newer, "");
	if (st != GR_OK)
		return st;
	*certificates = db_changes(copy);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && st == GR_OK; i++)
		st = db_run(copy, steps[i], "");
	return st;
}

enum status present_registry_survivor(struct present_survivor *survivor, struct db *copy,
				      int64_t after)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, copy,
	    "SELECT r.id, r.thing, CASE n.survivor WHEN 'NEW' THEN n.new ELSE n.old END,"
	    " n.survivor, n.decided FROM main.rotation r JOIN live.rotation n ON n.new = r.new"
	    " WHERE r.id > ? AND r.survivor IS NULL AND n.survivor IS NOT NULL"
	    " ORDER BY r.id LIMIT 1",
	    "i", after);

	if (st != GR_OK)
		return st;
	*survivor = (struct present_survivor){
		.id = db_int(row, 0),
		.survivor = strcmp(db_text(row, 3), "NEW") == 0 ? SURVIVOR_NEW : SURVIVOR_OLD,
		.at = db_int(row, 4),
	};
	str_copy(survivor->thing, sizeof survivor->thing, db_text(row, 1));
	str_copy(survivor->certificate, sizeof survivor->certificate, db_text(row, 2));
	db_done(row);
	return GR_OK;
}
