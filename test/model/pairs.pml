/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs.pml - the pairs of the device and the certificates of the backend.
 *
 * A pair and its certificate have the same number. The device starts with 1, and job j makes j +
 * 1: gr-keygen keeps the key that an execution has already. 0 is none. Sets are bit masks.
 */
#define OF_JOB(j)	((j) + 1)
#define BIT(p)		(1 << (p))
#define IN(p, set)	(((set) >> (p)) & 1)
#define WITH(set, p)	((set) | BIT(p))
#define WITHOUT(set, p)	((set) & ~BIT(p))
#define COUNT(set)	(IN(1, set) + IN(2, set) + IN(3, set) + IN(4, set) + IN(5, set) + IN(6, set))

byte taken = BIT(1);	/* certificates that are ACTIVE and attached to the thing: the broker takes these */
/*
 * Certificates that are outside of their dates by the backend's clock (DATES). A session outlives
 * the dates, so the daemon still hears what comes over it; no new one begins. What the broker takes
 * is `welcome`.
 */
#ifdef DATES
byte undated;
byte misdated;	/* those that were issued by a wrong clock, and are outside of their dates once it is put right */
bool wrong_clock;	/* the backend's */
bool believable;	/* the device's clock, which NTP keeps; else the backend knows a time that has come for certain */
byte over_link;	/* the driver's session is over this pair, and lasts until it breaks; 0: there is none */
#define welcome		(taken & ~undated)

/* Issues c: it begins with a time that has come for certain, if the backend knows one. */
#ifdef BEGINS_NOW
#define date(c)		misdated = (wrong_clock -> WITH(misdated, c) : misdated)
#else
#define date(c)		misdated = (wrong_clock && believable -> WITH(misdated, c) : misdated)
#endif
#ifdef TAKES_ANY_DATES
#define is_of_another_time(c)	false
#else
#define is_of_another_time(c)	(believable && IN(c, misdated))	/* by the device's own clock */
#endif
#else
#define undated		0
#define welcome		taken
#define date(c)		skip
#define is_of_another_time(c)	false
#endif
/*
 * Certificates that the device has and the registry does not know, because it was put back to an
 * older copy without its ledger (RESTORED): they can be taken in again.
 */
#ifdef RESTORED
bool restored;
byte adopted;	/* those that were */
#ifdef JOINED
#define unknown		0
#else
#define known_by(j)	(rotations[j].old != 0 -> BIT(OF_JOB(j)) : 0)
#define unknown		(restored -> held & ~(BIT(1) | known_by(1) | known_by(2) | known_by(3) | adopted) : 0)
#endif
#else
#define restored	false
#define unknown		0
#endif
#define tenable		(held & (welcome | unknown))	/* what the device can live on */

byte used = BIT(1);	/* pairs that have carried a session of the device */
byte held = BIT(1);	/* complete pairs on the device's disk */
byte committed = BIT(1);	/* those of them that bear the mark */
byte live = 1;		/* the one that the link says */

hidden byte i, p;	/* of one step of a process, never of a state */

/*
 * Destroys pair n: gr-install-cert commit and discard, and the removal of pairs that nobody needs
 * in idle.
 */
inline destroy(n)
{
	tell_pair("step destroy ", n);
	held = WITHOUT(held, n);
	printf("device: generation %d is destroyed\n", n);
	claim(a_no_lock_out, tenable)
}
