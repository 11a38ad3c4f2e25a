/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference.pml - a backend that behaves like the reference's three handlers: AWS IoT Jobs, which
 * takes any final word while the execution is pending, and a record ("shadow") of one rotation for
 * the thing, with no job in it.
 *
 * Its create checks first and acts later (W20, W22), and its handler of a job's end runs late or
 * never (W18, W24); each of its other handlers is one step here. That the service itself may run
 * one create twice at a time (W20) is left out.
 */
mtype = { created };	/* what the shadow says; the other one is COMMIT */

mtype shadow;		/* 0: there is none */
byte shadow_old, shadow_new;
mtype event[MOST_JOBS + 1];	/* by job: its end, which the handler has yet to see; 0: none */
chan working = [2] of { byte, byte, byte };	/* creates that have looked: over which, for which job, is it waited for */

hidden mtype verdict_, status_, survivor_;
hidden byte succeeded_;

/* Deletes certificate c. */
inline retire(c)
{
	printf("backend: certificate %d is deleted\n", c);
	taken = WITHOUT(taken, c);
	claim(a_no_lock_out, held & taken)
}

/* Begins to handle create: checks, and leaves the rest to issue. */
inline create(c, j)
{
	if
	:: is(j, IN_PROGRESS) && COUNT(taken) == 1 -> working!c, j, awaited
	:: else -> verdict_ = NO
	fi
}

/* Issues the certificate for job j, and writes the shadow. */
inline issue(c, j)
{
	claim(d_one_certificate, !IN(OF_JOB(j), taken));
	taken = WITH(taken, OF_JOB(j));
	shadow = created; shadow_old = c; shadow_new = OF_JOB(j);
	printf("backend: certificate %d for job %d\n", OF_JOB(j), j)
}

/* Handles commit, which is granted once. */
inline licence(c, j)
{
	if
	:: is(j, IN_PROGRESS) && shadow == created && COUNT(taken) == 2 && c == shadow_new -> shadow = COMMIT; verdict_ = YES
	:: else -> verdict_ = NO
	fi
}

/*
 * Handles a final status. Of the answers for an execution that has ended, some bear its state
 * (InvalidStateTransition), others do not.
 */
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
/* Ends an event: checks (d). */
inline finish(most)
{
	claim(d_one_certificate, COUNT(taken) <= most)
}

/* Does nothing: this backend does not look at sessions. */
inline session_started(c)
{
	skip
}

/* Leaves the end of job j to the handler, see_end. */
inline execution_ended(j, s)
{
	if
	:: s != GONE || event[j] == 0 -> event[j] = s
	:: else
	fi
}

/*
 * Handles the end of job j: decides by the shadow which certificate is deleted. The shadow is
 * deleted whatever it says.
 */
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

/*
 * Tells whether a request may be repeated: only when nothing of the first one can be under way any
 * more (repeatSeconds).
 */
#ifdef REPEATS_AT_ONCE
#define may_repeat(verb)	true
#else
#define may_repeat(verb)	(!late??[verb] && empty(working))
#endif
/* Tells whether the runtime runs on n: GR_RUNTIME_CHECK asks, because this backend cannot tell. */
#define runtime_proven(n)	(runs_on == n)


#define is_working	working??[_, _, 1]
/* Makes the device wait no longer for a create that is being handled. */
inline give_up_waiting()
{
	if
	:: is_working -> working??over, whose, 1; working!!over, whose, 0
	:: else
	fi
}
