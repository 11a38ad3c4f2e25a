/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - the decisions of a rotation */
#include "rules/rules.h"

#include <stddef.h>
#include <string.h>

enum rules_part rules_part(const char *certificate, const char *old_id, const char *new_id)
{
	if (strcmp(certificate, new_id) == 0)
		return RULES_IS_NEW;
	return strcmp(certificate, old_id) == 0 ? RULES_IS_OLD : RULES_NO_PART;
}

const char *rules_sentence(enum rules_refusal refusal)
{
	switch (refusal) {
	case RULES_CLIENT_OF_OTHERS:
		return "the client id is not the thing's";
	case RULES_CERTIFICATE_UNKNOWN:
		return "the certificate of this connection is not registered";
	case RULES_CERTIFICATE_REVOKED:
		return "the certificate of this connection is revoked";
	case RULES_CERTIFICATE_INACTIVE:
		return "the certificate of this connection is not ACTIVE";
	case RULES_CERTIFICATE_UNATTACHED:
		return "the certificate of this connection is not attached to the thing";
	case RULES_EXECUTION_UNKNOWN:
		return "no such job execution for this thing";
	case RULES_EXECUTION_NOT_IN_PROGRESS:
		return "the job execution is not IN_PROGRESS";
	case RULES_EXECUTION_REPLACED:
		return "the job has a newer execution";
	case RULES_JOB_NOT_ROTATION:
		return "the job's document does not ask for ROTATE_CERTIFICATE";
	case RULES_SECOND_KEY:
		return "this execution has a certificate for another key already";
	case RULES_DECIDED:
		return "this rotation has been decided already";
	case RULES_SUBJECT_DIFFERS:
		return "the subject of csr is not the one on record";
	case RULES_KEY_IN_USE:
		return "the key of csr is the one in use; a rotation needs a new key";
	case RULES_KEY_SEEN:
		return "the key of csr was seen before; a rotation needs a new key";
	case RULES_CERTIFICATE_UNEXPLAINED:
		return "the thing has another certificate attached that no rotation of ours "
		       "explains; see gr-registry history";
	case RULES_NOTHING_ISSUED:
		return "no certificate was asked for in this execution";
	case RULES_COMMIT_NOT_OVER_NEW:
		return "commit must be asked for over the new certificate";
	case RULES_COMMIT_MEANS_ANOTHER:
		return "certificateId is not the new certificate's";
	case RULES_DECIDED_FOR_OLD:
		return "this rotation has been decided for the old certificate";
	case RULES_NEW_NOT_IN_USE:
		return "the thing's own connection does not use the new certificate yet";
	case RULES_SAID_WITHOUT_PART:
		return "the final status came over a certificate that is neither the old nor the "
		       "new one of this rotation";
	case RULES_SUCCEEDED_OVER_OLD:
		return "SUCCEEDED must be said over the new certificate";
	case RULES_NOT_COMMITTED:
		return "SUCCEEDED needs a commit that was accepted first";
	case RULES_NEW_OUTSIDE_DATES:
		return "the new certificate is outside of its dates by the backend's clock, and "
		       "the old one is not";
	case RULES_DECIDED_OTHERWISE:
		return "this rotation has been decided for the other certificate";
	case RULES_ALLOWED:
	case RULES_CSR_UNSOUND:
	case RULES_REFUSAL_COUNT:
		break;
	}
	return NULL;
}

enum rules_refusal rules_asker(const struct rules_asker *facts)
{
	if (!facts->speaks_for_thing)
		return RULES_CLIENT_OF_OTHERS;
	if (!facts->registered)
		return RULES_CERTIFICATE_UNKNOWN;
	if (facts->revoked)
		return RULES_CERTIFICATE_REVOKED;
	if (!facts->active)
		return RULES_CERTIFICATE_INACTIVE;
	return facts->attached ? RULES_ALLOWED : RULES_CERTIFICATE_UNATTACHED;
}

enum rules_refusal rules_execution(const struct rules_execution *facts)
{
	if (!facts->exists)
		return RULES_EXECUTION_UNKNOWN;
	if (!facts->in_progress)
		return RULES_EXECUTION_NOT_IN_PROGRESS;
	if (!facts->is_newest)
		return RULES_EXECUTION_REPLACED;
	return facts->is_rotation ? RULES_ALLOWED : RULES_JOB_NOT_ROTATION;
}

