/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - the commands of gr-registry; see its manual page. */
#ifndef GR_REGISTRY_COMMANDS_H
#define GR_REGISTRY_COMMANDS_H

int command_init(int argc, char *argv[]);
int command_move_registry(int argc, char *argv[]);
int command_register(int argc, char *argv[]);
int command_create_thing(int argc, char *argv[]);
int command_delete_thing(int argc, char *argv[]);
int command_list_things(int argc, char *argv[]);
int command_create_thing_group(int argc, char *argv[]);
int command_delete_thing_group(int argc, char *argv[]);
int command_list_thing_groups(int argc, char *argv[]);
int command_add_thing_to_thing_group(int argc, char *argv[]);
int command_remove_thing_from_thing_group(int argc, char *argv[]);
int command_list_thing_principals(int argc, char *argv[]);
int command_describe_certificate(int argc, char *argv[]);
int command_update_certificate(int argc, char *argv[]);
int command_delete_certificate(int argc, char *argv[]);
int command_attach_thing_principal(int argc, char *argv[]);
int command_detach_thing_principal(int argc, char *argv[]);
int command_adopt_by_connection(int argc, char *argv[]);
int command_adopt_certificate(int argc, char *argv[]);
int command_create_policy(int argc, char *argv[]);
int command_attach_policy(int argc, char *argv[]);
int command_detach_policy(int argc, char *argv[]);
int command_list_policies(int argc, char *argv[]);
int command_get_policy(int argc, char *argv[]);
int command_delete_policy(int argc, char *argv[]);
int command_list_attached_policies(int argc, char *argv[]);
int command_history(int argc, char *argv[]);
int command_alarms(int argc, char *argv[]);
int command_settle(int argc, char *argv[]);
int command_backup(int argc, char *argv[]);
int command_restore(int argc, char *argv[]);
int command_resume_retirement(int argc, char *argv[]);
int command_confirm_clock(int argc, char *argv[]);
int command_export(int argc, char *argv[]);
int command_import(int argc, char *argv[]);
int command_print_broker_conf(int argc, char *argv[]);

#endif
