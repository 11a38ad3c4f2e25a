/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign.pml - a device with the reference's component, on our backend.
 *
 * It has the pair that its runtime uses, and a backup or none; after a restart the backup is all
 * that it knows. It sends each message once, at QoS 0, and waits 30 s at most, so that a lost
 * request or answer is the same as one that comes too late.
 */
mtype = { idle, starting, getting_job, updating_job, creating_certificate, committing, reporting, rolling_back };

mtype phase = starting;
byte job;	/* 0: none */
byte backup;	/* 0: none */
mtype heard;	/* the answer to the request under way; 0: none */

#define held	(BIT(live) | BIT(backup))
#define runs_on	live

/*
 * Tell whether messages are still under way. The device asks for the list of jobs after its other
 * messages, so it is answered after them.
 */
#define is_said(word)	request??[word, _, _]
#define all_heard	(!is_said(IN_PROGRESS) && !is_said(CREATE) && !is_said(COMMIT) && !is_said(SUCCEEDED) && !is_said(FAILED))

/* Sends a message about job j over the live pair. Messages arrive in order, or are lost. */
inline say(word, j)
{
	if
	:: nfull(request) && IN(live, taken) -> request!word, live, j
	:: printf("device: %e is lost\n", word)
	fi
}

/* Enters a phase, with no answer yet. */
inline enter(next)
{
	phase = next;
	heard = 0;
	job = (next == idle || next == starting || next == getting_job -> 0 : job);
	printf("device: %e\n", next)
}

/* Makes the backup live again, and restarts. */
inline roll_back()
{
	printf("device: back from pair %d to pair %d\n", live, backup);
	live = backup;
	backup = 0;
	claim(a_no_lock_out, held & taken);
	enter(starting)
}

/* Keeps the live pair as the backup, makes the new one live, and restarts. */
inline rotate()
{
	backup = live;
	live = OF_JOB(job);
	claim(a_no_lock_out, held & taken);
	enter(starting)
}

/*
 * Tells whether the device still waits for the answer to this request; it may have gone on to
 * another phase.
 */
#define awaits(verb, j)	(job == j && ((phase == updating_job && verb == IN_PROGRESS) || \
			 (phase == creating_certificate && verb == CREATE) || (phase == committing && verb == COMMIT)))

/*
 * Goes through the phases of the reference's component; it may restart or connect anew at any
 * moment.
 */
active proctype device()
{
	do
	:: atomic { phase != starting -> enter(starting) }
	:: atomic { phase == starting && IN(live, taken) -> say(SESSION, 0); enter(getting_job) }
	:: atomic { phase != starting && nfull(request) && IN(live, taken) -> request!SESSION, live, 0; printf("device: connects anew\n") }
	/* No word in time, or a refusal: with a backup, NEW is bad. */
	:: atomic { (phase == starting || phase == getting_job) && backup != 0 -> roll_back() }
	/* Nothing to do, no answer, or a message of somebody else. */
	:: atomic { phase == getting_job -> enter(idle) }
	:: atomic { phase == getting_job && all_heard && some(IN_PROGRESS) ->
		first(job, IN_PROGRESS);
		if
		:: backup != 0 -> say(COMMIT, job); enter(committing)
		:: else -> say(FAILED, job); enter(idle)
		fi }
	:: atomic { ((phase == getting_job && all_heard) || phase == idle) && some(QUEUED) && !some(IN_PROGRESS) ->
		first(job, QUEUED); say(IN_PROGRESS, job); enter(updating_job) }
	:: atomic { phase == updating_job -> enter(idle) }
	:: atomic { phase == updating_job && heard == YES -> say(CREATE, job); enter(creating_certificate) }
	:: atomic { phase == creating_certificate -> say(FAILED, job); enter(idle) }
	:: atomic { phase == creating_certificate && heard == YES -> rotate() }
	:: atomic { phase == committing -> say(FAILED, job); enter(rolling_back) }
	:: atomic { phase == committing && heard == YES -> backup = 0; claim(a_no_lock_out, held & taken); enter(reporting) }
	:: atomic { phase == reporting -> say(SUCCEEDED, job); enter(idle) }
	:: atomic { phase == rolling_back -> roll_back() }
	od
}
