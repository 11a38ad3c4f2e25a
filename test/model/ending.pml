/* SPDX-License-Identifier: Apache-2.0 */
/* ending.pml - how a rotation ends: scripts/driver/ending.sh. */

/*
 * Ends a rotation with NEW, as gr-install-cert commit does: marks the live pair as committed, and
 * destroys the pair that the journal calls old.
 */
inline finish_new()
{
	atomic { phase == reporting || phase == idle -> committed = WITH(committed, live) };
	atomic {
		if
		:: old != 0 && old != live -> claim(b_old_outlives_first_use, IN(live, used)); destroy(old)
		:: else
		fi };
	atomic { record_close(reporting, 0) }
}

/* Ends a rotation with OLD, as gr-install-cert discard does: destroys NEW. */
inline finish_old()
{
	atomic {
		if
		:: new != 0 && new != live -> destroy(new)
		:: else
		fi };
#ifdef DESTROYS_OLD
	atomic { claim(b_old_outlives_first_use, IN(new, used)); destroy(old) };
#endif
	atomic { record_close(failing, other) }
}

/*
 * Ends a rotation whose survivor is not known: both pairs stay, and idle uses the one that the
 * broker accepts.
 */
inline keep_both(from, second)
{
	record_close(from, second)
}

/* Makes pair n live, and records first the restart that the switch owes. */
inline activate(n)
{
	if
	:: live != n ->
		atomic { owe_restart(n) };
		atomic { live = n; printf("device: generation %d is live\n", live) }
	:: else
	fi
}

/*
 * Makes NEW live when failing learns that NEW survives: our own final status decided so, or the
 * broker accepts nothing else.
 */
inline replace_old()
{
	activate(new);
	atomic {
		if
		:: final && still(failing) -> enter(reporting)
		:: !final -> keep_both(failing, old)
		:: else
		fi }
}

/*
 * Asks over OLD how the execution ended: NEW is refused and OLD is accepted, although SUCCEEDED
 * may have been sent.
 */
#define may_have_ended(j)	(decided_for_old(j) || (!is(j, IN_PROGRESS) && !is(j, SUCCEEDED)))
inline ask_over_old()
{
	if
	:: decided_for_old(job) || execution[job] == CANCELED || execution[job] == TIMED_OUT || execution[job] == FAILED ->
		give_up(reporting, rolling_back)
	:: !decided_for_old(job) && execution[job] == GONE -> keep_both(reporting, old)
#ifdef REFERENCE
	:: !pending(job) -> keep_both(reporting, old)	/* it does not say how it ended */
#endif
	:: else
	fi
}
