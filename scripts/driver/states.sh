# SPDX-License-Identifier: Apache-2.0
# states.sh - the phases of a rotation, one function each. Sourced by rotate.sh; does nothing by itself.
# shellcheck shell=sh
# The variables of the record (job, execution, old, ...) are read by load in rotate.sh, the settings by configure.
# shellcheck disable=SC2154,SC2034
#
# Each state_ function does the work of one phase, which the journal names already when it starts (write ahead),
# and sets next to the phase to enter. A phase may run twice; none may be skipped. Exit status 111: stay in this
# phase and try again later; what else is not 0 is an error of this machine.

# idle -> updating-job | failing: find a rotation that waits for us.
state_idle() {
	next=idle
	connect_idle || return
	idle_time
	ask_when_due
	found=$state/execution passed=
	# A rotation that we have no record of may only be given up over a pair that was committed, and is tried once.
	[ -n "$live_committed" ] && [ -z "$left_alone" ] || passed=--queued
	try await gr-jobs-client next ${passed:+"$passed"} --front "$state/front" -w "$idle_for" >"$found" || {
		rc=$?
		[ "$rc" -eq 1 ] || return "$rc"
		finished=1 progress=1
		return 0
	}
	read_execution "$(cat -- "$found")" || return
	[ -n "$x_job" ] || return 111
	case $x_status in
	QUEUED) take_job || cannot_begin $? ;;
	IN_PROGRESS) take_orphan || cannot_begin $? ;;
	esac
}

# What the rotation starts from goes on record together with its first phase.
take_job() {
	try gr-config --check && configure || return
	try gr-install-cert adopt >/dev/null || return
	pairs || return
	ask gr-install-cert next || return
	fresh=$answer
	say "job $x_job: rotation asked for; certificate in use: $(short "$live_certificate")"
	enter updating-job job="$x_job" execution="$x_execution" old="$live" new="$fresh" idempotent="$x_idempotent" \
		oldCertificateId="$live_certificate" keyAlgorithm="$new_key_algorithm" signingAlgorithm="$new_signing_algorithm"
}

# A rotation under way that we have no record of: another life of this device began it. It is ended once nobody has
# touched it for a while; by the service's own clock, ours may be wrong.
take_orphan() {
	[ $((x_timestamp - x_updated)) -ge "$record_grace" ] || [ "$begun" = "$x_job-$x_execution" ] || { finished=1; return 0; }
	try gr-install-cert adopt >/dev/null || return
	pairs || return
	enter failing job="$x_job" execution="$x_execution" old="$live" reason="no record of this rotation on the device"
}

# updating-job -> creating-certificate | idle: say that we are on it, learn how much time there is.
state_updating_job() {
	rc=0
	connect "$old" || rc=$?
	[ "$rc" -ne 1 ] || { give_way; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	ask gr-jobs-client update -d CertificateRotator=true -d CertificateRotatorDevice=gr --execution "$execution" -- "$job" IN_PROGRESS || rc=$?
	case $rc in
	0 | 111) ;;	# after silence the execution itself tells whether the update arrived
	1) say "job $job: not ours any more"; next=idle; return 0 ;;
	*) return "$rc" ;;
	esac
	rc=0
	ask gr-jobs-client get -- "$job" || rc=$?
	[ "$rc" -ne 1 ] || { say "job $job: ended before it began"; next=idle; return 0; }
	[ "$rc" -eq 0 ] || return "$rc"
	read_execution "$answer" || return
	[ "$x_execution" = "$execution" ] || { next=idle; return 0; }
	case $x_status in
	IN_PROGRESS) ;;
	QUEUED) return 111 ;;
	*) say "job $job: ended before it began"; next=idle; return 0 ;;
	esac
	try gr-journal arm -- "$(trial_budget "$x_left")" || return
	say "job $job: in progress"
	enter creating-certificate idempotent="$x_idempotent"
}

