/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.pml - the Jobs service: the executions of this thing. All are QUEUED from the start; those
 * above JOBS do not exist.
 */

mtype execution[MOST_JOBS + 1] = QUEUED;	/* by job, from 1 */

/*
 * With RETRIED they are the executions of one job, by number: each but the first is queued when the
 * one before it has failed or timed out. What is asked about the job is answered for the newest.
 */
#ifdef RETRIED
byte newest = 1;
#define exists(j)	((j) <= JOBS && (j) <= newest)
inline retry(j)
{
	if
	:: j == newest && j < JOBS -> newest++; printf("service: execution %d is queued\n", newest)
	:: else
	fi
}
#else
#define exists(j)	((j) <= JOBS)
#define retry(j)	skip
#endif

/* Which execution a request for number j means. */
#ifdef NUMBERLESS_WORD
#define meant(j)	newest
#else
#define meant(j)	j
#endif
#ifdef NUMBERLESS_CREATE
#define asked(j)	newest
bool second_key;	/* execution 2 has a certificate for the key of execution 1 */
#define note_key(j)	second_key = second_key || (verdict_ == YES && j != newest)
#else
#define asked(j)	j
#define second_key	false
#define note_key(j)	skip
#endif

#define is(j, s)	(exists(j) && execution[j] == s)
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
