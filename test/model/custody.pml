/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custody.pml - decides which certificate survives a rotation, which ones are kept (retained) and
 * which are retired: src/backend/rules, rotation/settlement.c and reconcile.c.
 *
 * A device that is ours says so, and its journal tells it which pair it may go back to. About any
 * other device less is known. It says FAILED (or REJECTED, which is the same here) before it goes
 * back to OLD, and also when it has NEW alone; and it may begin a rotation with a backup of the
 * pair before, and go back to that. The certificates that such a device may still go back to are
 * kept.
 */
typedef rotation {
	byte old;		/* the certificate that create came over; 0: there is no such row */
	bool committed;		/* commit was granted */
	mtype survivor;		/* 0: undecided */
	bool doubted;		/* FAILED was said over NEW by a device that is not ours */
	bool retired		/* the other one was, or is kept */
};
rotation rotations[MOST_JOBS + 1];	/* by job, from 1 */

byte kept;	/* certificates that a later create has left behind */
byte leaving;	/* those of them that nobody can go back to any more, until they are retired */

/*
 * Tell whether a final status, or a rotation, is of a device that is ours (UNMARKED: one that does
 * not say it).
 */
#if defined(FOREIGN) || defined(UNMARKED)
#define is_own_word	false
#elif defined(RESTORED) && !defined(ORPHAN_IS_OURS)
#define is_own_word	(verb_ != GIVEN_UP)
#else
#define is_own_word	true
#endif
#ifdef ADOPTED
bool replaced;	/* the software of the thing, since rotation 1 */
#define is_own(j)	(is_own_word != (replaced && (j) == 1))
#elif defined(RESTORED)
#define is_own(j)	true
#else
#define is_own(j)	is_own_word
#endif

/* If all devices are ours, no certificate is ever kept, and which ones were seen is not noted. */
#if !defined(FOREIGN) && !defined(UNMARKED) && !defined(ADOPTED) && !defined(RESTORED)
#define ALL_OURS
#define note_seen(c)	skip
#define unseen		0
#define MOST_AT_ONCE	2
#else
byte seen;	/* certificates that the thing was on: a session of exactly its name was reported, or a create came */
#define note_seen(c)	seen = WITH(seen, c)
#define unseen		(~seen)
#ifdef RESTORED
#define MOST_AT_ONCE	(restored -> 6 : 2)	/* what was taken in does not go before a success */
#else
#define MOST_AT_ONCE	3
#endif
#endif

#define row(j)		(rotations[j].old != 0)
#define open(j)		(row(j) && rotations[j].survivor == 0)
#define has_part(j, c)	(c == rotations[j].old || c == OF_JOB(j))
#define winner(j)	(rotations[j].survivor == NEW -> OF_JOB(j) : rotations[j].old)
#define loser(j)	(rotations[j].survivor == NEW -> rotations[j].old : OF_JOB(j))
/*
 * Tells whether the thing has a usable certificate after rotation j: the survivor, or the one that
 * a later rotation put in its place.
 */
#define usable_by(j, k)	((k) <= JOBS && rotations[k].old == winner(j) && rotations[k].survivor == NEW && IN(OF_JOB(k), welcome))
#define is_usable(j)	IN(winner(j), (rotations[j].survivor == NEW -> welcome : taken))	/* OLD may rotate although it has expired */
#define outlives(j)	(is_usable(j) || usable_by(j, j + 1) || usable_by(j, j + 2))
#define due(j)		(rotations[j].survivor != 0 && !rotations[j].retired && outlives(j))
#define lost_by(j)	(due(j) -> BIT(loser(j)) : 0)
#define losers		(lost_by(1) | lost_by(2) | lost_by(3) | lost_by(4) | lost_by(5))

/*
 * Certificates that somebody has put out of use, and that may become usable again: deactivated by
 * an operator, or outside of their dates by a clock that is wrong.
 */
#ifdef DIES
byte dead;
#else
#define dead	0
#endif

/* Tells whether c lost rotation j, whose survivor has become unusable. */
#ifdef NEVER_TURNS
#define turns(j, c)	false
#else
#define turns(j, c)	(row(j) && rotations[j].survivor != 0 && !rotations[j].retired && c == loser(j) && !is_usable(j))
#endif