# creating-certificate -> trial | failing: next key, CSR, certificate; prove it before anything changes.
state_creating_certificate() {
	next=failing
	time_left || return
	[ "$left" -gt 0 ] || { too_late "no certificate came in time"; return; }
	if [ -z "$new_certificate" ]; then
		need_watchdog || return
		[ -z "$unwatched" ] || { why "$unwatched"; return; }
		request_certificate || return
		[ "$next" = creating-certificate ] || return 0
	fi
	prove_new || return
	[ "$next" = trial ] || return 0
	time_left || return
	[ "$left" -ge "$trial_minimum" ] || { next=failing; too_late "too little time left for a trial"; }
}

request_certificate() {
	try gr-keygen >/dev/null || return
	ask gr-csr || return
	csr=$answer
	[ "$said_key" = "$job-$execution" ] || say "new key made ($key_algorithm)"
	said_key=$job-$execution
	connect_patiently "$old" || return
	wait_to_repeat "$created_at" || return
	# Only a backend that must not be asked twice at once needs the time of the first request.
	[ "$idempotent" = true ] || put creating-certificate createdAt="$(now)" || return
	rc=0
	ask gr-create -- "$job" "$execution" <<EOF || rc=$?
$csr
EOF
	[ "$rc" -ne 1 ] || { why "$(last_error)"; return 0; }
	[ "$rc" -eq 0 ] || return "$rc"
	ask gr-install-cert stage <<EOF || return
$answer
EOF
	new_certificate=$answer
	# The create that was accepted decided what the device lives on: a pair kept from an older rotation is dead now. It goes
	# first, because nobody comes here again once the certificate is on record.
	if [ -n "$other" ] && [ "$other" != "$old" ]; then
		try gr-install-cert discard -g "$other" || return
	fi
	put creating-certificate newCertificateId="$new_certificate" other= || return
	say "new certificate: $(short "$new_certificate")"
	next=creating-certificate
}

# trial -> committing | rolling-back: switch, restart the runtime, ask for our job over the new certificate.
state_trial() {
	next=rolling-back
	time_left || return
	[ -n "$job" ] || { lose_trial; return; }
	[ "$left" -gt 0 ] || { too_late "the trial's deadline passed"; return; }
	pairs || return
	if ! is_live "$new"; then
		need_watchdog || return
		[ -z "$unwatched" ] || { why "$unwatched"; return; }
		if ! hook_ready || ! runtime_settled; then
			said=$hook_says
			return 111
		fi
		owe_restart "$new" || return
		try gr-install-cert activate || return
		say "switched to the new key and certificate; the old pair is kept"
		pay_restart || return
	fi
	connect_trial || return
	[ "$next" = trial ] || return 0
	rc=0
	ask gr-jobs-client get -- "$job" || rc=$?
	case $rc in
	0) read_execution "$answer" || return ;;
	1) next=rolling-back; why "the job ended during the trial"; return ;;
	*) return "$rc" ;;
	esac
	if [ "$x_status" != IN_PROGRESS ] || [ "$x_execution" != "$execution" ]; then
		next=rolling-back
		why "the job has a newer execution or is not in progress"
		return
	fi
	say "connected over the new certificate"
	next=committing
}

# The journal was made anew in the middle of a rotation: nobody knows any more which job to ask for.
lose_trial() {
	[ -n "$old" ] || next=idle
	why "the record of the rotation was lost"
}

# Sets next to trial when NEW carries a session, leaves rolling-back when NEW is refused for good.
connect_trial() {
	rc=0
	connect "$new" || rc=$?
	case $rc in
	0) next=trial ;;
	1) refused_for_good "$new" "$old" || return; why "the broker refuses the new certificate: $(last_error)" ;;
	*) return "$rc" ;;
	esac
}

# committing -> reporting | rolling-back: ask for the licence to say SUCCEEDED.
state_committing() {
	next=rolling-back
	time_left || return
	[ "$left" -gt 0 ] || { commit_too_late; return; }
	connect_trial || return
	[ "$next" = trial ] || return 0
	next=rolling-back
	runtime_uses_new || return
	wait_to_repeat "$commit" || return
	before=$commit
	put committing commit="$(now)" || return
	rc=0
	try gr-commit -- "$job" "$execution" "$new_certificate" || rc=$?
	case $rc in
	0) next=reporting; say "commit accepted" ;;
	1) commit_refused "$before" || return ;;
	*)
		case $(last_error) in *': not yet: '*) restart_unseen || return ;; esac
		return "$rc"
		;;
	esac
}

