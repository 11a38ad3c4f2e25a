/* SPDX-License-Identifier: Apache-2.0 */
/* due.c - when a certificate is to be replaced */
#include "rotation/due.h"
#include "complain.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <string.h>

/* From 0 to 1, spread evenly over all seeds. */
static double place_of(const char *seed)
{
	unsigned char md[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)seed, strlen(seed), md);
	return ((unsigned)md[0] << 16 | (unsigned)md[1] << 8 | md[2]) / (double)(1 << 24);
}

static void take_earlier(int64_t *at, int64_t moment)
{
	if (moment < *at)
		*at = moment;
}

enum status due_at(int64_t *at, const struct due *due, const struct cert *cert, const char *seed)
{
	int64_t life = cert->not_after - cert->not_before, moment = INT64_MAX;

	if (due->margin == 0 && due->percent == 0 && due->age == 0) {
		complain(
		    "nothing says when: set rotateBeforeDays, rotateAtPercent or rotateAfterDays");
		return GR_BAD;
	}
	if (due->margin >= life) {
		complain("certificate %.16s: it lives for %" PRId64 " s and would be due %" PRId64
			 " s before its end, from the first moment on",
			 cert->id, life, due->margin);
		return GR_BAD;
	}
	if (due->margin)
		take_earlier(&moment, cert->not_after - due->margin);
	if (due->percent)
		take_earlier(&moment,
			     cert->not_before + life / 100 * due->percent +
				 life % 100 * due->percent / 100);
	if (due->age)
		take_earlier(&moment, cert->not_before + due->age);
	*at = moment -
	    (int64_t)((double)(moment - cert->not_before) * due->jitter / 100 * place_of(seed));
	return GR_OK;
}
