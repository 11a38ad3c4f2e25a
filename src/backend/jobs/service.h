/* SPDX-License-Identifier: Apache-2.0 */
/* service.h - the device API of the Jobs service (AWS IoT Jobs over MQTT). */
#ifndef GR_JOBS_SERVICE_H
#define GR_JOBS_SERVICE_H

#include "jobs/status_details.h"
#include "registry/event.h"
#include "registry/execution.h"
#include "registry/job.h"

/* One for each request shape; see event.h for the contract. */
enum status service_get_pending(struct event *e);
enum status service_start_next(struct event *e);
enum status service_get(struct event *e);
enum status service_update(struct event *e);
/* The queue of a namespace, which is empty: operators give jobs no namespace here. */
enum status service_get_namespaced(struct event *e);
enum status service_update_namespaced(struct event *e);
/* A topic that no operation has. */
enum status service_unknown(struct event *e);

/* Members that several requests share. False, answered by a refusal already in *st: not usable. */
bool service_read_step(int64_t *minutes, struct event *e, enum status *st);
bool service_read_details(json_t **details, struct event *e, enum status_details_rule rule,
			  enum status *st);
/*
 * executionNumber as execution_find takes it: 0 (the latest) for none at all, -1 for one that no
 * execution has. False: no number.
 */
bool service_number(int64_t *number, const struct event *e);
/*
 * Arms, replaces or (-1) cancels the step timer; 0 leaves it. It never outlasts the in-progress
 * timer.
 */
void service_arm_step(struct execution *x, int64_t minutes, int64_t minute_ms, int64_t now);
/* The in-progress timer, armed when the execution first gets under way and never again. */
void service_arm_job(struct execution *x, const struct job *job, int64_t minute_ms, int64_t now);

#endif
