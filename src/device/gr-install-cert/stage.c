/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert stage */
#include "cert.h"
#include "complain.h"
#include "file.h"
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/relabel.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct arg_option options[] = { DEVICE_CONTEXT_GENERATION,
					     CONF_OPTIONS,
					     { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = {
	"gr-install-cert stage", "[options] [FILE]",
	"Puts a certificate beside its private key; prints its certificate id.", options
};

static enum status check_fit(const struct store *store, uint32_t n, const struct cert *cert)
{
	char where[GENERATION_WHERE];
	EVP_PKEY *key;
	enum status st;

	generation_where(where, store, n);
	if ((st = pair_read_key(&key, store, n)) == GR_NO) {
		complain("%s: holds no private key", where);
		return GR_BAD;
	}
	if (st == GR_OK) {
		st = pair_check(key, cert, where);
		EVP_PKEY_free(key);
	}
	return st;
}

/* The live certificate shows who may read the new one. */
static enum status write_certificate(const struct store *store, uint32_t n, const char *pem,
				     size_t len)
{
	struct pair live;
	uint32_t number;
	enum status st;

	if ((st = store_link(&number, store, "live")) == GR_OK)
		st = pair_read(&live, store, number);
	if (st == GR_NO) {
		complain("%s: no live pair; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	if (number == n || (st = generation_is_committed(store, n)) == GR_OK) {
		complain("%s/%lu: in use; its certificate is not replaced", store->path,
			 (unsigned long)n);
		st = GR_BAD;
	} else if (st == GR_NO) {
		st = generation_write(store, n, STORE_CERTIFICATE_FILE, pem, len, &live.cert_stat);
	}
	pair_release(&live);
	return st;
}

/* The same certificate again is no change. */
static bool is_there(const struct store *store, uint32_t n, const struct cert *cert)
{
	struct pair own;
	bool same;

	if (generation_has(store, n, STORE_CERTIFICATE_FILE) != GR_OK)
		return false;
	same = pair_read(&own, store, n) == GR_OK && strcmp(own.cert.id, cert->id) == 0;
	pair_release(&own);
	return same;
}

static enum status stage(const struct device_context *desk, const char *path)
{
	const char *where = strcmp(path, "-") == 0 ? "standard input" : path;
	struct cert cert = { 0 };
	char *pem = NULL;
	enum status st;
	uint32_t n;
	size_t len;

	if ((st = device_context_generation(&n, desk, JOURNAL_NEW)) != GR_OK)
		return st;
	if ((st = file_read(&pem, &len, path, CERT_FILE_MAX)) == GR_NO) {
		complain("%s: no such file", path);
		st = GR_BAD;
	}
	if (st == GR_OK && (st = cert_from_pem(&cert, pem, len, where)) == GR_OK &&
	    (st = check_fit(&desk->store, n, &cert)) == GR_OK && !is_there(&desk->store, n, &cert))
		st = write_certificate(&desk->store, n, pem, len);
	if (st == GR_OK && (st = relabel_stage(&desk->store, n)) == GR_OK)
		puts(cert.id);
	cert_release(&cert);
	free(pem);
	return st;
}

int command_stage(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	enum status st;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK && argc - optind > 1)
		arg_usage(&spec);
	if (st == GR_OK &&
	    (st = device_context_open(&desk, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE)) == GR_OK)
		st = stage(&desk, argc > optind ? argv[optind] : "-");
	return device_context_close(&desk, st);
}
