/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crl_request.h - a CRL, built from the entries that a peer of gr-signer sends in several
 * requests: begin, add as often as needed, then piece until the whole CRL has been sent back.
 *
 * On any status but GR_OK one line has been written. GR_BAD: the request is malformed, out of
 * order or asks for too much.
 */
#ifndef GR_SIGNER_CRL_REQUEST_H
#define GR_SIGNER_CRL_REQUEST_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "issuer/authority.h"
#include "registry/home.h"

/* The CRL that one peer builds now; all zero: none. */
struct crl_request {
	struct authority authority;
	const EVP_MD *digest;
	X509_CRL *crl;		/* NULL: none was begun */
	uint32_t entries;
	unsigned char *der;	/* NULL: not signed yet */
	size_t len, at;		/* bytes of der, bytes of it that were sent */
};

/* Begins an empty CRL and drops one that was begun earlier. */
enum status crl_request_begin(struct crl_request *request, const struct home *home,
			      struct wire *wire);
/* Adds the entries in wire. */
enum status crl_request_add(struct crl_request *request, struct wire *wire);
/* Replaces the request in wire by the next piece of the CRL, which the first call signs. */
enum status crl_request_piece(struct crl_request *request, struct wire *wire);
void crl_request_release(struct crl_request *request);	/* takes a zeroed struct */

#endif
