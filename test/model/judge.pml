/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.pml - checks the properties when nothing moves any more: no fault is left or comes, and
 * all deadlines have passed.
 */

active proctype judge()
{
	timeout ->
	claim(a_no_lock_out, IN(live, welcome) && IN(live, held));
	claim(c_rotations_end, removed || (phase == idle && !some(QUEUED) && (lost || settled || restored || !some(IN_PROGRESS))));
	claim(a_no_lock_out, runs_on == live);
	/* On the reference's backend two certificates may stay: README.md says when. */
#ifndef REFERENCE
#if defined(DIES) || defined(DATES)
#define MAY_STAY	2	/* until the next create */
#elif defined(ALL_OURS)
#define MAY_STAY	1
#else
#define MAY_STAY	MOST_AT_ONCE	/* until a rotation succeeds */
#endif
	claim(d_one_certificate, removed || lost || COUNT(taken) <= MAY_STAY)
#endif
}
