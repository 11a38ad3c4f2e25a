/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restored.pml - the registry is put back to a copy from any earlier time, once: gr-registry
 * restore, replay.c. With JOINED the ledger is whole, and brings the copy up to date; else it is
 * lost with the registry, and certificates that the copy does not know are taken in from the
 * device's hands: adoption.c, adopted_certificate.c.
 */
rotation saved[MOST_JOBS + 1];
mtype saved_execution[MOST_JOBS + 1];
byte saved_taken, saved_kept, saved_leaving, saved_seen;
bool copied;

/* Copies row j. */
inline save_row(j)
{
	saved[j].old = rotations[j].old;
	saved[j].committed = rotations[j].committed;
	saved[j].survivor = rotations[j].survivor;
	saved[j].doubted = rotations[j].doubted;
	saved[j].retired = rotations[j].retired;
	saved_execution[j] = execution[j]
}

inline save()
{
	copied = true;
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS -> save_row(i); i++
	od;
	saved_taken = taken | dead; saved_kept = kept; saved_leaving = leaving; saved_seen = seen;
	printf("backend: it is copied\n")
}

/*
 * Brings the copy's row j up to date from the ledger, which tells what was issued and what
 * survived, but neither of commits nor of executions. A final status ends its execution; what a
 * later create has settled leaves it as it is.
 */
inline replay(j)
{
	if
#ifndef FORGETS_ISSUED
	:: row(j) && saved[j].old == 0 -> saved[j].old = rotations[j].old; saved_taken = WITH(saved_taken, OF_JOB(j))
#endif
	:: else
	fi;
	if
#ifndef FORGETS_SURVIVORS
	:: row(j) && saved[j].old != 0 && rotations[j].survivor != saved[j].survivor ->
		saved[j].survivor = rotations[j].survivor;
		if
		:: saved_execution[j] == QUEUED || saved_execution[j] == IN_PROGRESS ->
			saved_execution[j] = (rotations[j].survivor == NEW -> SUCCEEDED : FAILED)
		:: execution[j] != SUCCEEDED && execution[j] != FAILED	/* a create may have settled it */
		:: else
		fi
#endif
	:: else
	fi
}

/*
 * Puts row j back. An execution that is QUEUED again, and that the device is done with, is a job
 * more to it, and left out here; one that it is at in this moment is not.
 */
inline put_back(j)
{
	rotations[j].old = saved[j].old;
	rotations[j].committed = saved[j].committed;
	rotations[j].survivor = saved[j].survivor;
	rotations[j].doubted = saved[j].doubted;
	rotations[j].retired = saved[j].retired;
	execution[j] = (saved_execution[j] == QUEUED && execution[j] != QUEUED && !(job == j && phase != idle) -> GONE : saved_execution[j]);
	saved[j].old = 0; saved[j].committed = false; saved[j].survivor = 0; saved[j].doubted = false; saved[j].retired = false;
	saved_execution[j] = 0
}

inline restore()
{
	i = 1;
	do
	:: i > JOBS -> break
	:: i <= JOBS ->
#ifdef JOINED
		replay(i);
#endif
		put_back(i);
		i++
	od;
	taken = saved_taken & ~dead; kept = saved_kept;	/* the ledger tells what is out of use */ leaving = saved_leaving; seen = saved_seen;
	saved_taken = 0; saved_kept = 0; saved_leaving = 0; saved_seen = 0;
	restored = true;
	paused = true;
#ifndef JOINED
	/* The machine is another one: no connection outlives that. */
	if
	:: nempty(request) -> request?_, _, _
	:: empty(request)
	fi;
	do
	:: nempty(late) -> late?_, _, _
	:: empty(late) -> break
	od;
#endif
	printf("backend: the copy is put back\n")
}

/*
 * Takes in certificate c, which the copy does not know, as the device connects with it or by an
 * operator's hand. It is kept, and what else the thing has: the next rotation that succeeds ends that.
 */
#if defined(JOINED) || defined(NO_ADOPTION)
#define ADOPTS(c)
#else
#ifdef ADOPTS_ALONE
#define keep_others(c)	skip
#elif defined(KEEPS_OTHERS)
#define keep_others(c)	kept = kept | taken
#else
#define keep_others(c)	kept = WITH(kept | taken, c)
#endif
#define ADOPTS(c) \
	:: atomic { IN(c, unknown) -> keep_others(c); taken = WITH(taken, c); adopted = WITH(adopted, c); \
		printf("backend: certificate %d is taken in\n", c); finish(MOST_AT_ONCE) }
#endif

active proctype copies()
{
	do
	:: atomic { !copied -> save() }
	:: atomic { copied && !restored -> restore() }
	ADOPTS(2)
	ADOPTS(3)
	ADOPTS(4)
	od
}
