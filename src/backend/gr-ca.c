/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca: the certificate authorities behind gr-backendd */
#include "arg.h"
#include "gr-ca/commands.h"
#include "secret.h"

#include <sys/stat.h>

static const struct arg_command commands[] = {
	{ "init", command_init, "make a certificate authority" },
	{ "import", command_import, "add an existing authority: key, certificate, chain" },
	{ "list", command_list, "list the authorities, and what each issues" },
	{ "show", command_show, "print certificates of authorities" },
	{ "mode", command_mode, "show or change the issuing profile and the authority that "
	  "issues" },
	{ "issue-server", command_issue_server,
	  "print a server certificate for the broker's CSR" },
	{ "crl", command_crl, "print the CRL of an authority" },
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
