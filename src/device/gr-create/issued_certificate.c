/* SPDX-License-Identifier: Apache-2.0 */
/* issued_certificate.c - the certificate in the answer to a CSR */
#include "gr-create/issued_certificate.h"
#include "complain.h"
#include "strength.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

/* seconds: clocks that NTP keeps agree to far less, but an answer may take so long */
enum { OWN_TOLERANCE = 60 };

static enum status refuse(const struct cert *cert, const char *why)
{
	complain("certificate %.16s: %s", cert->id, why);
	return GR_NO;
}

/* now is the service's, for a device may not know the time; 0: it did not tell. */
static enum status check_issuer(const struct issued_certificate *issued, const char *ca,
				int64_t now)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum status st = GR_FAIL;

	if (!store || !ctx || X509_STORE_load_file(store, ca) != 1 ||
	    X509_STORE_CTX_init(ctx, store, issued->cert.x509, issued->chain) != 1) {
		complain("%s: no usable CA certificates: %s", ca, complain_openssl());
		goto out;
	}
	X509_STORE_CTX_set_flags(ctx,
				 X509_V_FLAG_PARTIAL_CHAIN |
				     (now ? 0 : X509_V_FLAG_NO_CHECK_TIME));
	if (now)
		X509_STORE_CTX_set_time(ctx, 0, (time_t)now);
	st = X509_verify_cert(ctx) == 1
	    ? GR_OK
	    : refuse(&issued->cert, X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return st;
}

/*
 * Tells whether by our own clock only the certificate in use is valid. Then the backend's clock is
 * wrong: a broker with a right one would refuse the new certificate, perhaps after the old one was
 * destroyed.
 */
static bool is_of_another_time(const struct cert *cert,
			       const struct issued_certificate_terms *terms)
{
	return terms->own && cert_is_valid_at(terms->old, terms->own) &&
	    (cert->not_before > terms->own + OWN_TOLERANCE || cert->not_after < terms->own);
}

static enum status check_cert(const struct cert *cert,
			      const struct issued_certificate_terms *terms, int64_t now)
{
	const struct csr *csr = terms->csr;
	struct strength strength;
	const char *weak;

	if (strcmp(cert->spki, csr->spki) != 0)
		return GR_BAD;
	if (!cert_fits_key(cert, X509_REQ_get0_pubkey(csr->req)))
		return refuse(cert, "its public key has other parameters than the CSR");
	strength_of_issued(&strength, cert->x509);
	if ((weak = strength_problem(&strength)))
		return refuse(cert, weak);
	if (X509_NAME_cmp(X509_get_subject_name(cert->x509),
			  X509_REQ_get_subject_name(csr->req)) != 0)
		return refuse(cert, "its subject is not that of the CSR");
	if (cert->not_before >= cert->not_after)
		return refuse(cert, "its notBefore is not before its notAfter");
	if (now && !cert_is_valid_at(cert, now))
		return refuse(cert, "it is not valid at the time that the service tells");
	if (is_of_another_time(cert, terms))
		return refuse(cert,
			      "it is not valid by this device's clock, which NTP keeps, while the "
			      "certificate in use is; is the backend's clock right?");
	return GR_OK;
}

/* A backend need not know of chains: what it leaves out is not missed. */
static enum status take_chain(struct issued_certificate *issued, const json_t *answer, int64_t now)
{
	const json_t *member = json_object_get(answer, "certificateChain");
	const char *pem = json_text(answer, "certificateChain"), *why;
	char reason[256];

	if (!member)
		return GR_OK;
	if (!pem)
		return refuse(&issued->cert, "its certificateChain is not text");
	if (chain_from_pem(&issued->chain, pem, strlen(pem), "certificateChain") != GR_OK)
		return GR_NO;
	if (chain_check(&why, issued->cert.x509, issued->chain, 0, now) == GR_OK)
		return GR_OK;
	snprintf(reason, sizeof reason, "its certificateChain does not lead up from it: %s", why);
	return refuse(&issued->cert, reason);
}

enum status issued_certificate_check(struct issued_certificate *issued, const json_t *answer,
				     const struct issued_certificate_terms *terms)
{
	const char *pem = json_text(answer, "certificatePem");
	json_int_t now = json_number(answer, "timestamp", 0);
	struct issued_certificate o = { 0 };
	enum status st;

	if (!pem) {
		complain("the answer holds no certificate");
		return GR_NO;
	}
	if (cert_from_pem(&o.cert, pem, strlen(pem), "the answer") != GR_OK)
		return GR_NO;
	if (now < 0)
		now = 0;
	if ((st = check_cert(&o.cert, terms, now)) == GR_OK &&
	    (!terms->chain || (st = take_chain(&o, answer, now)) == GR_OK) && terms->ca[0] != '\0')
		st = check_issuer(&o, terms->ca, now);
	if (st == GR_OK)
		*issued = o;
	else
		issued_certificate_release(&o);
	return st;
}

void issued_certificate_release(struct issued_certificate *issued)
{
	chain_free(issued->chain);
	cert_release(&issued->cert);
	issued->chain = NULL;
}
