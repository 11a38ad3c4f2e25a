/* SPDX-License-Identifier: Apache-2.0 */
/* gr-create: send the CSR of a job, check and print the certificate that comes back */
#include "arg.h"
#include "cert.h"
#include "clock.h"
#include "complain.h"
#include "config/conf.h"
#include "config/gr_config.h"
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
	{ 'g', "generation", "N",
	  "the old pair, also for a connection of its own (default: the live one)" },
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
	struct cert live;	/* the certificate in use */
};

static enum status read_operands(struct create_request *request, int argc, char *argv[])
{
	enum status st;

	if (argc - optind != 2 && argc - optind != 3)
		arg_usage(&spec);
	request->rotation.job = argv[optind];
	if (!str_is_job(request->rotation.job)) {
		complain("%s: not a job id", request->rotation.job);
		return GR_BAD;
	}
	st = arg_u32(&request->rotation.execution, "EXECUTION", argv[optind + 1]);
	if (st != GR_OK)
		return st;
	if (request->rotation.execution > 0)
		return GR_OK;
	complain("EXECUTION: numbers start at 1");
	return GR_BAD;
}

static enum status read_csr(struct create_request *request, const char *path)
{
	const char *why = NULL;
	enum status st;
	size_t len;

	if ((st = file_read(&request->pem, &len, path, CSR_MAX)) == GR_NO)
		complain("%s: no such file", path);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	if (strlen(request->pem) == len &&
	    csr_open(&request->csr, &why, request->pem, len) == GR_OK)
		return GR_OK;
	complain("%s: %s", path, why ? why : "csr holds a NUL");
	return GR_BAD;
}

/* A new certificate for the key in use would be no rotation. */
static enum status check_new(struct create_request *request)
{
	char key[PATH_MAX], path[PATH_MAX];
	enum status st;

	if ((st = store_pair_paths(key, path, &request->conf, request->generation)) != GR_OK)
		return st;
	if ((st = credential_certificate(&request->live, &request->conf, path)) != GR_OK)
		return st;
	if (strcmp(request->live.spki, request->csr.spki) != 0)
		return GR_OK;
	complain("%s: the CSR is for the key in use", request->rotation.job);
	return GR_BAD;
}

/*
 * Certificate and chain go into one file, and no program of ours reads a larger one. GR_NO, one
 * line: too large.
 */
static enum status check_size(const struct issued_certificate *issued, size_t size)
{
	if (size <= CERT_FILE_MAX)
		return GR_OK;
	complain("certificate %.16s: %zu bytes with what stands above it; this device installs at "
		 "most %d",
		 issued->cert.id, size, CERT_FILE_MAX);
	return GR_NO;
}

/* Prints the certificate and its chain in the order in which TLS sends them. */
static enum status print(const struct issued_certificate *issued)
{
	char *pem, *chain;
	size_t len;
	enum status st = cert_pem(&pem, &len, &issued->cert);

	if (st != GR_OK)
		return st;
	if ((st = chain_pem(&chain, issued->chain, sk_X509_num(issued->chain))) == GR_OK) {
		if ((st = check_size(issued, strlen(pem) + strlen(chain))) == GR_OK) {
			printf("%s%s", pem, chain);
			st = out_close();
		}
		free(chain);
	}
	free(pem);
	return st;
}

static enum status send(struct create_request *request, struct session *session, bool chain)
{
	json_t *body = json_pack("{s:s, s:o*}", "csr", request->pem, "certificateChain",
				 chain ? json_true() : NULL);
	enum status st = rotation_request_send(&request->rotation, session, "create", body);

	json_decref(body);
	return st;
}

/* Answers to somebody else's CSR are passed over. */
static enum status receive(struct issued_certificate *issued, struct create_request *request,
			   const struct issued_certificate_terms *terms)
{
	enum status st;

	do {
		json_t *answer = NULL;

		st = rotation_request_answer(&answer, &request->rotation);
		if (st != GR_OK)
			return st;
		st = issued_certificate_check(issued, answer, terms);
		json_decref(answer);
	} while (st == GR_BAD);
	return st;
}

static enum status ask(struct create_request *request, struct session *session)
{
	const struct issued_certificate_terms terms = {
		.csr = &request->csr,
		.ca = conf_text(&request->conf, CONF_ISSUER_CA_PATH),
		.chain = settings_is_on(&request->conf, CONF_CERTIFICATE_CHAIN),
		.old = &request->live,
		.own = clock_is_synchronised() ? clock_real_ms() / 1000 : 0
	};
	struct issued_certificate issued = { 0 };
	enum status st;

	if ((st = send(request, session, terms.chain)) != GR_OK)
		return st;
	if ((st = receive(&issued, request, &terms)) == GR_OK)
		st = print(&issued);
	issued_certificate_release(&issued);
	return st;
}

static enum status create(struct create_request *request)
{
	struct session session;
	enum status st;

	if ((st = settings_ca(&request->conf, CONF_ISSUER_CA_PATH)) != GR_OK)
		return st;
	if ((st = settings_switch(&request->conf, CONF_CERTIFICATE_CHAIN)) != GR_OK)
		return st;
	if ((st = check_new(request)) != GR_OK)
		return st;
	if ((st = session_open(&session, &request->conf, request->generation)) != GR_OK)
		return st;
	st = ask(request, &session);
	session_close(&session);
	return st;
}

int main(int argc, char *argv[])
{
	struct create_request request = { 0 };
	enum status st = GR_OK;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = ch == 'g' ? arg_u32(&request.generation, "-g", optarg)
			       : conf_option(&request.conf, ch, optarg);
	if (st == GR_OK)
		st = read_operands(&request, argc, argv);
	if (st == GR_OK)
		st = gr_config_load(&request.conf);
	if (st == GR_OK)
		st = read_csr(&request, argc - optind == 3 ? argv[optind + 2] : "-");
	if (st == GR_OK)
		st = create(&request);
	cert_release(&request.live);
	csr_release(&request.csr);
	free(request.pem);
	conf_release(&request.conf);
	return st;
}
