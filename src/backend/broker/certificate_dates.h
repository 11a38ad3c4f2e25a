/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate_dates.h - checks the dates of client certificates in the plugin, for an operator who
 * lets devices in whose certificate expired while they were away.
 *
 * OpenSSL refuses an expired certificate in the handshake, where a plugin is not asked. Told to
 * ignore the dates, it still verifies everything else: the chain to our CA, the signatures, the
 * purpose.
 */
#ifndef GR_BROKER_CERTIFICATE_DATES_H
#define GR_BROKER_CERTIFICATE_DATES_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Makes OpenSSL ignore the dates of client certificates from now on, in this whole process: the
 * plugin checks them. False: OpenSSL failed.
 */
bool certificate_dates_take_over(void);
void certificate_dates_give_back(void);

enum certificate_dates {
	CERTIFICATE_DATES_VALID,
	CERTIFICATE_DATES_GRACE,	/* expired, but not longer ago than the period of grace */
	CERTIFICATE_DATES_REFUSED
};
/*
 * Checks the dates of a certificate at now, seconds since 1970. REFUSED: *why is a static
 * sentence.
 */
enum certificate_dates certificate_dates_check(const char **why, const X509 *x509, int64_t now,
					       int64_t grace_s);

#endif
