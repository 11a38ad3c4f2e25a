/* SPDX-License-Identifier: Apache-2.0 */
/* template - the members of CreateJobTemplate as JSON, and a job that is made from it */
#include "gr-jobs/job_options.h"
#include "json.h"
#include "lib/fuzz.h"
#include "lib/world.h"
#include "registry/job_template.h"

#include <stdlib.h>

static void create(struct world *w, struct job_options *o)
{
	static const char *const targets[] = { "thinggroup/g", NULL };
	struct job_request q, made = { .id = "made", .targets = targets };
	struct job_template t = { 0 };

	if (job_options_request(&q, o, JOB_OPTIONS_TEMPLATE, NULL) != GR_OK)
		return;
	q.description = q.description ? q.description : "";
	if (job_template_create(w->db, &q, WORLD_NOW) != GR_OK)
		return;
	FUZZ_HOLDS(job_template_need(&t, w->db, q.id) == GR_OK);
	made.template = t.id;
	job_create(w->db, &made, WORLD_NOW);
	job_template_release(&t);
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
