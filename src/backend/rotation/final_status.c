/* SPDX-License-Identifier: Apache-2.0 */
/* final_status.c - the final status of a device */
#include "rotation/final_status.h"
#include "issuer/signer.h"
#include "registry/certificate.h"
#include "registry/rotation.h"
#include "rotation/settlement.h"

#include <string.h>

/* Writes the survivor, with a line in the ledger. */
static enum status decide(struct db *db, struct signer *signer, const struct rotation *r,
			  enum survivor survivor, int64_t now)
{
	bool replaced = survivor == SURVIVOR_NEW;

	if (rotation_decide(db, r->id, survivor, now) != GR_OK)
		return GR_FAIL;
	if (replaced && settlement_success(db, r->thing, r->new_id) != GR_OK)
		return GR_FAIL;
	return signer_note(signer,
			   json_pack("{s:s, s:I, s:s, s:s, s:I, s:s, s:s}", "event", "survivor",
				     "at", (json_int_t)now, "thingName", r->thing, "jobId", r->job,
				     "executionNumber", (json_int_t)r->number, "survivor",
				     survivor_name(survivor), "certificateId",
				     replaced ? r->new_id : r->old_id));
}

static enum status is_usable(bool *usable, const struct event *e)
{
	struct certificate c = { 0 };
	enum status st = certificate_get(&c, e->db, e->principal);

	*usable = c.active && !c.revoked && strcmp(c.thing, e->request.thing) == 0;
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
	return st == GR_FAIL ? st : is_usable(&facts->usable, e);
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
	struct rotation r;
	enum status st = gather(&facts, &r, f, e);

	if (st != GR_OK)
		return st;
	f->why = rules_sentence(rules_final_status(&effect, &facts));
	f->survivor = r.survivor;
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
