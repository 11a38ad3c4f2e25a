/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csr.h - certificate signing requests (PKCS#10): made on the device, examined by the issuer.
 */
#ifndef GR_CSR_H
#define GR_CSR_H

#include <openssl/x509.h>
#include <stddef.h>

#include "alg.h"
#include "status.h"

/* PEM characters that CreateCertificateFromCsr takes (AWS IoT API) */
enum { CSR_MAX = 4096 };

/* Makes a PEM request for key with this subject, signed by sign; free it. */
enum status csr_make(char **pem, EVP_PKEY *key, const X509_NAME *subject,
		     const struct alg_sign *sign);

struct csr {
	X509_REQ *req;
	char spki[65];		/* which key: key_identity */
};
/*
 * Parses a CSR and examines it: proof of possession, a strong key (strength.h), an EC point in the
 * uncompressed form, a signature over SHA-256 or better. GR_OK, or GR_NO with *why set to a static
 * sentence and nothing to release. Silent.
 */
enum status csr_open(struct csr *csr, const char **why, const char *pem, size_t len);
/*
 * Do the same in two steps, so that a caller can refuse a CSR by its contents before signatures
 * cost CPU time: csr_read parses, csr_prove examines key and signature. Call csr_release also
 * after csr_prove gave GR_NO.
 */
enum status csr_read(struct csr *csr, const char **why, const char *pem, size_t len);
enum status csr_prove(const struct csr *csr, const char **why);
void csr_release(struct csr *csr);

#endif
