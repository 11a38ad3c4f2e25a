/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ours.pml - our handlers: src/backend/rules, rotation/ and jobs/update.c.
 *
 * Each runs in one transaction, so each is one step here. The answer is in verdict_, status_ and survivor_.
 */
hidden mtype verdict_, status_, survivor_;
hidden byte succeeded_;	/* a rotation did, by this request */

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

/* Counts also when the execution has ended or is gone. YES: it is what the record says now. */
inline count_clear_word(c, j, word)
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

/*
 * FAILED by a device that is not ours: over NEW it decides nothing by itself, nor does it over a kept pair that the device has gone
 * back to. The execution ends, or the device would say it at each start.
 *
 * Ours is a device that says so and has made the rotation: one whose software was replaced ends a rotation that it did not begin.
 */
#ifdef BY_WORD
#define is_ours(j)	is_own_word
#elif defined(BY_ROTATION)
#define is_ours(j)	is_own(j)
#else
#define is_ours(j)	(is_own_word && is_own(j))
#endif
#ifdef FAILED_DECIDES
#define is_vague(c, j)	(open(j) && !is_ours(j) && !has_part(j, c))
#elif defined(PARTS_ALONE)
#define is_vague(c, j)	(open(j) && !is_ours(j) && c == OF_JOB(j))
#else
#define is_vague(c, j)	(open(j) && !is_ours(j) && c != rotations[j].old)
#endif

/* After a rotation that SUCCEEDED there is one certificate. */
inline count_word(c, j, word)
{
	succeeded_ = open(j);
	if
	:: word == FAILED && is_vague(c, j) ->
		rotations[j].doubted = rotations[j].doubted || c == OF_JOB(j);
		survivor_ = rotations[j].survivor;
		verdict_ = YES
	:: else -> count_clear_word(c, j, word)
	fi;
	succeeded_ = (succeeded_ == 1 && rotations[j].survivor == NEW);
	if
#ifndef KEEPS_AFTER_SUCCESS
	:: succeeded_ == 1 -> release(kept)
#endif
	:: else
	fi
}

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
	fi;
#ifdef FOREIGN
	claim(c_rotations_end, word != FAILED || !pending(j))
#endif
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
