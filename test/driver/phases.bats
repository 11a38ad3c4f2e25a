# SPDX-License-Identifier: Apache-2.0
# phases.bats - each phase against each answer of its programs: what it enters next, or that
# it stays. The programs are replaced; whole rotations are in the other files.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/driver

setup() { driver_load; }

switch_ends() { replace gr-install-cert "case \$1 in status) cat pairs ;; $1) exit $2 ;; esac"; }
nobody_watches() {
	replace gr-journal 'case $1 in
		left) echo 600 ;;
		watched) echo "gr-journal: no heartbeat" >&2; exit 1 ;;
		esac'
}
deadline_passed() {
	replace gr-journal 'case $1 in
		left) echo 0; exit 1 ;;
		get) cat record ;;
		put) printf "%s\n" "$*" >>puts ;;
		esac'
}
not_called() { ! grep -q "^$1" calls; }

# --- idle --------------------------------------------------------------------------------------

@test "idle: a rotation that is QUEUED is taken; all it starts from goes on record at once" {
	at idle
	session 1
	answers gr-jobs-client 0 "$QUEUED"
	phase
	goes updating-job
	for value in job=j1 execution=1 old=1 new=2 idempotent=true oldCertificateId=c1; do
		grep -qx "$value" <<<"$output"
	done
}
@test "idle: nothing waits: it stays, and that is no failure" {
	at idle
	session 1
	client next=1
	phase
	stays 0
}
@test "idle: no answer, or a program that breaks: it stays with that status" {
	at idle
	session 1
	for rc in 100 111 127; do
		client next=$rc
		phase
		stays $rc
	done
}
@test "idle: a rotation IN_PROGRESS without a record is given up after the grace, by the service's clock" {
	at idle
	session 1
	answers gr-jobs-client 0 "$IN_PROGRESS
lastUpdatedAt=1000
timestamp=1599"
	phase
	stays 0
	answers gr-jobs-client 0 "$IN_PROGRESS
lastUpdatedAt=1000
timestamp=1600"
	phase
	goes failing 'no record of this rotation on the device'
}
# found_pair: somebody put another one in the configured places; ./kept is what was on record when
# it was adopted
found_pair() {
	printf '%s\n' live=1 certificateId=c9 'generation 1 complete committed c1 1' >pairs
	: >puts
	replace gr-install-cert 'case $1 in
		status) cat pairs ;;
		adopt)
			cat puts >kept
			printf "%s\n" live=4 certificateId=c9 "generation 4 complete committed c9 1" >pairs
			;;
		esac'
}
@test "idle: another pair lies in the configured places: the one in use is on record before that is adopted" {
	at idle
	found_pair
	session 4
	client next=1
	phase
	stays 0
	[ "$(cat kept)" = 'put --from idle other=1' ]
}
@test "idle: another pair lies in the configured places: one that is kept already stays on record" {
	at idle other=3
	found_pair
	session 4
	client next=1
	phase
	stays 0
	[ -e kept ]
	[ ! -s puts ]
}
@test "idle: the pair in use is refused, and the one kept beside it is not taken either: nothing is switched" {
	at idle other=2
	session 1 1
	for rc in 1 111; do
		answers gr-probe $rc
		phase
		stays $rc
	done
	[ ! -e credentials ]
	[ ! -e puts ]
}
@test "idle: over a pair that was never committed such a rotation is not asked for" {
	at idle
	printf '%s\n' live=2 certificateId=c2 'generation 2 complete - c2 1' >pairs
	session 2
	client next=1
	phase
	stays 0
	called 'gr-jobs-client next --queued .*'
}
@test "idle: no session, no request" {
	at idle
	session 1 111
	phase
	stays 111
	not_called gr-jobs-client
}
@test "idle: the pair in use is refused, the one kept beside it is taken: that becomes live" {
	at idle other=2
	session 1 1
	session 2
	client next=1
	phase
	stays 0
	grep -qx 'activate -g 2' credentials
	grep -qx 'put --from idle other=1' puts
}

# --- updating-job ------------------------------------------------------------------------------

