/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - the decisions of a rotation: who may have a certificate, what commit says, which
 * certificate survives, and what is retired and when.
 *
 * A rule takes a struct of facts and gives a verdict. It reads no database, no message and no
 * clock, and allocates nothing. The caller gathers the facts, asks, and does what the verdict
 * says. The daemon and the functions on AWS decide with these same rules.
 *
 * OLD is the certificate that a create request came over, NEW the one that was issued for it.
 * A device is ours when it says so; any other one behaves like the reference component's: it may
 * go back to a certificate that it has left.
 */
#ifndef GR_RULES_RULES_H
#define GR_RULES_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* Which certificate of a rotation is to be used from now on. NONE: that is still open. */
enum survivor { SURVIVOR_NONE, SURVIVOR_OLD, SURVIVOR_NEW };

/* What a certificate is to one rotation. */
enum rules_part { RULES_NO_PART, RULES_IS_OLD, RULES_IS_NEW };
enum rules_part rules_part(const char *certificate, const char *old_id, const char *new_id);

enum rules_refusal {
	RULES_ALLOWED,
	/* each request of a rotation */
	RULES_CLIENT_OF_OTHERS,
	RULES_CERTIFICATE_UNKNOWN,
	RULES_CERTIFICATE_REVOKED,
	RULES_CERTIFICATE_INACTIVE,
	RULES_CERTIFICATE_UNATTACHED,
	/* create and commit */
	RULES_EXECUTION_UNKNOWN,
	RULES_EXECUTION_NOT_IN_PROGRESS,
	RULES_EXECUTION_REPLACED,
	RULES_JOB_NOT_ROTATION,
	/* create */
	RULES_SECOND_KEY,
	RULES_DECIDED,
	RULES_SUBJECT_DIFFERS,
	RULES_CSR_UNSOUND,		/* the caller knows why */
	RULES_KEY_IN_USE,
	RULES_KEY_SEEN,
	RULES_CERTIFICATE_UNEXPLAINED,
	/* commit, and a final status */
	RULES_NOTHING_ISSUED,
	RULES_COMMIT_NOT_OVER_NEW,
	RULES_COMMIT_MEANS_ANOTHER,
	RULES_DECIDED_FOR_OLD,
	RULES_NEW_NOT_IN_USE,
	RULES_SAID_WITHOUT_PART,
	RULES_SUCCEEDED_OVER_OLD,
	RULES_NOT_COMMITTED,
	RULES_NEW_OUTSIDE_DATES,
	RULES_DECIDED_OTHERWISE,
	RULES_REFUSAL_COUNT
};
/* What a device is told; NULL for RULES_ALLOWED and RULES_CSR_UNSOUND. */
const char *rules_sentence(enum rules_refusal refusal);

/* Who asks: needed by every request of a rotation. */
struct rules_asker {
	bool speaks_for_thing;	/* by its client id: the thing itself, or its rotation agent */
	/* the certificate of the connection */
	bool registered, revoked, active, attached;
};
enum rules_refusal rules_asker(const struct rules_asker *facts);

/* The job execution that create and commit are asked for. */
struct rules_execution {
	bool exists, in_progress;
	bool is_newest;		/* the request names no number, or this one's */
	bool is_rotation;	/* by the job's document */
};
enum rules_refusal rules_execution(const struct rules_execution *facts);

/* A create request for an execution that has a certificate already. */
struct rules_repeat {
	bool same_key;
	bool same_session;	/* the answer with the certificate went to this very session */
	enum survivor survivor;
};
/* RULES_ALLOWED: the answer is the same certificate again. */
enum rules_refusal rules_repeat(const struct rules_repeat *facts);
/* Is this refusal an alarm? A second key within one execution may be that of a copied device. */
bool rules_repeat_is_alarm(const struct rules_repeat *facts);

/*
 * The first create request of an execution. Each fact speaks against it, so a caller may ask
 * before it has gathered all of them, and stop at the first refusal: further facts change no
 * refusal.
 */
struct rules_create {
	bool subject_differs;	/* from that of the certificate in use */
	bool csr_unsound;	/* its signature does not verify, or its key is weak */
	bool key_in_use, key_seen;
	bool unexplained;	/* another certificate of the thing is not explained */
};
enum rules_refusal rules_create(const struct rules_create *facts);

/* A certificate of the thing besides the one that a create request came over. */
struct rules_other {
	bool retained;		/* a device may still go back to it */
	bool lost;		/* a decided rotation of the thing; it is only not retired yet */
	/* a rotation whose other certificate is not retired yet has both of them */
	bool shares_rotation;
	bool in_open_rotation;
	bool principal_retained;	/* the certificate that the request came over is */
};
/* Do rotations explain why it is there? */
bool rules_is_explained(const struct rules_other *facts);

struct rules_commit {
	bool issued;		/* the execution has a certificate */
	enum rules_part over;
	bool names_another;	/* the request names a certificate that is not NEW */
	enum survivor survivor;
	/* true if asked as the thing itself, else whether the thing's own connection uses NEW */
	bool in_use;
};
/* RULES_NEW_NOT_IN_USE: the device is to ask again. Every other refusal is for good. */
enum rules_refusal rules_commit(const struct rules_commit *facts);

