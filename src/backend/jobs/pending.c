/* SPDX-License-Identifier: Apache-2.0 */
/* pending.c - lists a thing's open executions */
#include "jobs/pending.h"
#include "complain.h"
#include "jobs/serializer.h"
#include "registry/execution.h"

/* most executions that notify and GetPending list (AWS IoT) */
enum { PENDING_MAX = 10 };

/*
 * Makes sure that a full list has the thing's first rotation of this status, which may come after
 * the end of the list: it then replaces the entry before *end, and *end moves there. A rotation
 * that is on the list already stays where it is.
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

/*
 * Lists the first PENDING_MAX executions. *full: there may be more; the first rotations are on it.
 */
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