@test "updating-job: the execution is IN_PROGRESS and ours: the deadline is set" {
	at updating-job
	session 1
	client
	phase
	goes creating-certificate
	called 'gr-journal arm -- 800'
	called 'gr-jobs-client update .* -- j1 IN_PROGRESS'
}
@test "updating-job: a timer longer than a week is none: the deadline is that of a week" {
	at updating-job
	session 1
	answers gr-jobs-client 0 "${IN_PROGRESS/secondsLeft=1000/secondsLeft=1000000}"
	phase
	goes creating-certificate
	called 'gr-journal arm -- 483840'
}
@test "updating-job: the update is refused: idle" {
	at updating-job
	session 1
	client update=1
	phase
	goes idle
}
@test "updating-job: no answer to the update: the execution tells" {
	at updating-job
	session 1
	client update=111
	phase
	goes creating-certificate
	answers gr-jobs-client 0 "$QUEUED"
	phase
	stays 111
}
@test "updating-job: the update breaks: it stays with that status" {
	at updating-job
	session 1
	for rc in 100 127; do
		client update=$rc
		phase
		stays $rc
	done
}
@test "updating-job: the execution is gone, has ended, or is another one: idle" {
	at updating-job
	session 1
	client get=1
	phase
	goes idle
	for answer in "${IN_PROGRESS/IN_PROGRESS/TIMED_OUT}" "$ANOTHER"; do
		answers gr-jobs-client 0 "$answer"
		phase
		goes idle
	done
}
@test "updating-job: the execution is not told: it stays with that status" {
	at updating-job
	session 1
	for rc in 100 111 127; do
		client get=$rc
		phase
		stays $rc
	done
}
@test "updating-job: the old pair is refused and none is kept beside it: it stays" {
	at updating-job
	session 1 1
	phase
	stays 111
}
@test "updating-job: the old pair is refused and the one kept beside it is taken: idle" {
	at updating-job other=3
	session 1 1
	phase
	goes idle
}

# --- creating-certificate ----------------------------------------------------------------------

@test "creating-certificate: key, CSR, certificate, probe: trial" {
	at creating-certificate
	session 1
	phase
	goes trial
	called 'gr-create -- j1 1'
	grep -qx 'put --from creating-certificate newCertificateId=c2 other=' puts
	called 'gr-probe -g 2'
}
@test "creating-certificate: create is refused: failing, with the reason" {
	at creating-certificate
	session 1
	replace gr-create 'echo "gr-create: j1: rejected: weak key" >&2; exit 1'
	phase
	goes failing 'the request for a certificate failed: j1: rejected: weak key'
}
@test "creating-certificate: each program that fails keeps it there with its status" {
	at creating-certificate
	session 1
	for program in gr-keygen gr-csr gr-create; do
		for rc in 100 111 127; do
			answers $program $rc
			phase
			stays $rc
		done
		answers $program 0
	done
}
@test "creating-certificate: a no of gr-keygen or gr-csr is no refusal" {
	at creating-certificate
	session 1
	for program in gr-keygen gr-csr; do
		answers $program 1
		phase
		stays 1
		answers $program 0
	done
}
@test "creating-certificate: the new pair is refused and the old one is taken: failing" {
	at creating-certificate newCertificateId=c2
	replace gr-probe 'case $* in *2) echo "gr-probe: refused" >&2; exit 1 ;; esac'
	phase
	goes failing 'the broker refuses the new certificate: refused'
	not_called gr-create
}
@test "creating-certificate: one refusal of the new pair is none" {
	at creating-certificate newCertificateId=c2
	setting_refusal_window=60
	replace gr-probe 'case $* in *2) exit 1 ;; esac'
	phase
	stays 111
}
@test "creating-certificate: the old pair may not probe either: trial" {
	at creating-certificate newCertificateId=c2
	answers gr-probe 1
	phase
	goes trial
	[[ $stderr == *'warning: the policy forbids probes'* ]]
}
@test "creating-certificate: a probe without a verdict: it stays" {
	at creating-certificate newCertificateId=c2
	for rc in 100 111 127; do
		answers gr-probe $rc
		phase
		stays $rc
	done
}
@test "creating-certificate: the deadline has passed: failing, with what was waited for" {
	at creating-certificate 'note=gr-create: no disk'
	deadline_passed
	phase
	goes failing 'no certificate came in time: gr-create: no disk'
}
@test "creating-certificate: less than the least time is left for a trial: failing" {
	at creating-certificate newCertificateId=c2
	replace gr-journal 'case $1 in left) echo 179 ;; esac'
	phase
	goes failing 'too little time left for a trial'
	replace gr-journal 'case $1 in left) echo 180 ;; esac'
	phase
	goes trial
}
@test "creating-certificate: no watchdog: failing, before there is a key" {
	at creating-certificate
	nobody_watches
	phase
	goes failing 'no heartbeat'
	not_called gr-keygen
}
@test "creating-certificate: a pair kept beside the old one is destroyed before the record" {
	at creating-certificate other=3
	session 1
	replace gr-install-cert 'case $1 in
		stage) echo c2 ;;
		discard) [ ! -s puts ] || exit 111; echo "$*" >>credentials ;;
		esac'
	phase
	goes trial
	grep -qx 'discard -g 3' credentials
}

