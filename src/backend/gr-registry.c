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
	  "move the registry of an earlier version into the directory that it has now" },
	{ "register", command_register,
	  "register a thing with its CSR: certificate, policy and group in one step" },
	{ "create-thing", command_create_thing, "make a thing without a certificate" },
	{ "delete-thing", command_delete_thing, "delete a thing that has no certificate" },
	{ "list-things", command_list_things, "list things, or those of a group" },
	{ "create-thing-group", command_create_thing_group,
	  "make a group of things, which can be the target of jobs" },
	{ "delete-thing-group", command_delete_thing_group, "delete a group; its things stay" },
	{ "list-thing-groups", command_list_thing_groups, "list groups, or those of a thing" },
	{ "add-thing-to-thing-group", command_add_thing_to_thing_group,
	  "put a thing into a group" },
	{ "remove-thing-from-thing-group", command_remove_thing_from_thing_group,
	  "take a thing out of a group" },
	{ "list-thing-principals", command_list_thing_principals,
	  "list the certificates of a thing" },
	{ "describe-certificate", command_describe_certificate, "show a certificate" },
	{ "update-certificate", command_update_certificate,
	  "make a certificate ACTIVE, INACTIVE or REVOKED" },
	{ "delete-certificate", command_delete_certificate,
	  "delete a certificate that is INACTIVE, detached and without policies" },
	{ "attach-thing-principal", command_attach_thing_principal,
	  "attach a certificate to a thing" },
	{ "detach-thing-principal", command_detach_thing_principal,
	  "detach a certificate from its thing" },
	{ "adopt-certificate", command_adopt_certificate,
	  "take in a certificate of ours that an older copy of the registry does not know" },
	{ "adopt-by-connection", command_adopt_by_connection,
	  "let devices bring such certificates by connecting, for some time" },
	{ "create-policy", command_create_policy,
	  "make a policy, or give one a new document" },
	{ "list-policies", command_list_policies, "list policies" },
	{ "get-policy", command_get_policy, "print a policy's document" },
	{ "delete-policy", command_delete_policy,
	  "delete a policy that is attached to no certificate" },
	{ "attach-policy", command_attach_policy, "attach a policy to a certificate" },
	{ "detach-policy", command_detach_policy, "detach a policy from a certificate" },
	{ "list-attached-policies", command_list_attached_policies,
	  "list the policies of a certificate" },
	{ "history", command_history, "show the chain of custody of a thing's certificates" },
	{ "alarms", command_alarms, "list the alarms: what an operator should look at" },
	{ "settle", command_settle,
	  "decide an open rotation, or which of several certificates a thing keeps" },
	{ "backup", command_backup, "save registry, ledger and authorities, while everything "
	  "runs" },
	{ "restore", command_restore,
	  "restore a backup, and bring it up to date from the ledger" },
	{ "resume-retirement", command_resume_retirement,
	  "retire certificates again: after a restore, when all devices are well" },
	{ "confirm-clock", command_confirm_clock,
	  "say that the clock is right: certificates are issued again" },
	{ "export", command_export,
	  "print policies, groups and things with their certificates, as JSON lines" },
	{ "import", command_import, "add what an export printed" },
	{ "print-broker-conf", command_print_broker_conf,
	  "print the configuration of the broker" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	secret_guard();
	umask(077);
	return arg_commands(commands, "gr-registry",
			 "Manage the registry of things, certificates, policies and groups.", argc,
			 argv);
}