/* Tells whether c lost rotation j, and may still be used. */
#ifdef NEVER_TURNS
#define left_behind(j, c)	false
#else
#define left_behind(j, c)	(row(j) && is_own(j) && rotations[j].survivor != 0 && !rotations[j].retired && c == loser(j))
#endif

/* Writes the survivor s of rotation j. */
inline decide(j, s)
{
	tell_decide(j, s);
	rotations[j].survivor = s;
	rotations[j].doubted = false;
	printf("backend: survivor of job %d: %e\n", j, s)
}

/*
 * Tells whether certificate c may be retired after rotation j, for (e). While a rotation is rolled
 * back the runtime may still run on NEW: then the restart that brings it back is owed. (e) is not
 * claimed where the journal was lost, since a final status from before the loss may arrive after
 * the device has begun anew, nor where an operator settled for the pair that is not in use, or puts pairs out of
 * use: then the device may have said its final status over the other pair.
 */
#if defined(LOCK_OUT_ALONE) || defined(DIES) || defined(DATES)
#define may_retire(j, c)	true
#elif defined(FOREIGN)
#define may_retire(j, c)	(c != live)
#else
#define may_retire(j, c)	(losses < LOSSES || settled || \
				 (c != live && (c != runs_on || (rotations[j].survivor == OLD && restart_for != 0))))
#endif

/* Retires certificate c, which lost rotation j; j 0: it was kept, and was released. */
inline retire(j, c)
{
	tell_retire(j, c);
	printf("backend: certificate %d is retired\n", c);
	taken = WITHOUT(taken, c);
	kept = WITHOUT(kept, c);
	leaving = WITHOUT(leaving, c);
	claim(a_no_lock_out, tenable);
	claim(e_none_in_use_retired, may_retire(j, c));
#ifdef DIES
	dead = WITHOUT(dead, c)
#endif
}

/*
 * Retires all losers of decided rotations whose survivor is usable, and all certificates that were
 * released.
 */
inline reconcile()
{
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && due(i) -> p = loser(i); rotations[i].retired = true; retire(i, p); i++
	:: i <= JOBS && !due(i) -> i++
	od;
	i = 1;
	do
	:: leaving == 0 -> break
	:: leaving != 0 && IN(i, leaving) -> retire(0, i); i++
	:: leaving != 0 && !IN(i, leaving) -> i++
	od
}

/* Releases the kept certificates of the set. */
inline release(set)
{
	leaving = leaving | (kept & (set));
	kept = kept & ~(set)
}

/*
 * Notes that the thing uses c. The first time, other kept certificates are released, except the
 * one over which c was issued: the thing can go back to that one only.
 */
inline see(c)
{
	if
#ifdef RELEASES_AT_ONCE
	:: true -> release(~BIT(c))
#elif !defined(KEEPS_FOR_EVER)
	:: IN(c, unseen) && c > 1 && row(c - 1) -> release(WITHOUT(~BIT(c), rotations[c - 1].old))
#endif
	:: else
	fi;
	note_seen(c)
}

/*
 * Turns the rotations around that c lost: a create over c shows that the device lives on it. Of a
 * device that is not ours that is not known, and what it left behind is kept instead.
 */
inline turn_around(c)
{
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && left_behind(i, c) -> decide(i, (c == OF_JOB(i) -> NEW : OLD)); i++
	:: i <= JOBS && !left_behind(i, c) -> i++
	od
}

/*
 * Settles the other open rotations when create for job j comes over c: the device has moved on,
 * and c is what it uses. If c was kept, the device has gone back to c and never switched to NEW of
 * the rotation that it gave up. Every other certificate of the thing is kept if the thing ever
 * used it. A create over it counts as use, because the report of a session may be lost.
 */
