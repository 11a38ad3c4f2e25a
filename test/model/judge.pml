/* SPDX-License-Identifier: Apache-2.0 */
/* judge.pml - when nothing moves any more: the faults are used up or will not come, and time has done its part. */

active proctype judge()
{
	timeout ->
	claim(a_no_lock_out, IN(live, taken) && IN(live, held));
	claim(c_rotations_end, removed || (phase == idle && !some(QUEUED) && (lost || settled || !some(IN_PROGRESS))));
	claim(a_no_lock_out, runs_on == live);
	/* With the reference two may stay: README.md says when. */
#ifndef REFERENCE
#ifdef ALL_OURS
#define MAY_STAY	1
#else
#define MAY_STAY	MOST_AT_ONCE	/* until a rotation succeeds */
#endif
	claim(d_one_certificate, removed || lost || COUNT(taken) <= MAY_STAY)
#endif
}
