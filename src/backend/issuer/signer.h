/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signer.h - asks gr-signer, the only process that has the authorities' keys and the ledger.
 *
 * The ledger is an append-only file, one JSON object a line, with every certificate issued and
 * every survivor decided. It is kept apart from the database, so that devices that rotated after a
 * backup are not locked out when that backup is restored. A line is synced before a device gets
 * the answer that depends on it. So the ledger may have a line about a transaction that never
 * committed, but it has a line for every answer. The lines are a chain (issuer/ledger_chain.h).
 *
 * On GR_BAD and GR_FAIL one line has been written. After a connection has broken, the next
 * question connects again.
 */
#ifndef GR_ISSUER_SIGNER_H
#define GR_ISSUER_SIGNER_H

#include <jansson.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "base/helper_process.h"
#include "base/wire.h"
#include "cert.h"
#include "complain.h"
#include "issuer/origin.h"
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
	/*
	 * text certificate (DER): who issued it? answer: byte private, text authority; GR_NO: none
	 * of ours
	 */
	SIGNER_ORIGIN = 'o',
	SIGNER_LINES = 'l',	/* byte sync, text: whole lines of the ledger */
	/* looks at the ledger's file; answer: text, what an operator must hear of it, or "" */
	SIGNER_NOTICE = 'n',
	/* text authority ("": the one that issues), numbers: CRL number, thisUpdate, nextUpdate */
	SIGNER_CRL = 'c',
	/*
	 * entries for the CRL begun last, one or more: text serial (hexadecimal), number
	 * revocationDate, byte reason
	 */
	SIGNER_REVOKED = 'r',
	/* signs that CRL at the first call; answer: byte more, text: the next piece of its DER */
	SIGNER_SIGN = 's'
};
enum { SIGNER_NAME_MAX = 2048, SIGNER_KEY_MAX = 1024, SIGNER_PIECE = 32768 };
extern const struct helper_process_kind signer_kind;

struct signer {
	char dir[3072];
	struct helper_process helper;
	struct wire wire;
	char *lines;		/* lines of the ledger that were not sent yet */
	size_t len;
	bool dirty;		/* lines were sent, and are not synced yet */
	/* lines were lost: signer_sync fails until the caller sets this to false */
	bool failed;
	char why[COMPLAIN_MAX];	/* the reason, after GR_NO */
};

/*
 * Connects to the signer of home. GR_BAD: it has no folder, or the ledger there is not usable;
 * GR_FAIL: it cannot be reached. Call signer_close in any case.
 */
enum status signer_open(struct signer *signer, const struct home *home);
/* Asks whether there is an authority that issues. GR_BAD: no. */
enum status signer_can_issue(struct signer *signer);
void signer_close(struct signer *signer);	/* takes a zeroed struct */

/*
 * Issues a certificate for a device, valid from not_before (seconds since the epoch), or from the
 * beginning of its authority if that is later, for as long as the issuing profile says. GR_NO:
 * refused, and signer->why says why.
 */
enum status signer_issue(struct cert *cert, struct origin *origin, struct signer *signer,
			 EVP_PKEY *key, const X509_NAME *subject, int64_t not_before);

/*
 * Asks who issued a certificate. GR_NO: none of our authorities did, and signer->why says so.
 */
enum status signer_origin(struct origin *origin, struct signer *signer, const struct cert *cert);

/* Adds a line to the ledger; it is durable after signer_sync. Takes over line. */
enum status signer_note(struct signer *signer, json_t *line);
/* Makes all lines durable. Call it before the transaction commits and any answer is sent. */
enum status signer_sync(struct signer *signer);

/*
 * Asks what was noticed of the ledger's file since the last time, for example that it was moved
 * away; text "": nothing, or there is no connection to ask over. GR_FAIL: no answer.
 */
enum status signer_notice(char text[static COMPLAIN_MAX], struct signer *signer);

/*
 * Begin a CRL of authority (NULL: the one that issues), add its entries, and have it signed. Times
 * are seconds since the epoch. GR_BAD also where the signer refuses.
 */
enum status signer_crl_begin(struct signer *signer, const char *authority, int64_t number,
			     int64_t now, int64_t next);
enum status signer_crl_add(struct signer *signer, const char *serial, int64_t revoked, int reason);
/* Gives the signed CRL; free it with X509_CRL_free. */
enum status signer_crl_sign(X509_CRL **crl, struct signer *signer);

#endif
