/* SPDX-License-Identifier: Apache-2.0 */
/* export.c - policies, groups and things with their certificates, as JSON lines */
#include "base/progress.h"
#include "complain.h"
#include "gr-registry/commands.h"
#include "json.h"
#include "printable.h"
#include "registry/command.h"
#include "registry/thing.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEP = 256 };

/* Takes over line. */
static enum status print(json_t *line)
{
	char *text = line ? json_compact(line) : NULL;

	json_decref(line);
	if (!text) {
		complain("a line could not be built: out of memory");
		return GR_FAIL;
	}
	printable_write_json(stdout, text);
	putchar('\n');
	free(text);
	return GR_OK;
}

/* A query of one column, as an array. NULL: the registry failed. */
static json_t *names_of(struct db *db, const char *sql, const char *of)
{
	json_t *names = json_array();
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, sql, "s", of);

	for (; st == GR_OK; st = db_next(db, &row))
		json_array_append_new(names, json_string(db_text(row, 0)));
	if (st == GR_NO)
		return names;
	json_decref(names);
	return NULL;
}

static json_t *certificates_of(struct db *db, const char *thing)
{
	json_t *all = json_array();
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db,
		     "SELECT c.id, c.status, c.created, c.authority, c.private, c.pem FROM "
		     "principal p JOIN certificate c ON c.id = p.certificate"
		     " WHERE p.thing = ? ORDER BY c.created, c.id",
		     "s", thing);

	for (; st == GR_OK; st = db_next(db, &row)) {
		json_t *policies = names_of(
		    db,
		    "SELECT policy FROM certificate_policy WHERE certificate = ? ORDER BY policy",
		    db_text(row, 0));

		if (!policies) {
			db_done(row);
			break;
		}
		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:I, s:s*, s:o*, s:s, s:o}",
						"certificateId", db_text(row, 0), "status",
						db_text(row, 1), "created",
						(json_int_t)db_int(row, 2), "authority",
						db_text(row, 3)[0] ? db_text(row, 3) : NULL,
						"private", db_int(row, 4) ? json_true() : NULL,
						"certificatePem", db_text(row, 5), "policies",
						policies));
	}
	if (st == GR_NO)
		return all;
	json_decref(all);
	return NULL;
}

static enum status export_policies(struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT name, document FROM policy ORDER BY name", "");

	for (; st == GR_OK; st = db_next(db, &row))
		if (print(json_pack("{s:s, s:s}", "policyName", db_text(row, 0), "policyDocument",
				    db_text(row, 1))) != GR_OK) {
			db_done(row);
			return GR_FAIL;
		}
	return st == GR_NO ? GR_OK : st;
}

static enum status export_groups(struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT name FROM thing_group ORDER BY name", "");

	for (; st == GR_OK; st = db_next(db, &row))
		if (print(json_pack("{s:s}", "thingGroupName", db_text(row, 0))) != GR_OK) {
			db_done(row);
			return GR_FAIL;
		}
	return st == GR_NO ? GR_OK : st;
}

static enum status export_thing(struct db *db, const char *name)
{
	json_t *groups =
	    names_of(db, "SELECT thing_group FROM member WHERE thing = ? ORDER BY thing_group",
		     name);
	json_t *certificates = groups ? certificates_of(db, name) : NULL;

	if (certificates)
		return print(json_pack("{s:s, s:o, s:o}", "thingName", name, "thingGroups", groups,
				       "certificates", certificates));
	json_decref(groups);
	return GR_FAIL;
}

static enum status export_things(struct db *db, const char *group, int64_t total)
{
	struct progress progress;
	sqlite3_stmt *row;
	int64_t count = 0;
	enum status st = db_query(&row, db,
				  "SELECT name FROM thing WHERE ?1 = '' OR name IN (SELECT thing "
				  "FROM member WHERE thing_group = ?1) ORDER BY name",
				  "s", group);

	progress_start(&progress, "things", total);
	for (; st == GR_OK; st = db_next(db, &row)) {
		if (export_thing(db, db_text(row, 0)) != GR_OK) {
			db_done(row);
			st = GR_FAIL;
			break;
		}
		if (++count % STEP == 0)
			progress_show(&progress, count);
	}
	progress_end(&progress);
	return st == GR_NO ? GR_OK : st;
}

/* All of one moment, however long it takes. */
static enum status export(struct command *v) {
	const char *group = v->count ? v->operands[0] : ""; int64_t total = 0; enum status st;

	if ((st = db_snapshot(v->db)) != GR_OK ||
	    (group[0] && (st = group_need(v->db, group)) != GR_OK)) return st;
	if ((st = db_number(&total, v->db,
			    "SELECT CASE ?1 WHEN '' THEN (SELECT count(*) FROM thing) ELSE "
			    "(SELECT count(*) FROM member WHERE thing_group = ?1) END",
			    "s", group)) != GR_OK ||
	    (st = export_policies(v->db)) != GR_OK ||
	    (st = export_groups(v->db)) != GR_OK) return st;
	return export_things(v->db, group, total);
}

int command_export(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry export", "[-H DIR] [GROUP]", "Print policies, groups and things (all, or those of GROUP) with their certificates, one JSON object a line.", command_options
	};

	return command_read(&spec, argc, argv, 0, 1, export);
}
