/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference.pml - a backend that behaves like the reference's three handlers: AWS IoT Jobs, which takes any final word while
 * the execution is pending, and a record ("shadow") of one rotation for the thing, with no job in it.
 *
 * create looks first and acts later (W20, W22), and the handler of a job's end comes late or never (W18, W24); each of the
 * other steps is one here. Nor is it told that the service itself may run one create twice at a time (W20).
 */
mtype = { created };	/* what the shadow says; the other one is COMMIT */

mtype shadow;		/* 0: there is none */
byte shadow_old, shadow_new;
mtype event[MOST_JOBS + 1];	/* by job: its end, which the handler has yet to see; 0: none */
chan working = [2] of { byte, byte, byte };	/* creates that have looked: over which, for which job, is it waited for */

hidden mtype verdict_, status_, survivor_;
hidden byte succeeded_;

inline retire(c)
{
	printf("backend: certificate %d is deleted\n", c);
	taken = WITHOUT(taken, c);
	claim(a_no_lock_out, held & taken)
}

inline create(c, j)
{
	if
	:: is(j, IN_PROGRESS) && COUNT(taken) == 1 -> working!c, j, awaited
	:: else -> verdict_ = NO
	fi
}

inline issue(c, j)
{
	claim(d_one_certificate, !IN(OF_JOB(j), taken));
	taken = WITH(taken, OF_JOB(j));
	shadow = created; shadow_old = c; shadow_new = OF_JOB(j);
	printf("backend: certificate %d for job %d\n", OF_JOB(j), j)
}

/* Granted once. */
inline licence(c, j)
{
	if
	:: is(j, IN_PROGRESS) && shadow == created && COUNT(taken) == 2 && c == shadow_new -> shadow = COMMIT; verdict_ = YES
	:: else -> verdict_ = NO
	fi
}

/* Some answers to an update of an execution that has ended bear its state (InvalidStateTransition), others do not. */
inline final_word(c, j, word)
{
	verdict_ = NO;
	status_ = execution[j];
	if
	:: pending(j) -> execution[j] = word; event[j] = word; verdict_ = YES; printf("service: job %d is %e\n", j, word)
	:: !pending(j)
	:: !pending(j) && execution[j] != GONE -> status_ = ENDED
	fi
}

#define as_ended(word)	word

#define MOST_AT_ONCE	2
inline finish(most)
{
	claim(d_one_certificate, COUNT(taken) <= most)
}

inline session_started(c)
{
	skip
}

inline execution_ended(j, s)
{
	if
	:: s != GONE || event[j] == 0 -> event[j] = s
	:: else
	fi
}

/* The shadow goes first, whatever it says; what it said decides. */
inline see_end(j)
{
	if
	:: event[j] == SUCCEEDED && shadow == COMMIT && COUNT(taken) == 2 -> retire(shadow_old)
	:: (event[j] == FAILED || event[j] == TIMED_OUT) && shadow == created && COUNT(taken) == 2 -> retire(shadow_new)
	:: else
	fi;
	shadow = 0; shadow_old = 0; shadow_new = 0;
	event[j] = 0
}

#define SEE_END(j) \
	:: atomic { event[j] != 0 -> see_end(j) } \
	:: atomic { event[j] != 0 && may_fail -> event[j] = 0; spend("fault: an event is lost\n") }

#define CHORES \
	:: atomic { working?over, whose, awaited -> \
		issue(over, whose); \
		if \
		:: awaited == 1 -> answer!YES, 0, 0 \
		:: else \
		fi; \
		finish(MOST_AT_ONCE) } \
	SEE_END(1) SEE_END(2) SEE_END(3)

/* Repeated only when nothing of the first one can be under way any more: repeatSeconds. */
#ifdef REPEATS_AT_ONCE
#define may_repeat(verb)	true
#else
#define may_repeat(verb)	(!late??[verb] && empty(working))
#endif
/* GR_RUNTIME_CHECK, because this backend cannot tell. */
#define runtime_proven(n)	(runs_on == n)

#define decided_for_old(j)	false	/* get does not tell */

#define is_working	working??[_, _, 1]
inline give_up_waiting()
{
	if
	:: is_working -> working??over, whose, 1; working!!over, whose, 0
	:: else
	fi
}
