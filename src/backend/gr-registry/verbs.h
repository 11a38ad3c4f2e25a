/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the verbs of gr-registry; see its manual page. */
#ifndef GR_REGISTRY_VERBS_H
#define GR_REGISTRY_VERBS_H

int do_init(int argc, char *argv[]);
int do_move_registry(int argc, char *argv[]);
int do_register(int argc, char *argv[]);
int do_create_thing(int argc, char *argv[]);
int do_delete_thing(int argc, char *argv[]);
int do_list_things(int argc, char *argv[]);
int do_create_thing_group(int argc, char *argv[]);
int do_delete_thing_group(int argc, char *argv[]);
int do_list_thing_groups(int argc, char *argv[]);
int do_add_thing_to_thing_group(int argc, char *argv[]);
int do_remove_thing_from_thing_group(int argc, char *argv[]);
int do_list_thing_principals(int argc, char *argv[]);
int do_describe_certificate(int argc, char *argv[]);
int do_update_certificate(int argc, char *argv[]);
int do_delete_certificate(int argc, char *argv[]);
int do_attach_thing_principal(int argc, char *argv[]);
int do_detach_thing_principal(int argc, char *argv[]);
int do_create_policy(int argc, char *argv[]);
int do_attach_policy(int argc, char *argv[]);
int do_detach_policy(int argc, char *argv[]);
int do_list_policies(int argc, char *argv[]);
int do_get_policy(int argc, char *argv[]);
int do_delete_policy(int argc, char *argv[]);
int do_list_attached_policies(int argc, char *argv[]);
int do_history(int argc, char *argv[]);
int do_alarms(int argc, char *argv[]);
int do_settle(int argc, char *argv[]);
int do_backup(int argc, char *argv[]);
int do_restore(int argc, char *argv[]);
int do_resume_retirement(int argc, char *argv[]);
int do_export(int argc, char *argv[]);
int do_import(int argc, char *argv[]);
int do_print_broker_conf(int argc, char *argv[]);

#endif
