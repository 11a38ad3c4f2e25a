/* SPDX-License-Identifier: Apache-2.0 */
/* export.c - policies, groups and things with their certificates, as JSON lines */
#include "base/progress.h"
#include "complain.h"
#include "gr-registry/commands.h"
#include "json.h"
#include "printable.h"
#include "registry/certificate.h"
#include "registry/command.h"
#include "registry/group.h"
#include "registry/policy_store.h"
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

/* arg is an array. */
static enum status add_name(void *arg, const char *name)
{
	json_array_append_new(arg, json_string(name));
	return GR_OK;
}

/* The certificates of a thing so far. */
struct certificates {
	struct db *db;
	json_t *all;
};

static enum status add_certificate(void *arg, const struct certificate_row *row)
{
	struct certificates *certificates = arg;
	json_t *policies = json_array();
	enum status st = policy_store_names(certificates->db, row->id, add_name, policies);

	if (st != GR_OK) {
		json_decref(policies);
		return st;
	}
	json_array_append_new(certificates->all,
			      json_pack("{s:s, s:s, s:I, s:s*, s:o*, s:s, s:o}", "certificateId",
					row->id, "status", row->status, "created",
					(json_int_t)row->created, "authority",
					row->authority[0] ? row->authority : NULL, "private",
					row->private ? json_true() : NULL, "certificatePem",
					row->pem, "policies", policies));
	return GR_OK;
}

static enum status export_policy(void *arg, const struct policy_row *row)
{
	(void)arg;
	return print(json_pack("{s:s, s:s}", "policyName", row->name, "policyDocument",
			       row->document));
}

static enum status export_group(void *arg, const struct group_row *row)
{
	(void)arg;
	return print(json_pack("{s:s}", "thingGroupName", row->name));
}

struct things {
	struct db *db;
	struct progress progress;
	int64_t count;
};

static enum status export_thing(void *arg, const struct thing_row *row)
{
	struct things *things = arg;
	json_t *groups = json_array();
	struct certificates certificates = { things->db, json_array() };
	enum status st = group_names(things->db, row->name, add_name, groups);

	if (st == GR_OK)
		st = certificate_list(things->db, row->name, add_certificate, &certificates);
	if (st == GR_OK)
		st = print(json_pack("{s:s, s:O, s:O}", "thingName", row->name, "thingGroups",
				     groups, "certificates", certificates.all));
	json_decref(groups);
	json_decref(certificates.all);
	if (++things->count % STEP == 0)
		progress_show(&things->progress, things->count);
	return st;
}

static enum status export_things(struct db *db, const char *group, int64_t total)
{
	struct things things = { .db = db };
	enum status st;

	progress_start(&things.progress, "things", total);
	st = thing_list(db, group, export_thing, &things);
	progress_end(&things.progress);
	return st;
}

/* All of one moment, however long it takes. */
static enum status export(struct command *v)
{
	const char *group = v->count ? v->operands[0] : "";
	int64_t total = 0;
	enum status st = db_snapshot(v->db);

	if (st == GR_OK && group[0])
		st = group_need(v->db, group);
	if (st == GR_OK)
		st = thing_count(&total, v->db, group);
	if (st == GR_OK)
		st = policy_store_list(v->db, export_policy, NULL);
	if (st == GR_OK)
		st = group_list(v->db, "", export_group, NULL);
	return st == GR_OK ? export_things(v->db, group, total) : st;
}

int command_export(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry export", "[-H DIR] [GROUP]",
		"Print policies, groups and things (all, or those of GROUP) with their"
		" certificates, one JSON object a line.", command_options
	};

	return command_read(&spec, argc, argv, 0, 1, export);
}
