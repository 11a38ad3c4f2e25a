/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backend.pml - the daemon: handles one request after the other, each in a step of its own, with
 * its housekeeping in between.
 */

/*
 * Handles one request. The certificate is looked up again: a client whose certificate was retired
 * since it connected gets no answer, and its connection is about to end.
 */
inline handle(verb, c, j)
{
	verb_ = verb;
	verdict_ = 0; status_ = 0; survivor_ = 0; succeeded_ = 0;
	if
	:: !IN(c, taken)
	:: else ->
		if
		:: verb == CREATE -> create(c, asked(j)); note_key(j)
		:: verb == COMMIT -> licence(c, j)
#ifdef FOREIGN
		:: verb == IN_PROGRESS -> begin(j)
		:: verb == SESSION -> session_started(c)
#endif
		:: verb == GIVEN_UP -> final_word(c, j, FAILED)
		:: else -> final_word(c, meant(j), verb)
		fi;
		printf("backend: %e for job %d over certificate %d: %e\n", verb, j, c, verdict_);
		finish((succeeded_ == 1 -> 1 : MOST_AT_ONCE))
	fi
}

#ifdef FOREIGN
/* Handles the requests of a foreign device. */
active proctype backend()
{
	do
	:: atomic { request?what, over, whose ->
		handle(what, over, whose);
		if
		:: awaits(what, whose) -> heard = verdict_
		:: else
		fi }
#ifdef LATE_REPORTS
	:: atomic { len(request) > 1 && request?[SESSION, _, _] -> request?what, over, whose; request!what, over, whose }
#endif
	CHORES
	od
}
#else
/* Handles requests, also those that are late or come twice. */
active proctype backend()
{
	do
	:: atomic { request?what, over, whose ->
		awaited = 1;
		handle(what, over, whose);
		if
		:: verdict_ != 0 -> answer!verdict_, status_, survivor_
		:: else
		fi }
	:: atomic { late?what, over, whose -> awaited = 0; handle(what, over, whose) }
#if LATE > 1
	:: atomic { len(late) > 1 ->	/* the second before the first */
		late?what, over, whose; late!what, over, whose; late?what, over, whose;
		awaited = 0;
		handle(what, over, whose) }
#endif
	CHORES
	od
}
#endif
