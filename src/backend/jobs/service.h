/* SPDX-License-Identifier: Apache-2.0 */
/* service.h - the device API of the Jobs service (AWS IoT Jobs over MQTT). */
#ifndef GR_JOBS_SERVICE_H
#define GR_JOBS_SERVICE_H

#include "jobs/status_details.h"
#include "registry/event.h"
#include "registry/execution.h"
#include "registry/job.h"

/* One handler for each kind of request; event.h says what a handler does. */
enum status service_get_pending(struct event *e);
enum status service_start_next(struct event *e);
enum status service_get(struct event *e);
enum status service_update(struct event *e);
/* Requests for jobs of a namespace: there are none, because this backend has no namespaces. */
enum status service_get_namespaced(struct event *e);
enum status service_update_namespaced(struct event *e);
/* A topic that no operation has. */
enum status service_unknown(struct event *e);

/*
 * Read members that several requests share. False: the member is not usable; the request was
 * refused, and *st is the status of that answer.
 */
bool service_read_step(int64_t *minutes, struct event *e, enum status *st);
bool service_read_details(json_t **details, struct event *e, enum status_details_rule rule,
			  enum status *st);
/*
 * Reads executionNumber for execution_find: 0 (the latest) if the member is missing, -1 for a
 * number that no execution can have. False: the member is not a number.
 */
bool service_number(int64_t *number, const struct event *e);
/*
 * Sets the step timer to minutes from now, at most to the end of the in-progress timer; -1 cancels
 * it, 0 leaves it as it is.
 */
void service_arm_step(struct execution *x, int64_t minutes, int64_t minute_ms, int64_t now);
/* Sets the in-progress timer, if the execution is QUEUED: it is set once, when x is started. */
void service_arm_job(struct execution *x, const struct job *job, int64_t minute_ms, int64_t now);

#endif
