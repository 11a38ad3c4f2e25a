/* SPDX-License-Identifier: Apache-2.0 */
/* chain.c - the CA certificates above a certificate */
#include "chain.h"
#include "complain.h"
#include "key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The end of the text is the absence of another BEGIN line, not an error. */
static bool is_end(void)
{
	unsigned long error = ERR_peek_last_error();
	bool end = ERR_GET_LIB(error) == ERR_LIB_PEM &&
	    ERR_GET_REASON(error) == PEM_R_NO_START_LINE;

	if (end)
		ERR_clear_error();
	return end;
}

static enum status read_all(STACK_OF(X509) *chain, BIO *bio, const char *where)
{
	X509 *x509;

	while ((x509 = PEM_read_bio_X509(bio, NULL, key_no_passphrase, NULL))) {
		if (sk_X509_num(chain) < CHAIN_MAX && sk_X509_push(chain, x509) > 0)
			continue;
		X509_free(x509);
		complain("%s: more than %d certificates", where, CHAIN_MAX);
		return GR_BAD;
	}
	if (!is_end()) {
		complain("%s: holds a damaged certificate: %s", where, complain_openssl());
		return GR_BAD;
	}
	if (sk_X509_num(chain) > 0)
		return GR_OK;
	complain("%s: holds no PEM certificate", where);
	return GR_BAD;
}

enum status chain_from_pem(STACK_OF(X509) **chain, const char *pem, size_t len, const char *where)
{
	STACK_OF(X509) *read = sk_X509_new_null();
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	enum status st = GR_FAIL;

	if (read && bio)
		st = read_all(read, bio, where);
	else
		complain("%s: out of memory", where);
	BIO_free(bio);
	if (st == GR_OK)
		*chain = read;
	else
		chain_free(read);
	return st;
}

void chain_free(STACK_OF(X509) *chain)
{
	sk_X509_pop_free(chain, X509_free);
}

enum status chain_pem(char **pem, const STACK_OF(X509) *chain, int count)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio != NULL;
	char *data = NULL;
	long n;

	*pem = NULL;
	for (int i = 0; ok && i < count; i++)
		ok = PEM_write_bio_X509(bio, sk_X509_value(chain, i)) == 1;
	if (ok && (n = BIO_get_mem_data(bio, &data)) >= 0)
		*pem = strndup(n ? data : "", (size_t)n);
	BIO_free(bio);
	if (*pem)
		return GR_OK;
	complain("certificate chain: cannot be written as PEM: %s", complain_openssl());
	return GR_FAIL;
}

/* The last one is taken on trust: what is asked here is whether they hang together. */
static const char *verify(X509_STORE *store, X509_STORE_CTX *ctx, X509 *leaf,
			  STACK_OF(X509) * chain, int purpose, int64_t now)
{
	X509 *last = sk_X509_value(chain, sk_X509_num(chain) - 1);

	if (X509_STORE_add_cert(store, last) != 1 ||
	    X509_STORE_CTX_init(ctx, store, leaf, chain) != 1)
		return "out of memory";
	X509_STORE_CTX_set_flags(ctx,
				 X509_V_FLAG_PARTIAL_CHAIN |
				     (now ? 0 : X509_V_FLAG_NO_CHECK_TIME));
	if (purpose && X509_STORE_CTX_set_purpose(ctx, purpose) != 1)
		return "no such purpose";
	if (now)
		X509_STORE_CTX_set_time(ctx, 0, (time_t)now);
	if (X509_verify_cert(ctx) != 1)
		return X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
	if (sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) != sk_X509_num(chain) + 1)
		return "the chain has a certificate that is not part of it";
	return NULL;
}

enum status chain_check(const char **why, X509 *leaf, STACK_OF(X509) * chain, int purpose,
			int64_t now)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	*why = store && ctx ? verify(store, ctx, leaf, chain, purpose, now) : "out of memory";
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return *why ? GR_NO : GR_OK;
}
