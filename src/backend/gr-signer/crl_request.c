/* SPDX-License-Identifier: Apache-2.0 */
/* crl_request.c - a CRL from its entries */
#include "gr-signer/crl_request.h"
#include "complain.h"
#include "issuer/crl.h"
#include "issuer/signer.h"

/* some 40 MB as a CRL; more is no use to anybody who has to fetch it */
enum { ENTRIES_MAX = 1000000 };

void requests_crl_release(struct requests_crl *crl)
{
	X509_CRL_free(crl->crl);
	authority_release(&crl->authority);
	OPENSSL_free(crl->der);
	*crl = (struct requests_crl){ 0 };
}

static enum status refuse(const char *why)
{
	complain("CRL: %s", why);
	return GR_BAD;
}

/* Of the one that issues, if name is empty. */
static enum status open_authority(struct requests_crl *crl, const char *dir, const char *name)
{
	struct issuer issuer;
	enum status st;

	crl->digest = EVP_sha256();
	if (name[0])
		return authority_open(&crl->authority, dir, name);
	st = issuer_open(&issuer, dir);
	if (st != GR_OK)
		return st;
	crl->digest = issuer.mode.alg->digest();
	crl->authority = issuer.authority;
	return GR_OK;
}

enum status crl_request_begin(struct requests_crl *crl, const struct home *home, struct wire *wire)
{
	char name[AUTHORITY_NAME_MAX + 1];
	int64_t number, now, next;
	enum status st;

	requests_crl_release(crl);
	wire_text(name, sizeof name, wire);
	number = wire_number(wire);
	now = wire_number(wire);
	next = wire_number(wire);
	if (!wire_is_done(wire) || (name[0] && !authority_is_name(name)) || number < 0 ||
	    next < now)
		return refuse("the question for one is none");
	st = open_authority(crl, home->ca, name);
	if (st == GR_OK)
		st = crl_make(&crl->crl, &crl->authority, number, now, next);
	if (st != GR_OK)
		requests_crl_release(crl);
	return st;
}

enum status crl_request_add(struct requests_crl *crl, struct wire *wire)
{
	char serial[64];
	int64_t revoked;
	enum status st = crl->crl && !crl->der ? GR_OK : refuse("an entry without a list");
	int reason;

	while (st == GR_OK && wire->at < wire->len) {
		wire_text(serial, sizeof serial, wire);
		revoked = wire_number(wire);
		reason = wire_byte(wire);
		if (wire->bad || ++crl->entries > ENTRIES_MAX)
			return refuse("an entry is damaged, or there are too many");
		st = crl_add(crl->crl, serial, revoked, reason);
	}
	return st;
}

static enum status sign(struct requests_crl *crl)
{
	enum status st = crl_sign(crl->crl, &crl->authority, crl->digest);
	int len;

	if (st != GR_OK)
		return st;
	len = i2d_X509_CRL(crl->crl, &crl->der);
	crl->len = len > 0 ? (size_t)len : 0;
	return len > 0 ? GR_OK : refuse("out of memory");
}

enum status crl_request_piece(struct requests_crl *crl, struct wire *wire)
{
	enum status st = crl->crl ? GR_OK : refuse("there is none to sign");
	size_t len;

	if (st == GR_OK && !crl->der)
		st = sign(crl);
	wire_clear(wire);
	if (st != GR_OK)
		return st;
	len = crl->len - crl->at < SIGNER_PIECE ? crl->len - crl->at : SIGNER_PIECE;
	wire_put_byte(wire, GR_OK);
	wire_put_byte(wire, crl->at + len < crl->len);
	wire_put_bytes(wire, crl->der + crl->at, len);
	crl->at += len;
	if (crl->at == crl->len)
		requests_crl_release(crl);
	return GR_OK;
}
