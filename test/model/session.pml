/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.pml - connections, and when a refusal counts: scripts/driver/session.sh.
 *
 * The broker accepts a certificate while it is ACTIVE, but may refuse it wrongly for some time.
 * That time is shorter than the refusal window, so a pair that was refused wrongly is accepted
 * once before it can be refused wrongly again. Each such time costs a fault. Silence changes
 * nothing and is left out: the driver asks again.
 */
byte refused;	/* the driver's: the pair whose refusals it is counting; forgotten when the driver ends */
byte doubted;	/* the broker's: the pair that it refused wrongly, and has not taken since */

#ifdef DATES
#define accepts(n)	(IN(n, welcome) || (over_link == (n) && IN(n, taken)))
#define wrongs(n)	(IN(n, welcome) && over_link != (n) && may_fail && doubted != n)
#define linked(n)	over_link = n
#else
#define accepts(n)	IN(n, taken)
#define wrongs(n)	(IN(n, taken) && may_fail && doubted != n)
#define linked(n)	skip
#endif
#define refuse_wrongly(n)	doubted = n; spend("fault: a pair is refused wrongly\n")

/*
 * Tells whether pair n has been refused for the whole window: this refusal is not the first one.
 */
#ifdef ONE_REFUSAL
#define outlasted(n)	true
#else
#define outlasted(n)	(refused == n)
#endif

/*
 * Tells whether n is refused for the whole window while the other pair, o, is accepted: a retired
 * certificate stays retired, so the window passes.
 */
#ifdef NO_GIVING_WAY
#define refused_for_good(n, o)	false
#else
#define refused_for_good(n, o)	(!accepts(n) && o != 0 && o != n && IN(o, welcome))
#endif

/* Begins a session of the driver over n: as T on a plain device, as T#gr beside a nucleus. */
inline connected(n)
{
	refused = (refused == n -> 0 : refused);
	doubted = (doubted == n -> 0 : doubted);
	used = WITH(used, n);
	linked(n);
	session_started(n)
}

/*
 * Connects with n as T#probe, which is accepted. It is no session of the thing, but it ends a time
 * of wrong refusals.
 */
inline probed(n)
{
#ifndef PROBE_FORGETS_NOT
	refused = (refused == n -> 0 : refused);
#endif
	doubted = (doubted == n -> 0 : doubted)
}
