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
 * Sets the timers of an execution that is about to become or stay IN_PROGRESS: the job's, if x is
 * QUEUED still, and the step's to so many minutes from now, at most to the end of the job's; a
 * step of -1 cancels that timer, 0 leaves it as it is.
 */
enum status service_arm(struct execution *x, const struct job *job, int64_t step,
			const struct event *e);

#endif
