/* SPDX-License-Identifier: Apache-2.0 */
/* serializer.h - writes executions as JSON of the device API. NULL: out of memory. */
#ifndef GR_JOBS_SERIALIZER_H
#define GR_JOBS_SERIALIZER_H

#include <jansson.h>

#include "registry/execution.h"

/* JobExecutionSummary and JobExecutionState. details is borrowed JSON text. */
json_t *serializer_summary(const struct execution *x);
json_t *serializer_state(const struct execution *x, const char *details);
/*
 * JobExecution; document NULL leaves it out; with_thing adds thingName. timer_now is the time of
 * registry/timer_clock.h.
 */
json_t *serializer_execution(const struct execution *x, const char *details, const char *document,
			     bool with_thing, int64_t timer_now);

#endif
