/* SPDX-License-Identifier: Apache-2.0 */
/* faults.pml - what can go wrong; a runtime that cannot run on NEW, wrong refusals and a lock that fails stand with theirs. */

/* Not a create to the reference: two of them at a time are more than any device can mend (W20). */
#ifdef REFERENCE
#define may_double	(nempty(request) && !request?[CREATE, _, _])
#else
#define may_double	nempty(request)
#endif

active proctype network()
{
	do
	:: atomic { may_fail && nempty(request) -> request?what, over, whose; spend("fault: a request is lost\n") }
	:: atomic { may_fail && nempty(answer) -> answer?_, _, _; spend("fault: an answer is lost\n") }
	:: atomic { may_fail && nempty(request) && nfull(late) ->
		request?what, over, whose; late!!what, over, whose; spend("fault: a request is delayed\n") }
	:: atomic { may_fail && may_double && nfull(late) ->
		request?<what, over, whose>; late!!what, over, whose; spend("fault: a request is doubled\n") }
	:: atomic { may_fail && is_working -> give_up_waiting(); spend("fault: an answer comes too late\n") }
	od
}

/*
 * A crash of the driver, and a power cut, at any step. What was written is durable, so a cut differs in two things: the
 * runtime starts anew on what is live, and a trial has a fresh budget.
 */
active proctype cuts()
{
	do
	:: atomic { may_fail && !killed -> killed = true; spend("fault: the driver is killed\n") }
	:: atomic { may_fail && !killed -> killed = true; overdue = false; start_runtime(); spend("fault: power cut\n") }
	:: atomic { losses > 0 && !killed -> printf("fault: the journal is lost\n"); losses--; killed = true; overdue = false; make_journal() }
#ifdef REMOVED
	/* The component is removed, or is broken: no driver starts any more. */
	:: atomic { !removed -> removed = true; killed = true; printf("fault: the driver is removed\n") }
#endif
	od
}
