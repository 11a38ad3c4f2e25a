/* SPDX-License-Identifier: Apache-2.0 */
/* requests.c - the questions to gr-signer and their answers */
#define _GNU_SOURCE	/* memmem */
#include "gr-signer/requests.h"
#include "complain.h"
#include "issuer/ledger_time.h"
#include "issuer/signer.h"
#include "key.h"
#include "str.h"
#include "strength.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

/*
 * notBefore may lie so far in the future, in seconds: clocks of two processes on one machine are
 * the same. In the past the authority's is the bound: a date in the past gives nobody anything.
 */
enum { FUTURE_MAX = 60 };

void requests_open(struct requests *requests, const struct home *home, bool logs)
{
	*requests = (struct requests){ .home = home, .logs = logs };
	ledger_init(&requests->ledger, home->ledger);
}

void requests_close(struct requests *requests)
{
	if (requests->open)
		issuer_release(&requests->issuer);
	ledger_close(&requests->ledger);
}

static enum status refresh_issuer(struct requests *requests)
{
	enum status st;

	if (requests->open)
		return issuer_refresh(&requests->issuer);
	st = issuer_open(&requests->issuer, requests->home->ca);
	requests->open = st == GR_OK;
	return st;
}

static enum status hello(struct requests *requests)
{
	enum status st = refresh_issuer(requests);

	return st == GR_OK ? ledger_check(&requests->ledger) : st;
}

struct application {
	int64_t not_before;
	X509_NAME *subject;
	EVP_PKEY *key;
};

/* Nothing may stand behind either of them: what was not looked at is not signed. */
static bool read_application(struct application *a, struct wire *wire)
{
	const unsigned char *name, *key, *at;
	size_t name_len, key_len;

	a->not_before = wire_number(wire);
	name = wire_bytes(&name_len, wire);
	key = wire_bytes(&key_len, wire);
	if (!wire_is_done(wire) || name_len > SIGNER_NAME_MAX || key_len > SIGNER_KEY_MAX)
		return false;
	at = name;
	a->subject = d2i_X509_NAME(NULL, &at, (long)name_len);
	if (!a->subject || at != name + name_len)
		return false;
	at = key;
	a->key = d2i_PUBKEY(NULL, &at, (long)key_len);
	return a->key && at == key + key_len;
}

/* NULL, or why the profile does not allow it. */
static const char *refusal_of(const struct application *a, const struct authority *authority,
			      int64_t now)
{
	const char *weak = strength_key_weakness(a->key);

	if (weak)
		return weak;
	if (EVP_PKEY_eq(a->key, X509_get0_pubkey(authority->cert.x509)) == 1)
		return "the key to certify is the authority's own";
	if (X509_NAME_cmp(a->subject, X509_get_subject_name(authority->cert.x509)) == 0)
		return "the subject to certify is the authority's own";
	if (a->not_before > now + FUTURE_MAX)
		return "notBefore lies in the future by the signer's clock";
	return NULL;
}

/* Whatever becomes of the certificate, there is a line that it was signed. */
static enum status note(struct requests *requests, const struct cert *cert, int64_t now)
{
	char line[512], *serial = NULL;
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert->x509), NULL);
	enum status st = GR_FAIL;
	int n;

	serial = number ? BN_bn2hex(number) : NULL;
	n = snprintf(line, sizeof line,
		     "{\"event\":\"signed\",\"at\":%lld,\"certificateId\":\"%s\",\"serial\":\"%"
		     "s\",\"authority\":\"%s\"}\n",
		     (long long)now * 1000, cert->id, serial ? serial : "",
		     requests->issuer.authority.name);
	if (serial && n > 0 && (size_t)n < sizeof line)
		st = ledger_append(&requests->ledger, line, (size_t)n);
	OPENSSL_free(serial);
	BN_free(number);
	return st;
}

/*
 * The file is read only where the newest time that we know of lies ahead. An operator hears once
 * that nothing is signed, however often devices ask.
 */
static enum status check_clock(struct requests *requests, int64_t now)
{
	enum status st = requests->ledger.last.newest > now * 1000
	    ? ledger_time_check(requests->home->ledger, now * 1000)
	    : GR_OK;

	if (st != GR_OK && !requests->behind)
		ledger_tell(&requests->ledger,
			    "the clock is behind its newest line, and nothing is signed until it "
			    "is right, or until gr-registry confirm-clock says that it is");
	requests->behind = st != GR_OK;
	return st;
}

static enum status sign(struct cert *cert, struct requests *requests, const struct application *a,
			int64_t now)
{
	struct issuer_request q = { .key = a->key,
				    .subject = a->subject,
				    .use = ISSUER_DEVICE };
	const struct issuer *issuer = &requests->issuer;
	const char *why = refusal_of(a, &issuer->authority, now);
	enum status st;

	if (why) {
		complain("%s", why);
		return GR_NO;
	}
	st = check_clock(requests, now);
	if (st == GR_OK)
		st = issuer_begin(&q.not_before, &issuer->authority, a->not_before, now);
	if (st == GR_OK)
		st = issuer_end(&q.not_after, issuer, now);
	if (st == GR_OK)
		st = issuer_sign(cert, &issuer->authority, issuer->profile.alg->digest(), &q);
	if (st != GR_OK)
		return st;
	st = note(requests, cert, now);
	if (st != GR_OK)
		cert_release(cert);
	return st;
}

static void put_origin(struct wire *wire, bool private, const char *authority)
{
	wire_clear(wire);
	wire_put_byte(wire, GR_OK);
	wire_put_byte(wire, private);
	wire_put_text(wire, authority);
}

