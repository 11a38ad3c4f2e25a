/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca issue-server */
#include "arg.h"
#include "chain.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "gr-ca/ca_directory.h"
#include "gr-ca/commands.h"
#include "issuer/issuer.h"
#include "issuer/ledger_time.h"
#include "out.h"
#include "str.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVER_SECONDS = 825 * 86400 };

static const struct arg_option options[] = { HOME_OPTION,
					     { 'c', "authority", "AUTHORITY",
					       "the authority that signs it (default: the one "
					       "that issues now)" },
					     { 0 } };
static const struct arg_spec spec = { "gr-ca issue-server",
				      "[-H DIR] [-c AUTHORITY] HOST [CSR-FILE]",
				      "Print a server certificate for HOST (DNS name or IP "
				      "address), valid 825 days from 30 days ago, for the "
				      "broker's CSR.",
				      options };

static bool is_host(const char *host)
{
	unsigned char address[16];

	return str_is_name(host, 253, ".-") || inet_pton(AF_INET6, host, address) == 1;
}

/* With what stands below the root: a server sends that too. */
static enum status print(const struct cert *cert, const struct authority *a)
{
	char *pem = NULL, *chain = NULL;
	size_t len = 0;
	enum status st;

	if ((st = cert_pem(&pem, &len, cert)) == GR_OK &&
	    (st = chain_pem(&chain, a->chain, sk_X509_num(a->chain) - 1)) == GR_OK)
		printf("%s%s", pem, chain);
	free(pem);
	free(chain);
	return st;
}

static enum status sign(const struct authority *a, const EVP_MD *digest, const char *host,
			const struct csr *csr)
{
	int64_t now = clock_real_ms() / 1000;
	struct issuer_request q = {
		.key = X509_REQ_get0_pubkey(csr->req),
		.subject = X509_REQ_get_subject_name(csr->req), .use = ISSUER_SERVER, .host = host
	};
	struct cert cert;
	enum status st = issuer_begin(&q.not_before, a, now - ISSUER_BACKDATE_LONG, now);

	if (st != GR_OK)
		return st;
	q.not_after = q.not_before + SERVER_SECONDS;
	if (q.not_after > a->end)
		q.not_after = a->end;
	st = issuer_sign(&cert, a, digest, &q);
	if (st != GR_OK)
		return st;
	st = print(&cert, a);
	cert_release(&cert);
	return st;
}

static enum status issue(const char *dir, const char *name, const char *host,
			 const struct csr *csr)
{
	const EVP_MD *digest;
	struct authority a;
	enum status st = ca_directory_authority(&a, &digest, dir, name);

	if (st != GR_OK)
		return st;
	st = sign(&a, digest, host, csr);
	authority_release(&a);
	return st;
}

static enum status read_csr(struct csr *csr, const char *path)
{
	char *text = NULL;
	const char *why;
	size_t len = 0;
	enum status st;

	if ((st = file_read(&text, &len, path, CSR_MAX)) == GR_NO) {
		complain("%s: no such file", path);
		st = GR_BAD;
	}
	if (st == GR_OK && csr_open(csr, &why, text, len) != GR_OK) {
		complain("%s: %s", path, why);
		st = GR_BAD;
	}
	free(text);
	return st;
}

int command_issue_server(int argc, char *argv[])
{
	const char *dir = NULL, *name = NULL;
	struct csr csr = { 0 };
	struct home home;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'c')
			name = optarg;
		else
			dir = optarg;
	if (argc - optind < 1 || argc - optind > 2)
		arg_usage(&spec);
	if (!is_host(argv[optind])) {
		complain("%s: neither a DNS name nor an IP address", argv[optind]);
		return GR_BAD;
	}
	if (name && (st = ca_directory_check_name(name)) != GR_OK)
		return st;
	st = read_csr(&csr, argc - optind == 2 ? argv[optind + 1] : "-");
	if (st == GR_OK)
		st = home_find(&home, dir);
	if (st == GR_OK)
		st = home_enter_signer(&home);
	if (st == GR_OK)
		st = ledger_time_check(home.ledger, clock_real_ms());
	if (st == GR_OK)
		st = issue(home.ca, name, argv[optind], &csr);
	csr_release(&csr);
	return st == GR_OK ? out_close() : st;
}
