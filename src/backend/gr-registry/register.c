/* SPDX-License-Identifier: Apache-2.0 */
/* register.c - a thing from the CSR it made: the registry never sees a device's private key */
#include "complain.h"
#include "file.h"
#include "gr-registry/commands.h"
#include "issuer/issuer.h"
#include "issuer/signer.h"
#include "registry/certificate.h"
#include "registry/command.h"
#include "registry/group.h"
#include "registry/policy_store.h"
#include "registry/thing.h"
#include "registry/wall_clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'p', "policy", "POLICY", "attach this policy to the new certificate" },
	{ 'g', "group", "GROUP", "put the thing into this group" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry register", "[-H DIR] [-p POLICY] [-g GROUP] THING [CSR-FILE]",
	"Register a thing: check its CSR (standard input by default), print the certificate"
	" issued for it.", options
};

/* A thing is registered once: the second certificate comes by rotation. */
static enum status check_fresh(struct command *v, const char *thing, const struct csr *csr)
{
	int64_t count = 0;
	enum status st;

	if ((st = certificate_key_seen(v->db, csr->spki)) == GR_OK) {
		complain("%s: this public key was registered before", thing);
		return GR_NO;
	}
	if (st == GR_FAIL || (st = thing_count_certificates(&count, v->db, thing)) != GR_OK)
		return st;
	if (count == 0)
		return GR_OK;
	complain("%s: has a certificate already; rotate it, or detach it first", thing);
	return GR_NO;
}

struct membership {
	const char *policy, *group;	/* NULL: none */
};

static enum status record(struct command *v, const struct membership *m, struct signer *signer,
			  const struct origin *by, const struct cert *cert, const char *pem)
{
	const struct certificate_origin origin = { by->authority, by->private };
	const char *thing = v->operands[0];
	enum status st;

	if ((st = certificate_register(v->db, cert, &origin, thing, v->now)) != GR_OK)
		return st;
	if (m->policy && (st = policy_store_attach(v->db, m->policy, cert->id)) != GR_OK)
		return st;
	if (m->group && (st = group_add(v->db, m->group, thing)) != GR_OK)
		return st;
	st = signer_note(signer,
			 json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:b, s:o*, s:o*}", "event",
				   "registered", "at", (json_int_t)v->now, "thingName", thing,
				   "certificateId", cert->id, "certificatePem", pem, "authority",
				   origin.authority, "private", (int)origin.private, "policies",
				   m->policy ? json_pack("[s]", m->policy) : NULL, "thingGroups",
				   m->group ? json_pack("[s]", m->group) : NULL));
	return st == GR_OK ? signer_sync(signer) : st;
}

/*
 * Before it is registered: a key is certified once, so a certificate that nobody got would be
 * lost.
 */
static enum status print(const char *pem)
{
	if (fputs(pem, stdout) >= 0 && fflush(stdout) == 0)
		return GR_OK;
	complain("the certificate cannot be printed: %s", strerror(errno));
	return GR_FAIL;
}

/* Reads the clock. GR_FAIL, one line: nothing may be issued by it. */
static enum status need_clock(struct wall_clock *clock, struct command *v)
{
	enum status st = wall_clock_read(clock, v->db);

	if (st != GR_OK || !wall_clock_doubt(clock))
		return st;
	complain("%s: %s", v->operands[0], wall_clock_doubt(clock));
	return GR_FAIL;
}

static enum status issue(struct command *v, const struct membership *m, const struct csr *csr)
{
	struct origin origin;
	struct signer signer = { 0 };
	struct cert cert = { 0 };
	char *pem = NULL;
	size_t len = 0;
	struct wall_clock clock;
	enum status st = need_clock(&clock, v);

	if (st != GR_OK)
		return st;
	st = signer_open(&signer, &v->home);
	if (st == GR_OK)
		st = signer_issue(&cert, &origin, &signer, X509_REQ_get0_pubkey(csr->req),
				  X509_REQ_get_subject_name(csr->req),
				  clock.proven / 1000 - ISSUER_BACKDATE);
	if (st == GR_NO)
		complain("%s: %s", v->operands[0], signer.why);
	if (st == GR_OK)
		st = wall_clock_rely(v->db, &clock);
	if (st == GR_OK)
		st = cert_pem(&pem, &len, &cert);
	if (st == GR_OK)
		st = record(v, m, &signer, &origin, &cert, pem);
	if (st == GR_OK)
		st = print(pem);
	if (st == GR_OK)
		st = db_commit(v->db);
	free(pem);
	cert_release(&cert);
	signer_close(&signer);
	return st;
}

static enum status work(struct command *v, const struct membership *m)
{
	const char *thing = v->operands[0], *path = v->count > 1 ? v->operands[1] : "-", *why;
	struct csr csr;
	char *text = NULL;
	size_t len = 0;
	enum status st = file_read(&text, &len, path, CSR_MAX);

	if (st == GR_NO)
		complain("%s: no such file", path);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	if (csr_open(&csr, &why, text, len) != GR_OK) {
		complain("%s: %s", path, why);
		free(text);
		return GR_BAD;
	}
	free(text);
	st = db_begin(v->db);
	if (st == GR_OK)
		st = thing_create(v->db, thing, v->now);
	if (st == GR_OK)
		st = check_fresh(v, thing, &csr);
	if (st == GR_OK)
		st = issue(v, m, &csr);
	csr_release(&csr);
	return st;
}

int command_register(int argc, char *argv[])
{
	struct membership m = { 0 };
	struct command v = { 0 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'p')
			m.policy = optarg;
		else if (ch == 'g')
			m.group = optarg;
		else
			command_option(&v, ch);
	if ((st = command_open(&v, &spec, argc, argv, 1, 2)) == GR_OK)
		st = work(&v, &m);
	return command_close(&v, st);
}
