/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - the TLS side of a session: our certificate, whom we trust, and what the other side said.
 *
 * On any status but GR_OK one line has been written and there is nothing to release.
 */
#ifndef GR_SESSION_TLS_H
#define GR_SESSION_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "config/conf.h"
#include "status.h"

struct credential;

struct tls_setup {
	const struct conf *conf;	/* how to get at a token */
	/* locations (credential.h); a file's certificate may be followed by its chain */
	const char *key, *certificate;
	/* file of the CAs that a server certificate may come from */
	const char *ca;
	/* a name or an IP address; the server certificate must bear it */
	const char *host;
	const char *id;			/* certificateId of the certificate, for error lines */
	uint16_t port;			/* 443 asks for MQTT by ALPN (AWS IoT protocol table) */
};
/* Stays where it is from tls_open to tls_release: the context points at it. */
struct tls {
	SSL_CTX *ctx;
	struct credential *key; /* a token that holds it stays open as long as ctx lives */
	int alert;		/* the last alert received (RFC 8446, 6), or -1 */
	bool alert_counts;	/* it came from a server that had proven its name by then */
	/* why the server certificate was not accepted (X509_V_ERR_...), or 0 */
	long distrust;
	bool done;		/* the handshake ended well, as far as this side can tell */
	struct sockaddr_storage peer;
	socklen_t peer_len;	/* 0: never connected */
};

/*
 * GR_BAD: key, certificate or CA file is missing, unusable, or the two are no pair. GR_FAIL: the
 * token is not to be had.
 */
enum status tls_open(struct tls *tls, const struct tls_setup *setup);
void tls_release(struct tls *tls);	/* takes a zeroed struct */

/* Forgets what the last connection said. */
void tls_reset(struct tls *tls);
/* Why our own side could not sign: the token's reason; NULL: it did not fail. */
const char *tls_failure(const struct tls *tls);
/*
 * The other side's reason for refusing our certificate; NULL: it gave none that counts. Static
 * text.
 */
const char *tls_refusal(const struct tls *tls);

#endif
