/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rotation_request.h - the chain of custody: one row for each job execution that asked for a
 * certificate, and its one decisive field, the survivor. It is written once, by the device's own
 * final word alone; no time-out, cancel or deletion decides, and no connection but one: see
 * rotation_failed_over.
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written.
 */
#ifndef GR_REGISTRY_ROTATION_H
#define GR_REGISTRY_ROTATION_H

#include "registry/db.h"

enum survivor { SURVIVOR_NONE, SURVIVOR_OLD, SURVIVOR_NEW };

struct rotation {
	int64_t id, execution;
	char thing[129], job[65];
	int64_t number;
	char old_id[65], new_id[65], spki[65];
	int64_t requested, used, committed, decided, retired;	/* 0: not yet */
	/* the device did not say that it is one of ours, so it may go back to what it had */
	bool not_ours;
	enum survivor survivor;
};

const char *survivor_name(enum survivor s);	/* "", "OLD", "NEW" */

/* GR_NO, silent: none. */
enum status rotation_of_execution(struct rotation *r, struct db *db, int64_t execution);
/* The newest one of this thing and job; number 0: any execution of it. */
enum status rotation_newest(struct rotation *r, struct db *db, const char *thing, const char *job,
			    int64_t number);
/* The certificate that came out, PEM; free it. */
enum status rotation_pem(char **pem, struct db *db, int64_t id);

struct rotation_request {
	int64_t execution, number;
	const char *thing, *job, *client, *old_id, *new_id, *spki, *csr, *pem;
	bool not_ours;
};
enum status rotation_insert(struct db *db, const struct rotation_request *q, int64_t now);
/*
 * A create for another execution, made over certificate: rotations of this thing that are still
 * open end in favour of that certificate, and what a device that is not ours may still go back to
 * is kept (retained_certificate.h). *settled: there was something to be settled.
 */
enum status rotation_settle_others(bool *settled, struct db *db, const char *thing,
				   int64_t execution, const char *certificate, int64_t now);
/* Writes the survivor of an open rotation; GR_NO, silent: it is decided already. */
enum status rotation_decide(struct db *db, int64_t id, enum survivor survivor, int64_t now);
/*
 * A device that is not ours said FAILED or REJECTED over NEW: before it goes back, or because it
 * cannot.
 */
enum status rotation_fail(struct db *db, int64_t id, int64_t now);
/*
 * The open rotation of which that was said and whose OLD is old_id: a session over it that begins
 * now decides. GR_NO, silent: none.
 */
enum status rotation_failed_over(struct rotation *r, struct db *db, const char *thing,
				 const char *old_id);
enum status rotation_commit(struct db *db, int64_t id, int64_t now);
/* The certificate is out of use: for every rotation that it lost. */
enum status rotation_mark_retired(struct db *db, const char *certificate, int64_t now);
/* Has certificate lost a decided rotation, and is still to be retired? GR_NO, silent: no. */
enum status rotation_is_lost(struct db *db, const char *certificate);
/* NEW was seen in use. */
enum status rotation_used(struct db *db, const char *certificate, int64_t now);
/*
 * Are there certificates on the thing besides `certificate` that no open or undecided clean-up
 * explains, and that are not kept?
 */
enum status rotation_unexplained(int64_t *count, struct db *db, const char *thing,
				 const char *certificate);

/*
 * The reconciler: retires the loser of each decided rotation whose survivor is ACTIVE and
 * attached, and deletes certificates whose quarantine is over. It works inside the caller's
 * transaction, of which a failure undoes nothing but the part that failed. A rotation left for its
 * survivor's sake is one alarm. GR_NO, silent: more is due than was done now.
 */
enum status rotation_reconcile(struct db *db, int64_t quarantine_ms, int64_t now);
/*
 * After an old copy was put back nothing is retired and nothing forgotten, until an operator says
 * so. Inside the caller's transaction.
 */
enum status rotation_pause(struct db *db);
enum status rotation_resume(struct db *db);
/* GR_NO, silent: it goes on. */
enum status rotation_is_paused(struct db *db);
/* GR_NO: the reconciler has nothing to do, or is paused. */
enum status rotation_is_due(struct db *db, int64_t quarantine_ms, int64_t now);

#endif
