/* SPDX-License-Identifier: Apache-2.0 */
/* crl_request.c - a CRL, built from entries that arrive in several requests */
#include "gr-signer/crl_request.h"
#include "complain.h"
#include "issuer/crl.h"
#include "issuer/issuer.h"
#include "issuer/signer.h"

/* about 40 MB as a CRL: more is too much to be fetched by those who check it */
enum { ENTRIES_MAX = 1000000 };

void crl_request_release(struct crl_request *request)
{
	X509_CRL_free(request->crl);
	authority_release(&request->authority);
	OPENSSL_free(request->der);
	*request = (struct crl_request){ 0 };
}

static enum status refuse(const char *why)
{
	complain("CRL: %s", why);
	return GR_BAD;
}

/* Opens the authority called name, or, where name is empty, the one that issues now. */
static enum status open_authority(struct crl_request *request, const char *dir, const char *name)
{
	struct issuer issuer;
	enum status st;

	request->digest = EVP_sha256();
	if (name[0])
		return authority_open(&request->authority, dir, name);
	st = issuer_open(&issuer, dir);
	if (st != GR_OK)
		return st;
	request->digest = issuer.profile.alg->digest();
	request->authority = issuer.authority;
	return GR_OK;
}

enum status crl_request_begin(struct crl_request *request, const struct home *home,
			      struct wire *wire)
{
	char name[AUTHORITY_NAME_MAX + 1];
	int64_t number, now, next;
	enum status st;

	crl_request_release(request);
	wire_text(name, sizeof name, wire);
	number = wire_number(wire);
	now = wire_number(wire);
	next = wire_number(wire);
	if (!wire_is_done(wire) || (name[0] && !authority_is_name(name)) || number < 0 ||
	    next < now)
		return refuse("the request is malformed");
	st = open_authority(request, home->ca, name);
	if (st == GR_OK)
		st = crl_make(&request->crl, &request->authority, number, now, next);
	if (st != GR_OK)
		crl_request_release(request);
	return st;
}

enum status crl_request_add(struct crl_request *request, struct wire *wire)
{
	char serial[64];
	int64_t revoked;
	enum status st = request->crl && !request->der
	    ? GR_OK
	    : refuse("an entry came before the CRL was begun");
	int reason;

	while (st == GR_OK && wire->at < wire->len) {
		wire_text(serial, sizeof serial, wire);
		revoked = wire_number(wire);
		reason = wire_byte(wire);
		if (wire->bad || ++request->entries > ENTRIES_MAX)
			return refuse("an entry is malformed, or there are too many");
		st = crl_add(request->crl, serial, revoked, reason);
	}
	return st;
}

static enum status sign(struct crl_request *request)
{
	enum status st = crl_sign(request->crl, &request->authority, request->digest);
	int len;

	if (st != GR_OK)
		return st;
	len = i2d_X509_CRL(request->crl, &request->der);
	request->len = len > 0 ? (size_t)len : 0;
	return len > 0 ? GR_OK : refuse("out of memory");
}

enum status crl_request_piece(struct crl_request *request, struct wire *wire)
{
	enum status st = request->crl ? GR_OK : refuse("nothing was begun that could be signed");
	size_t len;

	if (st == GR_OK && !request->der)
		st = sign(request);
	wire_clear(wire);
	if (st != GR_OK)
		return st;
	len = request->len - request->at < SIGNER_PIECE ? request->len - request->at
							: SIGNER_PIECE;
	wire_put_byte(wire, GR_OK);
	wire_put_byte(wire, request->at + len < request->len);
	wire_put_bytes(wire, request->der + request->at, len);
	request->at += len;
	if (request->at == request->len)
		crl_request_release(request);
	return GR_OK;
}
