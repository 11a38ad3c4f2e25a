/* SPDX-License-Identifier: Apache-2.0 */
/* gr-jobs: the operator's side of the Jobs service */
#include "gr-jobs/verbs.h"
#include "secret.h"

#include <sys/stat.h>

static const struct arg_verb verbs[] = {
	{ "create", do_create, "a job for things and groups; a certificate rotation unless a document says otherwise" },
	{ "describe", do_describe, "a job and how its executions stand" },
	{ "document", do_document, "a job's document as it was given" },
	{ "list", do_list, "all jobs" },
	{ "executions", do_executions, "the executions of a job or a thing, one a line" },
	{ "describe-execution", do_describe_execution, "one execution" },
	{ "watch", do_watch, "follow a job until its last execution has ended" },
	{ "update", do_update, "change how a job goes on" },
	{ "associate-targets", do_associate_targets, "more targets for a continuous job" },
	{ "cancel", do_cancel, "what waits, and with --force what is under way" },
	{ "cancel-execution", do_cancel_execution, "the same for one thing" },
	{ "delete", do_delete, "a job and its executions" },
	{ "delete-execution", do_delete_execution, "one execution" },
	{ "create-template", do_create_template, "what jobs have in common, under a name" },
	{ "describe-template", do_describe_template, "one template" },
	{ "list-templates", do_list_templates, "all templates" },
	{ "delete-template", do_delete_template, "a template; its jobs stay" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	secret_guard();
	umask(077);
	return arg_verbs(verbs, "gr-jobs", "Create, follow, change and end jobs.", argc, argv);
}