# --- trial -------------------------------------------------------------------------------------

@test "trial: switched, connected, the job is ours: committing" {
	at trial
	session 2
	client
	phase
	goes committing
	grep -qx activate credentials
}
@test "trial: what is live already is not switched to again" {
	at trial
	lives 2
	session 2
	client
	phase
	goes committing
	[ ! -e credentials ]
}
@test "trial: the switch fails: it stays with that status" {
	at trial
	session 2
	for rc in 1 100 111 127; do
		switch_ends activate $rc
		phase
		stays $rc
	done
}
@test "trial: the job has ended, is another's or has a newer execution: rolling-back" {
	at trial
	lives 2
	session 2
	client get=1
	phase
	goes rolling-back 'the job ended during the trial'
	for answer in "${IN_PROGRESS/IN_PROGRESS/CANCELED}" "$ANOTHER"; do
		answers gr-jobs-client 0 "$answer"
		phase
		goes rolling-back 'the job has a newer execution or is not in progress'
	done
}
@test "trial: the job is not told: it stays with that status" {
	at trial
	lives 2
	session 2
	for rc in 100 111 127; do
		client get=$rc
		phase
		stays $rc
	done
}
@test "trial: the new pair is refused and the old one is taken: rolling-back" {
	at trial
	lives 2
	session 2 1
	step_said='gr-link: refused'
	phase
	goes rolling-back 'the broker refuses the new certificate: refused'
}
@test "trial: both pairs are refused, or one time is none: it stays" {
	at trial
	lives 2
	session 2 1
	answers gr-probe 1
	phase
	stays 111
	answers gr-probe 0
	setting_refusal_window=60
	phase
	stays 111
}
@test "trial: silence is no verdict" {
	at trial
	lives 2
	session 2 111
	phase
	stays 111
}
@test "trial: the deadline has passed: rolling-back" {
	at trial
	deadline_passed
	phase
	goes rolling-back "the trial's deadline passed"
}
@test "trial: nobody watches any more: rolling-back, and nothing was switched" {
	at trial
	nobody_watches
	phase
	goes rolling-back 'no heartbeat'
	[ ! -e credentials ]
}
@test "trial: the hook says not now: it stays, and nothing was switched" {
	at trial
	answers hook 111
	setting_hook=$PWD/replaced/hook
	phase
	stays 111
	[ ! -e credentials ]
}
@test "trial: what the switch owes the runtime is on record before it" {
	at trial
	answers hook 0
	setting_hook=$PWD/replaced/hook
	session 2
	client
	phase
	goes committing
	grep -n -e '--owe 2' -e activate calls >order
	[ "$(cut -d : -f 2 order)" = 'gr-journal put --from trial --owe 2
gr-install-cert activate' ]
}
@test "trial: the record was lost: rolling-back, or idle where nobody knows of an old pair" {
	at trial job= execution=
	phase
	goes rolling-back 'the record of the rotation was lost'
	at trial job= execution= old=
	phase
	goes idle
}

# --- committing --------------------------------------------------------------------------------

@test "committing: accepted: reporting, and that commit was sent is on record before it" {
	at committing
	session 2
	replace gr-commit 'grep -q " commit=" puts'
	phase
	goes reporting
}
@test "committing: the first answer is a refusal: rolling-back" {
	at committing
	session 2
	replace gr-commit 'echo "gr-commit: j1: rejected: no" >&2; exit 1'
	phase
	goes rolling-back 'commit was refused: j1: rejected: no'
}
@test "committing: a refusal after an unanswered commit: the execution tells" {
	at committing commit=1
	session 2
	replace gr-commit 'echo "gr-commit: no" >&2; exit 1'
	client
	phase
	goes reporting
	client get=1
	phase
	goes rolling-back 'commit was refused and the job has ended'
	answers gr-jobs-client 0 "${IN_PROGRESS/IN_PROGRESS/CANCELED}"
	phase
	goes rolling-back 'commit was refused: no'
	client get=111
	phase
	stays 111
}
@test "committing: no answer, or a program that breaks: it stays with that status" {
	at committing
	session 2
	for rc in 100 111 127; do
		answers gr-commit $rc
		phase
		stays $rc
	done
}
@test "committing: a backend that must not be asked twice at once is not" {
	at committing idempotent= commit="$(now)"
	session 2
	phase
	stays 111
	not_called gr-commit
}
@test "committing: the new pair is refused and the old one is taken: rolling-back" {
	at committing
	session 2 1
	step_said='gr-link: refused'
	phase
	goes rolling-back 'the broker refuses the new certificate: refused'
}
@test "committing: the deadline has passed: rolling-back" {
	at committing
	deadline_passed
	phase
	goes rolling-back 'commit was not answered in time'
	record_note='gr-commit: j1: not yet: wait'
	phase
	goes rolling-back "the trial's deadline passed: gr-commit: j1: not yet: wait"
}

# --- reporting ---------------------------------------------------------------------------------

destroyed_old() { grep -qx commit credentials; }

@test "reporting: accepted: the old pair is destroyed, idle; final is on record before" {
	at reporting
	session 2
	replace gr-jobs-client 'grep -q " final=1" puts'
	phase
	goes idle
	grep -qx other= <<<"$output"
	destroyed_old
}
@test "reporting: refused, decided for the new pair: the same" {
	at reporting
	session 2
	for answer in survivor=NEW status=SUCCEEDED; do
		rm -f credentials
		told 1 code=InvalidStateTransition $answer
		phase
		goes idle
		destroyed_old
	done
}
@test "reporting: refused, for the old pair or another end: rolling-back, nothing is destroyed" {
	at reporting
	session 2
	told 1 survivor=OLD status=SUCCEEDED
	phase
	goes rolling-back 'the rotation was decided for the old certificate'
	told 1 status=CANCELED
	phase
	goes rolling-back 'the job ended before success could be reported: CANCELED'
	[ ! -e credentials ]
}
@test "reporting: the execution is gone or its end is unknown: idle, both are kept" {
	at reporting
	session 2
	for code in ResourceNotFound TerminalStateReached; do
		told 1 code=$code
		phase
		goes idle
		grep -qx other=1 <<<"$output"
	done
	[ ! -e credentials ]
}
@test "reporting: not licensed yet: commit again, and it stays" {
	at reporting
	session 2
	told 1 status=IN_PROGRESS code=InvalidStateTransition
	phase
	stays 111
	called 'gr-commit -- j1 1 c2'
}
@test "reporting: not licensed, and commit is refused as well: rolling-back; not where no state is told" {
	at reporting
	session 2
	replace gr-commit 'echo "gr-commit: nothing was issued" >&2; exit 1'
	told 1 status=IN_PROGRESS code=InvalidStateTransition
	phase
	goes rolling-back 'commit was refused: nothing was issued'
	told 1 code=InvalidStateTransition
	phase
	stays 111
	[ ! -e credentials ]
}
@test "reporting: silence, or a program that cannot be started: it stays with that status" {
	at reporting
	session 2
	for rc in 111 127; do
		told $rc
		phase
		stays $rc
	done
	[ ! -e credentials ]
}
@test "reporting: an invalid request: ten times, then idle with both" {
	at reporting attempts=8
	session 2
	told 100
	phase
	stays 111
	record_attempts=9
	phase
	goes idle
	grep -qx other=1 <<<"$output"
	told 1 code=InvalidRequest
	phase
	goes idle
	[ ! -e credentials ]
}
@test "reporting: the new pair is refused for good: FAILED is said over the old one, and nothing is switched" {
	at reporting
	lives 2
	session 2 1
	session 1
	told 0
	phase
	goes rolling-back 'the new certificate is no longer accepted'
	called 'gr-jobs-client update -d CertificateRotator=true -d CertificateRotatorDevice=gr -d DeviceFailureReason=the new certificate is no longer accepted --execution 1 -- j1 FAILED'
	[ ! -e credentials ]
}
@test "reporting: what is answered to that: the old pair, both, or once more" {
	at reporting
	session 2 1
	session 1
	told 1 survivor=OLD status=SUCCEEDED
	phase
	goes rolling-back 'the rotation was decided for the old certificate'
	told 1 status=TIMED_OUT
	phase
	goes rolling-back 'the new certificate is refused and the job has ended: TIMED_OUT'
	for answer in survivor=NEW status=SUCCEEDED code=ResourceNotFound code=TerminalStateReached; do
		told 1 $answer
		phase
		goes idle
		grep -qx other=1 <<<"$output"
	done
	told 1 status=IN_PROGRESS code=VersionMismatch
	phase
	stays 111
	told 111
	phase
	stays 111
	[ ! -e credentials ]
}
# refused_with_mark PROBE: what the broker says of the old pair
refused_with_mark() {
	at reporting
	lives 2
	printf '%s\n' live=2 certificateId=c2 'generation 1 complete committed c1 1' \
		'generation 2 complete committed c2 1' >pairs
	session 2 1
	answers gr-probe "$1"
	phase
}
@test "reporting: the new pair is refused, and bears the mark of success: the old one is destroyed if it is refused too, or not whole" {
	for rc in 1 100; do
		rm -f credentials
		refused_with_mark $rc
		goes idle
		destroyed_old
		called 'gr-probe -g 1'
		not_called gr-jobs-client
	done
}
@test "reporting: the new pair is refused, and bears the mark, and the old one is taken: both are kept" {
	refused_with_mark 0
	goes idle
	grep -qx other=1 <<<"$output"
	[ ! -e credentials ]
}
@test "reporting: the new pair is refused, and bears the mark, and nothing is known of the old one: it stays" {
	# no answer; gr-probe is not there, or was killed
	for rc in 111 127 137; do
		refused_with_mark $rc
		stays 111
		[ ! -e credentials ]
	done
}
@test "reporting: after a way back the new pair becomes live first, and is not left again" {
	at reporting goneBack=1
	session 2
	told 1 survivor=OLD status=FAILED
	phase
	goes idle
	grep -qx other=1 <<<"$output"
	grep -qx 'activate -g 2' credentials
	told 1 status=CANCELED
	phase
	goes idle
	session 2 1
	session 1
	told 0
	phase
	goes idle
	! grep -qx commit credentials
}
@test "reporting: the new pair is refused and so is the old one: it stays" {
	at reporting
	session 2 1
	session 1 1
	phase
	stays 111
}

# --- rolling-back ------------------------------------------------------------------------------

@test "rolling-back: the old pair is live: failing" {
	at rolling-back
	lives 2
	phase
	goes failing
	grep -qx rollback credentials
}
@test "rolling-back: what is live already is not switched to again" {
	at rolling-back
	phase
	goes failing
	[ ! -e credentials ]
}
@test "rolling-back: the switch fails: it stays with that status; a lost pair is for recover" {
	at rolling-back
	lives 2
	for rc in 1 111 127; do
		switch_ends rollback $rc
		phase
		stays $rc
		not_called 'gr-install-cert recover'
	done
	switch_ends rollback 100
	phase
	stays 100
	called 'gr-install-cert recover'
}
@test "rolling-back: a full disk, where no restart can be owed, does not prevent the switch" {
	at rolling-back
	lives 2
	answers hook 0
	setting_hook=$PWD/replaced/hook
	replace gr-journal 'case $1 in put) exit 111 ;; get) cat record ;; esac'
	phase
	goes failing
	grep -qx rollback credentials
}
@test "rolling-back: no network is asked" {
	at rolling-back
	lives 2
	phase
	not_called gr-jobs-client
	not_called gr-probe
}

# --- failing -----------------------------------------------------------------------------------

destroyed_new() { grep -qx 'discard -g 2' credentials; }

@test "failing: accepted: the new pair is destroyed, idle" {
	at failing newCertificateId=c2 reason=why
	session 1
	told 0
	phase
	goes idle
	destroyed_new
	called 'gr-jobs-client update .*-d DeviceFailureReason=why .* -- j1 FAILED'
}
@test "failing: refused, decided for the old pair or ended otherwise: the same" {
	at failing newCertificateId=c2
	session 1
	for answer in survivor=OLD status=CANCELED; do
		rm -f credentials
		told 1 $answer
		phase
		goes idle
		destroyed_new
	done
}
@test "failing: refused, decided for the new pair: reporting, which makes it live" {
	at failing newCertificateId=c2
	session 1
	for answer in survivor=NEW status=SUCCEEDED; do
		told 1 $answer
		phase
		goes reporting
		grep -qx goneBack=1 <<<"$output"
	done
	[ ! -e credentials ]
}
@test "failing: the execution is gone or its end is unknown: idle, both are kept" {
	at failing newCertificateId=c2
	session 1
	for code in ResourceNotFound TerminalStateReached; do
		told 1 code=$code
		phase
		goes idle
		grep -qx other=2 <<<"$output"
	done
	[ ! -e credentials ]
}
@test "failing: silence, or a program that cannot be started: it stays with that status" {
	at failing newCertificateId=c2
	session 1
	for rc in 111 127; do
		told $rc
		phase
		stays $rc
	done
	[ ! -e credentials ]
}
@test "failing: an invalid request: ten times, then idle with both" {
	at failing newCertificateId=c2 attempts=9
	session 1
	told 100
	phase
	goes idle
	grep -qx other=2 <<<"$output"
}
@test "failing: the old pair is refused for good and the new one is taken: reporting, which makes it live" {
	at failing newCertificateId=c2
	session 1 1
	phase
	goes reporting
	grep -qx goneBack=1 <<<"$output"
	at failing newCertificateId=c2 job=
	phase
	goes idle
	grep -qx other=2 <<<"$output"
	[ ! -e credentials ]
}
@test "failing: the old pair is refused without a new one: it stays; with another one: idle" {
	at failing
	session 1 1
	phase
	stays 111
	at failing other=3
	phase
	goes idle
}
@test "failing: a job without a record is left alone when our status is refused" {
	at failing new=
	session 1
	for answer in code=ResourceNotFound status=IN_PROGRESS status=SUCCEEDED; do
		told 1 $answer
		phase
		goes idle
	done
	[ ! -e credentials ]
}
@test "failing: a backend that must not be asked twice has the time to finish create" {
	at failing idempotent= createdAt="$(now)"
	session 1
	phase
	stays 111
	not_called gr-jobs-client
}

# --- the step around them ----------------------------------------------------------------------

# A driver's own descriptors, without a lock and a gr-link.
driver() {
	mkfifo answers
	exec 5<>answers
	session_open() { echo "open $1" >>sessions; link_generation=$1; }
	session_check() { :; }
}

@test "step: the next phase and its reason go on record in one put, from the phase before" {
	driver
	at creating-certificate
	deadline_passed
	step
	want='put --from creating-certificate phase=failing note= attempts= reason='
	[ "$(cat puts)" = "$want reason=no certificate came in time" ]
	[ "$record_phase-$step_progress" = failing-1 ]
}
@test "step: a phase that stays writes nothing" {
	driver
	at reporting final=1
	client update=111
	run -111 step
	[ ! -e puts ]
}
@test "step: the journal refuses the step: the phase stays, the driver gets the status" {
	driver
	at rolling-back
	replace gr-journal 'case $1 in get) cat record ;; put) exit 1 ;; esac'
	run -1 step
}
@test "step: a session that is not there is opened by the driver, and the phase runs again" {
	driver
	at updating-job
	client
	step
	[ "$(cat sessions)" = 'open 1' ]
	[ "$record_phase" = creating-certificate ]
}
@test "step: a phase that is killed leaves the phase on record" {
	driver
	at updating-job
	session_open() { link_generation=$1; }
	replace gr-jobs-client 'kill -9 $PPID'
	run -137 step
	[ ! -e puts ]
}
@test "step: what a phase changes in its subshell is gone, but for what it hands back" {
	driver
	at idle
	phase_idle() { record_job=leaked memory_outcome=failed step_said='a: b'; return 111; }
	step || [ $? -eq 111 ]
	[ "$record_job-$memory_outcome-$step_said" = 'j1-failed-a: b' ]
}
@test "step: idle clears the record but keeps an owed restart and the other pair" {
	driver
	at updating-job other=3 restartInstance=unknown restartFor=1 restartCount=2 restartAt=7
	client update=1
	step
	owed='restartInstance=unknown restartFor=1 restartCount=2 restartAt=7'
	[ "$(cat puts)" = "put --from updating-job --clear phase=idle other=3 $owed" ]
}
# journal_keeps: what is put is there when it is read
journal_keeps() {
	replace gr-journal 'case $1 in
		get) cat record ;;
		put) shift 3; printf "%s\n" "$@" >>record; printf "%s\n" "$*" >>puts ;;
		esac'
}
@test "step: a restart that the last phase owed is owed still when the rotation is closed" {
	driver
	journal_keeps
	at failing
	phase_failing() {
		record_put restartInstance=i1 restartFor=2 restartCount=0 restartAt=5
		enter idle other=1
	}
	step
	owed='restartInstance=i1 restartFor=2 restartCount=0 restartAt=5'
	[[ $(tail -n 1 puts) == "--clear phase=idle other= $owed other=1" ]]
}
@test "step: a restart that was made or asked for in the last phase does not come back" {
	driver
	journal_keeps
	at reporting restartInstance=unknown restartFor=2 restartCount=1 restartAt=7
	phase_reporting() {
		forget_restart
		enter idle other=
	}
	step
	owed='restartInstance= restartFor= restartCount= restartAt='
	[[ $(tail -n 1 puts) == "--clear phase=idle other= $owed other=" ]]
}
@test "step: a record that was made anew under the last phase is not closed" {
	driver
	at reporting
	phase_reporting() {
		echo phase=trial >record
		enter idle other=
	}
	run -111 step
	[ ! -e puts ]
}
# no_journal: gr-journal finds none until something is put
no_journal() {
	rm -f record
	replace gr-journal 'case $1 in
		get) [ -e record ] || exit 1; cat record ;;
		put) shift 3; printf "%s\n" "$@" >>record; printf "%s\n" "$*" >>puts ;;
		esac'
}
@test "step: the first rotation of a device begins its journal, and no restart is owed for it" {
	driver
	no_journal
	phase_idle() {
		gr-install-cert adopt
		enter updating-job job=j1
	}
	step
	[ "$(cat credentials)" = "$(printf 'recover\nadopt')" ]
	[[ $(cat puts) == "phase=updating-job "*" job=j1 "* ]]
}
@test "step: a record that got lost under a phase is not begun anew by what the phase found" {
	driver
	at idle
	phase_idle() {
		no_journal
		enter updating-job job=j1
	}
	run -111 step
	[ ! -e puts ]
}
@test "step: what the watchdog put on record while a phase waited is seen by the next step" {
	driver
	at trial
	phase_trial() { :; }
	step
	sed -i 's/^phase=.*/phase=rolling-back/' record
	phase_rolling_back() { echo "$record_phase" >seen; }
	step
	[ "$(cat seen)" = rolling-back ]
}
@test "stop: a program that loses the signal gets it again" {
	# It has the traps of the shell that forked it; it ends by itself at last.
	sh -c 'trap "trap - TERM" TERM
		: >up
		for n in $(seq 600); do sleep 0.1; done
		: >hung' 3>&- &
	driver_child=$!
	until [ -e up ]; do sleep 0.02; done
	stop_child
	[ ! -e hung ]
}
@test "stop: a program that takes its time to end is waited for, however often the signal comes" {
	driver
	at trial
	phase_trial() {
		await sh -c 'trap "trap \"\" TERM; sleep 2; : >ended; exit" TERM
			: >up
			while :; do sleep 0.1; done'
	}
	(trap stop_child EXIT; trap 'exit 143' TERM; phase_once trial) 3>&- &
	all=$!
	until [ -e up ]; do sleep 0.02; done
	kill "$all"
	sleep 0.5
	kill "$all"
	wait "$all" || :
	[ -e ended ]
}
@test "step: an unknown phase ends the driver with 100" {
	driver
	at dancing
	run -100 step
}
@test "step: a phase whose driver is gone starts no further program" {
	driver
	at updating-job
	session 1
	require_driver() { exit 137; }
	(record_load() { :; }; phase_once updating-job) || [ $? -eq 137 ]
	not_called gr-jobs-client
}

