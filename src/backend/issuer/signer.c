/* SPDX-License-Identifier: Apache-2.0 */
/* signer.c - asks gr-signer for certificates, CRLs and lines of the ledger */
#include "issuer/signer.h"
#include "json.h"
#include "str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/*
 * ANSWER_SECONDS: a slow token takes a second or two for a signature; a signer that has not
 * answered after this time hangs. LINES_MAX leaves room for the other fields of the message.
 */
enum { ANSWER_SECONDS = 30, LINES_MAX = WIRE_MAX - 64 };

const struct helper_process_kind signer_kind = { "gr-signer", "sign.sock" };

static enum status connect_to(struct signer *s)
{
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	enum status st;

	if (s->helper.fd >= 0)
		return GR_OK;
	helper_process_close(&s->helper);
	st = helper_process_open(&s->helper, &signer_kind, s->dir);
	if (st == GR_OK)
		(void)setsockopt(s->helper.fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				 sizeof patience);
	return st;
}

static enum status broken(struct signer *s)
{
	complain("%s: no answer from gr-signer: %s", s->dir,
		 errno ? strerror(errno) : "it has ended");
	helper_process_kill(&s->helper);
	return GR_FAIL;
}

static bool is_status(int status)
{
	return status == GR_OK || status == GR_NO || status == GR_BAD || status == GR_FAIL;
}

/*
 * Sends the question in s->wire and receives the answer into it; on GR_OK the fields after the
 * answer's status are read from there. The reason is put into s->why for GR_NO, and written to
 * standard error for GR_BAD and GR_FAIL.
 */
static enum status ask(struct signer *s)
{
	enum status st;

	if (!wire_send(&s->wire, s->helper.fd) || !wire_receive(&s->wire, s->helper.fd))
		return broken(s);
	st = (enum status)wire_byte(&s->wire);
	if (st == GR_OK && !s->wire.bad)
		return GR_OK;
	wire_text(s->why, sizeof s->why, &s->wire);
	errno = EPROTO;
	if (!wire_is_done(&s->wire) || !is_status((int)st))
		return broken(s);
	if (st != GR_NO)
		complain("%s", s->why);
	return st;
}

static enum status begin(struct signer *s, enum signer_question question)
{
	enum status st = connect_to(s);

	wire_clear(&s->wire);
	wire_put_byte(&s->wire, (unsigned char)question);
	return st;
}

/* Drops the lines that were not sent, and notes that some were lost. Returns st. */
static enum status lost(struct signer *s, enum status st)
{
	s->failed = true;
	s->len = 0;
	s->dirty = false;
	return st;
}

static enum status send_lines(struct signer *s, bool sync)
{
	enum status st = begin(s, SIGNER_LINES);

	if (st != GR_OK)
		return lost(s, st);
	wire_put_byte(&s->wire, sync);
	wire_put_bytes(&s->wire, s->lines, s->len);
	st = ask(s);
	if (st != GR_OK)
		return lost(s, st);
	s->dirty = !sync && (s->dirty || s->len > 0);
	s->len = 0;
	return GR_OK;
}

enum status signer_open(struct signer *s, const struct home *home)
{

	*s = (struct signer){ .helper = { .fd = -1 } };
	str_copy(s->dir, sizeof s->dir, home->signer);
	s->lines = malloc(LINES_MAX);
	if (!s->lines) {
		complain("out of memory");
		return GR_FAIL;
	}
	return send_lines(s, false);
}

enum status signer_can_issue(struct signer *s)
{
	enum status st = begin(s, SIGNER_HELLO);

	return st == GR_OK ? ask(s) : st;
}

void signer_close(struct signer *s)
{
	if (s->lines)
		helper_process_close(&s->helper);
	free(s->lines);
	s->lines = NULL;
}

static enum status add_line(struct signer *s, const char *text, size_t len)
{
	enum status st;

	if (len > LINES_MAX) {
		complain("ledger: a line of %zu bytes is longer than the %d that it takes", len,
			 LINES_MAX);
		return GR_BAD;
	}
	if (len > LINES_MAX - s->len && (st = send_lines(s, false)) != GR_OK)
		return st;
	memcpy(s->lines + s->len, text, len);
	s->len += len;
	return GR_OK;
}

enum status signer_note(struct signer *s, json_t *line)
{
	char *text = line ? json_compact(line) : NULL;
	size_t len = text ? strlen(text) : 0;
	enum status st = GR_FAIL;

	json_decref(line);
	if (text) {
		text[len] = '\n';	/* in place of the NUL */
		st = add_line(s, text, len + 1);
	} else {
		complain("out of memory");
	}
	free(text);
	return st;
}

enum status signer_sync(struct signer *s)
{
	if (s->failed)
		return GR_FAIL;
	return s->len > 0 || s->dirty ? send_lines(s, true) : GR_OK;
}

/* Only over a connection that is there: nothing waits for it, so none is made for it. */
enum status signer_notice(char text[static COMPLAIN_MAX], struct signer *s)
{
	enum status st;

	text[0] = '\0';
	if (s->helper.fd < 0)
		return GR_OK;
	st = begin(s, SIGNER_NOTICE);
	if (st == GR_OK)
		st = ask(s);
	if (st == GR_OK)
		wire_text(text, COMPLAIN_MAX, &s->wire);
	return st;
}

