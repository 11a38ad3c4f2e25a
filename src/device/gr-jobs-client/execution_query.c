/* SPDX-License-Identifier: Apache-2.0 */
/* execution_query.c - one execution, asked for and printed */
#include "gr-jobs-client/execution_query.h"
#include "complain.h"
#include "out.h"

#include <string.h>

enum status execution_query_answer(struct execution *execution, const json_t *answer,
			    const struct jobs *jobs, const char *job)
{
	const json_t *object = json_object_get(answer, "execution");

	if (!object)
		return GR_NO;
	if (execution_parse(execution, object, jobs->session.thing) == GR_OK &&
	    (job[0] == '$' || strcmp(job, execution->job) == 0))
		return GR_OK;
	complain("%s: the answer is not an execution of it", job);
	return GR_BAD;
}

enum status execution_query(struct execution *execution, json_t **answer, struct jobs *jobs,
		     const char *job, const struct request *stray)
{
	json_t *body = NULL;
	enum status st;

	*answer = NULL;
	if ((st = jobs_ask(&body, jobs, job, "get", json_object(), stray)) == GR_FAIL)
		return st;
	if (st == GR_OK && (st = execution_query_answer(execution, body, jobs, job)) != GR_OK) {
		json_decref(body);
		return st;
	}
	*answer = body;
	return st;
}

enum status execution_query_print(const struct execution *execution, const json_t *answer,
			   const struct jobs *jobs)
{
	if (jobs->json)
		return jobs_print_json(answer);
	execution_print(execution, answer);
	return out_close();
}
