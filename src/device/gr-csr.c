/* SPDX-License-Identifier: Apache-2.0 */
/* gr-csr: print a CSR for the next key */
#include "alg.h"
#include "complain.h"
#include "config/gr_config.h"
#include "csr.h"
#include "gr-csr/subject.h"
#include "pkcs11/token_key.h"
#include "rotation/device_context.h"
#include "secret.h"
#include "store/credential.h"
#include "store/generation.h"
#include "store/pair.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const struct arg_option options[] = {
	DEVICE_CONTEXT_GENERATION,
	{ 'k', "key", "LOCATION", "use this key instead of a generation's: a file or a pkcs11: "
	  "URI" },
	{ 's', "subject", "SUBJECT", "the subject of the CSR, for example /O=Example/CN=pump-1" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = {
	"gr-csr", "[options]",
	"Print a CSR with the subject of the live certificate and the key of the next "
	"generation.", options
};

/*
 * What the job asked for goes before what is configured. The key may be older than both: it must
 * go with them. n: its generation; 0: a key outside the store.
 */
static enum status choose_signing(const struct alg_sign **sign,
				  const struct device_context *context, EVP_PKEY *key, uint32_t n)
{
	const char *name = context->journal.value[JOURNAL_SIGNING_ALGORITHM];
	enum status st;

	if (name[0] == '\0')
		name = conf_text(&context->conf, CONF_SIGNING_ALGORITHM);
	st = alg_sign_find(sign, name);
	if (st != GR_OK)
		return st;
	if ((*sign)->type == EVP_PKEY_get_base_id(key))
		return token_key_check_sign(key, *sign);
	if (n)
		complain("%s/%lu: its key does not go with signingAlgorithm %s",
			 context->store.path, (unsigned long)n, (*sign)->name);
	else
		complain("-k: that key does not go with signingAlgorithm %s", (*sign)->name);
	return GR_BAD;
}

static enum status read_next_key(EVP_PKEY **key, const struct device_context *context, uint32_t n)
{
	enum status st = pair_read_key(key, &context->store, n);

	if (st != GR_NO)
		return st;
	complain("%s/%lu: holds no private key; run gr-keygen", context->store.path,
		 (unsigned long)n);
	return GR_BAD;
}

static enum status print_csr(EVP_PKEY *key, const X509_NAME *subject, const struct alg_sign *sign)
{
	enum status st;
	char *pem;

	st = csr_make(&pem, key, subject, sign);
	if (st == GR_OK) {
		fputs(pem, stdout);
		free(pem);
	}
	return st;
}

static enum status print_next(const struct device_context *context, EVP_PKEY *key,
			      const struct alg_sign *sign)
{
	struct pair live;
	enum status st;

	st = pair_read_configured(&live, &context->store);
	if (st == GR_NO) {
		complain("%s: there is no certificate to take the subject from",
			 context->store.certificate.path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	st = print_csr(key, X509_get_subject_name(live.cert.x509), sign);
	pair_release(&live);
	return st;
}

static enum status run(struct device_context *context)
{
	const struct alg_sign *sign;
	EVP_PKEY *key = NULL;
	enum status st;
	uint32_t n;

	st = device_context_open(context, DEVICE_CONTEXT_STORE);
	if (st == GR_OK)
		st = device_context_generation(&n, context, JOURNAL_NEW);
	if (st == GR_OK)
		st = read_next_key(&key, context, n);
	if (st == GR_OK)
		st = choose_signing(&sign, context, key, n);
	if (st == GR_OK)
		st = print_next(context, key, sign);
	EVP_PKEY_free(key);
	return st;
}

/* A device's first CSR: there is no certificate yet, and no store. */
static enum status run_outside(struct device_context *context, const char *location,
			       const char *text)
{
	struct credential credential = { .token = NULL };
	const struct alg_sign *sign;
	X509_NAME *subject = NULL;
	enum status st;

	st = gr_config_load(&context->conf);
	if (st == GR_OK)
		st = subject_parse(&subject, text);
	if (st == GR_OK)
		st = credential_key(&credential, &context->conf, location, NULL);
	if (st == GR_OK)
		st = choose_signing(&sign, context, credential.key, 0);
	if (st == GR_OK)
		st = print_csr(credential.key, subject, sign);
	credential_release(&credential);
	X509_NAME_free(subject);
	return st;
}

int main(int argc, char *argv[])
{
	const char *location = NULL, *subject = NULL;
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st = GR_OK;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == 'k')
			location = optarg;
		else if (ch == 's')
			subject = optarg;
		else
			st = device_context_option(&context, ch, optarg);
	}
	if (st == GR_OK &&
	    (argc > optind || !location != !subject || (location && context.generation)))
		arg_usage(&spec);
	if (st == GR_OK)
		st = location ? run_outside(&context, location, subject) : run(&context);
	return device_context_close(&context, st);
}
