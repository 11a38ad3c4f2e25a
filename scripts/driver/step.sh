# SPDX-License-Identifier: Apache-2.0
# step.sh - one step of the driver: a phase runs in a subshell, and what it prints goes on record.
# Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# The subshell keeps one phase from leaking into another. Outside of it, in the driver, stay the
# lock (descriptor 9), the session (gr-link and descriptor 8), the phase change itself, and a
# memory of a few variables (hand_back).

driver_blank() {
	driver_mode=$1 driver_child='' driver_reason='' driver_reason_for=''
	setting_state=${GR_STATE:-$path_localstate/lib/gr}
	link_pid='' link_generation='' session_answers=''
	memory_outcome='' memory_refused='' memory_refused_since=0 memory_hook_says=''
	memory_key_said='' memory_unwatched_said='' memory_left_alone='' memory_begun=''
	memory_restart_asked='' memory_due_asked='' memory_live='' memory_waits=''
	record_there='' record_fresh=''
	step_blank
	record_blank
	live_blank
	service_blank
}

step_blank() {
	step_said='' step_finished='' step_progress=''
	step_undecided='' step_networked='' step_unpaid=''
}

# One step. The journal names the phase before its work begins, so a cut at any point runs it
# again.
step() {
	service_blank
	record_renew || return
	is_phase "$record_phase" || { complain "journal: no such phase: $record_phase"; exit 100; }
	phase_run "$record_phase" record_load || return
	[ -n "$phase_next" ] || return 0
	phase_reread || return
	blocked_rc=0
	phase_change || blocked_rc=$?
	[ "$blocked_rc" -ne 0 ] || return 0
	[ "$record_phase" = idle ] || return "$blocked_rc"
	# The record of a job cannot even be begun: the job is to hear of it.
	phase_run blocked true
}

# A step that entered its phase a moment ago has just read and written the record.
record_renew() {
	[ -n "$record_fresh" ] || record_load || return
	record_fresh=
}

is_phase() {
	case $1 in
	idle | updating-job | creating-certificate | trial) ;;
	committing | reporting | rolling-back | failing) ;;
	*) return 1 ;;
	esac
}

# phase_run NAME LOAD: until it needs no other session. LOAD reads anew what an earlier run has put
# on record. No phase needs more than two sessions: the one after a refusal of the other.
phase_run() {
	session_answers=
	for turn in 1 2 3; do
		phase_once "$1" || return
		[ -n "$session_wanted" ] || return 0
		session_rc=0
		session_open "$session_wanted" || session_rc=$?
		session_answers="$session_answers $session_wanted=$session_rc"
		"$2" || return
	done
	return 111
}

# In the background, so that a signal is heard at once. The driver reads what the phase printed
# when it has ended: a program that outlives it and still holds its standard output holds up
# nothing.
phase_once() {
	session_check
	phase_rc=0
	phase_shell "$1" &
	driver_child=$!
	wait "$driver_child" || phase_rc=$?
	driver_child=
	printf '\nend\n' >&5
	phase_read <&5
	return "$phase_rc"
}

# What runs in the subshell. A signal ends it once the program that it is in has ended, as it does
# the driver.
phase_shell() {
	trap stop_child EXIT
	trap 'exit 143' TERM
	# By exec: of what it redirects for a function a shell keeps a copy, and with a copy of 8
	# the session would outlive the driver.
	exec >&5 8>&-
	shell_rc=0
	phase_work "$1" || shell_rc=$?
	hand_back
	exit "$shell_rc"
}

phase_work() {
	if [ "$1" != blocked ]; then
		session_said=$step_said
		# A restart that cannot be asked for now must not keep us from the deadline.
		pay_restart || [ $? -eq 111 ] || return
		step_said=$session_said
	fi
	case $1 in
	idle) phase_idle ;;
	updating-job) phase_updating_job ;;
	creating-certificate) phase_creating_certificate ;;
	trial) phase_trial ;;
	committing) phase_committing ;;
	reporting) phase_reporting ;;
	rolling-back) phase_rolling_back ;;
	failing) phase_failing ;;
	blocked) phase_blocked ;;
	esac
}

# enter PHASE [KEY=VALUE...]: prints the next phase and what goes on record with it.
enter() {
	printf '%s\n' "$@"
}

# why TEXT: prints the reason that the operator will read. It goes on record with the next phase.
why() {
	printf 'reason=%s\n' "$(printable "$1")"
}

# too_late TEXT: the reason at the deadline: TEXT, and what was waited for, if that is known.
too_late() {
	waited_for=${memory_waits:-$record_note}
	why "$1${waited_for:+: $waited_for}"
}

# What a phase may change in the memory of the driver: facts of this step (step_), the job that
# idle has found (service_), and what holds between steps and is in no journal (memory_). All else
# ends with the subshell.
hand_back() {
	printf '%s\n' \
		step_said="$step_said" \
		step_finished="$step_finished" \
		step_progress="$step_progress" \
		step_undecided="$step_undecided" \
		step_networked="$step_networked" \
		step_unpaid="$step_unpaid" \
		service_job="$service_job" \
		service_execution="$service_execution" \
		service_status="$service_status" \
		memory_outcome="$memory_outcome" \
		memory_refused="$memory_refused" \
		memory_refused_since="$memory_refused_since" \
		memory_hook_says="$memory_hook_says" \
		memory_key_said="$memory_key_said" \
		memory_unwatched_said="$memory_unwatched_said" \
		memory_left_alone="$memory_left_alone" \
		memory_begun="$memory_begun" \
		memory_restart_asked="$memory_restart_asked" \
		memory_due_asked="$memory_due_asked" \
		memory_live="$memory_live"
}

