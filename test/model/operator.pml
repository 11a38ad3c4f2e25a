/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operator.pml - ends executions: the operator or the service cancels by force, times out or
 * deletes one at any moment.
 */

/* Ends the execution of job j with status s. */
inline end_execution(j, s)
{
	execution[j] = as_ended(s);
	intervene();
	printf("service: job %d is %e\n", j, s);
	execution_ended(j, s)
}

#define may_end(j)	(may_intervene && pending(j))
#define may_delete(j)	(may_intervene && (j) <= JOBS && execution[j] != GONE)

/*
 * Does what gr-registry settle does, for a device that is believed never to return, and does
 * return. Only for a pair that the device has: to settle for another one locks it out.
 */
#ifdef SETTLE
#define SETTLES(j, s, n) \
	:: atomic { may_intervene && open(j) && IN(n, held) && (n != new || new_certificate) -> intervene(); settled = true; decide(j, s); reconcile() }
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
