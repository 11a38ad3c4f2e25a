/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recover.pml - gr-install-cert recover, which needs no network: recover.c, recovery.c and lost_journal.c. The driver begins with it, and the
 * watchdog runs it by a timer and at boot.
 */
#define on_trial	(phase == trial || phase == committing)

/* With no old pair to go back to the only one stays. */
inline end_trial()
{
	printf("recover: the trial is past its deadline\n");
	if
	:: old != 0 -> enter(rolling_back)
	:: else -> clear(); enter(idle)
	fi
}

inline recover()
{
	if
	:: atomic { on_trial && overdue -> end_trial() }
	:: else
	fi;
	if
	:: phase == rolling_back -> activate(old)
	:: else
	fi;
	if
	:: atomic { phase == idle -> sweep() }
	:: else
	fi
}

/* Leaves in i the newest pair of the set besides the live one; 0: none. */
inline find_newest(set)
{
	i = JOBS + 1;
	do
	:: i == 0 || (i != live && IN(i, held & set)) -> break
	:: else -> i--
	od
}

/*
 * The journal is gone, and is made anew from the pairs. A committed pair that is live means idle, and the newest of the others
 * is kept. Any other is on trial, nobody knows for which job; the way back is a committed pair, or else any.
 */
inline make_journal()
{
	clear();
	lost = true;
#ifdef FORGETS_RESTART
	restart_for = 0;
#else
	restart_for = live;	/* nobody knows any more what the runtime runs on */
#endif
	if
	:: IN(live, committed) -> find_newest(held); other = i; enter(idle)
	:: else ->
		find_newest(committed);
#ifndef COMMITTED_ONLY
		if
		:: i == 0 -> find_newest(held)
		:: else
		fi;
#endif
		new = live; old = i; new_certificate = true; enter(trial)
	fi
}

/*
 * The timer. Past the deadline it ends the holder of the lock, and then changes what a driver would change; a driver that
 * comes back finds a torn switch finished or finishes it. Should the lock ever fail, the driver goes on beside it: then
 * compare and swap is all that keeps the two apart.
 */
#ifndef NO_WATCHDOG
active proctype watchdog()
{
	do
	:: atomic { on_trial && overdue && !killed -> killed = true; end_trial() }
	:: atomic { killed && on_trial && overdue -> end_trial() }
	:: atomic { killed && phase == rolling_back && live != old -> owe_restart(old); live = old; printf("device: generation %d is live\n", live) }
	:: atomic { on_trial && overdue && may_fail && old != 0 ->
		spend("fault: the lock does not hold\n");
		end_trial();
		owe_restart(old);
		live = old;
		printf("device: generation %d is live\n", live) }
	od
}
#endif
