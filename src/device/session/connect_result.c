/* SPDX-License-Identifier: Apache-2.0 */
/* connect_result.c - CONNACK codes, TLS alerts, and the lines for them */
#include "session/connect_result.h"
#include "clock.h"
#include "complain.h"
#include "session/late_alert.h"

#include <openssl/x509_vfy.h>
#include <time.h>

enum { LISTEN_MS = 3000 };

enum status connect_result_connack(const char *where, const struct tls_setup *setup,
				   const char *client_id, int code)
{
	/* GR_NO: the code is about our identity. GR_FAIL: it is about the server. */
	static const struct {
		const char *text;
		enum status st;
	} codes[] = { [1] = { "unacceptable protocol version", GR_FAIL },
		      [2] = { "client identifier rejected", GR_NO },
		      [3] = { "server unavailable", GR_FAIL },
		      [4] = { "bad user name or password", GR_NO },
		      [5] = { "not authorised", GR_NO } };

	if (code == 0)
		return GR_OK;
	if (code < 0 || code >= (int)(sizeof codes / sizeof codes[0])) {
		complain("%s: refused for an unknown reason (CONNACK %d)", where, code);
		return GR_FAIL;
	}
	if (codes[code].st == GR_NO)
		complain("%s: refused: %s (CONNACK %d): client id %s, certificate %s; the "
			 "broker's log says why",
			 where, codes[code].text, code, client_id, setup->id);
	else
		complain("%s: refused: %s (CONNACK %d)", where, codes[code].text, code);
	return codes[code].st;
}

/* The connection ended after our side of the handshake, and no alert says why. */
static bool is_unexplained(const struct tls *tls)
{
	return tls->done && tls->alert < 0 && tls->distrust == 0;
}

/*
 * A device without a battery for its clock boots with a wrong time. Until it has the right one no
 * server can be verified, and that is no refusal.
 */
static void complain_clock(const char *where, const char *text)
{
	time_t now = (time_t)(clock_real_ms() / 1000);
	char date[32] = "unknown";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm);
	complain("%s: the server's certificate does not hold at the time of our clock, %s: %s; is "
		 "the clock right?",
		 where, date, text);
}

/* The line names the setting that may be wrong. */
static void complain_distrust(const char *where, const struct tls_setup *setup, long why)
{
	const char *text = X509_verify_cert_error_string(why);

	switch (why) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		complain_clock(where, text);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		complain("%s: the server's certificate is not accepted: %s; is iotDataEndpoint %s "
			 "its name?",
			 where, text, setup->host);
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_CERT_UNTRUSTED:
		complain("%s: the server's certificate is not accepted: %s; is rootCaPath %s its "
			 "CA's?",
			 where, text, setup->ca);
		break;
	default:
		complain("%s: the server's certificate is not accepted: %s", where, text);
	}
}

enum status connect_result_no_connack(const char *where, struct tls *tls,
				      const struct tls_setup *setup, const char *reason,
				      int64_t deadline)
{
	int64_t listen = clock_boot_ms() + LISTEN_MS;
	const char *refusal;

	if (tls_failure(tls)) {
		complain("%s", tls_failure(tls));
		return GR_FAIL;
	}
	if (is_unexplained(tls))
		late_alert_listen(tls, setup->host, listen < deadline ? listen : deadline);
	if ((refusal = tls_refusal(tls))) {
		complain("%s: our certificate is refused: %s", where, refusal);
		return GR_NO;
	}
	if (tls->distrust)
		complain_distrust(where, setup, tls->distrust);
	else if (tls->alert >= 0)
		complain("%s: TLS failed: %s", where, SSL_alert_desc_string_long(tls->alert));
	else
		complain("%s: %s", where, reason);
	return GR_FAIL;
}