# --- files of its own ----------------------------------------------------------------------------

# A shell that cannot open what it redirects to gives 1 or 2 and runs nothing: "no" to a driver
# that takes it for an answer. A directory in the place is what root cannot open either.

@test "files: where a program's lines cannot be kept it is run all the same, once, and its answer counts" {
	mkdir state/error.once
	for rc in 0 1 100 111; do
		answers gr-commit $rc
		: >calls
		run hush gr-commit
		[ "$status" -eq $rc ]
		[ "$(wc -l <calls)" -eq 1 ]
	done
	answers gr-commit 0 said
	ask gr-commit
	[ "$answer" = said ]
}
@test "files: where the job that was found cannot be kept nothing is asked, and idle tries again" {
	mkdir state/execution
	at idle
	session 1
	answers gr-jobs-client 0 "$QUEUED"
	phase
	stays 111
	not_called gr-jobs-client
}
@test "files: where gr-link's cannot be opened there is no verdict on the certificate" {
	mkdir state/link.error
	GR_LINK_SOCKET=$PWD/state/link.sock
	session_open 1 || rc=$?
	[ "$rc" -eq 111 ]
	[ -z "$memory_refused" ]
	not_called gr-link
}

# --- the log -----------------------------------------------------------------------------------

@test "log: a warning and an error say so; in the journal of systemd a line has its priority" {
	run --separate-stderr eval 'say one; warn two; complain three'
	[ "$stderr" = 'rotate.sh: thing-1: one
rotate.sh: thing-1: warning: two
rotate.sh: thing-1: error: three' ]
	log_is_journal=1
	run --separate-stderr eval 'say one; warn two; complain three'
	[ "$stderr" = '<6>rotate.sh: thing-1: one
<4>rotate.sh: thing-1: warning: two
<3>rotate.sh: thing-1: error: three' ]
	printf 'gr-x: a\ngr-x: b\n' >lines
	run --separate-stderr log_file lines
	[ "$stderr" = $'<4>gr-x: a\n<4>gr-x: b' ]
}
@test "log: it is the journal if standard error is the file that the service manager named" {
	probe() {
		. "$ROOT/scripts/driver/log.sh"
		log_find_journal
		echo "${log_is_journal:-no}"
	}
	declare -f probe >probe
	: >out
	for shell in dash bash; do
		unset JOURNAL_STREAM
		[ "$("$shell" -c '. ./probe; probe' 2>out)" = no ]
		export JOURNAL_STREAM=1:1
		[ "$("$shell" -c '. ./probe; probe' 2>out)" = no ]
		JOURNAL_STREAM=$(stat -L -c %d:%i out)
		[ "$("$shell" -c '. ./probe; probe' 2>out)" = 1 ]
	done
}
