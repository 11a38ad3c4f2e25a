/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.pml - the journal, which is all that the device knows after a power cut:
 * scripts/driver/record.sh, src/device/rotation/journal.c. A change (gr-journal put) is durable at
 * once, so it is one step here.
 */
mtype = { idle, updating_job, creating_certificate, trial, committing, reporting, rolling_back, failing };

mtype phase = idle;
byte job;		/* 0: unknown */
byte old, new, other;	/* pairs; 0: none */
bool new_certificate;	/* NEW is staged */
bool commit;		/* a commit was sent */
bool final;		/* the final word may have been sent */
bool gone_back;		/* NEW was made live again after OLD */
byte restart_for;	/* the pair that the runtime is owed a restart for; 0: none */
bool overdue;		/* the trial's deadline has passed */
bool lost;		/* the journal got lost, and no certificate was asked for since */

/*
 * Tells whether a put counts (compare and swap): the phase must still be the one with which its
 * step began.
 */
#ifdef NO_SWAP
#define still(from)	true
#else
#define still(from)	(phase == from)
#endif

/*
 * Enters a phase. Other values that change together with the phase are set before the call, in the
 * same step.
 */
inline enter(next)
{
	tell_enter(next);
	phase = next;
	overdue = overdue && (next == trial || next == committing);
	printf("journal: %e\n", phase)
}

/*
 * With RESTORED, takes an execution that is QUEUED again out of the queue: the device has a pair for
 * it already, and what it would make of it now is a job more.
 */
#ifdef RESTORED
inline leave_to_others(j)
{
	if
	:: restored && j != 0 && is(j, QUEUED) -> execution[j] = GONE
	:: else
	fi
}
#else
#define leave_to_others(j)	skip
#endif

/* Forgets the rotation. */
inline clear()
{
	job = 0; old = 0; new = 0; other = 0; new_certificate = false; commit = false; final = false; gone_back = false
}

/*
 * Removes, if the live pair is committed, the pairs that are neither live nor named in the
 * journal.
 */
inline sweep()
{
	if
	:: IN(live, committed) -> tell_sweep(); held = held & (BIT(live) | BIT(other)); claim(a_no_lock_out, tenable)
	:: else
	fi
}

/*
 * Ends the rotation in the journal (gr-journal put --clear): only the pair `second`, if any, stays
 * on record, as other.
 */
inline record_close(from, second)
{
	if
	:: still(from) -> tell_close(second); swap = second; leave_to_others(job); clear(); other = swap; swap = 0; enter(idle); sweep()
	:: else
	fi
}

/* Gives the rotation up: enters the phase next, if the journal is still in from. */
inline give_up(from, next)
{
	if
	:: still(from) -> claim(f_not_for_nothing, has_reason); enter(next)
	:: else
	fi
}

/*
 * Lets time pass: the deadline may come at any moment of a rotation, and does come when nothing
 * else moves.
 */
#ifndef NO_DEADLINE
#define armed	(phase == creating_certificate || phase == trial || phase == committing)
active proctype deadline()
{
	do
	:: atomic { armed && !overdue -> overdue = true; printf("clock: the deadline passes\n") }
	od
}
#endif
