/*
 * ours.pml - our handlers: src/backend/handlers/, jobs/update.c, registry/rotation.c and reconcile.c.
 *
 * Each runs in one transaction, so each is one step here. The answer is in verdict_, status_ and survivor_.
 */
typedef rotation {
	byte old;		/* the certificate that create came over; 0: there is no such row */
	bool committed;		/* commit was granted */
	mtype survivor;		/* 0: undecided */
	bool doubted;		/* FAILED was said over NEW by a device that is not ours */
	bool retired		/* the other one was, or is kept */
};
rotation rotations[MOST_JOBS + 1];	/* by job, from 1 */

hidden mtype verdict_, status_, survivor_;

#define row(j)		(rotations[j].old != 0)
#define open(j)		(row(j) && rotations[j].survivor == 0)
#define has_part(j, c)	(c == rotations[j].old || c == OF_JOB(j))
#define winner(j)	(rotations[j].survivor == NEW -> OF_JOB(j) : rotations[j].old)
#define loser(j)	(rotations[j].survivor == NEW -> rotations[j].old : OF_JOB(j))
#define due(j)		(rotations[j].survivor != 0 && !rotations[j].retired && IN(winner(j), taken))
#define explains(j, a, c)	(row(j) && !rotations[j].retired && has_part(j, a) && has_part(j, c))

inline decide(j, s)
{
	rotations[j].survivor = s;
	printf("backend: survivor of job %d: %e\n", j, s)
}

/* What the word would decide; 0: it may not be said. */
#define licensed(j)	(rotations[j].committed || rotations[j].survivor == NEW)
inline weigh(c, j, word)
{
	if
	:: word == FAILED && has_part(j, c) -> survivor_ = OLD
	:: word == SUCCEEDED && c == OF_JOB(j) && licensed(j) -> survivor_ = NEW
	:: else -> survivor_ = 0
	fi
}

/* Of a device that is ours. Counts also when the execution has ended or is gone. YES: it is what the record says now. */
inline count_own_word(c, j, word)
{
	weigh(c, j, word);
	if
	:: !row(j) -> verdict_ = (word == FAILED || !pending(j) -> YES : NO)
	:: row(j) && rotations[j].survivor != 0 && word == FAILED && !has_part(j, c) -> verdict_ = YES
#ifdef NO_LATE_WORD
	:: open(j) && !pending(j) -> verdict_ = NO
	:: open(j) && pending(j) && survivor_ != 0 -> decide(j, survivor_); verdict_ = YES
#else
	:: open(j) && survivor_ != 0 -> decide(j, survivor_); verdict_ = YES
#endif
	:: open(j) && survivor_ == 0 -> verdict_ = NO
	:: else -> verdict_ = (rotations[j].survivor == survivor_ -> YES : NO)
	fi;
	survivor_ = rotations[j].survivor
}

#if defined(FOREIGN) || defined(ADOPTED) || defined(UNMARKED)
#include "kept.pml"
#else
#include "own.pml"
#endif

inline create(c, j)
{
	verdict_ = NO;
	if
	:: is(j, IN_PROGRESS) && !row(j) ->
		find_unexplained(c);
		if
		:: p == 0 ->
			settle_others(j, c);
			taken = WITH(taken, OF_JOB(j));
			rotations[j].old = c;
			verdict_ = YES;
			printf("backend: certificate %d for job %d\n", OF_JOB(j), j)
		:: else
		fi
#ifndef CREATE_ONCE
	:: is(j, IN_PROGRESS) && open(j) -> verdict_ = YES	/* the same key, the same certificate */
#endif
	:: else
	fi
}

#ifdef NO_PROOF
#define runtime_uses(c)	true
#else
#define runtime_uses(c)	(runs_on == c)
#endif
#ifdef COMMIT_ONCE
#define may_grant(j)	(!rotations[j].committed)
#else
#define may_grant(j)	true
#endif

inline licence(c, j)
{
	verdict_ = NO;
	if
	:: is(j, IN_PROGRESS) && row(j) && c == OF_JOB(j) && rotations[j].survivor != OLD && may_grant(j) ->
		if
		:: runtime_uses(c) -> rotations[j].committed = true; verdict_ = YES
		:: else -> verdict_ = RETRY
		fi
#ifdef FOREIGN
	:: is(j, IN_PROGRESS) && c == OF_JOB(j) && rotations[j].survivor == OLD -> claim(f_not_for_nothing, false)
#endif
	:: else
	fi
}

#ifdef FOREIGN
/* UpdateJobExecution by a device that is not ours; it asks nobody how an execution has ended. */
inline begin(j)
{
	verdict_ = (pending(j) -> YES : NO);
	execution[j] = (pending(j) -> IN_PROGRESS : ENDED);
	printf("service: job %d is %e\n", j, execution[j])
}
#define as_ended(word)	ENDED
#else
#define as_ended(word)	word
#endif

inline final_word(c, j, word)
{
	count_word(c, j, word);
	status_ = execution[j];
	if
	:: pending(j) && verdict_ == YES -> execution[j] = as_ended(word); printf("service: job %d is %e\n", j, word)
	:: else -> verdict_ = NO
	fi
}

/* No time-out, cancel or deletion decides. */
inline execution_ended(j, s)
{
#ifdef TIME_OUT_DECIDES
	if
	:: open(j) -> decide(j, OLD); reconcile()
	:: else
	fi
#else
	skip
#endif
}

/* create and commit may be repeated at any time, and commit itself looks what the runtime uses. */
#define may_repeat(verb)	true
#define runtime_proven(n)	true

#define decided_for_old(j)	(rotations[j].survivor == OLD)	/* get tells */

/* A create is answered in the step that it is handled in. */
#define is_working	false
#define give_up_waiting()	skip
