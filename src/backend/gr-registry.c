/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-registry: things, certificates, policies and groups, by the names of the AWS IoT operations
 */
#include "arg.h"
#include "gr-registry/commands.h"
#include "secret.h"

#include <sys/stat.h>

static const struct arg_command commands[] = {
	{ "init", command_init, "make an empty registry" },
	{ "move-registry", command_move_registry,
	  "the registry of an earlier version into the directory that it has now" },
	{ "register", command_register,
	  "a thing, from the CSR it made: certificate, policy, group in one go" },
	{ "create-thing", command_create_thing, "a thing without a certificate" },
	{ "delete-thing", command_delete_thing, "a thing that has no certificate left" },
	{ "list-things", command_list_things, "all things, or those of a group" },
	{ "create-thing-group", command_create_thing_group, "a group, the target of jobs" },
	{ "delete-thing-group", command_delete_thing_group, "a group; its things stay" },
	{ "list-thing-groups", command_list_thing_groups, "all groups, or those of a thing" },
	{ "add-thing-to-thing-group", command_add_thing_to_thing_group,
	  "put a thing into a group" },
	{ "remove-thing-from-thing-group", command_remove_thing_from_thing_group,
	  "take it out again" },
	{ "list-thing-principals", command_list_thing_principals, "the certificates of a thing" },
	{ "describe-certificate", command_describe_certificate, "one certificate" },
	{ "update-certificate", command_update_certificate,
	  "make it ACTIVE, INACTIVE or REVOKED" },
	{ "delete-certificate", command_delete_certificate,
	  "one that is INACTIVE, detached and without policies" },
	{ "attach-thing-principal", command_attach_thing_principal,
	  "give a certificate to a thing" },
	{ "detach-thing-principal", command_detach_thing_principal, "take it away" },
	{ "create-policy", command_create_policy,
	  "an IoT policy document, or a new text for one" },
	{ "list-policies", command_list_policies, "all policies" },
	{ "get-policy", command_get_policy, "the document of one" },
	{ "delete-policy", command_delete_policy, "one that speaks for no certificate" },
	{ "attach-policy", command_attach_policy, "let a policy speak for a certificate" },
	{ "detach-policy", command_detach_policy, "stop that" },
	{ "list-attached-policies", command_list_attached_policies,
	  "the policies of a certificate" },
	{ "history", command_history, "the chain of custody of a thing's certificates" },
	{ "alarms", command_alarms, "what an operator should look at" },
	{ "settle", command_settle, "decide an open rotation of a device that will never return" },
	{ "backup", command_backup, "registry, ledger and authorities, while everything goes on" },
	{ "restore", command_restore,
	  "put a backup back, and bring it up to date from the ledger" },
	{ "resume-retirement", command_resume_retirement,
	  "after a restore, when all devices are well" },
	{ "export", command_export,
	  "policies, groups and things with their certificates, as JSON lines" },
	{ "import", command_import, "take such lines" },
	{ "print-broker-conf", command_print_broker_conf, "the configuration of the broker" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	secret_guard();
	umask(077);
	return arg_commands(commands, "gr-registry",
			 "Keep the registry of things, certificates, policies and groups.", argc,
			 argv);
}
