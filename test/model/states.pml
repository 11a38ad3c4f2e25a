/* SPDX-License-Identifier: Apache-2.0 */
/*
 * states.pml - the work of each phase of a rotation: scripts/driver/phases.sh.
 *
 * A phase is left by a put; otherwise its step ends and begins again. A step that could only
 * repeat what it has just done waits until it can do something else, so that every cycle of the
 * model is a rotation that never ends.
 *
 * Where a step reads over the network only, reading and the put that follows are one step here: an
 * event between the two has the same effect as right after them.
 */

/* Waits for the answer to the request under way. SILENCE: it was lost, or is late. */
inline await()
{
	if
	:: atomic { answer?verdict, status, survivor }
	:: atomic { empty(request) && empty(answer) && !(is_working) -> verdict = SILENCE }
	fi
}

/* Forgets the last answer. */
inline forget_answer()
{
	verdict = 0; status = 0; survivor = 0
}

/* Lets an error of the device happen, before anything was changed. */
#define BREAK(from) \
	:: atomic { may_fail && still(from) -> spend("fault: a step on the device breaks\n"); enter(failing) }

/* Ends the step if another process has changed the phase: a put of this step would not count. */
#define OVERTAKEN(from) \
	:: atomic { phase != from -> skip }

/* Tells whether a rotation is IN_PROGRESS that this device has no journal of. */
#define orphan	(IN(live, committed) && !left_alone && some(IN_PROGRESS))

/*
 * Takes the first QUEUED rotation, ends one without a journal, or uses the other pair when the
 * live one is refused.
 */
inline state_idle()
{
	if
	:: atomic { accepts(live) && orphan && still(idle) ->
		connected(live); first(job, IN_PROGRESS); old = live; enter(failing) }
	:: atomic { accepts(live) && !orphan && some(QUEUED) && still(idle) ->
		connected(live); first(job, QUEUED); old = live; new = OF_JOB(job); enter(updating_job) }
	:: atomic { wrongs(live) ->
		refuse_wrongly(live);
		if
		:: outlasted(live) && other != 0 && other != live && accepts(other) -> swap = live
		:: else -> refused = live
		fi }
	:: atomic { refused_for_good(live, other) -> swap = live }
	OVERTAKEN(idle)
	fi;
	if
	:: swap != 0 ->
		activate(other);
		atomic { tell_put(" other\n"); other = swap; swap = 0 }
	:: else
	fi
}

/* Makes the execution IN_PROGRESS. */
inline state_updating_job()
{
	if
	:: atomic { accepts(old) && is(job, QUEUED) -> connected(old); tell_execution(job, IN_PROGRESS); execution[job] = IN_PROGRESS }
	:: atomic { accepts(old) && is(job, IN_PROGRESS) && still(updating_job) -> connected(old); enter(creating_certificate) }
	:: atomic { accepts(old) && !pending(job) -> connected(old); record_close(updating_job, other) }
	:: atomic { wrongs(old) -> refuse_wrongly(old); refused = old }
#ifndef ONLY_IDLE_GIVES_WAY
	:: atomic { refused_for_good(old, other) -> record_close(updating_job, other) }
#endif
	BREAK(updating_job)
	OVERTAKEN(updating_job)
	fi
}

/*
 * Stages the new certificate. An accepted create settles which pair the device uses, so the
 * certificate of a pair kept from an older rotation is retired, and the pair is destroyed.
 */
inline stage()
{
	atomic { tell_pair("step stage ", new); held = WITH(held, new) };
#ifdef KEEPS_DEAD_PAIR
	atomic { new_certificate = true; lost = false };
#endif
	if
	:: other != 0 && other != old -> atomic { destroy(other) }
	:: else
	fi;
	atomic { tell_put(" certificate\n"); new_certificate = true; other = 0; lost = false }
}

