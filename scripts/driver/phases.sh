# SPDX-License-Identifier: Apache-2.0
# phases.sh - the phases of a rotation, one function each. Sourced by rotate.sh; does nothing by
# itself.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.
#
# Each phase_NAME does the work of one phase, which the journal names already when it starts
# (write ahead), in a subshell. It prints the phase to enter next and what goes on record with it
# (enter and why, in step.sh); the driver writes both in one durable step. Nothing printed: stay in
# this phase. A phase may run twice; none may be skipped. Exit status 111: stay and try again
# later, 1 the same; any other one but 0 is an error of this machine.

# idle -> updating-job | failing: find a rotation that waits for us.
phase_idle() {
	connect_idle || return
	idle_time
	ask_when_due
	found=$setting_state/execution passed=
	# A rotation that we have no record of may only be given up over a pair that was committed,
	# and is tried once.
	[ -n "$live_committed" ] && [ -z "$memory_left_alone" ] || passed=--queued
	rc=0
	output_to "$found" try await gr-jobs-client next ${passed:+"$passed"} \
		--front "$setting_state/front" -w "$idle_for" || rc=$?
	[ "$rc" -ne 1 ] || { step_finished=1 step_progress=1; return 0; }
	[ "$rc" -eq 0 ] || return "$rc"
	service_read "$(cat -- "$found")"
	[ -n "$service_job" ] || return 111
	case $service_status in
	QUEUED) take_job || cannot_begin $? ;;
	IN_PROGRESS) take_orphan || cannot_begin $? ;;
	esac
}

# What the rotation starts from goes on record together with its first phase.
take_job() {
	act gr-config --check || return
	ask gr-install-cert adopt || return
	live_read || return
	ask gr-install-cert next || return
	in_use=$(short "$live_certificate")
	say "job $service_job: rotation asked for; certificate in use: $in_use"
	enter updating-job job="$service_job" execution="$service_execution" \
		old="$live_generation" new="$answer" \
		idempotent="$service_idempotent" oldCertificateId="$live_certificate"
}

# A rotation under way that we have no record of: the device was set up anew or lost its state
# since. It is ended once nobody has touched it for a while; by the service's own clock, ours may
# be wrong.
take_orphan() {
	if [ $((service_timestamp - service_updated)) -lt "$setting_record_grace" ] &&
		[ "$memory_begun" != "$service_job-$service_execution" ]; then
		step_finished=1
		return
	fi
	ask gr-install-cert adopt || return
	live_read || return
	enter failing job="$service_job" execution="$service_execution" old="$live_generation"
	why "no record of this rotation on the device"
}

# updating-job -> creating-certificate | idle: say that we are on it, learn how much time there is.
phase_updating_job() {
	rc=0
	connect "$record_old" || rc=$?
	[ "$rc" -ne 1 ] || { give_up_old; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	ask gr-jobs-client update -d CertificateRotator=true -d CertificateRotatorDevice=gr \
		--execution "$record_execution" -- "$record_job" IN_PROGRESS || rc=$?
	case $rc in
	0 | 111) ;;	# after silence the execution itself tells whether the update arrived
	1) say "job $record_job: not ours any more"; enter idle; return ;;
	*) return "$rc" ;;
	esac
	rc=0
	ask gr-jobs-client get -- "$record_job" || rc=$?
	[ "$rc" -ne 1 ] || { say "job $record_job: ended before it began"; enter idle; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	service_read "$answer"
	[ "$service_execution" = "$record_execution" ] || { enter idle; return; }
	case $service_status in
	IN_PROGRESS) ;;
	QUEUED) return 111 ;;
	*) say "job $record_job: ended before it began"; enter idle; return ;;
	esac
	act gr-journal arm -- "$(trial_budget "$service_left")" || return
	say "job $record_job: in progress"
	enter creating-certificate idempotent="$service_idempotent"
}

