/* SPDX-License-Identifier: Apache-2.0 */
/* execution.h - one job execution as the service tells it, checked before anything is printed. */
#ifndef GR_JOBS_CLIENT_EXECUTION_H
#define GR_JOBS_CLIENT_EXECUTION_H

#include "json.h"
#include "status.h"

#include <stdbool.h>

struct execution {
	char job[65];
	const char *status;		/* "QUEUED" ... "CANCELED"; static text */
	json_int_t number, version;
	json_int_t seconds_left;	/* -1: no timer runs */
	json_int_t queued_at, updated_at;	/* seconds since 1970-01-01 UTC */
	char operation[65];		/* the job document's, "" if it has none that is a name */
	const char *survivor;		/* "OLD", "NEW" or "" */
};

/*
 * Reads an execution from the service's JSON. GR_NO, silent: it is not an execution of this thing,
 * or a member has the wrong shape.
 */
enum status execution_parse(struct execution *execution, const json_t *object, const char *thing);
bool execution_is_rotation(const struct execution *execution);
/* Prints key=value lines; body is the answer that it came in. */
void execution_print(const struct execution *execution, const json_t *body);

/* Returns the status as static text, "" if text is none of the eight; takes NULL. */
const char *execution_status(const char *text);
/*
 * Returns the member survivor of statusDetails, or of certificateRotator in an answer: "OLD",
 * "NEW" or "". Takes NULL.
 */
const char *execution_survivor(const json_t *details);

#endif