/* Gets and stages the new certificate, then probes it. */
inline state_creating_certificate()
{
	if
	:: atomic { overdue -> give_up(creating_certificate, failing) }
	:: atomic { !overdue && !new_certificate && accepts(old) && may_repeat(CREATE) ->
		connected(old); request!CREATE, old, job };
		await();
		if
		:: verdict == YES && !is_of_another_time(new) -> stage()
		:: verdict == YES && is_of_another_time(new) -> atomic {
			if
			:: still(creating_certificate) -> enter(failing)
			:: else
			fi }
		:: verdict == NO -> atomic { give_up(creating_certificate, failing) }
		:: else
		fi;
		forget_answer()
	:: atomic { !overdue && !new_certificate && wrongs(old) -> refuse_wrongly(old); refused = old }
	:: atomic { !overdue && new_certificate && accepts(new) -> probed(new); enter(trial) }
	:: atomic { !overdue && new_certificate && wrongs(new) ->
		refuse_wrongly(new);
		if
		:: outlasted(new) && accepts(old) -> give_up(creating_certificate, failing)
		:: else -> refused = new
		fi }
	:: atomic { !overdue && new_certificate && refused_for_good(new, old) -> give_up(creating_certificate, failing) }
	:: atomic { !overdue && new_certificate && may_fail -> spend("fault: both probes are refused\n"); enter(trial) }
	:: atomic { new_certificate && may_fail && still(creating_certificate) -> spend("fault: no watchdog is alive\n"); enter(failing) }
	BREAK(creating_certificate)
	OVERTAKEN(creating_certificate)
	fi
}

/* What trial and committing do when there is no session over NEW. */
#define ON_TRIAL(from) \
	:: atomic { overdue -> give_up(from, rolling_back) } \
	:: atomic { !overdue && live == new && wrongs(new) -> \
		refuse_wrongly(new); \
		if \
		:: outlasted(new) && accepts(old) -> give_up(from, rolling_back) \
		:: else -> refused = new \
		fi } \
	:: atomic { !overdue && live == new && refused_for_good(new, old) -> give_up(from, rolling_back) } \
	OVERTAKEN(from)

/* Makes NEW live, and connects over it. */
inline state_trial()
{
	if
	:: atomic { job == 0 && old != 0 -> give_up(trial, rolling_back) }
	:: atomic { job == 0 && old == 0 -> record_close(trial, other) }
	:: !overdue && job != 0 && live != new && may_activate -> activate(new)
	:: atomic { job != 0 && live != new && may_fail && still(trial) -> spend("fault: no watchdog is alive\n"); enter(rolling_back) }
	:: atomic { !overdue && job != 0 && live == new && accepts(new) ->
		connected(new);
		if
		:: is(job, IN_PROGRESS) && still(trial) -> enter(committing)
		:: else -> give_up(trial, rolling_back)
		fi }
	ON_TRIAL(trial)
	fi
}

/*
 * Tells whether commit may be asked for: after "retry" only when the runtime or the execution has
 * changed, since otherwise the answer is the same.
 */
#define may_ask	(!come_again || runs_on == new || !is(job, IN_PROGRESS))

/*
 * Tells whether a refusal of commit proves nothing: an earlier commit without an answer may have
 * been accepted.
 */
#ifdef COMMIT_ONCE
#define unsure	false
#else
#define unsure	(before && is(job, IN_PROGRESS))
#endif

/* Asks for commit over NEW. */
inline state_committing()
{
	if
	:: atomic { !overdue && accepts(new) && may_ask && runtime_proven(new) && may_repeat(COMMIT) && still(committing) ->
		connected(new); come_again = false; before = commit; tell_put(" commit\n"); commit = true };
		request!COMMIT, new, job;
		await();
		atomic {
			if
			:: verdict == YES && still(committing) -> enter(reporting)
			:: verdict == NO && unsure && still(committing) -> enter(reporting)
			:: verdict == NO && !unsure -> give_up(committing, rolling_back)
			:: verdict == RETRY -> come_again = true
			:: else
			fi;
			before = false;
			forget_answer() }
	ON_TRIAL(committing)
	fi
}

/*
 * Asks for commit again, because SUCCEEDED was refused as not committed; commit may be repeated,
 * and decides nothing.
 */
inline ask_for_licence()
{
	request!COMMIT, new, job;
	await()
}

/* Tells whether SUCCEEDED was accepted: then the pair bears the mark. */
#define is_reported	(phase == reporting && live == new && IN(new, committed))
/* Tells whether NEW is live again, after a way back to OLD. */
#define is_back	(!gone_back || live == new)

