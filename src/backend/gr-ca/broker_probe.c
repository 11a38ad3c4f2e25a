/* SPDX-License-Identifier: Apache-2.0 */
/* broker_probe.c - does a broker take certificates of this authority? */
#include "gr-ca/broker_probe.h"
#include "clock.h"
#include "complain.h"
#include "issuer/issuer.h"
#include "str.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

enum { WAIT_SECONDS = 15, NAP_MS = 20, HOST_MAX = 256 };

/*
 * In TLS 1.3 a client is done before the server has judged its certificate; what comes after is a
 * session ticket, or an alert.
 */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
	(void)session;
	*(bool *)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)) = true;
	return 0;
}

/* The broker must not need the chain from its clients: nucleus lite sends none. */
static bool set_up(SSL_CTX *ctx, const struct broker_probe *probe, const struct cert *cert,
		   EVP_PKEY *key, bool *taken)
{
	SSL_CTX_set_app_data(ctx, taken);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, on_session);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_use_certificate(ctx, cert->x509) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
	    SSL_CTX_load_verify_dir(ctx, probe->dir) == 1 &&
	    (!probe->file || SSL_CTX_load_verify_file(ctx, probe->file) == 1);
}

static bool expect(SSL *ssl, const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

/*
 * An alert of the other side stands in the error queue with its number (RFC 8446, 6) and OpenSSL's
 * offset.
 */
static enum status judge(const SSL *ssl, const char *broker)
{
	unsigned long error = ERR_peek_last_error();
	long verified = SSL_get_verify_result(ssl);

	if (verified != X509_V_OK) {
		complain(
		    "%s: the broker's own certificate does not verify: %s; name its CA with -r",
		    broker, X509_verify_cert_error_string(verified));
		return GR_BAD;
	}
	if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET) {
		int alert = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;

		complain("%s: the broker does not take certificates of this authority: %s", broker,
			 SSL_alert_desc_string_long(alert));
		return GR_NO;
	}
	complain("%s: no verdict of the broker: %s", broker,
		 error ? complain_openssl() : "it fell silent");
	return GR_FAIL;
}

static enum status call(BIO *bio, const char *broker, const char *host, const bool *taken)
{
	time_t end = time(NULL) + WAIT_SECONDS;
	SSL *ssl = NULL;
	char byte;

	BIO_get_ssl(bio, &ssl);
	BIO_set_conn_hostname(bio, broker);
	if (!ssl || !expect(ssl, host)) {
		complain("%s: cannot be called: %s", broker, complain_openssl());
		return GR_FAIL;
	}
	if (BIO_do_connect_retry(bio, WAIT_SECONDS, NAP_MS) != 1)
		return judge(ssl, broker);
	/*
	 * Tickets are taken in by reading, which then has nothing to read: look before waiting for
	 * more.
	 */
	while (!*taken && SSL_version(ssl) >= TLS1_3_VERSION && time(NULL) < end)
		if (BIO_read(bio, &byte, 1) <= 0 && !*taken &&
		    (!BIO_should_retry(bio) || BIO_wait(bio, end, NAP_MS) < 0))
			break;
	return *taken || SSL_version(ssl) < TLS1_3_VERSION ? GR_OK : judge(ssl, broker);
}

enum status broker_probe(const struct broker_probe *probe, const struct authority *a,
			 const EVP_MD *digest)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	const char *colon = strrchr(probe->broker, ':');
	struct cert cert = { 0 };
	EVP_PKEY *key = NULL;
	char host[HOST_MAX];
	bool taken = false;
	BIO *bio = NULL;
	enum status st;

	if (!colon || colon == probe->broker ||
	    !str_format(host, sizeof host, "%.*s", (int)(colon - probe->broker), probe->broker)) {
		complain("%s: not of the form HOST:PORT", probe->broker);
		st = GR_BAD;
	} else if ((st = issuer_sample(&cert, &key, a, digest, clock_real_ms() / 1000)) == GR_OK) {
		if (ctx && set_up(ctx, probe, &cert, key, &taken) &&
		    (bio = BIO_new_ssl_connect(ctx))) {
			st = call(bio, probe->broker, host, &taken);
		} else {
			complain("%s: cannot be probed: %s", probe->broker, complain_openssl());
			st = GR_FAIL;
		}
	}
	ERR_clear_error();
	BIO_free_all(bio);
	SSL_CTX_free(ctx);
	EVP_PKEY_free(key);
	cert_release(&cert);
	return st;
}
