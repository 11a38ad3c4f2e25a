/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requests.h - the questions to gr-signer and their answers. A question of anybody who may connect
 * is looked at as if it came from an enemy: what it asks for is held against the issuing profile
 * here.
 */
#ifndef GR_SIGNER_REQUESTS_H
#define GR_SIGNER_REQUESTS_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/wire.h"
#include "gr-signer/ledger.h"
#include "issuer/issuer.h"
#include "registry/home.h"

struct requests {
	const struct home *home;
	struct issuer issuer;
	bool open;		/* issuer is */
	bool logs;		/* what is refused is a line here too */
	struct ledger ledger;
};
/* A CRL on its way, of one peer. */
struct requests_crl {
	struct authority authority;
	const EVP_MD *digest;
	X509_CRL *crl;		/* NULL: none */
	uint32_t entries;
	unsigned char *der;	/* NULL: not signed yet */
	size_t len, at;
};

void requests_open(struct requests *office, const struct home *home, bool logs);
void requests_close(struct requests *office);
void requests_crl_release(struct requests_crl *crl);
/* Puts the answer in the place of the question. */
void requests_answer(struct requests *office, struct requests_crl *crl, struct wire *wire,
		     int64_t now);

#endif
