/* policies.c - verbs on IoT policy documents */
#include "gr-registry/verbs.h"
#include "complain.h"
#include "file.h"
#include "policy/policy.h"
#include "registry/certificate.h"
#include "registry/verb.h"

#include <stdlib.h>

enum { DOCUMENT_MAX = 16384 };	/* AWS IoT counts 2048 characters without white space */

#define SPEC(verb, operands, about) static const struct arg_spec spec = { "gr-registry " verb, operands, about, verb_options }

static enum status create(struct verb *v)
{
	const char *path = v->operands[1], *problem;
	char *text = NULL;
	size_t len = 0;
	enum status st = file_read(&text, &len, path, DOCUMENT_MAX);

	if (st == GR_NO) {
		complain("%s: no such file", path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	if ((problem = policy_problem(text))) {
		complain("%s: %s", path, problem);
		st = GR_BAD;
	} else {
		st = policy_put(v->db, v->operands[0], text);
	}
	free(text);
	return st;
}

int do_create_policy(int argc, char *argv[])
{
	SPEC("create-policy", "[-H DIR] POLICY FILE", "Make an IoT policy, or give one a new document; running connections follow within a second.");

	return verb_change(&spec, argc, argv, 2, 2, create);
}

static enum status attach(struct verb *v)
{
	return policy_attach(v->db, v->operands[0], v->operands[1]);
}

int do_attach_policy(int argc, char *argv[])
{
	SPEC("attach-policy", "[-H DIR] POLICY CERTIFICATE-ID", "Let a policy speak for a certificate.");

	return verb_change(&spec, argc, argv, 2, 2, attach);
}

static enum status detach(struct verb *v)
{
	return policy_detach(v->db, v->operands[0], v->operands[1]);
}

int do_detach_policy(int argc, char *argv[])
{
	SPEC("detach-policy", "[-H DIR] POLICY CERTIFICATE-ID", "Take a policy from a certificate.");

	return verb_change(&spec, argc, argv, 2, 2, detach);
}