# Sets phase_next, session_wanted, phase_values (KEY=VALUE lines) and what hand_back printed.
phase_read() {
	phase_next='' session_wanted='' phase_values=''
	while IFS= read -r line; do
		value=${line#*=}
		case $line in
		end) return ;;
		session=*) session_wanted=$value ;;
		step_said=*) step_said=$value ;;
		step_finished=*) step_finished=$value ;;
		step_progress=*) step_progress=$value ;;
		step_undecided=*) step_undecided=$value ;;
		step_networked=*) step_networked=$value ;;
		step_unpaid=*) step_unpaid=$value ;;
		memory_outcome=*) memory_outcome=$value ;;
		memory_refused=*) memory_refused=$value ;;
		memory_refused_since=*) memory_refused_since=$value ;;
		memory_hook_says=*) memory_hook_says=$value ;;
		memory_key_said=*) memory_key_said=$value ;;
		memory_unwatched_said=*) memory_unwatched_said=$value ;;
		memory_left_alone=*) memory_left_alone=$value ;;
		memory_begun=*) memory_begun=$value ;;
		memory_restart_asked=*) memory_restart_asked=$value ;;
		memory_due_asked=*) memory_due_asked=$value ;;
		memory_live=*) memory_live=$value ;;
		service_job=*) service_job=$value ;;
		service_execution=*) service_execution=$value ;;
		service_status=*) service_status=$value ;;
		reason=*)
			driver_reason=$value driver_reason_for=$record_job-$record_execution
			phase_value "$line"
			;;
		job=* | execution=* | old=* | new=* | other=*) phase_value "$line" ;;
		idempotent=* | oldCertificateId=* | goneBack=*) phase_value "$line" ;;
		*) ! is_phase "$line" || phase_next=$line ;;
		esac
	done
}

phase_value() {
	phase_values="$phase_values$1
"
}

# The phase itself may have put on record what it owes or has paid. 111: the record got lost, or is
# another one; the next step looks. That there is none yet is how the first rotation begins.
phase_reread() {
	change_from=$record_phase change_rc=0
	record_read || change_rc=$?
	case $change_rc in
	0) [ "$record_phase" = "$change_from" ] || return 111 ;;
	1) [ -z "$record_there" ] || return 111 ;;
	*) return "$change_rc" ;;
	esac
}

# What the phase printed goes on record. Settings may have changed when a job is taken, and it
# keeps the algorithms of that moment.
phase_change() {
	[ "$phase_next" != updating-job ] || settings_load || return
	set --
	while IFS= read -r line; do
		[ -z "$line" ] || set -- "$@" "$line"
	done <<END
$phase_values
END
	[ "$phase_next" != updating-job ] ||
		set -- "$@" keyAlgorithm="$setting_key_algorithm" \
			signingAlgorithm="$setting_signing_algorithm"
	if [ "$phase_next" = idle ]; then
		record_close "$@" || return
	else
		record_move "$phase_next" "$@" || return
		record_fresh=1 memory_waits=
	fi
	step_progress=1
}

# True for an error of this machine. A no (1) is none; nor is what may pass (111), but in idle
# before the network was asked.
is_broken() {
	case $driver_result in
	1) return 1 ;;
	111) [ "$record_phase-$step_networked" = idle- ] ;;
	esac
}

# broken STATUS: an error of this machine, not of the network: before the trial the rotation is
# given up, later the deadline decides. 0: go on at once; 111: after a pause.
broken() {
	[ -n "$step_said" ] || [ -w "$setting_state" ] ||
		step_said="GR_STATE: $setting_state: cannot be written to"
	[ "$1" -eq 111 ] || complain "phase $record_phase: a step ended with status $1"
	case $record_phase in
	updating-job | creating-certificate)
		broken_step=${step_said:-status $1}
		reason="a step on the device failed in phase $record_phase: $broken_step"
		driver_reason=$(printable "$reason")
		driver_reason_for=$record_job-$record_execution
		record_put phase=failing reason="$driver_reason"
		;;
	idle)
		blocked_rc=$1
		phase_run blocked true && return
		if [ "$driver_mode" = once ] && [ -z "$step_undecided" ]; then
			[ "$memory_outcome" != failed ] || exit 1
			exit "$1"
		fi
		;;
	*) remember ;;
	esac
	return 111
}

# Idle is broken: the job that waits is to hear of it.
phase_blocked() {
	blocked_said=$step_said
	find_blocked || return
	step_said=$blocked_said
	cannot_begin "$blocked_rc"
}

# After a step in vain: what the rotation waits for goes on record, so that whoever meets the
# deadline can say it: this driver, the next one, or the watchdog.
remember() {
	case $record_phase in
	creating-certificate | trial | committing) ;;
	*) return 0 ;;
	esac
	[ -n "$step_said" ] || return 0
	memory_waits=$(printable "$step_said")
	case $step_said in
	gr-create:*": no answer within "* | gr-commit:*": no answer within "*)
		# An answer that asked us to wait says more than the silence after it; else the
		# deadline says as much.
		memory_waits=
		case $record_note in *": not yet: "*) memory_waits=$record_note ;; esac
		;;
	esac
	[ "$memory_waits" = "$record_note" ] || record_put note="$memory_waits" || :
}
