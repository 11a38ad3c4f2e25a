/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - the commands of gr-jobs; see its manual page. */
#ifndef GR_JOBS_COMMANDS_H
#define GR_JOBS_COMMANDS_H

int command_create(int argc, char *argv[]);
int command_describe(int argc, char *argv[]);
int command_document(int argc, char *argv[]);
int command_list(int argc, char *argv[]);
int command_executions(int argc, char *argv[]);
int command_describe_execution(int argc, char *argv[]);
int command_watch(int argc, char *argv[]);
int command_update(int argc, char *argv[]);
int command_associate_targets(int argc, char *argv[]);
int command_cancel(int argc, char *argv[]);
int command_cancel_execution(int argc, char *argv[]);
int command_delete(int argc, char *argv[]);
int command_delete_execution(int argc, char *argv[]);
int command_create_template(int argc, char *argv[]);
int command_describe_template(int argc, char *argv[]);
int command_list_templates(int argc, char *argv[]);
int command_delete_template(int argc, char *argv[]);

#endif
