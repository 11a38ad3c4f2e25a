# SPDX-License-Identifier: Apache-2.0
# ending.sh - how a rotation ends: which pair lives, which dies, or why both stay. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

finish_new() {
	gr-install-cert commit || return
	say "job $job: succeeded; the old key and certificate are destroyed"
	outcome=succeeded
	put_idle ''
}

# NEW is refused and OLD is taken although the final word may have left: the execution tells which one lives.
ask_over_old() {
	connect_patiently "$old" || return
	rc=0
	answer=$(gr-jobs-client get -- "$job") || rc=$?
	[ "$rc" -eq 0 ] || [ "$rc" -eq 1 ] || return "$rc"
	read_execution "$answer" || return
	case $x_survivor$rc-$x_status-$x_code in
	OLD*) next=rolling-back; why "the rotation was decided for the old certificate" ;;
	*-SUCCEEDED-* | *0-IN_PROGRESS-*) return 111 ;;
	*1-*-ResourceNotFound) keep_both "$old" ;;
	*1--TerminalStateReached) ask_how_it_ended ;;
	*) next=rolling-back; why "the new certificate died and the job ended as ${x_status:-$x_code}" ;;
	esac
}

# Describing an ended execution does not say how it ended; an update is refused with its state and changes nothing.
ask_how_it_ended() {
	answer=$(gr-jobs-client update --execution "$execution" -- "$job" IN_PROGRESS) || :
	read_execution "$answer" || return
	case $x_status-$x_code in
	- | SUCCEEDED-*) return 111 ;;
	-*) keep_both "$old" ;;
	*) next=rolling-back; why "the new certificate died and the job ended as $x_status" ;;
	esac
}

finish_old() {
	if [ -n "$new" ]; then
		gr-install-cert discard -g "$new" || return
	fi
	say "job $job: failed: $reason"
	put_idle "$other"
}

# What the job is told without a journal, which may be what cannot be written. Nor are settings needed, which may be what cannot
# be read: all that a session takes is in the environment.
tell_job() {
	try env GR_CONF="$state/no.conf" gr-jobs-client update -d CertificateRotator=true --execution "$x_execution" "$@" >/dev/null
}

# cannot_begin STATUS: this device cannot take the job that it has found, and the reason is its own. What may pass, such as a
# disk that is read-only for a moment, has the refusal window to do so; then the job is begun in name, and fails.
cannot_begin() {
	[ "$1" -ne 1 ] || return 111
	[ -w "$state" ] || { said="GR_STATE: $state: cannot be written to"; set -- 111; }
	why "${said:-a step ended with status $1}"
	undecided=1
	[ "$1" -ne 111 ] || outlasted "begin $x_job-$x_execution" || return
	[ "$x_status" = IN_PROGRESS ] || tell_job -- "$x_job" IN_PROGRESS || return 111
	begun=$x_job-$x_execution
	tell_job -d DeviceFailureReason="$reason" -- "$x_job" FAILED || return 111
	say "job $x_job: failed before it began: $reason"
	outcome=failed progress=1
}

# The job that cannot be begun for a reason that does not even let us come to it.
find_blocked() {
	[ -z "$x_job" ] || return 0
	[ -n "$live$link_generation" ] || pairs || return
	connect "${live:-$link_generation}" || return
	ask env GR_CONF="$state/no.conf" gr-jobs-client next --queued || return
	read_execution "$answer" && [ -n "$x_job" ]
}

# A rotation of another life, and our word on it is not wanted. While it is pending it would be found again and again.
leave_alone() {
	case $x_status-$x_code in
	-ResourceNotFound) ;;
	IN_PROGRESS-* | QUEUED-* | -*)
		left_alone=1
		say "job $job: this device cannot end it; see gr-registry history"
		;;
	esac
	finish_old
}

# Our own final word decided for NEW, or the broker takes nothing else.
revive_new() {
	pairs || return
	if ! is_live "$new"; then
		owe_restart "$new" || return
		gr-install-cert activate -g "$new" || return
	fi
	pay_restart
}

# The pair in use died when there was no new one yet. Where an older one is kept beside it, idle takes up that one.
give_way() {
	[ -n "$other" ] && [ "$other" != "$old" ] || return 111
	refused_for_good "$old" "$other" || return
	say "job $job: given up: the pair in use is refused and the one kept beside it is taken"
	next=idle
}

old_is_dead() {
	revive_new || return
	if [ -n "$final" ]; then
		next=reporting
	else
		keep_both "$old"
	fi
}

# unreported WHY OTHER: our final status was definitely not taken, for a reason that says nothing of the pairs. 111: once more.
# After ten such answers nothing will change by itself, and a record without an end stands in front of all rotations to come:
# the live pair stays in use, and OTHER beside it.
unreported() {
	attempts=$((${attempts:-0} + 1))
	put "$phase" attempts="$attempts" || return
	[ "$attempts" -ge 10 ] || return 111
	say "job $job: its end cannot be reported ($1); the pair in use stays, any other is kept; see gr-registry history"
	left_alone=1 outcome=failed
	if [ -n "$new_certificate" ]; then
		put_idle "$2"
	else
		finish_old
	fi
}

# The execution is gone, or has ended nobody says how, so nobody can say which pair lives: both stay, and idle uses the one
# that is taken.
keep_both() {
	[ -n "$new_certificate" ] || { finish_old; return; }
	say "job ${job:-unknown}: is gone or ended unseen; both pairs are kept"
	put_idle "$1"
}
