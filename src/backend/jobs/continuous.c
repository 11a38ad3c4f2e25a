/* SPDX-License-Identifier: Apache-2.0 */
/* continuous.c - jobs that follow their thing groups */
#include "jobs/continuous.h"
#include "jobs/transition.h"
#include "registry/rollout.h"
#include "registry/target.h"

enum { CHANGES = 50 };	/* things in one step */

enum status continuous_is_due(struct db *db)
{
	return target_has_changes(db);
}

/*
 * Adds an execution for a thing that joined, at once: the rollout's rate is only for the things
 * that were in the group when the job began.
 */
static enum status joined(struct db *db, const char *job, const char *thing, int64_t now)
{
	enum status st = execution_exists(db, thing, job, false);

	if (st == GR_NO)
		st = transition_add(db, thing, job, now);
	return st == GR_OK ? rollout_cover(db, job, thing) : st;
}

static enum status stop_waiting(struct db *db, const char *job, const char *thing)
{
	struct rollout r;
	enum status st = rollout_take(db, job, thing);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if (rollout_get(&r, db, job) != GR_OK)
		return GR_FAIL;
	r.waiting--;
	return rollout_save(db, &r, 0);
}

static enum status left(struct db *db, const char *job, const char *thing, int64_t now)
{
	struct execution x;
	enum status st = stop_waiting(db, job, thing);

	if (st != GR_OK || (st = rollout_uncover(db, job, thing)) == GR_FAIL ||
	    (st = execution_find(&x, db, thing, job, 0)) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if (execution_is_terminal(x.status))
		return GR_OK;
	return transition_move(db, &x, EXECUTION_REMOVED, NULL, now);
}

static enum status follow(struct db *db, const char *job, const char *thing, int64_t now)
{
	enum status target = target_includes(db, job, thing),
		    known = rollout_knows(db, job, thing);

	if (target == GR_FAIL || known == GR_FAIL)
		return GR_FAIL;
	if (target == known)
		return GR_OK;
	return target == GR_OK ? joined(db, job, thing, now) : left(db, job, thing, now);
}

static enum status follow_all(struct db *db, const char *thing, int64_t now)
{
	char job[65] = "";
	enum status st;

	while ((st = target_next_follower(job, db)) == GR_OK)
		if ((st = follow(db, job, thing, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

/* A change names a thing only; the membership that counts is the one of this moment. */
enum status continuous_step(struct db *db, int64_t now)
{
	char thing[129];
	enum status st;

	for (int i = 0; i < CHANGES; i++) {
		if ((st = target_take_change(thing, db)) != GR_OK)
			return st == GR_NO ? GR_OK : st;
		if ((st = follow_all(db, thing, now)) != GR_OK)
			return st;
	}
	return GR_OK;
}