# creating-certificate -> trial | failing: next key, CSR, certificate; prove it before anything
# changes.
phase_creating_certificate() {
	time_left || return
	if [ "$trial_left" -eq 0 ]; then
		enter failing
		too_late "no certificate came in time"
		return
	fi
	if [ -z "$record_new_certificate" ]; then
		rc=0
		need_watchdog || rc=$?
		[ "$rc" -ne 1 ] || { enter failing; why "$unwatched"; return; }
		[ "$rc" -eq 0 ] || return "$rc"
		prepare_request || return
		rc=0
		ask gr-create -- "$record_job" "$record_execution" <<END || rc=$?
$csr
END
		[ "$rc" -ne 1 ] || { not_granted; return; }
		[ "$rc" -eq 0 ] || return "$rc"
		keep_certificate "$answer" || return
	fi
	rc=0
	prove_new || rc=$?
	[ "$rc" -ne 1 ] || { new_refused failing; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	time_left || return
	if [ "$trial_left" -lt "$setting_trial_minimum" ]; then
		enter failing
		too_late "too little time left for a trial"
		return
	fi
	enter trial
}

# new_refused PHASE: the broker's refusal is the reason.
new_refused() {
	enter "$1"
	why "the broker refuses the new certificate: $(last_error)"
}

# The backend refused, or this device refused the certificate that came back.
not_granted() {
	enter failing
	why "the request for a certificate failed: $(last_error)"
}

# Sets csr. All that create needs, and the time to ask.
prepare_request() {
	ask gr-keygen || return
	ask gr-csr || return
	csr=$answer
	[ "$memory_key_said" = "$record_job-$record_execution" ] ||
		say "new key made ($record_key_algorithm)"
	memory_key_said=$record_job-$record_execution
	connect_patiently "$record_old" || return
	wait_to_repeat "$record_created_at" || return
	# Only a backend that must not be asked twice at once needs the time of the first request.
	[ "$record_idempotent" = true ] || record_put createdAt="$(now)"
}

keep_certificate() {
	ask gr-install-cert stage <<END || return
$1
END
	new_certificate=$answer
	# The backend retired a pair kept from an older rotation when it accepted this create. It
	# is destroyed first, because nobody comes here again once the certificate is on record.
	if has_other "$record_old"; then
		act gr-install-cert discard -g "$record_other" || return
	fi
	record_put newCertificateId="$new_certificate" other= || return
	say "new certificate: $(short "$new_certificate")"
}

# trial -> committing | rolling-back: switch, restart the runtime, ask for our job over the new
# certificate.
phase_trial() {
	time_left || return
	[ -n "$record_job" ] || { lose_trial; return; }
	if [ "$trial_left" -eq 0 ]; then
		enter rolling-back
		too_late "the trial's deadline passed"
		return
	fi
	live_read || return
	if ! is_live "$record_new"; then
		rc=0
		need_watchdog || rc=$?
		[ "$rc" -ne 1 ] || { enter rolling-back; why "$unwatched"; return; }
		[ "$rc" -eq 0 ] || return "$rc"
		switch_to_new || return
	fi
	rc=0
	connect_trial || rc=$?
	[ "$rc" -ne 1 ] || { new_refused rolling-back; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	ask gr-jobs-client get -- "$record_job" || rc=$?
	case $rc in
	0) service_read "$answer" ;;
	1) enter rolling-back; why "the job ended during the trial"; return ;;
	*) return "$rc" ;;
	esac
	if ! is_in_progress; then
		enter rolling-back
		why "the job has a newer execution or is not in progress"
		return
	fi
	say "connected over the new certificate"
	enter committing
}

# True when the service says that our execution is under way.
is_in_progress() {
	[ "$service_status" = IN_PROGRESS ] && [ "$service_execution" = "$record_execution" ]
}

switch_to_new() {
	if ! hook_ready || ! runtime_settled; then
		step_said=$memory_hook_says
		return 111
	fi
	owe_restart "$record_new" || return
	act gr-install-cert activate || return
	say "switched to the new key and certificate; the old pair is kept"
	pay_restart
}

# The journal was made anew in the middle of a rotation: nobody knows any more which job to ask
# for.
lose_trial() {
	[ -n "$record_old" ] || { enter idle; return; }
	enter rolling-back
	why "the record of the rotation was lost"
}

# 0: the session is over the new pair; 1: that is refused for good, while the old one is taken;
# 111: no verdict.
connect_trial() {
	trial_rc=0
	connect "$record_new" || trial_rc=$?
	[ "$trial_rc" -eq 1 ] || return "$trial_rc"
	refused_for_good "$record_new" "$record_old" || return
	return 1
}

# committing -> reporting | rolling-back: ask for the licence to say SUCCEEDED.
phase_committing() {
	time_left || return
	[ "$trial_left" -gt 0 ] || { enter rolling-back; commit_too_late; return; }
	rc=0
	connect_trial || rc=$?
	[ "$rc" -ne 1 ] || { new_refused rolling-back; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	runtime_uses_new || return
	wait_to_repeat "$record_commit" || return
	before=$record_commit
	record_put commit="$(now)" || return
	act gr-commit -- "$record_job" "$record_execution" "$record_new_certificate" || rc=$?
	case $rc in
	0) say "commit accepted"; enter reporting ;;
	1) commit_refused "$before" ;;
	*)
		case $(last_error) in *': not yet: '*) restart_unseen || return ;; esac
		return "$rc"
		;;
	esac
}

commit_too_late() {
	if [ -n "$memory_waits$record_note" ]; then
		too_late "the trial's deadline passed"
	else
		why "commit was not answered in time"
	fi
}