static enum status put_certificate(struct wire *wire, const struct issuer *issuer,
				   const struct cert *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert->x509, &der);

	put_origin(wire, issuer->profile.private, issuer->authority.name);
	if (len > 0)
		wire_put_bytes(wire, der, (size_t)len);
	OPENSSL_free(der);
	return len > 0 ? GR_OK : GR_FAIL;
}

static enum status issue(struct requests *requests, struct wire *wire, int64_t now)
{
	struct application a = { 0 };
	struct cert cert = { 0 };
	enum status st = hello(requests);

	if (st == GR_OK && !read_application(&a, wire)) {
		complain("gr-signer: the request for a certificate is malformed");
		st = GR_BAD;
	}
	if (st == GR_OK)
		st = sign(&cert, requests, &a, now);
	if (st == GR_OK)
		st = put_certificate(wire, &requests->issuer, &cert);
	cert_release(&cert);
	X509_NAME_free(a.subject);
	EVP_PKEY_free(a.key);
	return st;
}

static enum status read_issued(struct cert *cert, struct wire *wire)
{
	size_t len;
	const unsigned char *der = wire_bytes(&len, wire), *at = der;
	X509 *x509 = wire_is_done(wire) ? d2i_X509(NULL, &at, (long)len) : NULL;

	if (x509 && at == der + len)
		return cert_from_x509(cert, x509, "certificate");
	X509_free(x509);
	complain("gr-signer: the certificate asked about is malformed");
	return GR_BAD;
}

static enum status tell_origin(struct requests *requests, struct wire *wire)
{
	struct cert cert = { 0 };
	struct origin origin;
	enum status st = read_issued(&cert, wire);

	if (st == GR_OK)
		st = origin_find(&origin, requests->home->ca, &cert);
	if (st == GR_OK)
		put_origin(wire, origin.private, origin.authority);
	cert_release(&cert);
	return st;
}

/*
 * Whole lines of JSON objects with an event, as they are written here: what they say is the
 * daemon's word. What was signed is ours, so that nobody can hide a certificate among lines that
 * say it was another; and so is the hash of the line before.
 */
static bool are_lines(const char *text, size_t len)
{
	static const char head[] = "{\"event\":\"", own[] = "{\"event\":\"signed\"",
			  link[] = "\"previous\":";
	const char *end;

	if (len > 0 && memmem(text, len, link, sizeof link - 1))
		return false;

	for (; len > 0; len -= (size_t)(end + 1 - text), text = end + 1) {
		end = memchr(text, '\n', len);
		if (!end || end - text < (ptrdiff_t)sizeof head || end[-1] != '}' ||
		    memcmp(text, head, sizeof head - 1) != 0)
			return false;
		if (end - text >= (ptrdiff_t)sizeof own && memcmp(text, own, sizeof own - 1) == 0)
			return false;
		for (const char *c = text; c < end; c++)
			if ((unsigned char)*c < 0x20)
				return false;
	}
	return true;
}

static enum status add_lines(struct requests *requests, struct wire *wire)
{
	bool sync = wire_byte(wire) != 0;
	size_t len;
	const char *text = (const char *)wire_bytes(&len, wire);
	enum status st = ledger_check(&requests->ledger);

	if (st == GR_OK && (!wire_is_done(wire) || !are_lines(text, len))) {
		complain("%s: what was to be added are no lines of a ledger",
			 requests->ledger.path);
		st = GR_BAD;
	}
	if (st == GR_OK && len > 0)
		st = ledger_append(&requests->ledger, text, len);
	return st == GR_OK && sync ? ledger_sync(&requests->ledger) : st;
}

/* Looks at the ledger, and tells once what was noticed of it. */
static enum status notice(struct requests *requests, struct wire *wire)
{
	enum status st = ledger_check(&requests->ledger);

	if (st != GR_OK)
		return st;
	wire_clear(wire);
	wire_put_byte(wire, GR_OK);
	wire_put_text(wire, requests->ledger.untold ? requests->ledger.notice : "");
	requests->ledger.untold = false;
	return GR_OK;
}

static enum status dispatch(struct requests *requests, struct crl_request *crl, struct wire *wire,
			    int64_t now)
{
	switch (wire_byte(wire)) {
	case SIGNER_HELLO: return hello(requests);
	case SIGNER_ISSUE: return issue(requests, wire, now);
	case SIGNER_ORIGIN: return tell_origin(requests, wire);
	case SIGNER_LINES: return add_lines(requests, wire);
	case SIGNER_NOTICE: return notice(requests, wire);
	case SIGNER_CRL: return crl_request_begin(crl, requests->home, wire);
	case SIGNER_REVOKED: return crl_request_add(crl, wire);
	case SIGNER_SIGN: return crl_request_piece(crl, wire);
	}
	complain("gr-signer: not a question that it knows");
	return GR_BAD;
}

void requests_answer(struct requests *requests, struct crl_request *crl, struct wire *wire,
		     int64_t now)
{
	static const char answered[] = { SIGNER_ISSUE, SIGNER_ORIGIN, SIGNER_SIGN,
					 SIGNER_NOTICE };
	char why[COMPLAIN_MAX] = "";
	bool puts_itself = wire->len > 0 && memchr(answered, wire->data[0], sizeof answered);
	enum status st;

	complain_capture(why, sizeof why);
	st = dispatch(requests, crl, wire, now);
	complain_capture(NULL, 0);
	ERR_clear_error();
	if (requests->ledger.unsaid)
		complain("%s", requests->ledger.notice);
	requests->ledger.unsaid = false;
	if (st == GR_OK && puts_itself)
		return;
	if (st != GR_OK && requests->logs)
		complain("%s", why);
	wire_clear(wire);
	wire_put_byte(wire, (unsigned char)st);
	if (st != GR_OK)
		wire_put_text(wire, why);
}