#ifdef RESTORED
#define settles(i, c)	(has_part(i, c) || IN(c, kept))
#else
#define settles(i, c)	true	/* a certificate without a part in it is a kept one */
#endif
inline settle_others(j, c)
{
#ifdef RELEASES_BY_REPORT
	note_seen(c);
#elif !defined(REPORTS_ALONE)
	see(c);
#endif
#ifndef NO_SETTLING
	turn_around(c);
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && i != j && open(i) && settles(i, c) -> decide(i, (c == OF_JOB(i) -> NEW : OLD)); rotations[i].retired = !is_own(i); i++
	:: i <= JOBS && !(i != j && open(i) && settles(i, c)) -> i++
	od;
#ifdef RESTORED
	kept = WITHOUT(kept | (IN(c, kept) -> taken & seen & ~(leaving | losers) : 0), c);
#else
	kept = WITHOUT(kept | (taken & ~(leaving | losers)), c);
#endif
#endif
#ifdef KEEPS_NONE
	release(kept)
#elif defined(RESTORED)
	skip
#else
	release(unseen)
#endif
}

/*
 * Finds a certificate other than c that no rotation explains, and leaves it in p; 0: there is
 * none.
 */
#define by_rotation(j, a, c)	(row(j) && !rotations[j].retired && has_part(j, a) && has_part(j, c))
#define by_rotations(a, c)	(by_rotation(1, a, c) || by_rotation(2, a, c) || by_rotation(3, a, c) || \
				 by_rotation(4, a, c) || by_rotation(5, a, c))
#ifdef REFUSES_KEPT
#define may_return(c)	false
#else
#define may_return(c)	IN(c, kept)
#endif
#define explained(a, c)	(may_return(c) || IN(a, kept | leaving | losers) || by_rotations(a, c))
inline find_unexplained(c)
{
	p = JOBS + 1;
	do
	:: p == 0 || (IN(p, taken) && p != c && !explained(p, c)) -> break
	:: else -> p--
	od;
	claim(c_rotations_end, p == 0)
}

#ifdef FOREIGN
/*
 * Forgets rotations that are over and have no effect any more, so that states do not differ by
 * past jobs.
 */
inline forget_past()
{
	seen = seen & taken;
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && row(i) && !pending(i) && rotations[i].retired && !IN(OF_JOB(i), taken) ->
		rotations[i].old = 0; rotations[i].committed = false; rotations[i].survivor = 0; rotations[i].retired = false; i++
	:: else -> i++
	od
}
#else
#define forget_past()	skip
#endif

/*
 * Ends an event: retires, in the event's own transaction, what it decided, so that there are never
 * more than `most` certificates. With DEFER that may fail and be done later; then a certificate
 * that has lost its rotation may exist for a while.
 */
#define is_due	(leaving != 0 || losers != 0)
#ifdef RESTORED
bool paused;	/* since the copy was put back, until the operator sees the device connected, and resumes */
#elif defined(PAUSED)
bool paused = true;	/* a backup was put back, and the operator has not resumed retirement yet */
#else
#define paused	false
#endif
inline finish(most)
{
	if
	:: !paused -> reconcile()
	:: paused
#ifdef DEFER
	:: !paused && may_fail && is_due -> spend("fault: the reconciler fails for now\n")
#endif
	fi;
	p = welcome & ~(leaving | losers);
	claim(d_one_certificate, COUNT(p) <= most);
	forget_past()
}
#ifdef RESTORED
#define CHORES	:: atomic { paused && IN(live, taken) -> paused = false; printf("backend: retirement is resumed\n"); reconcile() }
#elif defined(PAUSED)
#define CHORES	:: atomic { paused -> paused = false; printf("backend: retirement is resumed\n"); reconcile() }
#elif defined(DEFER)
#define CHORES	:: atomic { is_due -> reconcile(); forget_past() }
#else
#define CHORES
#endif

/*
 * Handles the start of a session over c. It decides only a rotation that is in doubt: a session
 * over OLD that begins after FAILED shows that the thing has gone back. One that began before
 * shows nothing.
 */
#ifdef ANY_SESSION
#define is_doubted(j)	open(j)
#else
#define is_doubted(j)	(open(j) && rotations[j].doubted)
#endif
inline session_started(c)
{
#ifdef CONNECTION_DECIDES
	if
	:: c > 1 && open(c - 1) -> decide(c - 1, NEW); reconcile()
	:: else
	fi
#endif
#ifdef ALL_OURS
	skip
#else
	see(c);
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && is_doubted(i) && c == rotations[i].old -> decide(i, OLD); i++
	:: i <= JOBS && !(is_doubted(i) && c == rotations[i].old) -> i++
	od;
	finish(MOST_AT_ONCE)
#endif
}
