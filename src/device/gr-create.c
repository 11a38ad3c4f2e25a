/* SPDX-License-Identifier: Apache-2.0 */
/* gr-create: send the CSR of a job, check and print the certificate that comes back */
#include "arg.h"
#include "cert.h"
#include "complain.h"
#include "config/conf.h"
#include "config/settings.h"
#include "csr.h"
#include "file.h"
#include "gr-create/issued_certificate.h"
#include "out.h"
#include "secret.h"
#include "session/rotation_request.h"
#include "session/session.h"
#include "store/credential.h"
#include "store/store.h"
#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the pair in use, and for a session of our own (default: the one that is live now)" },
	CONF_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-create", "[-g N] JOB EXECUTION [CSR]",
	"Send a CSR for a job and print the certificate that comes back.", options
};

struct create_request {
	struct conf conf;
	uint32_t generation;
	struct rotation_request rotation;	/* job and execution number */
	char *pem;
	struct csr csr;
};

static enum status read_operands(struct create_request *e, int argc, char *argv[])
{
	enum status st;

	if (argc - optind != 2 && argc - optind != 3)
		arg_usage(&spec);
	e->rotation.job = argv[optind];
	if (!str_is_job(e->rotation.job)) {
		complain("%s: not a job id", e->rotation.job);
		return GR_BAD;
	}
	if ((st = arg_u32(&e->rotation.execution, "EXECUTION", argv[optind + 1])) != GR_OK)
		return st;
	if (e->rotation.execution > 0)
		return GR_OK;
	complain("EXECUTION: numbers start at 1");
	return GR_BAD;
}

static enum status read_csr(struct create_request *e, const char *path)
{
	const char *why = NULL;
	enum status st;
	size_t len;

	if ((st = file_read(&e->pem, &len, path, CSR_MAX)) == GR_NO)
		complain("%s: no such file", path);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	if (strlen(e->pem) == len && csr_open(&e->csr, &why, e->pem, len) == GR_OK)
		return GR_OK;
	complain("%s: %s", path, why ? why : "csr holds a NUL");
	return GR_BAD;
}

/* A certificate for the key in use would undo the point of it all. */
static enum status check_new(const struct create_request *e)
{
	char key[PATH_MAX], path[PATH_MAX];
	struct cert live = { 0 };
	enum status st;

	if ((st = store_pair_paths(key, path, &e->conf, e->generation)) != GR_OK)
		return st;
	if ((st = credential_certificate(&live, &e->conf, path)) != GR_OK)
		return st;
	if (strcmp(live.spki, e->csr.spki) == 0) {
		complain("%s: the CSR is for the key in use", e->rotation.job);
		st = GR_BAD;
	}
	cert_release(&live);
	return st;
}

/*
 * One file holds it all, and gr-install-cert, the runtime and we read no more of one. GR_NO, one
 * line: too large.
 */
static enum status check_size(const struct issued_certificate *offer, size_t size)
{
	if (size <= CERT_FILE_MAX)
		return GR_OK;
	complain("certificate %.16s: %zu bytes with what stands above it; this device installs at "
		 "most %d",
		 offer->cert.id, size, CERT_FILE_MAX);
	return GR_NO;
}

/* The certificate, and what stands between it and a root: in this order a runtime sends them. */
static enum status print(const struct issued_certificate *offer)
{
	char *pem, *chain;
	size_t len;
	enum status st = cert_pem(&pem, &len, &offer->cert);

	if (st != GR_OK)
		return st;
	if ((st = chain_pem(&chain, offer->chain, sk_X509_num(offer->chain))) == GR_OK) {
		if ((st = check_size(offer, strlen(pem) + strlen(chain))) == GR_OK) {
			printf("%s%s", pem, chain);
			st = out_close();
		}
		free(chain);
	}
	free(pem);
	return st;
}

static enum status ask(struct create_request *e, struct session *session)
{
	const struct issued_certificate_terms terms = {
		.csr = &e->csr, .ca = conf_text(&e->conf, CONF_ISSUER_CA_PATH),
		.chain = settings_is_on(&e->conf, CONF_CERTIFICATE_CHAIN)
	};
	json_t *body = json_pack("{s:s, s:o*}", "csr", e->pem, "certificateChain",
				 terms.chain ? json_true() : NULL),
	       *answer = NULL;
	struct issued_certificate offer = { 0 };
	enum status st = rotation_request_send(&e->rotation, session, "create", body);

	json_decref(body);
	if (st != GR_OK)
		return st;
	do {
		if ((st = rotation_request_answer(&answer, &e->rotation)) != GR_OK)
			return st;
		st = issued_certificate_check(&offer, answer, &terms);
		json_decref(answer);
	} while (st == GR_BAD);
	if (st == GR_OK)
		st = print(&offer);
	issued_certificate_release(&offer);
	return st;
}

static enum status create(struct create_request *e)
{
	struct session session;
	enum status st;

	if ((st = settings_ca(&e->conf, CONF_ISSUER_CA_PATH)) != GR_OK ||
	    (st = settings_switch(&e->conf, CONF_CERTIFICATE_CHAIN)) != GR_OK ||
	    (st = check_new(e)) != GR_OK ||
	    (st = session_open(&session, &e->conf, e->generation)) != GR_OK)
		return st;
	st = ask(e, &session);
	session_close(&session);
	return st;
}

int main(int argc, char *argv[])
{
	struct create_request e = { 0 };
	enum status st = GR_OK;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = ch == 'g' ? arg_u32(&e.generation, "-g", optarg)
			       : conf_option(&e.conf, ch, optarg);
	if (st == GR_OK && (st = read_operands(&e, argc, argv)) == GR_OK &&
	    (st = conf_load(&e.conf)) == GR_OK &&
	    (st = read_csr(&e, argc - optind == 3 ? argv[optind + 2] : "-")) == GR_OK)
		st = create(&e);
	csr_release(&e.csr);
	free(e.pem);
	conf_release(&e.conf);
	return st;
}
