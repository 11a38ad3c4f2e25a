# SPDX-License-Identifier: Apache-2.0
# program.sh - runs the programs of a step, and keeps what they print when they fail. Sourced by
# rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# Seconds since boot, suspend included: the clock that nobody can set (CLOCK_BOOTTIME).
now() {
	read -r uptime _ </proc/uptime
	printf '%s\n' "${uptime%.*}"
}

# hush PROGRAM [ARGUMENT...]: runs it and keeps what it prints on standard error from the log.
# Where it fails, step_said becomes its own line. Without a place to keep it, it goes to the log.
# Not for use within $( ), which would forget step_said: see ask.
hush() {
	require_driver
	hush_rc=0 hush_ran='' errors=$setting_state/error.$driver_mode
	{ { hush_ran=1; "$@"; } 2>"$errors"; } 2>/dev/null || hush_rc=$?
	if [ -z "$hush_ran" ]; then
		hush_rc=0 errors=/dev/null
		"$@" || hush_rc=$?
	fi
	case $1 in capture | await) shift ;; esac
	[ "$hush_rc" -eq 0 ] || heed "$1" "$hush_rc" "$errors"
	return "$hush_rc"
}

# The same, and what it printed on standard error goes to the log as well.
try() {
	hush "$@" || :
	show_error
	return "$hush_rc"
}

# output_to FILE COMMAND...: 111 where FILE cannot be opened; COMMAND is not run then. A shell has
# no status of its own for that: it gives 2 or 1, which may be an answer.
output_to() {
	output_file=$1 output_ran='' output_rc=0
	shift
	{ output_ran=1; "$@"; } >"$output_file" || output_rc=$?
	[ -n "$output_ran" ] || return 111
	return "$output_rc"
}

# try, for what the program does: its standard output goes to the log.
act() {
	try "$@" >&2
}

# try, with the program's output in answer.
ask() {
	try capture "$@"
}

capture() {
	answer=$("$@")
}

show_error() {
	[ ! -s "$errors" ] || log_file "$errors"
}

# A phase runs in a subshell, and kill -9 of the driver leaves that one running. It may end the
# program that it is in, as any program of a killed driver does, and must not start another one. $$
# is the driver also in the subshell; Z is a process that has ended and whose parent does not know
# yet.
require_driver() {
	{ read -r driver_stat <"/proc/$$/stat"; } 2>/dev/null || exit 137
	case $driver_stat in *') Z '*) exit 137 ;; esac
}

# await PROGRAM [ARGUMENT...]: waits for it in the background, so that a signal is heard at once.
# It holds neither lock nor link.
await() {
	"$@" 5>&- 8>&- 9>&- &
	driver_child=$!
	await_rc=0
	wait "$driver_child" || await_rc=$?
	driver_child=
	return "$await_rc"
}

# The lock stays ours until what we have started is done: no second signal cuts the waiting short.
# A process that a shell has forked a moment ago still has that shell's traps, and loses a signal
# that comes then: it is sent again.
stop_child() {
	[ -n "$driver_child" ] || return 0
	trap '' TERM INT
	kill "$driver_child" 2>/dev/null || :
	kill_again "$driver_child" &
	again_pid=$!
	wait "$driver_child" 2>/dev/null || :
	kill "$again_pid" 2>/dev/null || :
}

# kill_again PID: every second, until there is no such process
kill_again() {
	trap - TERM INT
	exec >/dev/null 2>&1 5>&- 8>&- 9>&-
	while sleep 1 && kill "$1"; do :; done
}

# own_line PROGRAM FILE: its last line, without its name. Libraries print what they like around it,
# even in front of it.
own_line() {
	own=$(LC_ALL=C sed -n -- "s/^$1: //p" "$2" | tail -n 1)
	[ -n "$own" ] || own=$(LC_ALL=C sed -n -- "s/^.*$1: //p" "$2" | tail -n 1)
	printf '%s\n' "$own"
}

# heed PROGRAM STATUS FILE: sets step_said. A program may answer no (1) without a line.
heed() {
	own=
	[ ! -s "$3" ] || own=$(own_line "$1" "$3")
	if [ -n "$own" ]; then
		step_said="$1: $own"
	elif [ "$2" -ne 1 ]; then
		step_said="$1 ended with status $2"
	fi
}

# What the program that failed last printed, without its name.
last_error() {
	printf '%s\n' "${step_said#*: }"
}
