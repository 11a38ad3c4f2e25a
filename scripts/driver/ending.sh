# SPDX-License-Identifier: Apache-2.0
# ending.sh - how a rotation ends: which pair stays, which is destroyed, or why both stay. Sourced
# by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.
#
# Like the phases, whose last part these functions are, they print the phase to enter next and what
# goes on record with it.

new_is_refused="the new certificate is no longer accepted"

finish_new() {
	act gr-install-cert commit || return
	say "job $record_job: succeeded; the old key and certificate are destroyed"
	memory_outcome=succeeded
	enter idle other=
}

# The new pair bears the mark of success, and is refused. Where retirement is paused the old one
# may be the only one that is taken by now: it is destroyed only if the broker refuses it, or it is
# not whole any more.
finish_refused() {
	finish_rc=0
	gr-probe -g "$record_old" >/dev/null 2>&1 || finish_rc=$?
	case $finish_rc in
	0)
		outlasted "$record_new" || return
		say "job $record_job: succeeded, but the new certificate is refused, and the old" \
			"one is taken: both pairs are kept"
		enter idle other="$record_old"
		;;
	1 | 100) finish_new ;;
	*) return 111 ;;
	esac
}

# The old pair stays in use; the new one, if there is one, is destroyed.
finish_old() {
	if [ -n "$record_new" ]; then
		act gr-install-cert discard -g "$record_new" || return
	fi
	say "job $record_job: failed: $record_reason"
	enter idle
}

# keep_both OTHER: the execution is gone, or has ended and nobody tells how, so nobody can tell
# which pair counts: both stay, and idle uses the one that is taken.
keep_both() {
	[ -n "$record_new_certificate" ] || { finish_old; return; }
	say "job ${record_job:-unknown}: it is gone, or its end is unknown; both pairs are kept"
	enter idle other="$1"
}

# leave_new WHY: the new pair is given up for the old one. Once in a rotation: after the new one
# was made live again the two would only take turns, so both stay, and idle uses the one that is
# taken.
leave_new() {
	if [ -n "$record_gone_back" ]; then
		keep_both "$record_old"
		return
	fi
	enter rolling-back
	why "$1"
}

# The new pair is refused and the old one is taken, although SUCCEEDED may have been sent: FAILED
# is said over the old one. Which of the two counted, and which certificate the backend takes for
# usable, its answer tells.
say_over_old() {
	connect_patiently "$record_old" || return
	wait_to_repeat "$record_created_at" || return
	rc=0
	ask gr-jobs-client update -d CertificateRotator=true -d CertificateRotatorDevice=gr \
		-d DeviceFailureReason="$new_is_refused" \
		--execution "$record_execution" -- "$record_job" FAILED || rc=$?
	service_read "$answer"
	case $rc in
	0) leave_new "$new_is_refused" ;;
	1) failure_over_old_refused ;;
	100) unreported "gr-jobs-client ended with status 100" "$record_old" ;;
	*) return "$rc" ;;
	esac
}

failure_over_old_refused() {
	case $service_survivor-$service_status-$service_code in
	OLD-*) leave_new "the rotation was decided for the old certificate" ;;
	NEW-* | -SUCCEEDED-*) keep_both "$record_old" ;;
	--ResourceNotFound | --TerminalStateReached) keep_both "$record_old" ;;
	--InvalidTopic | --InvalidJson | --InvalidRequest)
		unreported "$service_code" "$record_old"
		;;
	--* | -IN_PROGRESS-*) return 111 ;;
	*) leave_new "the new certificate is refused and the job has ended: $service_status" ;;
	esac
}

# tell_job [OPTION...] -- JOB STATUS: without a journal, which may be what cannot be written. Nor
# are settings needed, which may be what cannot be read: all that a session takes is in the
# environment.
tell_job() {
	ask env GR_CONF="$setting_state/no.conf" gr-jobs-client update -d CertificateRotator=true \
		--execution "$service_execution" "$@"
}

# cannot_begin STATUS: this device cannot take the job that it has found, and the reason is its
# own. What may pass, such as a disk that is read-only for a moment, has the refusal window to do
# so; then the job is begun in name, and fails.
cannot_begin() {
	[ "$1" -ne 1 ] || return 111
	if [ ! -w "$setting_state" ]; then
		step_said="GR_STATE: $setting_state: cannot be written to"
		set -- 111
	fi
	begin_reason=$(printable "the job cannot begin: ${step_said:-a step ended with status $1}")
	step_undecided=1
	[ "$1" -ne 111 ] || outlasted "begin $service_job-$service_execution" || return
	[ "$service_status" = IN_PROGRESS ] || tell_job -- "$service_job" IN_PROGRESS || return 111
	memory_begun=$service_job-$service_execution
	tell_job -d DeviceFailureReason="$begin_reason" -- "$service_job" FAILED || return 111
	say "job $service_job: failed before it began: $begin_reason"
	memory_outcome=failed step_progress=1
}

# The job that cannot be begun for a reason that does not even let us come to it.
find_blocked() {
	[ -z "$service_job" ] || return 0
	[ -n "$memory_live$link_generation" ] || live_read || return
	connect "${memory_live:-$link_generation}" || return
	ask env GR_CONF="$setting_state/no.conf" gr-jobs-client next --queued || return
	service_read "$answer"
	[ -n "$service_job" ]
}

# The old pair is refused, or our own final status decided for the new one: reporting makes the new
# pair live again. Which job to report on nobody knows where the record got lost; idle goes back
# then.
go_back_to_new() {
	if [ -n "$record_job" ]; then
		enter reporting goneBack=1
	else
		keep_both "$record_new"
	fi
}

# In reporting, after a way back to the old pair.
revive_new() {
	live_read || return
	if ! is_live "$record_new"; then
		owe_restart "$record_new" || return
		act gr-install-cert activate -g "$record_new" || return
	fi
	pay_restart
}

# The old pair is refused and there is no new one yet. Where an older one is kept beside it, idle
# takes up that one.
give_up_old() {
	has_other "$record_old" || return 111
	refused_for_good "$record_old" "$record_other" || return
	say "job $record_job: given up: the pair in use is refused," \
		"and the one kept beside it is taken"
	enter idle
}

# A rotation that this device has no record of, and the service does not take our status for it.
# While the job is pending it would be found again and again.
leave_alone() {
	case $service_status-$service_code in
	-ResourceNotFound) ;;
	IN_PROGRESS-* | QUEUED-* | -*)
		memory_left_alone=1
		say "job $record_job: this device cannot end it; see gr-registry history"
		;;
	esac
	finish_old
}

# unreported WHY OTHER: our final status was definitely not taken, for a reason that says nothing
# of the pairs. 111: once more. After ten such answers nothing will change by itself, and a record
# without an end stands in front of all rotations to come: the live pair stays in use, and OTHER
# beside it.
unreported() {
	record_put attempts=$((${record_attempts:-0} + 1)) || return
	[ "$record_attempts" -ge 10 ] || return 111
	warn "job $record_job: its end cannot be reported ($1); the pair in use stays," \
		"any other is kept; see gr-registry history"
	memory_left_alone=1 memory_outcome=failed
	if [ -n "$record_new_certificate" ]; then
		enter idle other="$2"
	else
		finish_old
	fi
}