enum rules_refusal rules_repeat(const struct rules_repeat *facts)
{
	if (!facts->same_key)
		return RULES_SECOND_KEY;
	return facts->survivor == SURVIVOR_NONE ? RULES_ALLOWED : RULES_DECIDED;
}

/* A device to which an answer came twice may have made a key for each, but in one session. */
bool rules_repeat_is_alarm(const struct rules_repeat *facts)
{
	return !facts->same_key && !facts->same_session;
}

enum rules_refusal rules_create(const struct rules_create *facts)
{
	if (facts->subject_differs)
		return RULES_SUBJECT_DIFFERS;
	if (facts->csr_unsound)
		return RULES_CSR_UNSOUND;
	if (facts->key_in_use)
		return RULES_KEY_IN_USE;
	if (facts->key_seen)
		return RULES_KEY_SEEN;
	return facts->unexplained ? RULES_CERTIFICATE_UNEXPLAINED : RULES_ALLOWED;
}

/*
 * A device that went back to a retained certificate has given up the open rotation, in which that
 * certificate has no part.
 */
bool rules_is_explained(const struct rules_other *facts)
{
	if (facts->retained || facts->lost || facts->shares_rotation)
		return true;
	return facts->in_open_rotation && facts->principal_retained;
}

enum rules_refusal rules_commit(const struct rules_commit *facts)
{
	if (!facts->issued)
		return RULES_NOTHING_ISSUED;
	if (facts->over != RULES_IS_NEW)
		return RULES_COMMIT_NOT_OVER_NEW;
	if (facts->names_another)
		return RULES_COMMIT_MEANS_ANOTHER;
	if (facts->survivor == SURVIVOR_OLD)
		return RULES_DECIDED_FOR_OLD;
	return facts->in_use ? RULES_ALLOWED : RULES_NEW_NOT_IN_USE;
}

/*
 * FAILED of a device that is not ours, over anything but OLD, while the rotation is open. Such a
 * device says so before it goes back to OLD, and also when it cannot. The program on a device may
 * be replaced in the middle of a rotation, so both who began it and who speaks must be ours.
 */
static bool is_ambiguous(const struct rules_final_status *facts)
{
	if (facts->succeeded || facts->survivor != SURVIVOR_NONE)
		return false;
	if (facts->says_ours && !facts->not_ours)
		return false;
	return facts->over != RULES_IS_OLD && facts->usable;
}

/*
 * The survivor cannot be used any more, and the device speaks over the other certificate, as what
 * it lives on. What it says agrees: SUCCEEDED over NEW, anything else over OLD.
 */
static bool turns(const struct rules_final_status *facts)
{
	enum survivor spoken_for = facts->succeeded ? SURVIVOR_NEW : SURVIVOR_OLD;
	enum rules_part part = facts->succeeded ? RULES_IS_NEW : RULES_IS_OLD;

	if (facts->survivor == SURVIVOR_NONE || facts->survivor == spoken_for)
		return false;
	return facts->survivor_failed && facts->usable && facts->over == part;
}

/* Which certificate the status is for; *refusal: it may not be said. */
static enum survivor wanted_survivor(enum rules_refusal *refusal,
				     const struct rules_final_status *facts)
{
	*refusal = RULES_ALLOWED;
	if (facts->over == RULES_NO_PART)
		*refusal = RULES_SAID_WITHOUT_PART;
	else if (!facts->succeeded)
		return SURVIVOR_OLD;
	else if (facts->over == RULES_IS_OLD)
		*refusal = RULES_SUCCEEDED_OVER_OLD;
	else if (!facts->committed && facts->survivor != SURVIVOR_NEW)
		*refusal = RULES_NOT_COMMITTED;
	else
		return SURVIVOR_NEW;
	return SURVIVOR_NONE;
}

/*
 * A session outlives the dates of its certificate, but no broker takes that one again. A device
 * of ours has OLD until its word was accepted; any other one has destroyed it by now.
 */
static bool is_too_late(const struct rules_final_status *facts)
{
	return facts->new_outside_dates && !facts->not_ours &&
	    facts->survivor != SURVIVOR_OLD;
}

