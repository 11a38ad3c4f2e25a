/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.c - retires the certificates that a device no longer uses, as often as needed */
#include "rotation/reconcile.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/retained_certificate.h"
#include "registry/retirement.h"
#include "registry/revocation.h"
#include "registry/rotation.h"

/* in one pass: requests must not wait for a whole fleet */
enum { BATCH = 100 };

static enum status revoke(struct db *db, const char *certificate, const char *reason, int64_t now)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, certificate);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	return rules_retirement_revokes(c.private, c.revoked)
	    ? revocation_add(db, certificate, reason, now)
	    : GR_OK;
}

static enum status retire(struct db *db, const char *certificate, const char *reason,
			  int64_t quarantine_ms, int64_t now)
{
	const struct rules_quarantine facts = { .age = 0, .length = quarantine_ms };
	enum status st = retirement_deactivate(db, certificate, now);

	if (st == GR_OK)
		st = revoke(db, certificate, reason, now);
	if (st == GR_OK)
		st = retirement_detach(db, certificate, now);
	if (st == GR_OK && rules_quarantine_is_over(&facts))
		st = retirement_forget(db, certificate);
	return st;
}

static enum status end_rotation(struct db *db, const struct rotation *r,
				enum rules_retirement_verdict verdict, int64_t quarantine_ms,
				int64_t now)
{
	bool replaced = r->survivor == SURVIVOR_NEW;
	const char *survivor = replaced ? r->new_id : r->old_id;
	const char *loser = replaced ? r->old_id : r->new_id;

	switch (verdict) {
	case RULES_WAIT:
		return GR_OK;
	case RULES_ALARM:
		return alarm_raise(
		    db, "survivor-inactive", r->thing, survivor,
		    "the surviving certificate is not usable, so the other one was not retired",
		    now);
	case RULES_LET_GO:
		return rotation_mark_retired(db, loser, now);
	case RULES_RETIRE:
		break;
	}
	return retire(db, loser, replaced ? REVOCATION_SUPERSEDED : REVOCATION_UNUSED,
		      quarantine_ms, now);
}

/* What fails is undone alone: the rest of the caller's transaction stands. */
static enum status close_part(struct db *db, enum status st)
{
	if (st == GR_OK)
		return db_keep(db);
	db_undo(db);
	return GR_FAIL;
}

static enum status end_rotations(bool *more, struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum rules_retirement_verdict verdict;
	struct rotation r = { 0 };
	enum status st;

	for (int i = 0; i < BATCH; i++) {
		st = retirement_find_decided(&r, &verdict, db, r.id, now);
		if (st != GR_OK)
			return st == GR_NO ? GR_OK : st;
		if ((st = db_mark(db)) != GR_OK)
			return st;
		st = close_part(db, end_rotation(db, &r, verdict, quarantine_ms, now));
		if (st != GR_OK)
			return st;
	}
	*more = true;
	return GR_OK;
}

static enum status retire_released(bool *more, struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum rules_retirement_verdict verdict;
	enum status st;
	char id[65];

	for (int i = 0; i < BATCH; i++) {
		st = retirement_find_released(id, &verdict, db);
		if (st != GR_OK)
			return st == GR_NO ? GR_OK : st;
		if ((st = db_mark(db)) != GR_OK)
			return st;
		st = verdict == RULES_RETIRE
		    ? retire(db, id, REVOCATION_SUPERSEDED, quarantine_ms, now)
		    : retained_certificate_forget(db, id);
		if ((st = close_part(db, st)) != GR_OK)
			return st;
	}
	*more = true;
	return GR_OK;
}

static enum status end_quarantines(bool *more, struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum status st;
	char id[65];

	for (int i = 0; i < BATCH; i++) {
		st = retirement_find_expired(id, db, quarantine_ms, now);
		if (st != GR_OK)
			return st == GR_NO ? GR_OK : st;
		if ((st = db_mark(db)) != GR_OK)
			return st;
		if ((st = close_part(db, retirement_forget(db, id))) != GR_OK)
			return st;
	}
	*more = true;
	return GR_OK;
}

enum status reconcile_run(bool *more, struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum status st = retirement_is_paused(db);

	*more = false;
	if (st != GR_NO)
		return st;
	st = end_rotations(more, db, quarantine_ms, now);
	if (st == GR_OK)
		st = retire_released(more, db, quarantine_ms, now);
	return st == GR_OK ? end_quarantines(more, db, quarantine_ms, now) : st;
}

enum status reconcile_is_due(struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum rules_retirement_verdict verdict;
	struct rotation r;
	char id[65];
	enum status st = retirement_is_paused(db);

	if (st != GR_NO)
		return st == GR_OK ? GR_NO : st;
	st = retirement_find_decided(&r, &verdict, db, 0, now);
	if (st == GR_NO)
		st = retirement_find_released(id, &verdict, db);
	return st == GR_NO ? retirement_find_expired(id, db, quarantine_ms, now) : st;
}
