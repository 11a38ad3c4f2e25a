/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the verbs of gr-jobs; see its manual page. */
#ifndef GR_JOBS_VERBS_H
#define GR_JOBS_VERBS_H

#include "registry/job.h"
#include "registry/tally.h"
#include "registry/verb.h"

int do_create(int argc, char *argv[]);
int do_describe(int argc, char *argv[]);
int do_document(int argc, char *argv[]);
int do_list(int argc, char *argv[]);
int do_executions(int argc, char *argv[]);
int do_describe_execution(int argc, char *argv[]);
int do_watch(int argc, char *argv[]);
int do_update(int argc, char *argv[]);
int do_associate_targets(int argc, char *argv[]);
int do_cancel(int argc, char *argv[]);
int do_cancel_execution(int argc, char *argv[]);
int do_delete(int argc, char *argv[]);
int do_delete_execution(int argc, char *argv[]);
int do_create_template(int argc, char *argv[]);
int do_describe_template(int argc, char *argv[]);
int do_list_templates(int argc, char *argv[]);
int do_delete_template(int argc, char *argv[]);

#endif
