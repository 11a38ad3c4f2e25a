/* SPDX-License-Identifier: Apache-2.0 */
/* cancel_execution.c - ending one thing's execution before its time */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/execution_operand.h"
#include "jobs/status_details.h"
#include "jobs/transition.h"

#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'f', "force", NULL, "also if it is IN_PROGRESS" },
	{ 'e', "expected-version", "N", "only if it is at this version" },
	{ 'd', "detail", "KEY=VALUE",
	  "statusDetails that replace the device's; may be given up to 10 times" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs cancel-execution", "[-H DIR] [-f] [-e N] [-d KEY=VALUE] ... JOB THING",
	"Cancel a job for one thing.", options
};

struct wish {
	bool force;
	uint32_t version;	/* 0: any */
	json_t *details;	/* NULL: as they are */
};

static enum status add_detail(struct wish *w, const char *text)
{
	const char *equals = strchr(text, '=');
	char key[129];

	if (!equals || (size_t)(equals - text) >= sizeof key) {
		complain("--detail: %s: not KEY=VALUE (InvalidRequest)", text);
		return GR_BAD;
	}
	memcpy(key, text, (size_t)(equals - text));
	key[equals - text] = '\0';
	if (!w->details)
		w->details = json_object();
	if (json_object_set_new(w->details, key, json_string(equals + 1)) == 0)
		return GR_OK;
	complain("--detail: %s: not UTF-8 (InvalidRequest)", text);
	return GR_BAD;
}

static enum status check_details(struct wish *w)
{
	const char *why;
	json_t *checked = w->details
	    ? status_details_copy(w->details, STATUS_DETAILS_AS_GIVEN, &why)
	    : NULL;

	if (w->details && !checked) {
		complain("--detail: %s (InvalidRequest)", why);
		return GR_BAD;
	}
	json_decref(w->details);
	w->details = checked;
	return GR_OK;
}

static enum status check_state(const struct execution *x, const struct wish *w)
{
	if (w->version && w->version != x->version)
		complain("job %s, thing %s: expected version %lu but found version %lld "
			 "(VersionConflict)",
			 x->job, x->thing, (unsigned long)w->version, (long long)x->version);
	else if (execution_is_terminal(x->status))
		complain("job %s, thing %s: is %s already (InvalidStateTransition)", x->job,
			 x->thing, execution_status_name(x->status));
	else if (x->status == EXECUTION_IN_PROGRESS && !w->force)
		complain(
		    "job %s, thing %s: is IN_PROGRESS, -f cancels it (InvalidStateTransition)",
		    x->job, x->thing);
	else
		return GR_OK;
	return GR_NO;
}

static enum status work(struct command *v, const struct wish *w)
{
	struct execution x;
	enum status st;

	st = db_begin(v->db);
	if (st == GR_OK)
		st = execution_operand_need(&x, v, 0);
	if (st == GR_OK)
		st = check_state(&x, w);
	if (st == GR_OK)
		st = execution_set_forced(v->db, x.id, x.status == EXECUTION_IN_PROGRESS);
	if (st == GR_OK)
		st = transition_move(v->db, &x, EXECUTION_CANCELED, w->details, v->now);
	return st == GR_OK ? db_commit(v->db) : st;
}

int command_cancel_execution(int argc, char *argv[])
{
	struct wish w = { 0 };
	struct command v = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'f': w.force = true; break;
		case 'e':
			st = arg_range(&w.version, "--expected-version", optarg, 1, UINT32_MAX);
			break;
		case 'd': st = add_detail(&w, optarg); break;
		default: command_option(&v, ch);
		}
	if (st == GR_OK)
		st = check_details(&w);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 2, 2);
	if (st == GR_OK)
		st = work(&v, &w);
	json_decref(w.details);
	return command_close(&v, st);
}
