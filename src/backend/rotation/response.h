/* SPDX-License-Identifier: Apache-2.0 */
/*
 * response.h - the answer that brings a device its certificate, and the chain above it if the
 * device asked for that.
 */
#ifndef GR_ROTATION_RESPONSE_H
#define GR_ROTATION_RESPONSE_H

#include "registry/event.h"
#include "registry/execution.h"

enum { RESPONSE_WHY = 256 };

struct response {
	const char *pem, *certificate;	/* its id */
	const char *authority;		/* that signed it */
};
/*
 * Builds the answer, for event_accept. GR_NO, silent: with the chain it would be larger than what
 * reaches a device, and why says so. GR_FAIL, one line: no chain could be read.
 */
enum status response_answer(json_t **answer, char why[static RESPONSE_WHY], struct event *e,
			    const struct execution *x, const struct response *g);

#endif
