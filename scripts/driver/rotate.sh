#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rotate.sh - the state driver of a rotation: one step after the other, the phase durable before
# its work begins.
# Verbs: run (stay and serve jobs), once (serve what is pending and end), recover, status,
# check-config.
#
# A global variable belongs to a group, and its name begins with that of the group:
#   setting_  what gr-config prints (settings.sh); settings_load alone writes them
#   record_   a copy of the journal (record.sh); record_set alone writes them
#   service_  what the Jobs service last told about an execution; service_read alone writes them
#   live_     the pair in use (record.sh); live_read writes them, and the switch in idle
#   link_     the session, which the driver holds (session.sh)
#   memory_   what the driver knows between two steps and no journal holds
#   step_     facts of the step under way; a phase may change these and memory_ (hand_back)
#   driver_   the driver's own, which no phase changes
# Names without a group serve the lines that follow; answer is what the last ask printed. Nothing
# read meets eval.
set -eu
umask 077

here=$(cd -- "$(dirname -- "$0")" && pwd)
PATH=$here:$PATH
export PATH
# shellcheck source=bin/paths.sh
. "$here/paths.sh"
# shellcheck source=scripts/driver/log.sh
. "$here/log.sh"
# shellcheck source=scripts/driver/program.sh
. "$here/program.sh"
# shellcheck source=scripts/driver/settings.sh
. "$here/settings.sh"
# shellcheck source=scripts/driver/record.sh
. "$here/record.sh"
# shellcheck source=scripts/driver/session.sh
. "$here/session.sh"
# shellcheck source=scripts/driver/runtime.sh
. "$here/runtime.sh"
# shellcheck source=scripts/driver/watchdog.sh
. "$here/watchdog.sh"
# shellcheck source=scripts/driver/due.sh
. "$here/due.sh"
# shellcheck source=scripts/driver/ending.sh
. "$here/ending.sh"
# shellcheck source=scripts/driver/phases.sh
. "$here/phases.sh"
# shellcheck source=scripts/driver/step.sh
. "$here/step.sh"

usage() {
	cat <<'EOF'
usage: rotate.sh [-C FILE] run            serve rotation jobs until a signal ends it
       rotate.sh [-C FILE] once           serve the pending rotation jobs, then end with 0, or
                                          1: a rotation failed, 111: no connection
       rotate.sh [-C FILE] recover        for a watchdog: finish or undo what was interrupted, and
                                          end a trial that is late; needs no network
       rotate.sh [-C FILE] status         print the journal and the pairs; needs no network
       rotate.sh [-C FILE] check-config   check the settings; print one line if one is refused
State is in $GR_STATE (default /var/lib/gr), settings are in FILE or $GR_CONF; see gr-rotate(1).
EOF
}

# pause MS: full jitter, so that a fleet does not come back at one moment.
pause() {
	r=$(od -An -N2 -tu2 /dev/urandom)
	ms=$((1 + r * $1 / 65536))
	await sleep "$((ms / 1000)).$(printf '%03d' $((ms % 1000)))"
}

serve() {
	driver_delay=$setting_retry_min
	[ "$driver_mode" = run ] || setting_poll_seconds=0
	r=$(od -An -N2 -tu2 /dev/urandom)
	# Between half and the whole of the clock, so that a fleet does not poll in step.
	driver_idle_wait=$((setting_poll_seconds / 2 + setting_poll_seconds * r / 131072))
	while :; do
		step_blank
		driver_result=0
		step || driver_result=$?
		if [ "$driver_result" -eq 0 ]; then
			driver_delay=$setting_retry_min
			[ -z "$step_finished" ] || [ "$driver_mode" = run ] ||
				[ -n "$step_unpaid" ] || return 0
			[ -n "$step_progress" ] && continue
		else
			if is_broken; then
				broken "$driver_result" && continue
			else
				remember
			fi
			[ "$driver_mode" = run ] || [ "$record_phase" != idle ] ||
				[ -n "$step_undecided" ] || return "$driver_result"
		fi
		pause "$driver_delay"
		driver_delay=$((driver_delay * 2))
		[ "$driver_delay" -le "$setting_retry_max" ] || driver_delay=$setting_retry_max
	done
}

# The lock is ours as long as we run: programs inherit descriptor 9 and act for us.
hold_lock() {
	exec 9>>"$setting_state/lock"
	gr-journal lock --fd 9 --pid $$ || return
	GR_LOCK_FD=9 GR_LINK_SOCKET=$setting_state/link.sock
	export GR_LOCK_FD GR_LINK_SOCKET
}

# Descriptor 5 is what the phases print on. It needs no name once it is open.
open_answers() {
	rm -f -- "$setting_state/answers"
	mkfifo -- "$setting_state/answers" || return 111
	exec 5<>"$setting_state/answers"
	rm -f -- "$setting_state/answers"
}

cleanup() {
	stop_child
	[ -z "$link_pid" ] || kill "$link_pid" 2>/dev/null || :
}

# may_serve STATUS: what recover could not do, such as on a disk that is read-only, is no reason to
# be silent where no rotation is under way: a job that waits is to hear of it.
may_serve() {
	[ "$1" -eq 111 ] || return "$1"
	record_phase=$(gr-journal get phase) || [ $? -eq 1 ] || return 111
	case $record_phase in '' | idle) record_phase=idle ;; *) return 111 ;; esac
}

drive() {
	gr-config --check || exit
	driver_blank "$1"
	if ! mkdir -p -- "$setting_state" 2>/dev/null || [ ! -w "$setting_state" ]; then
		complain "GR_STATE: $setting_state: cannot be made or written to; run as its owner"
		exit 111
	fi
	hold_lock || exit
	true >"$setting_state/no.conf"	# see tell_job
	open_answers || exit
	settings_load || exit
	trap cleanup EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
	gr-install-cert recover || may_serve $? || exit
	serve
	[ "$memory_outcome" != failed ] || exit 1
}

log_find_journal
case ${1:-} in	# getopts knows no long options
--help) usage; exit 0 ;;
--version) exec gr-journal --version ;;
esac
while getopts C: o; do
	case $o in
	C) GR_CONF=$OPTARG; export GR_CONF ;;
	*) usage >&2; exit 100 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || { usage >&2; exit 100; }
case $1 in
run | once) drive "$1" ;;
recover) recover ;;
status) gr-journal get || :; exec gr-install-cert status ;;
check-config) exec gr-config --check ;;
*) usage >&2; exit 100 ;;
esac
