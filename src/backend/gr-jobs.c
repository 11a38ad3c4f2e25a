/* SPDX-License-Identifier: Apache-2.0 */
/* gr-jobs: the operator's side of the Jobs service */
#include "arg.h"
#include "gr-jobs/commands.h"
#include "secret.h"

#include <sys/stat.h>

static const struct arg_command commands[] = {
	{ "create", command_create,
	  "a job for things and groups; a certificate rotation unless a document says otherwise" },
	{ "describe", command_describe, "a job and how its executions stand" },
	{ "document", command_document, "a job's document as it was given" },
	{ "list", command_list, "all jobs" },
	{ "executions", command_executions, "the executions of a job or a thing, one a line" },
	{ "describe-execution", command_describe_execution, "one execution" },
	{ "watch", command_watch, "follow a job until its last execution has ended" },
	{ "update", command_update, "change how a job goes on" },
	{ "associate-targets", command_associate_targets, "more targets for a continuous job" },
	{ "cancel", command_cancel, "what waits, and with --force what is under way" },
	{ "cancel-execution", command_cancel_execution, "the same for one thing" },
	{ "delete", command_delete, "a job and its executions" },
	{ "delete-execution", command_delete_execution, "one execution" },
	{ "create-template", command_create_template, "what jobs have in common, under a name" },
	{ "describe-template", command_describe_template, "one template" },
	{ "list-templates", command_list_templates, "all templates" },
	{ "delete-template", command_delete_template, "a template; its jobs stay" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	secret_guard();
	umask(077);
	return arg_commands(commands, "gr-jobs", "Create, follow, change and end jobs.", argc,
			    argv);
}
