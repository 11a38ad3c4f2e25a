/* SPDX-License-Identifier: Apache-2.0 */
/* tls.c - the TLS side of a session */
#include "session/tls.h"
#include "complain.h"
#include "pkcs11/token.h"
#include "pkcs11/token_key.h"
#include "store/credential.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/*
 * A middlebox can replay the server's certificates, so in TLS 1.3 only an alert under the finished
 * handshake's keys counts. In TLS 1.2 a refusal of our certificate comes before that, in the
 * clear; there the verified certificate has to do, and the driver's refusal window bounds the
 * damage.
 */
static bool is_verified(const SSL *ssl)
{
	if (!SSL_get0_peer_certificate(ssl) || SSL_get_verify_result(ssl) != X509_V_OK)
		return false;
	return SSL_version(ssl) < TLS1_3_VERSION || SSL_is_init_finished(ssl);
}

static void note(const SSL *ssl, int where, int value)
{
	struct tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (where & SSL_CB_HANDSHAKE_START) {
		tls->peer_len = sizeof tls->peer;
		if (getpeername(SSL_get_fd(ssl), (struct sockaddr *)&tls->peer, &tls->peer_len) !=
		    0)
			tls->peer_len = 0;
	}
	if (where & SSL_CB_HANDSHAKE_DONE)
		tls->done = true;
	if (!(where & SSL_CB_ALERT))
		return;
	if (!(where & SSL_CB_READ)) {
		/*
		 * We send an alert when the server did not convince us; libmosquitto frees the SSL
		 * right after.
		 */
		if (SSL_get_verify_result(ssl) != X509_V_OK)
			tls->distrust = SSL_get_verify_result(ssl);
		return;
	}
	if ((value & 0xff) == SSL_AD_CLOSE_NOTIFY)
		return;
	tls->alert = value & 0xff;
	tls->alert_counts = is_verified(ssl);
}

/*
 * Without RSA-PSS there is no TLS 1.3 with an RSA key (RFC 8446, 4.2.3), and in TLS 1.2 the older
 * signatures have to do.
 */
static bool allow_token(SSL_CTX *ctx, const struct credential *key)
{
	if (!key->token || !EVP_PKEY_is_a(key->key, "RSA") || token_key_has_pss(key->token))
		return true;
	return SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set1_client_sigalgs_list(ctx, "RSA+SHA256:RSA+SHA384:RSA+SHA512") == 1;
}

/* Keys come in here and nowhere else. */
static enum status take_key(struct credential *key, SSL_CTX *ctx, const struct tls_setup *setup)
{
	EVP_PKEY *public = X509_get0_pubkey(SSL_CTX_get0_certificate(ctx));
	enum status st;

	if ((st = credential_key(key, setup->conf, setup->key, public)) != GR_OK)
		return st;
	/* It is checked against the certificate taken before. */
	if (SSL_CTX_use_PrivateKey(ctx, key->key) == 1 && allow_token(ctx, key))
		return GR_OK;
	complain("%s: not the key of the certificate: %s", setup->key, complain_openssl());
	return GR_BAD;
}

static enum status take_certificate(SSL_CTX *ctx, const struct tls_setup *setup)
{
	struct cert cert = { 0 };
	enum status st;
	int taken;

	if (!uri_is(setup->certificate)) {
		taken = SSL_CTX_use_certificate_chain_file(ctx, setup->certificate);
	} else {
		if ((st = credential_certificate(&cert, setup->conf, setup->certificate)) != GR_OK)
			return st;
		taken = SSL_CTX_use_certificate(ctx, cert.x509);
		cert_release(&cert);
	}
	if (taken == 1)
		return GR_OK;
	complain("%s: not a usable certificate: %s", setup->certificate, complain_openssl());
	return GR_BAD;
}

static bool expect_host(SSL_CTX *ctx, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

static enum status expect_server(SSL_CTX *ctx, const struct tls_setup *setup)
{
	static const unsigned char mqtt[] = "\x0ex-amzn-mqtt-ca";

	if (SSL_CTX_load_verify_file(ctx, setup->ca) != 1) {
		complain("%s: no usable CA certificates: %s", setup->ca, complain_openssl());
		return GR_BAD;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (!expect_host(ctx, setup->host) ||
	    (setup->port == 443 && SSL_CTX_set_alpn_protos(ctx, mqtt, sizeof mqtt - 1) != 0)) {
		complain("%s: cannot be used as a server name: %s", setup->host,
			 complain_openssl());
		return GR_BAD;
	}
	return GR_OK;
}

static enum status fill(SSL_CTX *ctx, struct credential *key, const struct tls_setup *setup)
{
	enum status st;

	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) {
		complain("TLS: cannot be set up: %s", complain_openssl());
		return GR_FAIL;
	}
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	if ((st = take_certificate(ctx, setup)) != GR_OK)
		return st;
	if ((st = take_key(key, ctx, setup)) != GR_OK)
		return st;
	return expect_server(ctx, setup);
}

enum status tls_open(struct tls *tls, const struct tls_setup *setup)
{
	enum status st;

	*tls = (struct tls){ .alert = -1 };
	tls->ctx = SSL_CTX_new(TLS_client_method());
	tls->key = calloc(1, sizeof *tls->key);
	if (!tls->ctx || !tls->key) {
		complain("TLS: cannot be set up: %s", complain_openssl());
		tls_release(tls);
		return GR_FAIL;
	}
	if ((st = fill(tls->ctx, tls->key, setup)) != GR_OK) {
		tls_release(tls);
		return st;
	}
	SSL_CTX_set_app_data(tls->ctx, tls);
	SSL_CTX_set_info_callback(tls->ctx, note);
	return GR_OK;
}

void tls_release(struct tls *tls)
{
	SSL_CTX_free(tls->ctx);
	if (tls->key)
		credential_release(tls->key);
	free(tls->key);
	*tls = (struct tls){ 0 };
}

void tls_reset(struct tls *tls)
{
	tls->alert = -1;
	tls->alert_counts = false;
	tls->distrust = 0;
	tls->done = false;
}

const char *tls_failure(const struct tls *tls)
{
	const struct token *token = tls->key ? tls->key->token : NULL;

	return token && token->failure[0] ? token->failure : NULL;
}

const char *tls_refusal(const struct tls *tls)
{
	/*
	 * The alerts that speak of the client's certificate (RFC 8446, 6.2); AWS IoT sends
	 * certificate_unknown.
	 */
	static const int speaking[] = {
		SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
		SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA,
		SSL_AD_ACCESS_DENIED,
		SSL_AD_DECRYPT_ERROR, SSL_AD_CERTIFICATE_REQUIRED
	};

	for (size_t i = 0; tls->alert_counts && i < sizeof speaking / sizeof speaking[0]; i++)
		if (tls->alert == speaking[i])
			return SSL_alert_desc_string_long(tls->alert);
	return NULL;
}
