/* SPDX-License-Identifier: Apache-2.0 */
/* execution_query.h - one execution, asked for and printed. */
#ifndef GR_JOBS_CLIENT_EXECUTION_QUERY_H
#define GR_JOBS_CLIENT_EXECUTION_QUERY_H

#include "gr-jobs-client/execution.h"
#include "gr-jobs-client/jobs.h"

/*
 * Asks for the execution of job ("$next": the one at the front). GR_OK: *execution is filled and
 * *answer is the body. GR_NO: rejected (*answer is the body, nothing printed yet), or there is
 * none (*answer is NULL). GR_BAD, one line: the answer makes no sense. GR_FAIL, one line: none
 * came. json_decref *answer in any case.
 */
enum status execution_query(struct execution *execution, json_t **answer, struct jobs *jobs,
		     const char *job, const struct request *stray);
/* Reads the execution in a start-next or get answer, with the same statuses. */
enum status execution_query_answer(struct execution *execution, const json_t *answer,
			    const struct jobs *jobs, const char *job);
/* Prints the execution as the options say and closes standard output. */
enum status execution_query_print(const struct execution *execution, const json_t *answer,
			   const struct jobs *jobs);

#endif
