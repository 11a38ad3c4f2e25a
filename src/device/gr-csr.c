/* gr-csr: print a CSR for the next key */
#include "alg.h"
#include "complain.h"
#include "csr.h"
#include "desk.h"
#include "generation.h"
#include "pair.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const struct arg_option options[] = { DESK_GENERATION, CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-csr", "[options]", "Prints a CSR: subject of the live certificate, key of the next generation.", options };

/* The key may be older than the configuration: what counts is what it is. */
static enum status choose_signing(const struct alg_sign **sign, const struct desk *desk, EVP_PKEY *key, uint32_t n)
{
	const char *name = desk->journal.value[JOURNAL_SIGNING_ALGORITHM];
	enum status st;

	if ((st = alg_sign_find(sign, name[0] ? name : conf_text(&desk->conf, CONF_SIGNING_ALGORITHM))) != GR_OK)
		return st;
	if ((*sign)->type == EVP_PKEY_get_base_id(key))
		return GR_OK;
	complain("%s/%lu: its key does not go with signingAlgorithm %s", desk->store.path, (unsigned long)n, (*sign)->name);
	return GR_BAD;
}

static enum status read_next_key(EVP_PKEY **key, const struct desk *desk, uint32_t n)
{
	enum status st = pair_read_key(key, NULL, &desk->store, n);

	if (st != GR_NO)
		return st;
	complain("%s/%lu: holds no private key; run gr-keygen", desk->store.path, (unsigned long)n);
	return GR_BAD;
}

static enum status print_csr(const struct desk *desk, EVP_PKEY *key, const struct alg_sign *sign)
{
	struct pair live;
	enum status st;
	char *pem;

	if ((st = pair_read_configured(&live, &desk->store)) == GR_NO) {
		complain("%s: there is no certificate to take the subject from", desk->store.certificate.path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	if ((st = csr_make(&pem, key, X509_get_subject_name(live.cert.x509), sign)) == GR_OK) {
		fputs(pem, stdout);
		free(pem);
	}
	pair_release(&live);
	return st;
}

static enum status run(const struct desk *desk)
{
	const struct alg_sign *sign;
	EVP_PKEY *key = NULL;
	enum status st;
	uint32_t n;

	if ((st = desk_generation(&n, desk, JOURNAL_NEW)) == GR_OK && (st = read_next_key(&key, desk, n)) == GR_OK &&
	    (st = choose_signing(&sign, desk, key, n)) == GR_OK)
		st = print_csr(desk, key, sign);
	EVP_PKEY_free(key);
	return st;
}

int main(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	enum status st;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_STORE)) == GR_OK)
		st = run(&desk);
	return desk_close(&desk, st);
}
