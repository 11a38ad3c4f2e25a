/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.pml - the Jobs service: the executions of this thing. All are QUEUED from the start; those
 * above JOBS do not exist.
 */

mtype execution[MOST_JOBS + 1] = QUEUED;	/* by job, from 1 */

#define is(j, s)	((j) <= JOBS && execution[j] == s)
#define some(s)		(is(1, s) || is(2, s) || is(3, s) || is(4, s) || is(5, s))
#define pending(j)	(is(j, QUEUED) || is(j, IN_PROGRESS))

/* Finds the first job in the queue with status s; there is one. */
inline first(j, s)
{
	j = 1;
	do
	:: execution[j] == s -> break
	:: else -> j++
	od
}
