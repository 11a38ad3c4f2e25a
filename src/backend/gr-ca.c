/* gr-ca: the certificate authority behind gr-backendd */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "issuer/issuer.h"
#include "out.h"
#include "registry/home.h"
#include "str.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SERVER_DAYS = 825, NAME_CHARACTERS = 64 };	/* ub-common-name: RFC 5280, appendix A.1 */

static const struct arg_option init_options[] = {
	HOME_OPTION,
	{ 'n', "name", "CN", "common name of the authority (default gr CA)" },
	{ 'a', "algorithm", "ALGORITHM", "its key: RSA-2048 (default), RSA-3072, ECDSA-P256, ECDSA-P384" },
	{ 0 }
};
static const struct arg_spec init_spec = { "gr-ca init", "[-H DIR] [-n CN] [-a ALGORITHM]", "Make a certificate authority: DIR/ca/ca.key and ca.pem.", init_options };

static enum status check_name(const char *name)
{
	size_t n = 0;

	for (const char *c = name; *c; c++)
		n += ((unsigned char)*c & 0xc0) != 0x80;	/* characters, not bytes of UTF-8 */
	if (n >= 1 && n <= NAME_CHARACTERS)
		return GR_OK;
	complain("--name: %s: not 1 to %d characters", name, NAME_CHARACTERS);
	return GR_BAD;
}

static int do_init(int argc, char *argv[])
{
	const char *dir = NULL, *name = "gr CA", *algorithm = "RSA-2048";
	const struct alg_key *alg;
	struct home home;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&init_spec, argc, argv)) != -1)
		switch (ch) {
		case 'H': dir = optarg; break;
		case 'n': name = optarg; break;
		case 'a': algorithm = optarg; break;
		}
	if (argc != optind)
		arg_usage(&init_spec);
	if ((st = check_name(name)) != GR_OK || (st = alg_key_find(&alg, algorithm)) != GR_OK || (st = home_find(&home, dir)) != GR_OK ||
	    (st = home_make(&home)) != GR_OK)
		return st;
	return issuer_init(home.ca, name, alg, clock_real_ms() / 1000);
}

static const struct arg_option home_options[] = { HOME_OPTION, { 0 } };
static const struct arg_spec server_spec = {
	"gr-ca issue-server", "[-H DIR] HOST [CSR-FILE]", "Print a server certificate for HOST (DNS name or IP address), valid 825 days, for the broker's CSR.", home_options
};

static bool is_host(const char *host)
{
	unsigned char address[16];

	return str_is_name(host, 253, ".-") || inet_pton(AF_INET6, host, address) == 1;
}

static enum status issue_server(const struct issuer *issuer, const char *host, const struct csr *csr)
{
	int64_t now = clock_real_ms() / 1000;
	struct issuer_request q = {
		.key = X509_REQ_get0_pubkey(csr->req), .subject = X509_REQ_get_subject_name(csr->req), .use = ISSUER_SERVER,
		.host = host, .not_before = now - ISSUER_BACKDATE, .not_after = now + (int64_t)SERVER_DAYS * 86400
	};
	struct cert cert = { 0 };
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = issuer_sign(&cert, issuer, &q)) == GR_OK && (st = cert_pem(&pem, &len, &cert)) == GR_OK)
		fputs(pem, stdout);
	free(pem);
	cert_release(&cert);
	return st;
}

static int do_issue_server(int argc, char *argv[])
{
	const char *dir = NULL, *why, *path;
	struct issuer issuer = { 0 };
	struct csr csr = { 0 };
	struct home home;
	char *text = NULL;
	size_t len = 0;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&server_spec, argc, argv)) != -1)
		dir = optarg;
	if (argc - optind < 1 || argc - optind > 2)
		arg_usage(&server_spec);
	if (!is_host(argv[optind])) {
		complain("%s: neither a DNS name nor an IP address", argv[optind]);
		return GR_BAD;
	}
	path = argc - optind == 2 ? argv[optind + 1] : "-";
	if ((st = file_read(&text, &len, path, CSR_MAX)) == GR_NO) {
		complain("%s: no such file", path);
		st = GR_BAD;
	}
	if (st == GR_OK && csr_open(&csr, &why, text, len) != GR_OK) {
		complain("%s: %s", path, why);
		st = GR_BAD;
	}
	if (st == GR_OK && (st = home_find(&home, dir)) == GR_OK && (st = issuer_open(&issuer, home.ca)) == GR_OK)
		st = issue_server(&issuer, argv[optind], &csr);
	free(text);
	csr_release(&csr);
	issuer_release(&issuer);
	return st == GR_OK ? out_close() : st;
}

static const struct arg_spec show_spec = { "gr-ca show", "[-H DIR]", "Print the authority's certificate (PEM): what devices and the broker trust.", home_options };

static int do_show(int argc, char *argv[])
{
	struct cert cert = { 0 };
	const char *dir = NULL;
	struct home home;
	char path[4096], *pem = NULL;
	size_t len = 0;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&show_spec, argc, argv)) != -1)
		dir = optarg;
	if (argc != optind)
		arg_usage(&show_spec);
	if ((st = home_find(&home, dir)) != GR_OK)
		return st;
	if (!str_format(path, sizeof path, "%s/ca.pem", home.ca)) {
		complain("%s: the path is too long", home.ca);
		return GR_BAD;
	}
	if ((st = cert_read(&cert, path)) == GR_NO) {
		complain("%s: no certificate authority there; gr-ca init makes one", home.ca);
		st = GR_BAD;
	}
	if (st == GR_OK && (st = cert_pem(&pem, &len, &cert)) == GR_OK)
		fputs(pem, stdout);
	free(pem);
	cert_release(&cert);
	return st == GR_OK ? out_close() : st;
}

static const struct arg_verb verbs[] = {
	{ "init", do_init, "make a certificate authority" },
	{ "issue-server", do_issue_server, "a server certificate for the broker, from its CSR" },
	{ "show", do_show, "the authority's certificate" },
	{ 0 }
};

int main(int argc, char *argv[])
{
	umask(077);
	return arg_verbs(verbs, "gr-ca", "Keep the certificate authority that signs device certificates.", argc, argv);
}
