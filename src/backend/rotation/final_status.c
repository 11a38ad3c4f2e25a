/* SPDX-License-Identifier: Apache-2.0 */
/* final_status.c - the final status of a device */
#include "rotation/final_status.h"
#include "issuer/signer.h"
#include "registry/certificate.h"
#include "registry/rotation.h"
#include "rotation/settlement.h"

#include <stdlib.h>
#include <string.h>

/* One that is on record gives way only where the rules say that it has become unusable. */
static enum status write_survivor(struct db *db, const struct rotation *r, enum survivor survivor,
				  int64_t now)
{
	if (r->survivor == SURVIVOR_NONE)
		return rotation_decide(db, r->id, survivor, now);
	return settlement_turn(db, r, survivor, now);
}

/* Writes the survivor, with a line in the ledger. */
static enum status decide(struct db *db, struct signer *signer, const struct rotation *r,
			  enum survivor survivor, int64_t now)
{
	bool replaced = survivor == SURVIVOR_NEW;

	if (write_survivor(db, r, survivor, now) != GR_OK)
		return GR_FAIL;
	if (replaced && settlement_success(db, r->thing, r->new_id) != GR_OK)
		return GR_FAIL;
	return signer_note(signer,
			   json_pack("{s:s, s:I, s:s, s:s, s:I, s:s, s:s, s:o*}", "event",
				     "survivor", "at", (json_int_t)now, "thingName", r->thing,
				     "jobId", r->job, "executionNumber", (json_int_t)r->number,
				     "survivor", survivor_name(survivor), "certificateId",
				     replaced ? r->new_id : r->old_id, "turned",
				     r->survivor != SURVIVOR_NONE ? json_true() : NULL));
}

/*
 * *failed: the survivor of a decided rotation is not usable, and the other is not retired. An OLD
 * that has expired may still rotate, where the broker grants that.
 */
static enum status look_at_survivor(bool *failed, const struct rotation *r, const struct event *e)
{
	bool replaced = r->survivor == SURVIVOR_NEW;
	enum status st;

	*failed = false;
	if (r->survivor == SURVIVOR_NONE || r->retired != 0)
		return GR_OK;
	st = replaced ? certificate_is_usable(e->db, r->new_id, r->thing, e->now)
		      : certificate_is_usable(e->db, r->old_id, r->thing, CERTIFICATE_EXPIRED_TOO);
	*failed = st == GR_NO;
	return st == GR_FAIL ? st : GR_OK;
}

/* GR_NO, silent: the time is not within its dates, or it is not registered. */
static enum status is_in_dates(struct db *db, const char *certificate, int64_t now)
{
	struct cert cert = { 0 };
	char *pem = NULL;
	enum status st = certificate_pem(&pem, db, certificate);

	if (st == GR_OK)
		st = cert_from_pem(&cert, pem, strlen(pem), certificate) == GR_OK ? GR_OK
										  : GR_FAIL;
	if (st == GR_OK && !cert_is_valid_at(&cert, now / 1000))
		st = GR_NO;
	cert_release(&cert);
	free(pem);
	return st;
}

/* *outside: NEW is outside of its dates, and the device could use OLD. */
static enum status look_at_dates(bool *outside, const struct rotation *r, const struct event *e)
{
	enum status st;

	*outside = false;
	if (r->retired != 0)
		return GR_OK;
	st = is_in_dates(e->db, r->new_id, e->now);
	if (st != GR_NO)
		return st;
	st = certificate_is_usable(e->db, r->old_id, r->thing, e->now);
	if (st == GR_OK)
		st = is_in_dates(e->db, r->old_id, e->now);
	*outside = st == GR_OK;
	return st == GR_FAIL ? st : GR_OK;
}

static enum status is_usable(bool *usable, const struct event *e)
{
	enum status st = certificate_is_usable(e->db, e->principal, e->request.thing,
					       CERTIFICATE_EXPIRED_TOO);

	*usable = st == GR_OK;
	return st == GR_FAIL ? st : GR_OK;
}

/* *r is all zero where no certificate was ever asked for. */
static enum status gather(struct rules_final_status *facts, struct rotation *r,
			  const struct event_final_status *f, const struct event *e)
{
	enum status st;

	*r = (struct rotation){ 0 };
	st = rotation_newest(r, e->db, e->request.thing, f->job, f->number);
	*facts = (struct rules_final_status){
		.succeeded = f->succeeded,
		.over = rules_part(e->principal, r->old_id, r->new_id),
		.says_ours = f->says_ours,
		.needs_rotation = f->needs_rotation,
		.issued = st == GR_OK,
		.not_ours = r->not_ours,
		.committed = r->committed != 0,
		.survivor = r->survivor
	};
	if (st == GR_FAIL)
		return st;
	st = look_at_survivor(&facts->survivor_failed, r, e);
	if (st == GR_OK && facts->issued && f->succeeded)
		st = look_at_dates(&facts->new_outside_dates, r, e);
	return st == GR_OK ? is_usable(&facts->usable, e) : st;
}

static enum status apply(struct event_final_status *f, struct event *e, const struct rotation *r,
			 enum rules_effect effect)
{
	switch (effect) {
	case RULES_NO_EFFECT:
		return GR_OK;
	case RULES_DOUBT:
		return rotation_doubt(e->db, r->id, e->now);
	case RULES_OLD_SURVIVES:
		f->survivor = SURVIVOR_OLD;
		break;
	case RULES_NEW_SURVIVES:
		f->survivor = SURVIVOR_NEW;
		break;
	}
	return decide(e->db, e->signer, r, f->survivor, e->now);
}

enum status final_status_count(struct event_final_status *f, struct event *e)
{
	struct rules_final_status facts;
	enum rules_effect effect;
	enum rules_refusal refusal;
	struct rotation r;
	enum status st = gather(&facts, &r, f, e);

	if (st != GR_OK)
		return st;
	refusal = rules_final_status(&effect, &facts);
	f->why = rules_sentence(refusal);
	f->survivor = r.survivor;
	f->untold = refusal == RULES_NEW_OUTSIDE_DATES && effect == RULES_NO_EFFECT;
	return apply(f, e, &r, effect);
}

enum status final_status_session(struct db *db, struct signer *signer, const char *thing,
				 const char *certificate, bool began_earlier, int64_t now)
{
	struct rules_session facts = { .began_earlier = began_earlier };
	struct rotation r = { 0 };
	enum status st;

	while ((st = rotation_next_open(&r, db, thing, r.id)) == GR_OK) {
		facts.doubted = r.failed != 0;
		if (strcmp(certificate, r.old_id) == 0 && rules_session_decides(&facts))
			return decide(db, signer, &r, SURVIVOR_OLD, now);
	}
	return st == GR_NO ? GR_OK : st;
}