/* SUCCEEDED, FAILED or REJECTED, also of an execution that has ended or is gone. */
struct rules_final_status {
	bool succeeded;		/* else FAILED or REJECTED, which mean the same */
	enum rules_part over;
	bool says_ours;		/* the device says with it that it is ours */
	bool usable;		/* the certificate of the connection is ACTIVE and the thing's */
	bool needs_rotation;	/* the execution is open and its job is a rotation */
	/* the rotation; all false where no certificate was ever asked for */
	bool issued, not_ours, committed;
	enum survivor survivor;
	/* the survivor is not usable any more, and the other certificate is not retired */
	bool survivor_failed;
	/* NEW is outside of its dates; OLD is usable, in its dates, and not retired */
	bool new_outside_dates;
};
enum rules_effect {
	RULES_NO_EFFECT,	/* on the certificates */
	RULES_DOUBT,		/* FAILED is on record; only a later session over OLD decides */
	RULES_OLD_SURVIVES,
	RULES_NEW_SURVIVES
};
/*
 * A refusal has no effect, but for one: with RULES_NEW_OUTSIDE_DATES OLD survives, if it was open.
 * If it was not, the answer must not tell what survived: the device would destroy OLD.
 */
enum rules_refusal rules_final_status(enum rules_effect *effect,
				      const struct rules_final_status *facts);

/* A session of exactly the thing, over OLD of an open rotation. */
struct rules_session {
	bool doubted;		/* RULES_DOUBT is on record */
	bool began_earlier;	/* the broker only reports it again */
};
/* Has the device gone back to OLD? Then OLD survives. No other connection decides anything. */
bool rules_session_decides(const struct rules_session *facts);

/* An open rotation of the thing, when a create request for a later execution is granted. */
struct rules_settlement {
	enum rules_part over;	/* the certificate that the request came over */
	bool principal_retained;
	bool not_ours;
	bool loser_seen;	/* the thing was seen over the other certificate */
	bool loser_active;
};
/* What the rotation is settled for; SURVIVOR_NONE: it stays open. */
enum survivor rules_settlement(const struct rules_settlement *facts);
/* Is the other certificate retained, because the device may go back to it? */
bool rules_settlement_retains(const struct rules_settlement *facts);

/*
 * A decided rotation of the thing whose loser is not retired yet, when a create request for a
 * later execution is granted. What it is decided for now; SURVIVOR_NONE: as it is. A device that
 * is ours lives on the certificate that it asks over, whatever it had said before.
 */
enum survivor rules_turn(enum rules_part over, enum survivor survivor, bool not_ours);

/*
 * A create request came over a retained certificate, so that one is in use again: is another
 * certificate of the thing retained in its place?
 */
bool rules_return_retains(bool seen, bool active);

/* A retained certificate, when the thing is seen over a certificate for the first time. */
struct rules_sight {
	bool is_seen;		/* it is that certificate */
	bool from_rotation;	/* that certificate was issued in a rotation ... */
	bool is_predecessor;	/* ... over this one */
};
/* Nobody can go back to it any more. */
bool rules_sight_releases(const struct rules_sight *facts);
/* The same when a rotation of the thing succeeds. */
bool rules_success_releases(bool is_survivor);

/* A decided rotation whose other certificate, the loser, is not retired yet. */
struct rules_retirement {
	bool not_ours;
	bool loser_retained;
	bool loser_is_later_old;	/* OLD of a later rotation, which decides about it */
	/*
	 * The survivor, or what a later rotation put in its place, is ACTIVE, not revoked,
	 * attached to the thing, and, if it was issued by then, not expired.
	 */
	bool survivor_usable;
	bool alarm_raised;		/* that it is not, is on record */
	bool loser_of_another_thing;	/* an operator gave it away */
};
enum rules_retirement_verdict {
	RULES_WAIT,
	RULES_ALARM,		/* the survivor is not usable */
	RULES_LET_GO,		/* nothing is done to the loser; the rotation is over */
	RULES_RETIRE
};
enum rules_retirement_verdict rules_retirement(const struct rules_retirement *facts);

/* A retained certificate that was released. successor: the certificate that released it. */
struct rules_release {
	bool successor_usable;
	bool attached;		/* it is still this thing's */
};
/* RULES_LET_GO: it is not the thing's any more, and is only retained no longer. */
enum rules_retirement_verdict rules_release(const struct rules_release *facts);

/* Is a certificate that is retired also revoked? Elsewhere it would be good until it expires. */
bool rules_retirement_revokes(bool of_private_authority, bool revoked);

/* A certificate that was retired, age ms ago. */
struct rules_quarantine {
	int64_t age, length;	/* ms */
	bool active, attached;	/* an operator revived it */
};
/* Is it deleted? */
bool rules_quarantine_is_over(const struct rules_quarantine *facts);

/*
 * Has the certificate lost the rotation? A connection over it is about to be closed, so an answer
 * must have left before.
 */
bool rules_has_lost(enum rules_part part, enum survivor survivor);

#endif