/*
 * The survivor is written once, but where it cannot be used any more. To accept the contrary would
 * let the device destroy the pair that it is to use.
 */
enum rules_refusal rules_final_status(enum rules_effect *effect,
				      const struct rules_final_status *facts)
{
	enum rules_refusal refusal;
	enum survivor wanted;

	*effect = RULES_NO_EFFECT;
	if (!facts->issued)
		return facts->succeeded && facts->needs_rotation ? RULES_NOTHING_ISSUED
								 : RULES_ALLOWED;
	if (is_ambiguous(facts)) {
		if (facts->over == RULES_IS_NEW)
			*effect = RULES_DOUBT;
		return RULES_ALLOWED;
	}
	if (turns(facts)) {
		*effect = facts->succeeded ? RULES_NEW_SURVIVES : RULES_OLD_SURVIVES;
		return RULES_ALLOWED;
	}
	/* A device that has moved on ends an older execution. */
	if (facts->survivor != SURVIVOR_NONE && !facts->succeeded && facts->over == RULES_NO_PART)
		return RULES_ALLOWED;
	wanted = wanted_survivor(&refusal, facts);
	if (refusal != RULES_ALLOWED)
		return refusal;
	if (wanted == SURVIVOR_NEW && is_too_late(facts)) {
		if (facts->survivor == SURVIVOR_NONE)
			*effect = RULES_OLD_SURVIVES;
		return RULES_NEW_OUTSIDE_DATES;
	}
	if (facts->survivor == SURVIVOR_NONE)
		*effect = wanted == SURVIVOR_NEW ? RULES_NEW_SURVIVES : RULES_OLD_SURVIVES;
	else if (facts->survivor != wanted)
		return RULES_DECIDED_OTHERWISE;
	return RULES_ALLOWED;
}

bool rules_session_decides(const struct rules_session *facts)
{
	return facts->doubted && !facts->began_earlier;
}

enum survivor rules_settlement(const struct rules_settlement *facts)
{
	if (facts->over == RULES_IS_NEW)
		return SURVIVOR_NEW;
	return facts->over == RULES_IS_OLD || facts->principal_retained ? SURVIVOR_OLD
									 : SURVIVOR_NONE;
}

enum survivor rules_turn(enum rules_part over, enum survivor survivor, bool not_ours)
{
	if (not_ours || !rules_has_lost(over, survivor))
		return SURVIVOR_NONE;
	return over == RULES_IS_NEW ? SURVIVOR_NEW : SURVIVOR_OLD;
}

bool rules_settlement_retains(const struct rules_settlement *facts)
{
	if (rules_settlement(facts) == SURVIVOR_NONE)
		return false;
	return facts->not_ours && facts->loser_seen && facts->loser_active;
}

bool rules_return_retains(bool seen, bool active)
{
	return seen && active;
}

bool rules_sight_releases(const struct rules_sight *facts)
{
	return facts->from_rotation && !facts->is_seen && !facts->is_predecessor;
}

bool rules_success_releases(bool is_survivor)
{
	return !is_survivor;
}

enum rules_retirement_verdict rules_retirement(const struct rules_retirement *facts)
{
	if (facts->not_ours && (facts->loser_retained || facts->loser_is_later_old))
		return RULES_WAIT;
	if (!facts->survivor_usable)
		return facts->alarm_raised ? RULES_WAIT : RULES_ALARM;
	return facts->loser_of_another_thing ? RULES_LET_GO : RULES_RETIRE;
}

enum rules_retirement_verdict rules_release(const struct rules_release *facts)
{
	if (!facts->successor_usable)
		return RULES_WAIT;
	return facts->attached ? RULES_RETIRE : RULES_LET_GO;
}

bool rules_retirement_revokes(bool of_private_authority, bool revoked)
{
	return of_private_authority && !revoked;
}

bool rules_quarantine_is_over(const struct rules_quarantine *facts)
{
	return facts->age >= facts->length && !facts->active && !facts->attached;
}

bool rules_has_lost(enum rules_part part, enum survivor survivor)
{
	return (part == RULES_IS_OLD && survivor == SURVIVOR_NEW) ||
	       (part == RULES_IS_NEW && survivor == SURVIVOR_OLD);
}
