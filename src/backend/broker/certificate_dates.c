/* SPDX-License-Identifier: Apache-2.0 */
/* certificate_dates.c - checks the dates of client certificates */
#include "broker/certificate_dates.h"

#include <openssl/x509v3.h>

/*
 * The parameters with which a TLS server verifies its clients. OpenSSL looks this name up at each
 * handshake, first in a table that an application may fill, then in its own
 * (X509_VERIFY_PARAM_lookup). Purpose and trust are those of the entry that is replaced.
 */
#define PARAM_NAME "ssl_client"

bool certificate_dates_take_over(void)
{
	X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();

	if (param && X509_VERIFY_PARAM_set1_name(param, PARAM_NAME) == 1 &&
	    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_CLIENT) == 1 &&
	    X509_VERIFY_PARAM_set_trust(param, X509_TRUST_SSL_CLIENT) == 1 &&
	    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME) == 1 &&
	    X509_VERIFY_PARAM_add0_table(param) == 1)
		return true;
	X509_VERIFY_PARAM_free(param);
	return false;
}

void certificate_dates_give_back(void)
{
	X509_VERIFY_PARAM_table_cleanup();
}

/* Seconds from a date of the certificate to now; negative before it. False: no date. */
static bool seconds_since(int64_t *seconds, const ASN1_TIME *date, int64_t now)
{
	ASN1_TIME *moment = ASN1_TIME_set(NULL, (time_t)now);
	int days = 0, rest = 0;
	bool ok = moment && date && ASN1_TIME_diff(&days, &rest, date, moment) == 1;

	ASN1_TIME_free(moment);
	*seconds = (int64_t)days * 86400 + rest;
	return ok;
}

enum certificate_dates certificate_dates_check(const char **why, const X509 *x509, int64_t now,
					       int64_t grace_s)
{
	int64_t since_start, since_end;

	*why = "the certificate has no dates";
	if (!seconds_since(&since_start, X509_get0_notBefore(x509), now) ||
	    !seconds_since(&since_end, X509_get0_notAfter(x509), now))
		return CERTIFICATE_DATES_REFUSED;
	*why = "the certificate is not valid yet";
	if (since_start < 0)
		return CERTIFICATE_DATES_REFUSED;
	*why = "the certificate expired too long ago";
	if (since_end > grace_s)
		return CERTIFICATE_DATES_REFUSED;
	return since_end > 0 ? CERTIFICATE_DATES_GRACE : CERTIFICATE_DATES_VALID;
}