/* Puts der into the message and frees it. False: len says that OpenSSL could not encode it. */
static bool put_der(struct wire *wire, int len, unsigned char *der)
{
	if (len > 0)
		wire_put_bytes(wire, der, (size_t)len);
	OPENSSL_free(der);
	return len > 0;
}

static void read_origin(struct origin *origin, struct signer *s)
{
	origin->private = wire_byte(&s->wire) != 0;
	wire_text(origin->authority, sizeof origin->authority, &s->wire);
}

static enum status read_certificate(struct cert *cert, struct origin *origin, struct signer *s)
{
	const unsigned char *der;
	X509 *x509 = NULL;
	size_t len;

	read_origin(origin, s);
	der = wire_bytes(&len, &s->wire);
	if (der && wire_is_done(&s->wire))
		x509 = d2i_X509(NULL, &der, (long)len);
	errno = EPROTO;
	return x509 ? cert_from_x509(cert, x509, "new certificate") : broken(s);
}

enum status signer_issue(struct cert *cert, struct origin *origin, struct signer *s,
			 EVP_PKEY *key, const X509_NAME *subject, int64_t not_before)
{
	unsigned char *name = NULL, *spki = NULL;
	int name_len = i2d_X509_NAME(subject, &name), spki_len = i2d_PUBKEY(key, &spki);
	enum status st = begin(s, SIGNER_ISSUE);
	bool all;

	wire_put_number(&s->wire, not_before);
	all = put_der(&s->wire, name_len, name);
	all &= put_der(&s->wire, spki_len, spki);
	if (st != GR_OK)
		return st;
	if (!all) {
		complain("certificate: cannot be asked for: %s", complain_openssl());
		return GR_FAIL;
	}
	st = ask(s);
	return st == GR_OK ? read_certificate(cert, origin, s) : st;
}

enum status signer_origin(struct origin *origin, struct signer *s, const struct cert *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert->x509, &der);
	enum status st = begin(s, SIGNER_ORIGIN);

	if (!put_der(&s->wire, len, der)) {
		complain("%s: cannot be encoded: %s", cert->id, complain_openssl());
		return GR_FAIL;
	}
	if (st == GR_OK)
		st = ask(s);
	if (st != GR_OK)
		return st;
	read_origin(origin, s);
	errno = EPROTO;
	return wire_is_done(&s->wire) ? GR_OK : broken(s);
}

/* As ask, for questions to which a refusal is an error: GR_NO becomes GR_BAD with one line. */
static enum status ask_finally(struct signer *s)
{
	enum status st = ask(s);

	if (st != GR_NO)
		return st;
	complain("%s", s->why);
	return GR_BAD;
}

enum status signer_crl_begin(struct signer *s, const char *authority, int64_t number, int64_t now,
			     int64_t next)
{
	enum status st = begin(s, SIGNER_CRL);

	wire_put_text(&s->wire, authority ? authority : "");
	wire_put_number(&s->wire, number);
	wire_put_number(&s->wire, now);
	wire_put_number(&s->wire, next);
	if (st == GR_OK)
		st = ask_finally(s);
	wire_clear(&s->wire);
	return st;
}

static enum status send_revoked(struct signer *s)
{
	enum status st = s->helper.fd >= 0 ? GR_OK : GR_FAIL;

	errno = EPIPE;
	st = st == GR_OK ? ask_finally(s) : broken(s);
	wire_clear(&s->wire);
	return st;
}

enum status signer_crl_add(struct signer *s, const char *serial, int64_t revoked, int reason)
{
	if (s->wire.len == 0)
		wire_put_byte(&s->wire, SIGNER_REVOKED);
	wire_put_text(&s->wire, serial);
	wire_put_number(&s->wire, revoked);
	wire_put_byte(&s->wire, (unsigned char)reason);
	return s->wire.len > SIGNER_PIECE ? send_revoked(s) : GR_OK;
}

/* Asks for the next piece of the CRL and appends it to to. *more: there is another one. */
static enum status next_piece(BIO *to, bool *more, struct signer *s)
{
	const unsigned char *piece;
	size_t len;
	enum status st = begin(s, SIGNER_SIGN);

	if (st == GR_OK)
		st = ask_finally(s);
	if (st != GR_OK)
		return st;
	*more = wire_byte(&s->wire) != 0;
	piece = wire_bytes(&len, &s->wire);
	errno = EPROTO;
	if (!wire_is_done(&s->wire) || BIO_write(to, piece, (int)len) != (int)len)
		return broken(s);
	return GR_OK;
}

enum status signer_crl_sign(X509_CRL **crl, struct signer *s)
{
	BIO *der = BIO_new(BIO_s_mem());
	enum status st = der ? GR_OK : GR_FAIL;
	bool more = true;

	if (st == GR_OK && s->wire.len > 0)
		st = send_revoked(s);
	while (st == GR_OK && more)
		st = next_piece(der, &more, s);
	*crl = st == GR_OK ? d2i_X509_CRL_bio(der, NULL) : NULL;
	BIO_free(der);
	if (st == GR_OK && !*crl) {
		complain("CRL: what gr-signer sent is not a CRL: %s", complain_openssl());
		st = GR_FAIL;
	}
	return st;
}
