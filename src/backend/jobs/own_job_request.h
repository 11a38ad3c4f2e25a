/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_job_request.h - a thing asks for a rotation job of its own, because its certificate gets
 * old.
 */
#ifndef GR_JOBS_OWN_JOB_REQUEST_H
#define GR_JOBS_OWN_JOB_REQUEST_H

#include "registry/event.h"

/*
 * Answers with a job for this thing alone: a rotation that is pending for it, or a new one, as
 * often as the operator allows. See event.h.
 */
enum status own_job_request_handle(struct event *e);

#endif
