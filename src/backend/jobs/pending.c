/* SPDX-License-Identifier: Apache-2.0 */
/* pending.c - the list of a thing's open executions */
#include "jobs/pending.h"
#include "complain.h"
#include "jobs/serializer.h"
#include "registry/execution.h"

/* summaries in notify and GetPending at the most (AWS IoT) */
enum { PENDING_MAX = 10 };

/*
 * A list that is full says nothing of a rotation behind its end: the first one in status then
 * takes a place there, in front of *end. One that has a place anyway keeps it.
 */
static enum status list_rotation(struct execution *list, size_t *end, struct db *db,
				 const char *thing, const char *status)
{
	struct execution x;
	enum status st = execution_rotation(&x, db, thing, status);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	for (size_t i = 0; i < PENDING_MAX; i++)
		if (list[i].id == x.id) {
			*end -= i == *end - 1;
			return GR_OK;
		}
	list[--*end] = x;
	return GR_OK;
}

/* *full: what is behind the end is not listed, but the first rotations are. */
static enum status list_pending(struct execution *list, size_t *count, bool *full, struct db *db,
				const char *thing)
{
	size_t end = PENDING_MAX;
	enum status st;

	if ((st = execution_pending(list, count, PENDING_MAX, db, thing)) != GR_OK)
		return st;
	*full = *count == PENDING_MAX;
	if (!*full)
		return GR_OK;
	if ((st = list_rotation(list, &end, db, thing, "IN_PROGRESS")) != GR_OK)
		return st;
	return list_rotation(list, &end, db, thing, "QUEUED");
}

json_t *pending_lists(struct db *db, const char *thing, bool *full)
{
	struct execution list[PENDING_MAX];
	size_t count = 0;
	json_t *o;

	if (list_pending(list, &count, full, db, thing) != GR_OK)
		return NULL;
	if (!(o = json_pack("{s:[], s:[]}", "inProgressJobs", "queuedJobs"))) {
		complain("%s: out of memory", thing);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = list[i].status == EXECUTION_IN_PROGRESS ? "inProgressJobs"
									   : "queuedJobs";

		json_array_append_new(json_object_get(o, name), serializer_summary(&list[i]));
	}
	return o;
}
