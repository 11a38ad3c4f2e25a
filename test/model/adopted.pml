/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adopted.pml - replaces the thing's software by the other kind (ours or the reference's). The new
 * software takes the pair that is live, and knows nothing of the rotation of the old one, job 1.
 * That rotation is left behind in any condition it can be in.
 */
#ifdef FOREIGN
#define may_adopt	(phase == starting && is(1, QUEUED) && !row(1))
#define adopt(n)	live = n
#else
#define may_adopt	(phase == idle && is(1, QUEUED) && !row(1) && !killed && losses == LOSSES && empty(request) && empty(late))
#ifdef NUCLEUS
#define run_on(n)	runs_on = n
#else
#define run_on(n)	skip
#endif
#define adopt(n)	live = n; held = BIT(n); committed = BIT(n); used = BIT(n); run_on(n); killed = true
#endif

active proctype replacement()
{
	atomic { may_adopt ->
		replaced = true;
		taken = WITH(taken, OF_JOB(1));
		seen = BIT(1);
		rotations[1].old = 1;
		if
		:: adopt(1)
		:: adopt(OF_JOB(1))
		fi;
		if
		:: seen = WITH(seen, OF_JOB(1))
		:: skip
		fi;
		if
		:: rotations[1].committed = true
		:: skip
		fi;
		if
		:: execution[1] = IN_PROGRESS
		:: execution[1] = as_ended(CANCELED)
#ifndef FOREIGN
		:: execution[1] = FAILED; rotations[1].doubted = true
		:: execution[1] = CANCELED; rotations[1].survivor = NEW; rotations[1].retired = true; kept = BIT(1)
#endif
		fi;
		printf("device: replaced over pair %d, with job 1 %e, survivor %e\n", live, execution[1], rotations[1].survivor) }
}
