/* SPDX-License-Identifier: Apache-2.0 */
/* csr.c - certificate signing requests */
#include "csr.h"
#include "complain.h"
#include "key.h"
#include "strength.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum status csr_make(char **pem, EVP_PKEY *key, const X509_NAME *subject,
		     const struct alg_sign *sign)
{
	X509_REQ *req = X509_REQ_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	BIO *bio = BIO_new(BIO_s_mem());
	enum status st = GR_FAIL;
	char *data = NULL, *copy;
	long n;

	if (!req || !ctx || !bio || X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
	    X509_REQ_set_subject_name(req, subject) != 1 || X509_REQ_set_pubkey(req, key) != 1) {
		complain("CSR: cannot be built: %s", complain_openssl());
		goto out;
	}
	if ((st = alg_sign_init(ctx, sign, key)) != GR_OK)
		goto out;
	st = GR_FAIL;
	if (X509_REQ_sign_ctx(req, ctx) <= 0 || PEM_write_bio_X509_REQ(bio, req) != 1 ||
	    (n = BIO_get_mem_data(bio, &data)) <= 0 || !(copy = malloc((size_t)n + 1))) {
		complain("CSR: cannot be signed with %s: %s", sign->name, complain_openssl());
		goto out;
	}
	memcpy(copy, data, (size_t)n);
	copy[n] = '\0';
	*pem = copy;
	st = GR_OK;
out:
	BIO_free(bio);
	EVP_MD_CTX_free(ctx);
	X509_REQ_free(req);
	return st;
}

static bool is_strong_signature(X509_REQ *req)
{
	const X509_ALGOR *alg = NULL;
	int nid, md = NID_undef, pk = NID_undef, bits = 0;

	X509_REQ_get0_signature(req, NULL, &alg);
	nid = X509_REQ_get_signature_nid(req);
	if (nid == NID_rsassaPss) {
		/* The hash stands in the parameters; SHA-1 is the default when they are empty. */
		RSA_PSS_PARAMS *pss = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS),
								alg->parameter);

		md = pss && pss->hashAlgorithm ? OBJ_obj2nid(pss->hashAlgorithm->algorithm)
					       : NID_sha1;
		RSA_PSS_PARAMS_free(pss);
	} else if (OBJ_find_sigid_algs(nid, &md, &pk) != 1) {
		return false;
	}
	bits = md == NID_sha256 ? 256 : md == NID_sha384 ? 384 : md == NID_sha512 ? 512 : 0;
	return bits != 0;
}

/* SEC 1, 2.3.3: 02 and 03 begin a compressed point, 06 and 07 a hybrid one. */
static bool is_uncompressed(X509_REQ *req, EVP_PKEY *key)
{
	const unsigned char *point = NULL;
	int len = 0;

	return EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
	    (X509_PUBKEY_get0_param(NULL, &point, &len, NULL, X509_REQ_get_X509_PUBKEY(req)) ==
		 1 &&
	     len > 0 && point[0] == 4);
}

/* What costs little: nothing is computed with the key yet. */
static const char *parse(struct csr *csr, const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	const char *weak;
	EVP_PKEY *key;

	csr->req = bio ? PEM_read_bio_X509_REQ(bio, NULL, key_no_passphrase, NULL) : NULL;
	BIO_free(bio);
	if (!csr->req)
		return "csr is not a PEM PKCS#10 request";
	if (!(key = X509_REQ_get0_pubkey(csr->req)))
		return "csr holds a public key of no known kind";
	weak = strength_key_limits(key);
	if (weak)
		return weak;
	if (!is_uncompressed(csr->req, key))
		return "the EC point of csr is compressed or hybrid; only the uncompressed form "
		       "is accepted";
	return key_identity(csr->spki, key) ? NULL : "the public key of csr cannot be read";
}

/* In the order of what it costs. */
static const char *examine(X509_REQ *req)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(req);

	if (!is_strong_signature(req))
		return "csr is not signed over SHA-256, SHA-384 or SHA-512";
	if (X509_REQ_verify(req, key) != 1)
		return "the signature of csr does not verify with its own key";
	return strength_key_weakness(key);
}

enum status csr_read(struct csr *csr, const char **why, const char *pem, size_t len)
{
	struct csr c = { 0 };

	*why = len > CSR_MAX ? "csr is longer than 4096 characters" : parse(&c, pem, len);
	ERR_clear_error();
	if (*why) {
		csr_release(&c);
		return GR_NO;
	}
	*csr = c;
	return GR_OK;
}

enum status csr_prove(const struct csr *csr, const char **why)
{
	*why = examine(csr->req);
	ERR_clear_error();
	return *why ? GR_NO : GR_OK;
}

enum status csr_open(struct csr *csr, const char **why, const char *pem, size_t len)
{
	struct csr c;

	if (csr_read(&c, why, pem, len) != GR_OK)
		return GR_NO;
	if (csr_prove(&c, why) != GR_OK) {
		csr_release(&c);
		return GR_NO;
	}
	*csr = c;
	return GR_OK;
}

void csr_release(struct csr *csr)
{
	X509_REQ_free(csr->req);
	*csr = (struct csr){ 0 };
}
