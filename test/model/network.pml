/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network.pml - requests and answers.
 *
 * The device has one request under way at a time, and an answer bears the request's token
 * (clientToken), so that an answer to an earlier request is ignored. So only late requests can do
 * harm. A request that changes nothing (get, the list of jobs, the probe) is no message here: if
 * it is lost it is sent again, and if it is late the answer is the same as to one that was sent at
 * once.
 */
mtype = { CREATE, COMMIT };	/* and the final words, SUCCEEDED and FAILED */
mtype = { QUEUED, IN_PROGRESS, SUCCEEDED, FAILED, TIMED_OUT, CANCELED, GONE };	/* executions */
mtype = { ENDED };		/* an execution in an answer that does not say how */
mtype = { YES, NO, RETRY, SILENCE };	/* answers */
mtype = { OLD, NEW };		/* survivors */
mtype = { GIVEN_UP };		/* FAILED by a device that has no record of the rotation */
#ifdef RESTORED
#define failed_by(n)	((n) == 0 -> GIVEN_UP : FAILED)
#else
#define failed_by(n)	FAILED
#endif

#ifdef FOREIGN
mtype = { SESSION };		/* a session of exactly the thing's name begins: what the broker reports */

chan request = [LATE] of { mtype, byte, byte };	/* in the order in which the broker got them; they may wait */
#else
chan request = [1] of { mtype, byte, byte };	/* what, over which certificate, for which job */
chan answer = [1] of { mtype, mtype, mtype };	/* verdict, status of the execution, survivor */
mtype verdict, status, survivor;	/* the answer that the driver is looking at */
chan late = [LATE] of { mtype, byte, byte };	/* requests that nobody waits for any more, or that come twice */
#endif

/* Variables that are used within one step of a process, and are not part of a state. */
hidden mtype what, verb_;
hidden byte over, whose, awaited;
