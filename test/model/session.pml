/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.pml - connections, and what a refusal proves: scripts/driver/session.sh.
 *
 * The broker takes a certificate while it is ACTIVE, but may refuse it wrongly for a while. That while is shorter than the
 * refusal window: a pair that was refused wrongly is taken once before it can be refused wrongly again. Each such while costs
 * a fault. Silence changes nothing and is left out: the driver asks again.
 */
byte refused;	/* the driver's: the pair whose refusals it is counting; forgotten when the driver ends */
byte doubted;	/* the broker's: the pair that it refused wrongly, and has not taken since */

#define accepts(n)	IN(n, taken)
#define wrongs(n)	(IN(n, taken) && may_fail && doubted != n)
#define refuse_wrongly(n)	doubted = n; spend("fault: a pair is refused wrongly\n")

/* This refusal is not the first one of its window. */
#ifdef ONE_REFUSAL
#define outlasted(n)	true
#else
#define outlasted(n)	(refused == n)
#endif

/* A certificate that died stays dead, so the window passes; then the other pair is asked. */
#ifdef NO_GIVING_WAY
#define refused_for_good(n, o)	false
#else
#define refused_for_good(n, o)	(!IN(n, taken) && o != 0 && o != n && IN(o, taken))
#endif

/* A session of the driver begins: as T on a plain device, as T#gr beside a nucleus. */
inline connected(n)
{
	refused = (refused == n -> 0 : refused);
	doubted = (doubted == n -> 0 : doubted);
	used = WITH(used, n);
	session_started(n)
}

/* The probe is taken. It is nobody's session, but it ends a while of refusals. */
inline probed(n)
{
#ifndef PROBE_FORGETS_NOT
	refused = (refused == n -> 0 : refused);
#endif
	doubted = (doubted == n -> 0 : doubted)
}
