/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dates.h - the dates of client certificates, for an operator who lets devices in that were away
 * when theirs expired.
 *
 * OpenSSL refuses an expired certificate in the handshake, where nobody can be asked. Told to pass
 * over the dates, it still verifies everything else: the chain to our CA, the signatures, the
 * purpose.
 */
#ifndef GR_BROKER_DATES_H
#define GR_BROKER_DATES_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * From now on, and in this whole process, the dates of client certificates are the plugin's.
 * False: OpenSSL would not.
 */
bool dates_take_over(void);
void dates_give_back(void);

enum dates { DATES_HOLD, DATES_GRACE, DATES_REFUSED };
/*
 * GRACE: expired, but not longer ago than grace_s. REFUSED: *why is a static sentence. now:
 * seconds since 1970.
 */
enum dates dates_check(const char **why, const X509 *x509, int64_t now, int64_t grace_s);

#endif