commit_too_late() {
	if [ -n "$waits$note" ]; then
		too_late "the trial's deadline passed"
	else
		why "commit was not answered in time"
	fi
}

# A refusal after an unanswered commit may come from the first one having been taken: the execution knows.
commit_refused() {
	refusal=$(last_error)
	[ -n "$1" ] || { why "commit was refused: $refusal"; return; }
	rc=0
	ask gr-jobs-client get -- "$job" || rc=$?
	[ "$rc" -ne 1 ] || { why "commit was refused and the job has ended"; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	read_execution "$answer" || return
	if [ "$x_status" = IN_PROGRESS ] && [ "$x_execution" = "$execution" ]; then
		next=reporting
	else
		why "commit was refused: $refusal"
	fi
}

# reporting -> idle | rolling-back: the final word, over the new certificate only.
state_reporting() {
	next=reporting
	[ -n "$final" ] || put reporting final=1 || return
	rc=0
	connect "$new" || rc=$?
	if [ "$rc" -eq 1 ]; then
		refused_for_good "$new" "$old" || return
		ask_over_old
		return
	fi
	[ "$rc" -eq 0 ] || return "$rc"
	rc=0
	answer=$(gr-jobs-client update --execution "$execution" -- "$job" SUCCEEDED) || rc=$?
	read_execution "$answer" || return
	case $rc in
	0) finish_new ;;
	1)
		case $x_survivor-$x_status-$x_code in
		NEW-* | -SUCCEEDED-*) finish_new ;;
		OLD-*) next=rolling-back; why "the rotation was decided for the old certificate" ;;
		--ResourceNotFound | --TerminalStateReached) keep_both "$old" ;;
		--InvalidTopic | --InvalidJson | --InvalidRequest) unreported "$x_code" "$old" ;;
		--* | -IN_PROGRESS-*)
			# Not licensed yet, as it seems: commit is safe to repeat and decides nothing.
			gr-commit -- "$job" "$execution" "$new_certificate" || :
			return 111
			;;
		*) next=rolling-back; why "the job ended as $x_status before success could be reported" ;;
		esac
		;;
	100) unreported "gr-jobs-client ended with status 100" "$old" ;;
	*) return "$rc" ;;
	esac
}

# rolling-back -> failing: the old pair lives again, and the runtime with it.
state_rolling_back() {
	pairs || return
	if ! is_live "$old"; then
		owe_restart "$old" || [ $? -eq 111 ] || return	# the disk may be full, and the switch needs no room
		# A pair that is gone from the disk cannot be gone back to: recover ends that.
		try gr-install-cert rollback || { rc=$?; [ "$rc" -ne 100 ] || gr-install-cert recover || return; return "$rc"; }
	fi
	say "rolled back to the old key and certificate: $reason"
	pay_restart || return
	next=failing
}

# failing -> idle | reporting: FAILED with the reason, over the old certificate only.
state_failing() {
	next=failing
	outcome=failed
	rc=0
	connect "$old" || rc=$?
	if [ "$rc" -eq 1 ] && [ -n "$new_certificate" ]; then
		refused_for_good "$old" "$new" || return
		old_is_dead
		return
	fi
	[ "$rc" -ne 1 ] || { give_way; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	[ -n "$job" ] || { keep_both "$new"; return; }
	wait_to_repeat "$created_at" || return
	rc=0
	# Only with a record of this rotation do we know that we have gone back, so that the word decides.
	answer=$(gr-jobs-client update -d CertificateRotator=true ${new:+-d CertificateRotatorDevice=gr} \
		-d DeviceFailureReason="${reason:-no reason is on record}" --execution "$execution" -- "$job" FAILED) || rc=$?
	read_execution "$answer" || return
	case $rc in
	0) finish_old ;;
	1)
		case ${new:+known}-$x_survivor-$x_status-$x_code in
		-*) leave_alone ;;
		known-NEW-* | known--SUCCEEDED-*) revive_new && next=reporting ;;
		known-OLD-* | known--?*-*) finish_old ;;
		*) keep_both "$new" ;;
		esac
		;;
	100) unreported "gr-jobs-client ended with status 100" "$new" ;;
	*) return "$rc" ;;
	esac
}
