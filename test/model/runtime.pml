/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime.pml - the program that uses the credentials, and the restarts that it is owed:
 * scripts/driver/runtime.sh.
 *
 * On a plain device that is the driver's own session. Beside a nucleus (NUCLEUS) the runtime has a
 * session of its own, as T, on the pair that was live when the runtime last started. A restart is
 * recorded as owed before a switch, and asked for after it; the instance that must end is the one
 * that runs after the switch.
 */
#ifdef NUCLEUS
byte runs_on = 1;
byte cannot_start;	/* a pair that it has never run on, and cannot; 0: none */

#define owe_restart(n)	restart_for = n
/*
 * Tells whether a switch may begin: not while a restart is owed for the live pair, which this
 * switch's own would overwrite.
 */
#ifdef OVERWRITES_DEBT
#define may_activate	true
#else
#define may_activate	(restart_for != live)
#endif
#define start_runtime() \
	if \
	:: live != cannot_start -> runs_on = live \
	:: else \
	fi

/* Restarts when a restart is owed; may fail to run on NEW, or start by itself. */
active proctype runtime()
{
	do
	:: atomic { restart_for != 0 && live == restart_for && live != cannot_start ->
		runs_on = live; restart_for = 0; printf("runtime: restarted on pair %d\n", live) }
	:: atomic { may_fail && cannot_start == 0 && phase == trial && job != 0 && runs_on != new ->
		cannot_start = new; spend("fault: the runtime cannot run on NEW\n") }
	:: atomic { may_fail && restart_for != 0 && live != cannot_start ->
		runs_on = live;
#ifdef INSTANCE_BEFORE
		restart_for = 0;
#endif
		spend("fault: the runtime starts by itself\n") }
	od
}
#else
#define runs_on		live
#define owe_restart(n)	skip
#define start_runtime()	skip
#define may_activate	true
#endif
