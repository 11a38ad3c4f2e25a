/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recover.pml - gr-install-cert recover, which needs no network: recover.c, recovery.c and lost_journal.c. The driver begins with it, and the
 * watchdog runs it by a timer and at boot.
 */
#define on_trial	(phase == trial || phase == committing)

/*
 * Ends a trial whose deadline has passed. If there is no old pair to go back to, the live one
 * stays.
 */
inline end_trial()
{
	printf("recover: the trial is past its deadline\n");
	if
	:: old != 0 -> enter(rolling_back)
	:: else -> tell_close(0); clear(); enter(idle)
	fi
}

/*
 * Ends a late trial, makes the old pair live in rolling-back, and removes pairs that nobody needs
 * in idle.
 */
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

/*
 * Finds the newest pair of the set other than the live one, and leaves it in i; 0: there is none.
 */
inline find_newest(set)
{
	i = JOBS + 1;
	do
	:: i == 0 || (i != live && IN(i, held & set)) -> break
	:: else -> i--
	od
}

/*
 * Makes a new journal from the pairs, because it was lost. If the live pair is committed, the
 * phase is idle, and the newest of the others is kept. If not, the live pair is on trial, for an
 * unknown job; the old pair is a committed one, or else any.
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
 * Runs recover by a timer. After the deadline it ends the holder of the lock, and then makes the
 * changes that a driver would make; a driver that is started again finds an interrupted switch
 * finished, or finishes it. If the lock fails, the driver goes on at the same time: then only
 * compare and swap keeps the two apart.
 */
#ifndef NO_WATCHDOG
active proctype watchdog()
{
	do
	:: atomic { on_trial && overdue && !killed -> killed = true; end_trial() }
	:: atomic { killed && on_trial && overdue -> end_trial() }
	:: atomic { killed && phase == rolling_back && live != old -> owe_restart(old); tell_switch(old); live = old; printf("device: generation %d is live\n", live) }
#ifndef STEPS	/* a step that only a lock makes possible that does not hold is none */
	:: atomic { on_trial && overdue && may_fail && old != 0 ->
		spend("fault: the lock does not hold\n");
		end_trial();
		owe_restart(old);
		tell_switch(old);
		live = old;
		printf("device: generation %d is live\n", live) }
#endif
	od
}
#endif
