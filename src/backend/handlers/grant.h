/* SPDX-License-Identifier: Apache-2.0 */
/* grant.h - the answer that brings a device its certificate, and the chain above it if the device asked for that. */
#ifndef GR_GRANT_H
#define GR_GRANT_H

#include "handlers/event.h"
#include "registry/execution.h"

enum { GRANT_WHY = 256 };

struct grant {
	const char *pem, *certificate;	/* its id */
	const char *authority;		/* that signed it */
};
/*
 * Builds the answer, for event_accept. GR_NO, silent: with the chain it would be larger than what reaches a device, and why
 * says so. GR_FAIL, one line: no chain could be read.
 */
enum status grant_answer(json_t **answer, char why[static GRANT_WHY], struct event *e, const struct execution *x, const struct grant *g);

#endif
