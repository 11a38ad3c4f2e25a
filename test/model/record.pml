/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.pml - the journal, which is what the device knows after a cut: scripts/driver/record.sh, src/device/rotation/journal.c. A change of it
 * (gr-journal put) is durable at once, so it is one step here.
 */
mtype = { idle, updating_job, creating_certificate, trial, committing, reporting, rolling_back, failing };

mtype phase = idle;
byte job;		/* 0: unknown */
byte old, new, other;	/* pairs; 0: none */
bool new_certificate;	/* NEW is staged */
bool commit;		/* a commit was sent */
bool final;		/* the final word may have been sent */
byte restart_for;	/* the pair that the runtime is owed a restart for; 0: none */
bool overdue;		/* the trial's deadline has passed */
bool lost;		/* the journal got lost, and no certificate was asked for since */

/* Compare and swap: a put counts only in the phase that its step began with. */
#ifdef NO_SWAP
#define still(from)	true
#else
#define still(from)	(phase == from)
#endif

/* What changes together with the phase stands before it, in the same step. */
inline enter(next)
{
	phase = next;
	overdue = overdue && (next == trial || next == committing);
	printf("journal: %e\n", phase)
}

inline clear()
{
	job = 0; old = 0; new = 0; other = 0; new_certificate = false; commit = false; final = false
}

/* Over a committed pair: generations that nobody names go. */
inline sweep()
{
	if
	:: IN(live, committed) -> held = held & (BIT(live) | BIT(other)); claim(a_no_lock_out, held & taken)
	:: else
	fi
}

/* gr-journal put --clear: the rotation is left behind, and a second pair stays on record. */
inline record_close(from, second)
{
	if
	:: still(from) -> swap = second; clear(); other = swap; swap = 0; enter(idle); sweep()
	:: else
	fi
}

inline give_up(from, next)
{
	if
	:: still(from) -> claim(f_not_for_nothing, has_reason); enter(next)
	:: else
	fi
}

/* Time passes: the deadline may come at any moment of a rotation, and does come when nothing else moves. */
#ifndef NO_DEADLINE
#define armed	(phase == creating_certificate || phase == trial || phase == committing)
active proctype deadline()
{
	do
	:: atomic { armed && !overdue -> overdue = true; printf("clock: the deadline passes\n") }
	od
}
#endif
