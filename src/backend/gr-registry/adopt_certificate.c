/* SPDX-License-Identifier: Apache-2.0 */
/* adopt_certificate.c - takes a certificate in that was issued after this registry's copy */
#include "complain.h"
#include "file.h"
#include "gr-registry/commands.h"
#include "registry/command.h"
#include "rotation/adoption.h"

#include <stdlib.h>

enum { PEM_MAX = 65536 };

static const struct arg_spec spec = {
	"gr-registry adopt-certificate", "[-H DIR] [-j] THING [CERTIFICATE-FILE]",
	"Take in a certificate (standard input by default) that one of our authorities issued for "
	"the thing, and that the registry does not know: it was restored from an older copy.",
	command_options
};

static enum status adopt(struct command *v, const struct cert *cert)
{
	struct signer signer = { 0 };
	enum status st = signer_open(&signer, &v->home);

	if (st == GR_OK)
		st = adoption_make(v->db, &signer, cert, v->operands[0], v->now);
	if (st == GR_OK)
		st = signer_sync(&signer);
	signer_close(&signer);
	return st == GR_OK ? command_answer(v, json_pack("{s:s, s:s}", "thingName", v->operands[0],
							 "certificateId", cert->id))
			   : st;
}

static enum status work(struct command *v)
{
	const char *path = v->count > 1 ? v->operands[1] : "-";
	struct cert cert = { 0 };
	char *text = NULL;
	size_t len = 0;
	enum status st = file_read(&text, &len, path, PEM_MAX);

	if (st == GR_NO)
		complain("%s: no such file", path);
	if (st == GR_OK)
		st = cert_from_pem(&cert, text, len, path);
	free(text);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	st = adopt(v, &cert);
	cert_release(&cert);
	return st;
}

int command_adopt_certificate(int argc, char *argv[])
{
	return command_change(&spec, argc, argv, 1, 2, work);
}
