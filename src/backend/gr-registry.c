/* SPDX-License-Identifier: Apache-2.0 */
/* gr-registry: things, certificates, policies and groups, by the names of the AWS IoT operations */
#include "gr-registry/verbs.h"
#include "arg.h"
#include "secret.h"

#include <sys/stat.h>

static const struct arg_verb verbs[] = {
	{ "init", do_init, "make an empty registry" },
	{ "move-registry", do_move_registry, "the registry of an earlier version into the folder that it has now" },
	{ "register", do_register, "a thing, from the CSR it made: certificate, policy, group in one go" },
	{ "create-thing", do_create_thing, "a thing without a certificate" },
	{ "delete-thing", do_delete_thing, "a thing that has no certificate left" },
	{ "list-things", do_list_things, "all things, or those of a group" },
	{ "create-thing-group", do_create_thing_group, "a group, the target of jobs" },
	{ "delete-thing-group", do_delete_thing_group, "a group; its things stay" },
	{ "list-thing-groups", do_list_thing_groups, "all groups, or those of a thing" },
	{ "add-thing-to-thing-group", do_add_thing_to_thing_group, "put a thing into a group" },
	{ "remove-thing-from-thing-group", do_remove_thing_from_thing_group, "take it out again" },
	{ "list-thing-principals", do_list_thing_principals, "the certificates of a thing" },
	{ "describe-certificate", do_describe_certificate, "one certificate" },
	{ "update-certificate", do_update_certificate, "make it ACTIVE, INACTIVE or REVOKED" },
	{ "delete-certificate", do_delete_certificate, "one that is INACTIVE, detached and without policies" },
	{ "attach-thing-principal", do_attach_thing_principal, "give a certificate to a thing" },
	{ "detach-thing-principal", do_detach_thing_principal, "take it away" },
	{ "create-policy", do_create_policy, "an IoT policy document, or a new text for one" },
	{ "list-policies", do_list_policies, "all policies" },
	{ "get-policy", do_get_policy, "the document of one" },
	{ "delete-policy", do_delete_policy, "one that speaks for no certificate" },
	{ "attach-policy", do_attach_policy, "let a policy speak for a certificate" },
	{ "detach-policy", do_detach_policy, "stop that" },
	{ "list-attached-policies", do_list_attached_policies, "the policies of a certificate" },
	{ "history", do_history, "the chain of custody of a thing's certificates" },
	{ "alarms", do_alarms, "what an operator should look at" },
	{ "settle", do_settle, "decide an open rotation of a device that will never return" },
	{ "backup", do_backup, "registry, ledger and authorities, while everything goes on" },
	{ "restore", do_restore, "put a backup back, and bring it up to date from the ledger" },
	{ "resume-retirement", do_resume_retirement, "after a restore, when all devices are well" },
	{ "export", do_export, "policies, groups and things with their certificates, as JSON lines" },
	{ "import", do_import, "take such lines" },
	{ "print-broker-conf", do_print_broker_conf, "the configuration of the broker" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	secret_guard();
	umask(077);
	return arg_verbs(verbs, "gr-registry", "Keep the registry of things, certificates, policies and groups.", argc, argv);
}
