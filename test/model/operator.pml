/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operator.pml - ends executions: the operator or the service cancels by force, times out or
 * deletes one at any moment.
 */

/* Ends the execution of job j with status s. */
inline end_execution(j, s)
{
	tell_execution(j, s);
	execution[j] = as_ended(s);
	intervene();
	printf("service: job %d is %e\n", j, s);
	if
	:: s == CANCELED -> retry(j)
	:: else
	fi;
	execution_ended(j, s)
}

#define may_end(j)	(may_intervene && pending(j))
#define may_delete(j)	(may_intervene && exists(j) && execution[j] != GONE)

/*
 * Does what gr-registry settle does, for a device that is believed never to return, and does
 * return. Only for a pair that the device has: to settle for another one locks it out.
 */
#ifdef SETTLE
#define SETTLES(j, s, n) \
	:: atomic { may_intervene && open(j) && IN(n, held) && (n != new || new_certificate) -> intervene(); settled = true; decide(j, s); reconcile() }
#endif

/*
 * Puts a certificate out of use, or into use again: an operator's deactivation, a wrong date. Not
 * the only one that the device has and could use: that is to cut it off on purpose.
 */
#ifdef DIES
/*
 * Once the device has the answer to its final status it destroys the other pair: whoever puts the
 * one that is left out of use then cuts the device off.
 */
#define is_unanswered	(!(phase == reporting && live == new && IN(new, committed)) && empty(answer) && (verdict == 0 || verdict == SILENCE))
#define on_record	(BIT(live) | BIT(other) | BIT(old) | (new_certificate -> BIT(new) : 0))
#define DIES_OR_REVIVES(c) \
	:: atomic { may_intervene && IN(c, taken) && is_unanswered && (on_record & held & WITHOUT(taken, c)) != 0 -> \
		intervene(); dead = WITH(dead, c); taken = WITHOUT(taken, c); printf("operator: certificate %d is deactivated\n", c) } \
	:: atomic { may_intervene && IN(c, dead) -> \
		intervene(); dead = WITHOUT(dead, c); taken = WITH(taken, c); printf("operator: certificate %d is active again\n", c); finish(MOST_AT_ONCE) }
#endif

/*
 * Lets NEW get outside of its dates, or back into them: it ends, or a clock is put right. OLD's
 * dates hold: a certificate that ends before the rotation does is beyond any protocol. Nor does NEW end in the moment between the answer to the final status and what the
 * device does then, if that is not interrupted.
 */
#ifdef DATES
#define may_leave	(may_intervene && empty(answer) && (verdict == 0 || verdict == SILENCE))
#define on_record	(BIT(live) | BIT(other) | BIT(old) | (new_certificate -> BIT(new) : 0))
#define LEAVES_DATES(c) \
	:: atomic { may_leave && c == new && c != old && IN(c, welcome) && (on_record & held & WITHOUT(welcome, c)) != 0 -> \
		intervene(); undated = WITH(undated, c); printf("clock: certificate %d is outside of its dates\n", c) } \
	:: atomic { may_intervene && IN(c, undated) -> \
		intervene(); undated = WITHOUT(undated, c); printf("clock: certificate %d is in its dates\n", c); finish(MOST_AT_ONCE) }
#endif

/* Sets the backend's clock wrong, which either the device or the backend can tell, and puts it right. */
#ifdef DATES
#define SETS_CLOCK \
	:: atomic { may_intervene && !wrong_clock && misdated == 0 -> \
		intervene(); wrong_clock = true; printf("clock: the backend's is wrong\n"); \
		if \
		:: believable = true \
		:: believable = false \
		fi } \
	:: atomic { wrong_clock -> wrong_clock = false; undated = undated | misdated; \
		printf("clock: the backend's is put right\n"); claim(a_no_lock_out, tenable) }
#endif

/* Ends or deletes executions, or settles rotations, at any moment. */
active proctype operator()
{
	do
#ifdef FOREIGN
	/* For this device all ways to end are the same. */
	:: atomic { may_end(1) -> end_execution(1, CANCELED) }
	:: atomic { may_end(2) -> end_execution(2, CANCELED) }
	:: atomic { may_end(3) -> end_execution(3, CANCELED) }
	:: atomic { may_end(4) -> end_execution(4, CANCELED) }
	:: atomic { may_end(5) -> end_execution(5, CANCELED) }
#else
#ifdef SETTLE
	SETTLES(1, OLD, rotations[1].old)
	SETTLES(1, NEW, OF_JOB(1))
	SETTLES(2, OLD, rotations[2].old)
	SETTLES(2, NEW, OF_JOB(2))
#endif
#ifdef DIES
	DIES_OR_REVIVES(1)
	DIES_OR_REVIVES(2)
	DIES_OR_REVIVES(3)
#endif
#ifdef DATES
	LEAVES_DATES(1)
	LEAVES_DATES(2)
	LEAVES_DATES(3)
	SETS_CLOCK
	:: atomic { over_link != 0 -> over_link = 0; printf("network: the session breaks\n") }
#endif
	:: atomic { may_end(1) -> end_execution(1, CANCELED) }
	:: atomic { may_end(2) -> end_execution(2, CANCELED) }
	:: atomic { may_end(3) -> end_execution(3, CANCELED) }
	:: atomic { may_delete(1) -> end_execution(1, GONE) }
	:: atomic { may_delete(2) -> end_execution(2, GONE) }
	:: atomic { may_delete(3) -> end_execution(3, GONE) }
#ifdef REFERENCE
	/*
	 * Only here: our backend treats a time-out as a cancel, so a cancel stands for both there.
	 */
	:: atomic { may_end(1) -> end_execution(1, TIMED_OUT) }
	:: atomic { may_end(2) -> end_execution(2, TIMED_OUT) }
	:: atomic { may_end(3) -> end_execution(3, TIMED_OUT) }
#endif
#endif
	od
}