/* Reports SUCCEEDED over NEW, and ends the rotation by the answer. */
inline state_reporting()
{
	if
	/* Success was accepted. */
#if !defined(DATES) || defined(MARK_DESTROYS)
	:: is_reported -> finish_new()
#else
	:: atomic { is_reported && accepts(new) -> connected(new); verdict = YES }; finish_new(); forget_answer()
	:: is_reported && !accepts(new) && !IN(old, held & welcome) -> finish_new()
	:: atomic { is_reported && !accepts(new) && IN(old, held & welcome) -> keep_both(reporting, old) }
#endif
	:: atomic { !is_reported && !final && still(reporting) -> tell_put(" final\n"); final = true }
	:: !is_reported && final && !is_back -> activate(new)
	:: atomic { !is_reported && final && is_back && accepts(new) -> connected(new); request!SUCCEEDED, new, job };
		await();
		if
		:: verdict == SILENCE
		:: verdict == YES || (verdict == NO && (survivor == NEW || (survivor == 0 && status == SUCCEEDED))) -> finish_new()
		:: verdict == NO && survivor == OLD -> atomic { leave_new() }
		:: verdict == NO && survivor == 0 && status == IN_PROGRESS ->
			ask_for_licence();
			atomic {
				if
#ifndef ASKS_THOUGH_REFUSED
				:: verdict == NO -> leave_new()	/* the backend was put back, and knows the job alone */
#endif
				:: else
				fi }
		:: verdict == NO && survivor == 0 && status == 0 -> ask_for_licence()	/* the answer does not tell */
#ifndef ASKS_FOR_EVER
		:: verdict == NO && survivor == 0 && (status == GONE || status == ENDED) -> atomic { keep_both(reporting, old) }
#else
		:: verdict == NO && survivor == 0 && status == GONE -> atomic { keep_both(reporting, old) }
		:: verdict == NO && survivor == 0 && status == ENDED -> ask_for_licence()
#endif
		:: verdict == NO && survivor == 0 && (status == FAILED || status == CANCELED || status == TIMED_OUT || status == QUEUED) ->
			atomic { leave_new() }
		fi;
		forget_answer()
	:: atomic { !is_reported && final && is_back && wrongs(new) ->
		refuse_wrongly(new);
		if
		:: outlasted(new) && accepts(old) -> swap = old
		:: else -> refused = new
		fi };
		if
		:: atomic { swap != 0 -> swap = 0; connected(old) }; say_over_old()
		:: else
		fi
	:: atomic { !is_reported && final && is_back && refused_for_good(new, old) -> connected(old) }; say_over_old()
	OVERTAKEN(reporting)
	fi
}

/*
 * Goes back to OLD. Not if the live pair is committed, since OLD may have been destroyed:
 * gr-install-cert does not go back then.
 */
inline state_rolling_back()
{
	if
	:: live != old && !IN(live, committed) -> activate(old)
	:: atomic { live == old && still(rolling_back) -> enter(failing) }
	OVERTAKEN(rolling_back)
	fi
}

/* Reports FAILED over OLD, and ends the rotation by the answer. */
inline state_failing()
{
	if
	:: atomic { job == 0 && accepts(old) -> connected(old); keep_both(failing, new) }
	:: atomic { job != 0 && accepts(old) && may_repeat(CREATE) -> connected(old); request!failed_by(new), old, job };
		await();
		if
		:: verdict == SILENCE
		:: verdict == YES -> finish_old()
		:: verdict == NO && new == 0 -> left_alone = pending(job); finish_old()
		:: verdict == NO && new != 0 && (survivor == NEW || (survivor == 0 && status == SUCCEEDED)) ->
			go_back_to_new()
		:: verdict == NO && new != 0 && survivor == 0 && (status == GONE || status == ENDED) && new_certificate ->
			atomic { keep_both(failing, new) }
		:: verdict == NO && new != 0 && survivor == 0 && (status == GONE || status == ENDED) && !new_certificate -> finish_old()
		:: verdict == NO && new != 0 && (survivor == OLD || (survivor == 0 && status != SUCCEEDED && status != GONE && status != ENDED)) ->
			finish_old()
		fi;
		forget_answer()
	:: atomic { wrongs(old) ->
		refuse_wrongly(old);
		if
		:: new_certificate && outlasted(old) && accepts(new) -> swap = new
		:: else -> refused = old
		fi };
		if
		:: swap != 0 -> swap = 0; go_back_to_new()
		:: else
		fi
	:: new_certificate && refused_for_good(old, new) -> go_back_to_new()
#ifndef ONLY_IDLE_GIVES_WAY
	:: atomic { !new_certificate && refused_for_good(old, other) -> record_close(failing, other) }
#endif
	OVERTAKEN(failing)
	fi
}
