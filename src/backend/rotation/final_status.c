/* SPDX-License-Identifier: Apache-2.0 */
/* final_status.c - the device's final word */
#include "rotation/final_status.h"
#include "registry/certificate.h"
#include "registry/retained_certificate.h"

#include <string.h>

/*
 * FAILED or REJECTED of a device that is not ours, over anything but OLD, while the rotation is
 * open: it says so both before it goes back to OLD and when it cannot, so that this decides
 * nothing. rotation_failed_over and the next create tell what it lives on. The program on a device
 * may be replaced in the middle of a rotation, so whoever began it and whoever speaks must be
 * ours.
 */
static bool is_undecided(const struct rotation *r, const struct final_word *word)
{
	if (r->survivor != SURVIVOR_NONE || word->status == EXECUTION_SUCCEEDED)
		return false;
	return (r->not_ours || !word->ours) && strcmp(word->principal, r->old_id) != 0;
}

static enum status is_the_things(struct db *db, const struct final_word *word)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, word->principal);

	return st == GR_OK && (!c.active || c.revoked || strcmp(c.thing, word->thing) != 0) ? GR_NO
											    : st;
}

/* What the word would decide; SURVIVOR_NONE with *why set: it may not. */
static enum survivor verdict(const struct rotation *r, const struct final_word *word,
			     const char **why)
{
	bool over_new = strcmp(word->principal, r->new_id) == 0;
	bool over_old = strcmp(word->principal, r->old_id) == 0;

	*why = NULL;
	if (!over_new && !over_old)
		*why = "said over a certificate that has no part in this rotation";
	else if (word->status != EXECUTION_SUCCEEDED)
		return SURVIVOR_OLD;
	else if (over_old)
		*why = "SUCCEEDED must be said over the new certificate";
	else if (!r->committed && r->survivor != SURVIVOR_NEW)
		*why = "SUCCEEDED needs a commit that was accepted first";
	else
		return SURVIVOR_NEW;
	return SURVIVOR_NONE;
}

static enum status decide(struct db *db, struct signer *signer, const struct rotation *r,
			  enum survivor survivor, int64_t now)
{
	enum status st = rotation_decide(db, r->id, survivor, now);

	if (st == GR_OK && survivor == SURVIVOR_NEW)
		st = retained_certificate_release(db, r->thing, r->new_id);
	if (st != GR_OK)
		return GR_FAIL;
	return signer_note(signer,
			   json_pack("{s:s, s:I, s:s, s:s, s:I, s:s, s:s}", "event", "survivor",
				     "at", (json_int_t)now, "thingName", r->thing, "jobId", r->job,
				     "executionNumber", (json_int_t)r->number, "survivor",
				     survivor_name(survivor), "certificateId",
				     survivor == SURVIVOR_NEW ? r->new_id : r->old_id));
}

enum status final_status_final_word(enum survivor *survivor, const char **why, struct db *db,
				struct signer *signer, const struct final_word *word, int64_t now)
{
	enum survivor decides;
	struct rotation r;
	enum status st = rotation_newest(&r, db, word->thing, word->job, word->number);

	*survivor = SURVIVOR_NONE;
	*why = NULL;
	if (st == GR_NO && word->needs_rotation && word->status == EXECUTION_SUCCEEDED) {
		*why = "no certificate was asked for in this execution";
		return GR_NO;
	}
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	*survivor = r.survivor;
	/*
	 * An older rotation that is decided, ended by a device that has moved on since: the
	 * execution may end, nothing is decided.
	 */
	if (r.survivor != SURVIVOR_NONE && word->status != EXECUTION_SUCCEEDED &&
	    strcmp(word->principal, r.new_id) != 0 && strcmp(word->principal, r.old_id) != 0)
		return GR_OK;
	if (is_undecided(&r, word) && (st = is_the_things(db, word)) != GR_NO)
		return st == GR_OK && strcmp(word->principal, r.new_id) == 0
		    ? rotation_fail(db, r.id, now)
		    : st;
	decides = verdict(&r, word, why);
	/*
	 * Written once; a yes to the contrary would let the device destroy the pair that it is to
	 * live on.
	 */
	if (!*why && r.survivor != SURVIVOR_NONE && r.survivor != decides)
		*why = "this rotation has been decided for the other certificate";
	if (*why)
		return GR_NO;
	if (r.survivor != SURVIVOR_NONE)
		return GR_OK;
	*survivor = decides;
	return decide(db, signer, &r, decides, now);
}

enum status final_status_session(struct db *db, struct signer *signer, const char *thing,
				 const char *certificate, int64_t now)
{
	struct rotation r;
	enum status st = rotation_failed_over(&r, db, thing, certificate);

	return st == GR_OK ? decide(db, signer, &r, SURVIVOR_OLD, now) : st == GR_NO ? GR_OK : st;
}
