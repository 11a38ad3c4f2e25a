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
	held = WITHOUT(held, n);
	printf("device: generation %d is destroyed\n", n);
	claim(a_no_lock_out, held & taken)
}
