/* SPDX-License-Identifier: Apache-2.0 */
/* status_details.h - statusDetails: what a device may write into its execution. */
#ifndef GR_JOBS_STATUS_DETAILS_H
#define GR_JOBS_STATUS_DETAILS_H

#include <jansson.h>

/* What to do with a value that holds characters which may not be stored (see printable.h). */
enum status_details_rule {
	STATUS_DETAILS_AS_GIVEN,	/* refuse it */
	/*
	 * Put '?' in place of these characters. For a final status: AWS IoT refuses it, but here
	 * it must be counted, because it decides which certificate survives.
	 */
	STATUS_DETAILS_CLEANED
};

/*
 * Returns a copy in which every value is a string: numbers and booleans become text. NULL, with
 * *why set to a static sentence: more than 10 pairs, a bad key (1-128 of [a-zA-Z0-9:_-]), or a
 * value that is empty, is longer than 1024 characters, holds control characters
 * (STATUS_DETAILS_AS_GIVEN), or is an object, array or null.
 */
json_t *status_details_copy(const json_t *details, enum status_details_rule rule,
			    const char **why);

#endif
