/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca: the certificate authorities behind gr-backendd */
#include "arg.h"
#include "gr-ca/commands.h"
#include "secret.h"

#include <sys/stat.h>

static const struct arg_command commands[] = {
	{ "init", command_init, "make a certificate authority" },
	{ "import", command_import, "bring one along: key, certificate, chain" },
	{ "list", command_list, "all of them, and what they issue" },
	{ "show", command_show, "certificates of authorities" },
	{ "mode", command_mode, "as what, and by which authority, certificates are issued" },
	{ "issue-server", command_issue_server,
	  "a server certificate for the broker, from its CSR" },
	{ "crl", command_crl, "what an authority has revoked" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	secret_guard();
	umask(077);
	return arg_commands(commands, "gr-ca",
			 "Keep the certificate authorities that sign device certificates.", argc,
			 argv);
}