# commit_refused TIME: a refusal after an unanswered commit, sent at TIME, may come from the first
# one having been taken: the execution tells.
commit_refused() {
	refusal=$(last_error)
	[ -n "$1" ] || { enter rolling-back; why "commit was refused: $refusal"; return; }
	rc=0
	ask gr-jobs-client get -- "$record_job" || rc=$?
	case $rc in
	0) service_read "$answer" ;;
	1) enter rolling-back; why "commit was refused and the job has ended"; return ;;
	*) return "$rc" ;;
	esac
	if is_in_progress; then
		enter reporting
	else
		enter rolling-back
		why "commit was refused: $refusal"
	fi
}

# reporting -> idle | rolling-back: the final status, over the new certificate only.
phase_reporting() {
	[ -n "$record_final" ] || record_put final=1 || return
	[ -z "$record_gone_back" ] || revive_new || return
	rc=0
	connect "$record_new" || rc=$?
	[ "$rc" -ne 1 ] || { new_refused_at_last; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	ask gr-jobs-client update --execution "$record_execution" -- \
		"$record_job" SUCCEEDED || rc=$?
	service_read "$answer"
	case $rc in
	0) finish_new ;;
	1) success_refused ;;
	100) unreported "gr-jobs-client ended with status 100" "$record_old" ;;
	*) return "$rc" ;;
	esac
}

# The pair bears the mark of success once that was accepted: then only the old pair is left to be
# destroyed, which the backend has retired.
new_refused_at_last() {
	live_read || return
	if is_live "$record_new" && [ -n "$live_committed" ]; then
		finish_refused
		return
	fi
	refused_for_good "$record_new" "$record_old" || return
	say_over_old
}

success_refused() {
	case $service_survivor-$service_status-$service_code in
	NEW-* | -SUCCEEDED-*) finish_new ;;
	OLD-*) leave_new "the rotation was decided for the old certificate" ;;
	--ResourceNotFound | --TerminalStateReached) keep_both "$record_old" ;;
	--InvalidTopic | --InvalidJson | --InvalidRequest)
		unreported "$service_code" "$record_old"
		;;
	--* | -IN_PROGRESS-*)
		# Not licensed yet, as it seems: commit is safe to repeat and decides nothing. It
		# is refused where the backend was put back, and knows the job alone.
		rc=0
		act gr-commit -- "$record_job" "$record_execution" "$record_new_certificate" ||
			rc=$?
		[ "$rc-$service_status" = 1-IN_PROGRESS ] || return 111
		leave_new "commit was refused: $(last_error)"
		;;
	*) leave_new "the job ended before success could be reported: $service_status" ;;
	esac
}

# rolling-back -> failing: the old pair is live again, and the runtime uses it.
phase_rolling_back() {
	live_read || return
	if ! is_live "$record_old"; then
		# 111: the disk may be full, and the switch needs no room.
		owe_restart "$record_old" || [ $? -eq 111 ] || return
		rc=0
		act gr-install-cert rollback || rc=$?
		# A pair that is gone from the disk cannot be gone back to: recover ends that.
		[ "$rc" -ne 100 ] || act gr-install-cert recover || return
		[ "$rc" -eq 0 ] || return "$rc"
	fi
	say "rolled back to the old key and certificate: $record_reason"
	pay_restart || return
	enter failing
}

# failing -> idle | reporting: FAILED with the reason, over the old certificate only.
phase_failing() {
	memory_outcome=failed
	rc=0
	connect "$record_old" || rc=$?
	if [ "$rc" -eq 1 ] && [ -n "$record_new_certificate" ]; then
		refused_for_good "$record_old" "$record_new" || return
		go_back_to_new
		return
	fi
	[ "$rc" -ne 1 ] || { give_up_old; return; }
	[ "$rc" -eq 0 ] || return "$rc"
	[ -n "$record_job" ] || { keep_both "$record_new"; return; }
	wait_to_repeat "$record_created_at" || return
	# Only with a record of this rotation do we know that we have gone back, so that our status
	# decides.
	ask gr-jobs-client update -d CertificateRotator=true \
		${record_new:+-d CertificateRotatorDevice=gr} \
		-d DeviceFailureReason="${record_reason:-no reason is on record}" \
		--execution "$record_execution" -- "$record_job" FAILED || rc=$?
	service_read "$answer"
	case $rc in
	0) finish_old ;;
	1) failure_refused ;;
	100) unreported "gr-jobs-client ended with status 100" "$record_new" ;;
	*) return "$rc" ;;
	esac
}

failure_refused() {
	case ${record_new:+known}-$service_survivor-$service_status-$service_code in
	-*) leave_alone ;;
	known-NEW-* | known--SUCCEEDED-*) go_back_to_new ;;
	known-OLD-* | known--?*-*) finish_old ;;
	*) keep_both "$record_new" ;;
	esac
}
