/* gr-jobs: the operator's side of the Jobs service */
#include "gr-jobs/verbs.h"

#include <sys/stat.h>

static const struct arg_verb verbs[] = {
	{ "create", do_create, "a job for things and groups; a certificate rotation unless a document says otherwise" },
	{ "describe", do_describe, "a job and how its executions stand" },
	{ "list", do_list, "all jobs" },
	{ "executions", do_executions, "the executions of a job, one a line" },
	{ "cancel", do_cancel, "what waits, and with --force what is under way" },
	{ "watch", do_watch, "follow a job until its last execution has ended" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	umask(077);
	return arg_verbs(verbs, "gr-jobs", "Create, follow and cancel jobs.", argc, argv);
}
