/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rotation.h - the rotations of certificates: one row for each job execution that asked for a
 * certificate. It tells who asked, over which certificate, and which one survived. The rows
 * outlive their executions. What may be written into them is decided by the rules (rules.h).
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written; GR_NO is silent.
 */
#ifndef GR_REGISTRY_ROTATION_H
#define GR_REGISTRY_ROTATION_H

#include "registry/db.h"
#include "rules/rules.h"

struct rotation {
	int64_t id, execution;
	char thing[129], job[65];
	int64_t number;
	char old_id[65], new_id[65], spki[65];
	int64_t requested, used, committed, decided, turned, retired;	/* 0: not yet */
	int64_t failed;		/* when RULES_DOUBT was recorded; 0: it was not */
	/* the device did not say that it is one of ours, so it may go back to what it had */
	bool not_ours;
	enum survivor survivor;
};

const char *survivor_name(enum survivor s);	/* "", "OLD", "NEW" */

enum status rotation_of_execution(struct rotation *r, struct db *db, int64_t execution);
/* Finds the newest rotation of this thing and job; number 0: of any of its executions. */
enum status rotation_newest(struct rotation *r, struct db *db, const char *thing, const char *job,
			    int64_t number);
/* Finds the rotation in which certificate was issued. */
enum status rotation_issuing(struct rotation *r, struct db *db, const char *thing,
			     const char *certificate);
/*
 * Finds the next open rotation of a thing, the newest first: the first one whose id is below
 * `below`; 0: the newest.
 */
enum status rotation_next_open(struct rotation *r, struct db *db, const char *thing,
			       int64_t below);
/* Finds the newest open rotation that certificate has a part in. GR_NO, silent: none. */
enum status rotation_under_way(struct rotation *r, struct db *db, const char *certificate);
/* Gives the certificate that was issued, PEM; free it. */
enum status rotation_pem(char **pem, struct db *db, int64_t id);

struct rotation_request {
	int64_t execution, number;
	const char *thing, *job, *client, *old_id, *new_id, *spki, *csr, *pem;
	bool not_ours;
};
enum status rotation_insert(struct db *db, const struct rotation_request *q, int64_t now);
/* Writes the survivor of an open rotation; GR_NO: it is decided already. */
enum status rotation_decide(struct db *db, int64_t id, enum survivor survivor, int64_t now);
/* Writes the other survivor, in the place of one that is on record: see rules_final_status. */
enum status rotation_turn(struct db *db, int64_t id, enum survivor survivor, int64_t now);
/*
 * Finds the next decided rotation of thing that certificate lost, and that did not retire it yet,
 * in order of id: the first one after the id `after`.
 */
enum status rotation_next_lost(struct rotation *r, struct db *db, const char *thing,
			       const char *certificate, int64_t after);
/* Records RULES_DOUBT: FAILED or REJECTED was said over NEW, which decides nothing by itself. */
enum status rotation_doubt(struct db *db, int64_t id, int64_t now);
enum status rotation_commit(struct db *db, int64_t id, int64_t now);
/* Records that the certificate is out of use, in every rotation that it lost. */
enum status rotation_mark_retired(struct db *db, const char *certificate, int64_t now);
/* Tells whether certificate lost a decided rotation and is not retired yet. GR_NO: no. */
enum status rotation_is_lost(struct db *db, const char *certificate);
/* Records that NEW was seen in use. */
enum status rotation_used(struct db *db, const char *certificate, int64_t now);

/*
 * Finds the next certificate of a thing other than principal, in order of id, with the facts that
 * the rules need: the first one after `other`, which is "" at first and holds the one that was
 * found.
 */
enum status rotation_next_other(char other[static 65], struct rules_other *facts, struct db *db,
				const char *thing, const char *principal);

#endif
