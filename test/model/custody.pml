/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custody.pml - who has which certificate, which is kept and which is retired: src/backend/rules, rotation/settlement.c and
 * reconcile.c.
 *
 * A device that is ours says so, and its own record tells it what it may go back to. Of any other we know less. It says FAILED
 * (or REJECTED, which is the same here) both before it goes back to OLD and when it has NEW alone; and it may begin a rotation
 * with a backup of the one before, and go back to that. What such a device may still go back to is kept.
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

/* That a rotation, and a word, is of a device that is ours (UNMARKED: one that does not say it). */
#if defined(FOREIGN) || defined(UNMARKED)
#define is_own_word	false
#else
#define is_own_word	true
#endif
#ifdef ADOPTED
bool replaced;	/* the software of the thing, since rotation 1 */
#define is_own(j)	(is_own_word != (replaced && (j) == 1))
#else
#define is_own(j)	is_own_word
#endif

/* Where all devices are ours nothing is ever kept, and what was seen is not noted. */
#if !defined(FOREIGN) && !defined(UNMARKED) && !defined(ADOPTED)
#define ALL_OURS
#define note_seen(c)	skip
#define unseen		0
#define MOST_AT_ONCE	2
#else
byte seen;	/* certificates that the thing was on: a session of exactly its name was reported, or a create came */
#define note_seen(c)	seen = WITH(seen, c)
#define unseen		(~seen)
#define MOST_AT_ONCE	3
#endif

#define row(j)		(rotations[j].old != 0)
#define open(j)		(row(j) && rotations[j].survivor == 0)
#define has_part(j, c)	(c == rotations[j].old || c == OF_JOB(j))
#define winner(j)	(rotations[j].survivor == NEW -> OF_JOB(j) : rotations[j].old)
#define loser(j)	(rotations[j].survivor == NEW -> rotations[j].old : OF_JOB(j))
#define due(j)		(rotations[j].survivor != 0 && !rotations[j].retired && IN(winner(j), taken))
#define lost_by(j)	(due(j) -> BIT(loser(j)) : 0)
#define losers		(lost_by(1) | lost_by(2) | lost_by(3) | lost_by(4) | lost_by(5))

inline decide(j, s)
{
	rotations[j].survivor = s;
	rotations[j].doubted = false;
	printf("backend: survivor of job %d: %e\n", j, s)
}

/*
 * While a rotation is rolled back the runtime may run on NEW still: then the restart that brings it back is owed. Where the
 * journal was lost, a word from before that may come when the device has begun anew, and an operator may settle for the pair
 * that is not in use: (e) is not claimed then.
 */
#if defined(LOCK_OUT_ALONE)
#define may_retire(j, c)	true
#elif defined(FOREIGN)
#define may_retire(j, c)	(c != live)
#else
#define may_retire(j, c)	(losses < LOSSES || settled || \
				 (c != live && (c != runs_on || (rotations[j].survivor == OLD && restart_for != 0))))
#endif

/* Of rotation j; 0: of none, it was kept. */
inline retire(j, c)
{
	printf("backend: certificate %d is retired\n", c);
	taken = WITHOUT(taken, c);
	kept = WITHOUT(kept, c);
	leaving = WITHOUT(leaving, c);
	claim(a_no_lock_out, held & taken);
	claim(e_none_in_use_retired, may_retire(j, c))
}

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

/* Those of the set that are kept are kept no longer. */
inline release(set)
{
	leaving = leaving | (kept & (set));
	kept = kept & ~(set)
}

/* The thing is on c, for the first time: from there it can go back to what c was issued over alone. */
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
 * A create for another execution: the device has moved on, and what it came over is what it lives on. Over a kept certificate: it
 * has gone back to that, and never switched to NEW of the rotation that it gave up. Whatever else the thing has is kept if the
 * thing was ever on it. That a create came over it is enough, because the report of a session may be lost.
 */
inline settle_others(j, c)
{
#ifdef RELEASES_BY_REPORT
	note_seen(c);
#elif !defined(REPORTS_ALONE)
	see(c);
#endif
#ifndef NO_SETTLING
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS && i != j && open(i) -> decide(i, (c == OF_JOB(i) -> NEW : OLD)); rotations[i].retired = !is_own(i); i++
	:: i <= JOBS && !(i != j && open(i)) -> i++
	od;
	kept = WITHOUT(kept | (taken & ~(leaving | losers)), c);
#endif
#ifdef KEEPS_NONE
	release(kept)
#else
	release(unseen)
#endif
}

/* Leaves in p a certificate besides c that no rotation explains; 0: none */
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
/* What is over and bears on nothing any more is forgotten, so that the states do not count the jobs that are past. */
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
 * What an event decided is carried out in its own transaction, so that there is never one more. Where a part of that may fail
 * and be done later (DEFER), one that has lost its rotation may be there for the moment.
 */
#define is_due	(leaving != 0 || losers != 0)
inline finish(most)
{
	if
	:: reconcile()
#ifdef DEFER
	:: may_fail && is_due -> spend("fault: the reconciler fails for now\n")
#endif
	fi;
	p = taken & ~(leaving | losers);
	claim(d_one_certificate, COUNT(p) <= most);
	forget_past()
}
#ifdef DEFER
#define CHORES	:: atomic { is_due -> reconcile(); forget_past() }
#else
#define CHORES
#endif

/*
 * A connection decides nothing, but for a rotation that is in doubt: a session over OLD that begins after FAILED shows that the
 * thing has gone back. One that began before would show nothing.
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
