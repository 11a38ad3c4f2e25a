/* SPDX-License-Identifier: Apache-2.0 */
/* settlement.c - what a thing shows by what it does */
#include "rotation/settlement.h"
#include "registry/adopted_certificate.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/retained_certificate.h"

#include <string.h>

enum status settlement_seen(struct db *db, const char *thing, const char *certificate, int64_t now)
{
	struct rotation r = { 0 };
	struct rules_sight facts;
	char retained[65] = "";
	bool first;
	enum status st = certificate_mark_seen(&first, db, certificate, now);

	if (st != GR_OK || !first)
		return st;
	if ((st = rotation_issuing(&r, db, thing, certificate)) == GR_FAIL)
		return st;
	facts.from_rotation = st == GR_OK;
	while ((st = retained_certificate_next(retained, db, thing)) == GR_OK) {
		facts.is_seen = strcmp(retained, certificate) == 0;
		facts.is_predecessor = strcmp(retained, r.old_id) == 0;
		if (!rules_sight_releases(&facts))
			continue;
		if ((st = retained_certificate_release(db, retained, certificate)) != GR_OK)
			return st;
	}
	return st == GR_NO ? GR_OK : st;
}

/* *decided: the rotation was open and is settled now. */
static enum status settle(bool *decided, struct db *db, const struct rotation *r,
			  const char *certificate, bool retained, int64_t now)
{
	struct rules_settlement facts = {
		.over = rules_part(certificate, r->old_id, r->new_id),
		.principal_retained = retained,
		.not_ours = r->not_ours
	};
	enum survivor survivor = rules_settlement(&facts);
	const char *loser = survivor == SURVIVOR_NEW ? r->old_id : r->new_id;
	struct certificate c = { 0 };
	enum status st;

	*decided = survivor != SURVIVOR_NONE;
	if (!*decided)
		return GR_OK;
	if (certificate_get(&c, db, loser) == GR_FAIL)
		return GR_FAIL;
	facts.loser_seen = c.seen;
	facts.loser_active = c.active;
	if (rules_settlement_retains(&facts)) {
		st = retained_certificate_add(db, loser, r->thing, now);
		if (st != GR_OK)
			return st;
	}
	return rotation_decide(db, r->id, survivor, now) == GR_OK ? GR_OK : GR_FAIL;
}

static enum status settle_open(bool *settled, struct db *db, const char *thing, int64_t execution,
			       const char *certificate, int64_t now)
{
	struct rotation r = { 0 };
	enum status st, retained = retained_certificate_find(db, certificate);
	bool decided;

	if (retained == GR_FAIL)
		return retained;
	while ((st = rotation_next_open(&r, db, thing, r.id)) == GR_OK) {
		if (r.execution == execution)
			continue;
		st = settle(&decided, db, &r, certificate, retained == GR_OK, now);
		if (st != GR_OK)
			return st;
		*settled = *settled || decided;
	}
	return st == GR_NO ? GR_OK : st;
}

enum status settlement_turn(struct db *db, const struct rotation *r, enum survivor survivor,
			    int64_t now)
{
	const char *given_up = survivor == SURVIVOR_NEW ? r->old_id : r->new_id;
	enum status st = rotation_turn(db, r->id, survivor, now);

	return st == GR_OK
	    ? alarm_raise(db, "survivor-turned", r->thing, given_up,
			  "the certificate that survived could not be used, so the device went on "
			  "with the other one of its rotation",
			  now)
	    : st;
}

/* Rotations that the certificate had lost. */
static enum status turn_lost(bool *settled, struct db *db, const char *thing,
			     const char *certificate, int64_t now)
{
	struct rotation r = { 0 };
	enum survivor survivor;
	enum status st;

	while ((st = rotation_next_lost(&r, db, thing, certificate, r.id)) == GR_OK) {
		survivor = rules_turn(rules_part(certificate, r.old_id, r.new_id), r.survivor,
				      r.not_ours);
		if (survivor == SURVIVOR_NONE)
			continue;
		st = settlement_turn(db, &r, survivor, now);
		if (st != GR_OK)
			return st;
		*settled = true;
	}
	return st == GR_NO ? GR_OK : st;
}

/* What else the thing has is retained in the place of the certificate that it went back to. */
static enum status retain_others(struct db *db, const char *thing, const char *certificate,
				 int64_t now)
{
	struct rules_other unused;
	struct certificate c;
	char other[65] = "";
	enum status st;

	while ((st = rotation_next_other(other, &unused, db, thing, certificate)) == GR_OK) {
		if ((st = certificate_get(&c, db, other)) != GR_OK)
			return GR_FAIL;
		if (!rules_return_retains(c.seen, c.active))
			continue;
		if ((st = retained_certificate_add(db, other, thing, now)) != GR_OK)
			return st;
	}
	return st == GR_NO ? GR_OK : st;
}

enum status settlement_create(bool *settled, struct db *db, const char *thing, int64_t execution,
			      const char *certificate, int64_t now)
{
	bool returned = false;
	enum status st = settlement_seen(db, thing, certificate, now);

	*settled = false;
	if (st == GR_OK)
		st = turn_lost(settled, db, thing, certificate, now);
	if (st == GR_OK)
		st = settle_open(settled, db, thing, execution, certificate, now);
	if (st == GR_OK)
		st = retained_certificate_remove(&returned, db, thing, certificate);
	if (st != GR_OK || !returned)
		return st;
	*settled = true;
	return retain_others(db, thing, certificate, now);
}

/* An open rotation in which the certificate has no part ends with OLD, which is released too. */
static enum status decide_open(struct db *db, const char *thing, const char *certificate,
			       int64_t now)
{
	struct rotation r = { 0 };
	enum survivor survivor;
	enum status st;

	while ((st = rotation_next_open(&r, db, thing, r.id)) == GR_OK) {
		survivor = strcmp(certificate, r.new_id) == 0 ? SURVIVOR_NEW : SURVIVOR_OLD;
		if ((st = rotation_decide(db, r.id, survivor, now)) != GR_OK)
			return st;
	}
	return st == GR_NO ? GR_OK : st;
}

enum status settlement_keep_only(struct db *db, const char *thing, const char *certificate,
				 int64_t now)
{
	bool turned = false;
	enum status st = turn_lost(&turned, db, thing, certificate, now);

	if (st == GR_OK)
		st = decide_open(db, thing, certificate, now);
	if (st == GR_OK)
		st = retained_certificate_forget(db, certificate);
	if (st == GR_OK)
		st = adopted_certificate_retain_others(db, thing, certificate, now);
	return st == GR_OK ? settlement_success(db, thing, certificate) : st;
}

enum status settlement_success(struct db *db, const char *thing, const char *survivor)
{
	char retained[65] = "";
	enum status st;

	while ((st = retained_certificate_next(retained, db, thing)) == GR_OK) {
		if (!rules_success_releases(strcmp(retained, survivor) == 0))
			continue;
		if ((st = retained_certificate_release(db, retained, survivor)) != GR_OK)
			return st;
	}
	return st == GR_NO ? GR_OK : st;
}
