/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.pml - makes things go wrong. A runtime that cannot run on NEW, wrong refusals and a lock
 * that fails are in runtime.pml, session.pml and recover.pml.
 */

/*
 * Which requests may come twice. Not a create to the reference: no device can repair two of them
 * at a time (W20).
 */
#ifdef REFERENCE
#define may_double	(nempty(request) && !request?[CREATE, _, _])
#else
#define may_double	nempty(request)
#endif

/* Loses, delays and doubles requests, and loses answers. */
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
 * Kills the driver, or cuts the power, at any step. What was written is durable, so a power cut
 * differs from a crash in two things only: the runtime starts again on the live pair, and a trial
 * has a fresh budget.
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
