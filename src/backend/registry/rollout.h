/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rollout.h - how far a job has come: the things that wait for their execution, the pace, what is
 * being taken back.
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written; GR_NO is silent.
 */
#ifndef GR_REGISTRY_ROLLOUT_H
#define GR_REGISTRY_ROLLOUT_H

#include "registry/db.h"

/* What is taken back, bit by bit, until it is gone; each means the ones before it as well. */
enum cancellation {
	RECALL_NOTHING,
	RECALL_ROLLOUT,		/* things that wait get no execution any more */
	RECALL_QUEUED,		/* QUEUED executions become CANCELED */
	RECALL_STARTED,		/* so do those IN_PROGRESS */
	RECALL_JOB		/* all executions go, then the job */
};

struct rollout {
	char job[65];
	int64_t next;		/* us since the epoch: when the next thing may be released */
	int64_t waiting;	/* things that have no execution yet */
	int64_t released;	/* things that were notified */
	bool done;		/* nobody waits any more */
	bool joins;		/* a continuous job that things may still join */
	enum cancellation recall;
};
enum { ROLLOUT_NEVER = -1 };

enum status rollout_insert(struct db *db, const char *job);
enum status rollout_get(struct rollout *r, struct db *db, const char *job);
/*
 * Writes all of it; wake: when the daemon looks at it next, in ms since the epoch, or
 * ROLLOUT_NEVER.
 */
enum status rollout_save(struct db *db, const struct rollout *r, int64_t wake);
enum status rollout_delete(struct db *db, const char *job);
enum status rollout_wake_at(struct db *db, const char *job, int64_t wake);
/*
 * The daemon looks at all of them that it would have looked at some day: the wall clock was set.
 */
enum status rollout_wake_all(struct db *db);

/* The job that is due first, if one is by now. */
enum status rollout_due(struct rollout *r, struct db *db, int64_t now);
/* When the first one is. GR_NO: none will be. */
enum status rollout_next_wake(int64_t *at, struct db *db);

/*
 * The things of a target ("thing/T", "thinggroup/G") that neither wait nor were reached begin to
 * wait; *count grows by as many.
 */
enum status rollout_await(int64_t *count, struct db *db, const char *job, const char *target);
/*
 * Calls each for the things that wait, in order of name. What each gives but GR_OK ends the list
 * and is given back.
 */
enum status rollout_waiting(struct db *db, const char *job,
			    enum status (*each)(void *arg, const char *thing), void *arg);
/* The first one that waits, in order of name. */
enum status rollout_first(char thing[static 129], struct db *db, const char *job);
/* It waits no more. GR_NO: it did not. */
enum status rollout_take(struct db *db, const char *job, const char *thing);
/*
 * About max of those that wait, or that a continuous job has reached, are forgotten. GR_NO: none
 * is left.
 */
enum status rollout_forget(struct db *db, const char *job, int max);

/* What a continuous job has reached: the thing has its execution, or had it. */
enum status rollout_cover(struct db *db, const char *job, const char *thing);
/* GR_NO: it had not been reached. */
enum status rollout_uncover(struct db *db, const char *job, const char *thing);
/* Does it wait, or was it reached? */
enum status rollout_knows(struct db *db, const char *job, const char *thing);

#endif
