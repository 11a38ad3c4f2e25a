/* terminal.c - the device's final word */
#include "handlers/terminal.h"

#include <string.h>

/* What the word would decide; SURVIVOR_NONE with *why set: it may not. */
static enum survivor verdict(const struct rotation *r, const struct final_word *word, const char **why)
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

static enum status decide(struct db *db, struct ledger *ledger, const struct rotation *r, enum survivor survivor, int64_t now)
{
	enum status st = rotation_decide(db, r->id, survivor, now);

	if (st != GR_OK)
		return GR_FAIL;
	return ledger_append(ledger, json_pack("{s:s, s:I, s:s, s:s, s:I, s:s, s:s}", "event", "survivor", "at", (json_int_t)now,
		"thingName", r->thing, "jobId", r->job, "executionNumber", (json_int_t)r->number, "survivor", survivor_name(survivor),
		"certificateId", survivor == SURVIVOR_NEW ? r->new_id : r->old_id));
}

enum status terminal_final_word(enum survivor *survivor, const char **why, struct db *db,
				struct ledger *ledger, const struct final_word *word, int64_t now)
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
	/* An older rotation that is decided, ended by a device that has moved on since: the execution may end, nothing is decided. */
	if (r.survivor != SURVIVOR_NONE && word->status != EXECUTION_SUCCEEDED &&
	    strcmp(word->principal, r.new_id) != 0 && strcmp(word->principal, r.old_id) != 0)
		return GR_OK;
	decides = verdict(&r, word, why);
	/* Written once; a yes to the contrary would let the device destroy the pair that it is to live on. */
	if (!*why && r.survivor != SURVIVOR_NONE && r.survivor != decides)
		*why = "this rotation has been decided for the other certificate";
	if (*why)
		return GR_NO;
	if (r.survivor != SURVIVOR_NONE)
		return GR_OK;
	*survivor = decides;
	return decide(db, ledger, &r, decides, now);
}
