/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_job_request.h - answers a thing that asks for a rotation job of its own, because its
 * certificate will expire soon.
 */
#ifndef GR_JOBS_OWN_JOB_REQUEST_H
#define GR_JOBS_OWN_JOB_REQUEST_H

#include "registry/event.h"

/*
 * Answers with the id of a rotation job: one that is pending for this thing, else a new job for
 * this thing alone, as often as the operator allows. See event.h.
 */
enum status own_job_request_handle(struct event *e);

#endif
