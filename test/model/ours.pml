/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ours.pml - the handlers of our backend: src/backend/rules, rotation/ and jobs/update.c.
 *
 * Each runs in one transaction, so each is one step here. The answer is in verdict_, status_ and
 * survivor_.
 */
hidden mtype verdict_, status_, survivor_;
hidden byte succeeded_;	/* a rotation did, by this request */
hidden byte untold_;	/* the answer must not tell how the execution ended */

/*
 * Finds the survivor that the final status `word` over c would decide, and leaves it in survivor_;
 * 0: it is not allowed.
 */
#define licensed(j)	(rotations[j].committed || rotations[j].survivor == NEW)
inline weigh(c, j, word)
{
	if
	:: word == FAILED && has_part(j, c) -> survivor_ = OLD
	:: word == SUCCEEDED && c == OF_JOB(j) && licensed(j) -> survivor_ = NEW
	:: else -> survivor_ = 0
	fi
}

/*
 * Tells whether SUCCEEDED over c comes too late: c is outside of its dates, while the device, if it
 * is ours, still has OLD, and could use it.
 */
#ifdef DATES_UNSEEN
#define is_too_late(c, j)	false
#else
#define is_too_late(c, j)	(row(j) && c == OF_JOB(j) && IN(c, undated) && is_own(j) && !rotations[j].retired && \
				 rotations[j].survivor != OLD && licensed(j) && IN(rotations[j].old, welcome))
#endif

/*
 * Lets the record agree with a final status where it may, also when the execution has ended or is
 * gone. YES: it agrees now.
 */
inline agree(c, j, word)
{
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
	:: !open(j) && turns(j, c) && (word == FAILED) == (c == rotations[j].old) -> decide(j, (word == FAILED -> OLD : NEW)); verdict_ = YES
	:: else -> verdict_ = (rotations[j].survivor == survivor_ -> YES : NO)
	fi
}

/* Counts a final status that is not vague. */
inline count_clear_word(c, j, word)
{
	weigh(c, j, word);
	untold_ = (word == SUCCEEDED && is_too_late(c, j) && rotations[j].survivor == NEW);
	if
	:: word == SUCCEEDED && is_too_late(c, j) ->
		verdict_ = NO;
		if
		:: open(j) -> decide(j, OLD)
		:: else
		fi
	:: else -> agree(c, j, word)
	fi;
	survivor_ = (untold_ -> 0 : rotations[j].survivor)
}

/*
 * Tells whether FAILED is vague: from a device that is not ours it decides nothing by itself if it
 * comes over NEW, or over a kept pair that the device has gone back to. The execution still ends,
 * since otherwise the device would say FAILED at each start.
 *
 * A device is ours if it says so and began the rotation as such: if its software was replaced, it
 * ends a rotation that other software began.
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

/* Counts a final status. After a rotation that SUCCEEDED only one certificate stays. */
inline count_word(c, j, word)
{
	succeeded_ = open(j);
	untold_ = 0;
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
	:: succeeded_ == 1 -> release(WITHOUT(kept, OF_JOB(j)))
#endif
	:: else
	fi
}

/* Handles create for job j over c. */
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
			date(OF_JOB(j));
			rotations[j].old = c;
			tell_issue(j);
			verdict_ = YES;
			printf("backend: certificate %d for job %d\n", OF_JOB(j), j)
		:: else
		fi
#ifndef CREATE_ONCE
	:: is(j, IN_PROGRESS) && open(j) && !second_key -> verdict_ = YES	/* the same key, the same certificate */
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

/* Handles commit for job j over c. */
inline licence(c, j)
{
	verdict_ = NO;
	if
	:: is(j, IN_PROGRESS) && row(j) && c == OF_JOB(j) && rotations[j].survivor != OLD && may_grant(j) ->
		if
		:: runtime_uses(c) -> tell_grant(j); rotations[j].committed = true; verdict_ = YES
		:: else -> verdict_ = RETRY
		fi
#ifdef FOREIGN
	:: is(j, IN_PROGRESS) && c == OF_JOB(j) && rotations[j].survivor == OLD -> claim(f_not_for_nothing, false)
#endif
	:: else
	fi
}

#ifdef FOREIGN
/*
 * Handles IN_PROGRESS by a device that is not ours; such a device never asks how an execution
 * ended.
 */
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

/* Handles a final status for job j over c. */
inline final_word(c, j, word)
{
	count_word(c, j, word);
	status_ = (untold_ -> 0 : execution[j]);
	if
	:: pending(j) && verdict_ == YES -> tell_execution(j, word); execution[j] = as_ended(word); printf("service: job %d is %e\n", j, word);
		if
		:: word == FAILED -> retry(j)
		:: else
		fi
	:: else -> verdict_ = NO
	fi;
#ifdef FOREIGN
	claim(c_rotations_end, word != FAILED || !pending(j))
#endif
}

/* Handles the end of an execution by the operator or the service, which decides no survivor. */
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

/*
 * Our device may repeat create and commit at any time, and our commit itself checks what the
 * runtime uses.
 */
#define may_repeat(verb)	true
#define runtime_proven(n)	true

/* Our create is answered in the step in which it is handled. */
#define is_working	false
#define give_up_waiting()	skip
