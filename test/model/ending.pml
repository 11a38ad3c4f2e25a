/* SPDX-License-Identifier: Apache-2.0 */
/* ending.pml - how a rotation ends: scripts/driver/ending.sh. */

/* gr-install-cert commit: marks what is live, and destroys what the journal calls old. */
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

/* Nobody can say which pair lives: both stay, and idle uses the one that is taken. */
inline keep_both(from, second)
{
	record_close(from, second)
}

/* The switch of the link, and the restart that is owed for it. */
inline activate(n)
{
	if
	:: live != n ->
		atomic { owe_restart(n) };
		atomic { live = n; printf("device: generation %d is live\n", live) }
	:: else
	fi
}

/* Our own final word decided for NEW, or the broker takes nothing else. */
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

/* NEW is refused and OLD is taken although the final word may have left. */
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
