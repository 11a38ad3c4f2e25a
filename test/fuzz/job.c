/* SPDX-License-Identifier: Apache-2.0 */
/* job - the members of CreateJob as JSON, and how the job goes on from there */
#include "gr-jobs/job_options.h"
#include "json.h"
#include "lib/fuzz.h"
#include "lib/world.h"
#include "registry/job.h"

#include <stdlib.h>

static void create(struct world *w, struct job_options *o)
{
	struct job_request q;
	struct job job;

	if (job_options_request(&q, o, JOB_OPTIONS_JOB, NULL) != GR_OK ||
	    job_create(w->db, &q, WORLD_NOW) != GR_OK)
		return;
	FUZZ_HOLDS(job_get(&job, w->db, q.id) == GR_OK);
	job_is_rotation(&job);
	job_release(&job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world_get();
	char *text = fuzz_block(data, size);
	struct job_options o = { .input = json_object_parse(text, size) };

	FUZZ_HOLDS(db_begin(w->db) == GR_OK);
	if (o.input)
		create(w, &o);
	job_options_release(&o);
	free(text);
	world_reset(w);
	return 0;
}
