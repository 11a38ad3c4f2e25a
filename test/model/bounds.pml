/* SPDX-License-Identifier: Apache-2.0 */
/* bounds.pml - sets how much may go wrong in one history. ./run prints the bounds of each run. */

#define MOST_JOBS 5
#ifndef JOBS
#define JOBS 2		/* in a row, at most 5 with a foreign device, else 3 */
#endif
#ifndef FAULTS
#define FAULTS 2	/* of all kinds together */
#endif
#ifndef ENDINGS
#define ENDINGS 1	/* times that the operator or the service ends or deletes a job */
#endif
#ifndef LATE
#define LATE 1		/* requests that may be under way late at one moment, at most 2; that may wait in a row, with a foreign device */
#endif
#ifndef LOSSES
#define LOSSES 0	/* of the journal */
#endif

/*
 * Counts all faults together: every mixture of them is tried, without a state for each count of
 * each kind.
 */
#ifdef FOREIGN
/*
 * The faults and endings of a foreign device need no bound: between two jobs there are finitely
 * many states.
 */
#define may_fail	true
#define spend(text)	printf(text)
#define may_intervene	true
#define intervene()	skip
#else
byte faults = FAULTS;
#define may_fail	(faults > 0)
#define spend(text)	faults--; printf(text)

byte endings = ENDINGS;
#define may_intervene	(endings > 0)
#define intervene()	endings--
#endif
byte losses = LOSSES;
#ifdef SETTLE
bool settled;	/* by the operator */
#else
#define settled	false
#endif

bool killed;	/* the driver's life is over; the next one begins when it will */
#ifdef REMOVED
bool removed;	/* there is no next one */
#else
#define removed	false
#endif
