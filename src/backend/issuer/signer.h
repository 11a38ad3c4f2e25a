/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signer.h - what is asked of gr-signer, which alone has the authorities' keys and the ledger.
 *
 * The ledger is the append-only file of every certificate issued and every survivor decided, kept
 * apart from the database, so that a restored old database never locks out devices that rotated
 * since. One JSON object a line. A line may tell of something whose transaction was lost
 * afterwards; what was answered to a device always has its line, synced.
 *
 * On GR_BAD and GR_FAIL one line has been written. A connection that broke is made anew by the
 * next question.
 */
#ifndef GR_ISSUER_SIGNER_H
#define GR_ISSUER_SIGNER_H

#include <jansson.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "base/peer.h"
#include "base/wire.h"
#include "cert.h"
#include "complain.h"
#include "issuer/authority.h"
#include "registry/home.h"

/*
 * The first byte of a question. An answer begins with a status and, unless that is GR_OK, one
 * text: why.
 */
enum signer_question {
	SIGNER_HELLO = 'h',	/* is there an authority that issues? */
	/*
	 * number notBefore, text subject (DER), text key (DER); answer: byte private, text
	 * authority, text certificate (DER)
	 */
	SIGNER_ISSUE = 'i',
	SIGNER_LINES = 'l',	/* byte sync, text: whole lines of the ledger */
	/* text authority ("": the one that issues), numbers: CRL number, thisUpdate, nextUpdate */
	SIGNER_CRL = 'c',
	/*
	 * of that CRL: text serial (hexadecimal), number revocationDate, byte reason; and more of
	 * these
	 */
	SIGNER_REVOKED = 'r',
	/* of that CRL, signed; answer: byte more, text: a piece of its DER */
	SIGNER_SIGN = 's'
};
enum { SIGNER_NAME_MAX = 2048, SIGNER_KEY_MAX = 1024, SIGNER_PIECE = 32768 };
extern const struct peer_kind signer_kind;

struct signer {
	char dir[3072];
	struct peer peer;
	struct wire wire;
	char *lines;		/* not sent yet */
	size_t len;
	bool dirty;		/* sent, and not synced */
	/* lines were lost, so that signer_sync fails; for the caller to clear */
	bool failed;
	char why[COMPLAIN_MAX];	/* after GR_NO */
};

/*
 * GR_BAD: there is no signer's folder, or its ledger is another's; GR_FAIL: it cannot be asked.
 * Close it in any case.
 */
enum status signer_open(struct signer *signer, const struct home *home);
/* Is there an authority that issues? GR_BAD: no. */
enum status signer_can_issue(struct signer *signer);
void signer_close(struct signer *signer);	/* takes a zeroed struct */

/* Who issued a certificate, and as what. */
struct signer_origin {
	char authority[AUTHORITY_NAME_MAX + 1];
	bool private;
};
/*
 * A certificate for a device, valid from not_before (seconds since the epoch) for as long as the
 * issuing profile says. GR_NO: refused, and signer->why says why.
 */
enum status signer_issue(struct cert *cert, struct signer_origin *origin, struct signer *signer,
			 EVP_PKEY *key, const X509_NAME *subject, int64_t not_before);

/* Takes over line. Durable after signer_sync. */
enum status signer_note(struct signer *signer, json_t *line);
/* Before the transaction commits and any answer leaves. */
enum status signer_sync(struct signer *signer);

/*
 * A CRL of authority, NULL: of the one that issues, entry by entry; times are seconds since the
 * epoch.
 */
enum status signer_crl_begin(struct signer *signer, const char *authority, int64_t number,
			     int64_t now, int64_t next);
enum status signer_crl_add(struct signer *signer, const char *serial, int64_t revoked, int reason);
/* Free *crl with X509_CRL_free. */
enum status signer_crl_sign(X509_CRL **crl, struct signer *signer);

#endif
