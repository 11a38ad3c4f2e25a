/* SPDX-License-Identifier: Apache-2.0 */
/*
 * due.h - when a certificate is to be replaced: a margin before it expires, a share of its life,
 * an age; whichever comes first. Jitter makes each device of a fleet due some time before that,
 * always the same time for the same device.
 */
#ifndef GR_ROTATION_DUE_H
#define GR_ROTATION_DUE_H

#include <stdint.h>

#include "cert.h"
#include "status.h"

struct due {
	int64_t margin, age;	/* seconds; 0: not looked at */
	uint32_t percent;	/* of its life; 0: not looked at */
	uint32_t jitter;	/* percent of its age at that moment */
};

/*
 * Computes when the certificate is due, in seconds since 1970. seed is different on each device.
 * GR_BAD, one line: nothing is looked at, or the margin is as long as the certificate's life, so
 * that each new one would be due at once.
 */
enum status due_at(int64_t *at, const struct due *due, const struct cert *cert, const char *seed);

#endif
