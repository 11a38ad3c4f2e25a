/* SPDX-License-Identifier: Apache-2.0 */
/* handshake.c - which client certificates are refused in the TLS handshake */
#include "broker/handshake.h"
#include "broker/session_report.h"
#include "clock.h"

#include <openssl/ssl.h>
#include <string.h>

void handshake_refused(struct broker *b, const X509 *x509, const char *why)
{
	struct registry_reader_certificate c;
	char id[65];

	if (!x509 || !identity_certificate_id(id, x509))
		return;
	if (registry_reader_certificate(b->reader, &c, id) != GR_OK || c.thing[0] == '\0' ||
	    c.revoked || strcmp(c.status, "ACTIVE") != 0)
		return;
	broker_log(b, id, "refused %s in the TLS handshake with certificate %s: %s", c.thing, id,
		   why);
	session_report_unverified(b->recent_reports, clock_boot_ms(), id, c.thing, why);
}

/* Is it a client's certificate that is verified? The broker may be a client of others. */
static bool is_ours(const X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data((X509_STORE_CTX *)store,
						    SSL_get_ex_data_X509_STORE_CTX_idx());

	return ssl && SSL_is_server(ssl);
}

/* In the place of X509_verify_cert, which OpenSSL calls where there is no such function. */
static int verify(X509_STORE_CTX *store, void *broker)
{
	int ok = X509_verify_cert(store);

	if (ok <= 0 && is_ours(store))
		handshake_refused(
		    broker, X509_STORE_CTX_get0_cert(store),
		    X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	return ok > 0;
}

/* OpenSSL calls it for each new SSL_CTX. */
static void begin(void *context, void *data, CRYPTO_EX_DATA *all, int index, long number,
		  void *broker)
{
	(void)data;
	(void)all;
	(void)index;
	(void)number;
	SSL_CTX_set_cert_verify_callback(context, verify, broker);
}

bool handshake_watch(struct broker *b)
{
	b->handshake = SSL_CTX_get_ex_new_index(0, b, begin, NULL, NULL);
	return b->handshake >= 0;
}

/* The broker has closed its listeners by then, so that no handshake calls us any more. */
void handshake_unwatch(struct broker *b)
{
	if (b->handshake >= 0)
		CRYPTO_free_ex_index(CRYPTO_EX_INDEX_SSL_CTX, b->handshake);
}
