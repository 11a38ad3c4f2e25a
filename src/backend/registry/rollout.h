/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rollout.h - the rollout of a job: which things wait for their execution, when the next one is
 * due, and which executions are being canceled or deleted.
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written; GR_NO is silent.
 */
#ifndef GR_REGISTRY_ROLLOUT_H
#define GR_REGISTRY_ROLLOUT_H

#include "registry/db.h"

/* What is being canceled or deleted, in parts; each value includes the ones before it. */
enum cancellation {
	RECALL_NOTHING,
	RECALL_ROLLOUT,		/* things that wait get no execution any more */
	RECALL_QUEUED,		/* QUEUED executions become CANCELED */
	RECALL_STARTED,		/* IN_PROGRESS executions become CANCELED too */
	RECALL_JOB		/* all executions are deleted, then the job */
};

struct rollout {
	char job[65];
	int64_t next;		/* us since the epoch: when the next thing may be released */
	int64_t waiting;	/* things that have no execution yet */
	int64_t released;	/* things that were notified */
	bool done;		/* no thing waits any more */
	bool joins;		/* a continuous job that things may still join */
	enum cancellation recall;
};
enum { ROLLOUT_NEVER = -1 };

enum status rollout_insert(struct db *db, const char *job);
enum status rollout_get(struct rollout *r, struct db *db, const char *job);
/*
 * Saves the rollout. wake: when the daemon looks at it next, in ms since the epoch, or
 * ROLLOUT_NEVER.
 */
enum status rollout_save(struct db *db, const struct rollout *r, int64_t wake);
enum status rollout_delete(struct db *db, const char *job);
enum status rollout_wake_at(struct db *db, const char *job, int64_t wake);
/*
 * Makes the daemon look at all rollouts now, except those with ROLLOUT_NEVER; for after the wall
 * clock was set, when their times are wrong.
 */
enum status rollout_wake_all(struct db *db);

/* Reads the rollout that is due first. GR_NO: none is due at now. */
enum status rollout_due(struct rollout *r, struct db *db, int64_t now);
/* Sets *at to when the first rollout is due. GR_NO: none will be. */
enum status rollout_next_wake(int64_t *at, struct db *db);

/*
 * Makes the things of a target ("thing/T", "thinggroup/G") wait, except those that wait or were
 * reached already. Adds the number of new ones to *count.
 */
enum status rollout_await(int64_t *count, struct db *db, const char *job, const char *target);
/*
 * Calls each for the things that wait, in order of name. A status other than GR_OK from each ends
 * the list and is returned.
 */
enum status rollout_waiting(struct db *db, const char *job,
			    enum status (*each)(void *arg, const char *thing), void *arg);
/* Finds the first thing that waits, in order of name. GR_NO: none waits. */
enum status rollout_first(char thing[static 129], struct db *db, const char *job);
/* Removes a thing from those that wait. GR_NO: it did not wait. */
enum status rollout_take(struct db *db, const char *job, const char *thing);
/*
 * Deletes about max of the records of things that wait, or that a continuous job has reached.
 * GR_NO: none is left.
 */
enum status rollout_forget(struct db *db, const char *job, int max);

/* Records that a continuous job has reached the thing: it has, or had, its execution. */
enum status rollout_cover(struct db *db, const char *job, const char *thing);
/* Removes that record. GR_NO: the thing had not been reached. */
enum status rollout_uncover(struct db *db, const char *job, const char *thing);
/* Tells whether the thing waits or was reached. GR_NO: neither. */
enum status rollout_knows(struct db *db, const char *job, const char *thing);

#endif
