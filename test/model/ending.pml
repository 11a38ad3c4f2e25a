/* SPDX-License-Identifier: Apache-2.0 */
/* ending.pml - how a rotation ends: scripts/driver/ending.sh. */

/*
 * Ends a rotation with NEW, as gr-install-cert commit does: marks the live pair as committed, and
 * destroys the pair that the journal calls old.
 */
inline finish_new()
{
	atomic { phase == reporting || phase == idle -> tell_pair("step mark ", live); committed = WITH(committed, live) };
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
		atomic { tell_switch(n); live = n; printf("device: generation %d is live\n", live) }
	:: else
	fi
}

/*
 * Goes back to NEW when failing learns that NEW survives: our own final status decided so, or the
 * broker accepts nothing else. Reporting makes it live.
 */
inline go_back_to_new()
{
	atomic {
		if
		:: job == 0 -> keep_both(failing, new)	/* idle goes back */
		:: job != 0 && still(failing) -> gone_back = true; enter(reporting)
		:: else
		fi }
}

/*
 * Leaves NEW for OLD. Once in a rotation: after NEW was made live again the two would only take
 * turns, so both stay, and idle uses the one that is accepted.
 */
inline leave_new()
{
	if
#ifndef TAKES_TURNS
	:: gone_back -> keep_both(reporting, old)
	:: !gone_back -> give_up(reporting, rolling_back)
#else
	:: give_up(reporting, rolling_back)
#endif
	fi
}

/*
 * Reports FAILED over OLD, although SUCCEEDED may have been sent: NEW is refused, and OLD is
 * accepted. The first of the two that counts decides. If NEW survives nevertheless, both pairs
 * stay, and idle uses the one that is accepted.
 */
inline say_over_old()
{
	request!FAILED, old, job;
	await();
	if
	:: verdict == SILENCE
	:: verdict == YES || (verdict == NO && survivor == OLD) -> atomic { leave_new() }
	:: verdict == NO && (survivor == NEW || (survivor == 0 && (status == SUCCEEDED || status == GONE || status == ENDED))) ->
		atomic { keep_both(reporting, old) }
	:: verdict == NO && survivor == 0 && (status == FAILED || status == CANCELED || status == TIMED_OUT) ->
		atomic { leave_new() }
	fi;
	forget_answer()
}
