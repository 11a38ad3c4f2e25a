/* SPDX-License-Identifier: Apache-2.0 */
/* gr-jobs: the operator's side of the Jobs service */
#include "arg.h"
#include "gr-jobs/commands.h"
#include "secret.h"

#include <sys/stat.h>

static const struct arg_command commands[] = {
	{ "create", command_create,
	  "create a job for things and groups; a certificate rotation unless a document says "
	  "otherwise" },
	{ "describe", command_describe, "show a job and the statuses of its executions" },
	{ "document", command_document, "print a job's document as it was given" },
	{ "list", command_list, "list jobs" },
	{ "executions", command_executions, "list the executions of a job or a thing" },
	{ "describe-execution", command_describe_execution, "show one execution" },
	{ "watch", command_watch, "follow a job until its last execution has ended" },
	{ "update", command_update, "change a job that has not ended" },
	{ "associate-targets", command_associate_targets, "add targets to a continuous job" },
	{ "cancel", command_cancel, "cancel a job: its QUEUED executions, with --force also "
	  "those IN_PROGRESS" },
	{ "cancel-execution", command_cancel_execution, "cancel a job's execution of one thing" },
	{ "delete", command_delete, "delete a job and its executions" },
	{ "delete-execution", command_delete_execution, "delete one execution" },
	{ "create-template", command_create_template,
	  "save a job document and its rollout settings under a name" },
	{ "describe-template", command_describe_template, "show a job template" },
	{ "list-templates", command_list_templates, "list job templates" },
	{ "delete-template", command_delete_template,
	  "delete a job template; jobs made from it stay" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	secret_guard();
	umask(077);
	return arg_commands(commands, "gr-jobs", "Create, watch, change and end jobs.", argc,
			    argv);
}
