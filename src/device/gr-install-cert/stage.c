/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert stage */
#include "cert.h"
#include "complain.h"
#include "file.h"
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"
#include "store/generation.h"
#include "store/pair.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct arg_option options[] = { DEVICE_CONTEXT_GENERATION,
					     CONF_OPTIONS,
					     { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = {
	"gr-install-cert stage", "[options] [FILE]",
	"Put a certificate beside its private key; print its certificate id.", options
};

static enum status check_fit(const struct store *store, uint32_t n, const struct cert *cert)
{
	char where[GENERATION_WHERE];
	enum status st;

	st = pair_check_fit(store, n, cert);
	if (st != GR_NO)
		return st;
	generation_where(where, store, n);
	complain("%s: holds no private key", where);
	return GR_BAD;
}

/* GR_BAD: generation n is live or committed. */
static enum status check_unused(const struct store *store, uint32_t n, uint32_t live)
{
	enum status st = n == live ? GR_OK : generation_is_committed(store, n);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	complain("%s/%lu: in use; its certificate is not replaced", store->path,
		 (unsigned long)n);
	return GR_BAD;
}

static enum status read_live(struct pair *pair, uint32_t *live, const struct store *store)
{
	enum status st;

	st = store_link(live, store, "live");
	if (st == GR_OK)
		st = pair_read(pair, store, *live);
	if (st == GR_NO) {
		complain("%s: no live pair; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	return st;
}

/* The live certificate shows who may read the new one. */
static enum status write_certificate(const struct store *store, uint32_t n, const char *pem,
				     size_t len)
{
	struct pair pair;
	uint32_t live;
	enum status st;

	st = read_live(&pair, &live, store);
	if (st != GR_OK)
		return st;
	st = check_unused(store, n, live);
	if (st == GR_OK)
		st = generation_write(store, n, STORE_CERTIFICATE_FILE, pem, len,
				      &pair.cert_file.stat);
	pair_release(&pair);
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

static enum status read_certificate(char **pem, size_t *len, const char *path)
{
	enum status st = file_read(pem, len, path, CERT_FILE_MAX);

	if (st != GR_NO)
		return st;
	complain("%s: no such file", path);
	return GR_BAD;
}

static enum status put(const struct store *store, uint32_t n, const struct cert *cert,
		       const char *pem, size_t len)
{
	enum status st;

	st = check_fit(store, n, cert);
	if (st == GR_OK && !is_there(store, n, cert))
		st = write_certificate(store, n, pem, len);
	return st == GR_OK ? store->keys->stage(store, n) : st;
}

static enum status stage(const struct device_context *context, const char *path)
{
	const char *where = strcmp(path, "-") == 0 ? "standard input" : path;
	struct cert cert = { 0 };
	char *pem = NULL;
	enum status st;
	uint32_t n;
	size_t len;

	st = device_context_generation(&n, context, JOURNAL_NEW);
	if (st != GR_OK)
		return st;
	st = read_certificate(&pem, &len, path);
	if (st == GR_OK)
		st = cert_from_pem(&cert, pem, len, where);
	if (st == GR_OK)
		st = put(&context->store, n, &cert, pem, len);
	if (st == GR_OK)
		puts(cert.id);
	cert_release(&cert);
	free(pem);
	return st;
}

int command_stage(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st;

	st = device_context_options(&context, &spec, argc, argv);
	if (st == GR_OK && argc - optind > 1)
		arg_usage(&spec);
	if (st == GR_OK)
		st = device_context_open(&context, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE);
	if (st == GR_OK)
		st = stage(&context, argc > optind ? argv[optind] : "-");
	return device_context_close(&context, st);
}
