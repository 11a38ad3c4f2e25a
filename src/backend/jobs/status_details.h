/* SPDX-License-Identifier: Apache-2.0 */
/* status_details.h - statusDetails: what a device may write into its execution. */
#ifndef GR_JOBS_STATUS_DETAILS_H
#define GR_JOBS_STATUS_DETAILS_H

#include <jansson.h>

/* Values that hold what no door lets in (printable.h): refused, or with '?' in its place. */
enum status_details_rule {
	STATUS_DETAILS_AS_GIVEN,
	/*
	 * of a final status: AWS IoT refuses that as well, but it decides which certificate
	 * survives
	 */
	STATUS_DETAILS_CLEANED
};

/*
 * A copy in which every value is a string (numbers and booleans are spelled out). NULL with *why
 * set to a static sentence: more than 10 pairs, a bad key (1-128 of [a-zA-Z0-9:_-]), or a value
 * that is empty, longer than 1024 characters, holds control characters (STATUS_DETAILS_AS_GIVEN),
 * or is an object, array or null.
 */
json_t *status_details_copy(const json_t *details, enum status_details_rule rule,
			    const char **why);

#endif
