/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver.pml - runs the driver, step after step, killed and started again:
 * scripts/driver/rotate.sh.
 */

/*
 * Ends a run of the driver and begins the next. A request that it was sending may still arrive
 * late; an answer to it is lost.
 */
inline end_of_life()
{
	killed = false;
	refused = 0;
	linked(0);
	before = false; come_again = false; left_alone = false; swap = 0;
	forget_answer();
	if
	:: nempty(request) && nfull(late) -> request?what, over, whose; late!!what, over, whose
	:: nempty(request) -> request?_, _, _
	:: empty(request)
	fi;
	if
	:: nempty(answer) -> answer?_, _, _
	:: empty(answer)
	fi;
	give_up_waiting();
#ifdef NO_JOURNAL
	clear();
	enter(idle);
#endif
	printf("device: the driver starts\n")
}

/*
 * Recovers, then does the step of the phase that the journal names, until the driver is killed;
 * then begins again.
 */
active proctype driver()
{
	bool before, come_again, left_alone;
	byte swap;
life:
	{
		recover();
		do
		:: phase == idle -> state_idle()
		:: phase == updating_job -> state_updating_job()
		:: phase == creating_certificate -> state_creating_certificate()
		:: phase == trial -> state_trial()
		:: phase == committing -> state_committing()
		:: phase == reporting -> state_reporting()
		:: phase == rolling_back -> state_rolling_back()
		:: phase == failing -> state_failing()
		od
	} unless {
		killed -> atomic { !removed -> end_of_life() }
	};
	goto life
}
