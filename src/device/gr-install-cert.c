/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert: the only program that touches credentials in use */
#include "gr-install-cert/commands.h"
#include "secret.h"

#include <stddef.h>

static const struct arg_command commands[] = {
	{ "adopt", command_adopt, "take plain files into the store; print the live generation" },
	{ "next", command_next, "print a generation number that is free" },
	{ "stage", command_stage,
	  "put a certificate beside its private key; print its certificate id" },
	{ "activate", command_activate, "make a generation live" },
	{ "rollback", command_rollback, "make the old generation live again" },
	{ "commit", command_commit, "mark a generation committed and destroy the old one" },
	{ "discard", command_discard, "destroy a generation that is not live" },
	{ "recover", command_recover, "finish or undo an interrupted command, without network" },
	{ "status", command_status, "print the live generation and all others" },
	{ NULL, NULL, NULL }
};

int main(int argc, char *argv[])
{
	secret_guard();
	return arg_commands(commands, "gr-install-cert",
			 "Manage the generations of key and certificate of this "
			 "device.", argc, argv);
}
