/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - TLS of a session: our certificate, the CAs that we trust, and the server's alerts.
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
	bool alert_counts;	/* it came from a server that had proven its name before */
	/* why the server certificate was not accepted (X509_V_ERR_...), or 0 */
	long distrust;
	bool done; /* our side of the handshake has ended well */
	struct sockaddr_storage peer;
	socklen_t peer_len;	/* 0: never connected */
};

/*
 * Makes a context for the setup. GR_BAD: key, certificate or CA file is missing or cannot be used,
 * or key and certificate are no pair. GR_FAIL: the token cannot be used now.
 */
enum status tls_open(struct tls *tls, const struct tls_setup *setup);
void tls_release(struct tls *tls);	/* takes a zeroed struct */

/* Clears what the last connection left. */
void tls_reset(struct tls *tls);
/* The token's reason why it could not sign; NULL: it did not fail. */
const char *tls_failure(const struct tls *tls);
/* The server's reason for refusing our certificate, static text; NULL: none that counts. */
const char *tls_refusal(const struct tls *tls);

#endif
