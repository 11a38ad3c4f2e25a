/* SPDX-License-Identifier: Apache-2.0 */
/* delete_execution.c - one execution, as if it had never been; its custody record stays */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/execution_operand.h"
#include "jobs/transition.h"

#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	EXECUTION_OPERAND_NUMBER,
	{ 'f', "force", NULL, "also if it has not ended" },
	{ 0 }
};
static const struct arg_spec spec = { "gr-jobs delete-execution", "[-H DIR] [-f] [-n N] JOB THING",
				      "Delete one execution.", options };

static enum status work(struct command *v, bool force, uint32_t number)
{
	struct execution x;
	enum status st;

	st = db_begin(v->db);
	if (st == GR_OK)
		st = execution_operand_need(&x, v, number);
	if (st != GR_OK)
		return st;
	if (!force && !execution_is_terminal(x.status)) {
		complain("job %s, thing %s: is %s, -f deletes it (InvalidStateTransition)", x.job,
			 x.thing, execution_status_name(x.status));
		return GR_NO;
	}
	st = transition_delete(v->db, &x, v->now);
	return st == GR_OK ? db_commit(v->db) : st;
}

int command_delete_execution(int argc, char *argv[])
{
	struct command v = { 0 };
	uint32_t number = 0;
	bool force = false;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'f')
			force = true;
		else if (!command_option(&v, ch))
			st = arg_range(&number, "--number", optarg, 1, UINT32_MAX);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 2, 2);
	if (st == GR_OK)
		st = work(&v, force, number);
	return command_close(&v, st);
}
