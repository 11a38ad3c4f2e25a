/* operator.pml - who else may end an execution: it is cancelled by force, times out, or is deleted, at any moment. */

inline end_execution(j, s)
{
	execution[j] = s;
	endings--;
	printf("service: job %d is %e\n", j, s);
	execution_ended(j, s)
}

#define may_end(j)	(endings > 0 && pending(j))
#define may_delete(j)	(endings > 0 && (j) <= JOBS && execution[j] != GONE)

/*
 * gr-registry settle, for a device that is believed never to return, and does. For a pair that it has: whoever settles for one
 * that it has not locks it out.
 */
#ifdef SETTLE
#define SETTLES(j, s, n) \
	:: atomic { endings > 0 && open(j) && IN(n, held) && (n != new || new_certificate) -> endings--; settled = true; decide(j, s); reconcile() }
#endif

active proctype operator()
{
	do
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
	/* Ours treats a time-out as it does a cancel: one of them stands for both there. */
	:: atomic { may_end(1) -> end_execution(1, TIMED_OUT) }
	:: atomic { may_end(2) -> end_execution(2, TIMED_OUT) }
	:: atomic { may_end(3) -> end_execution(3, TIMED_OUT) }
#endif
	od
}
