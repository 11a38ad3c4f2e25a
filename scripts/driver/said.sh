# SPDX-License-Identifier: Apache-2.0
# said.sh - what programs say when they fail, for the log and for the operator. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

# hush PROGRAM [ARGUMENT...]: runs it and keeps what it says on standard error from the log. Where it fails, said becomes its own
# line. Without a place to keep it, it goes to the log. Not for use within $( ), which would forget said: see ask.
hush() {
	hush_rc=0 errors=$state/error.$mode
	if { true >"$errors"; } 2>/dev/null; then
		"$@" 2>"$errors" || hush_rc=$?
	else
		errors=/dev/null
		"$@" || hush_rc=$?
	fi
	case $1 in capture | await) shift ;; esac
	[ "$hush_rc" -eq 0 ] || heed "$1" "$hush_rc" "$errors"
	return "$hush_rc"
}

# The same, and it goes to the log as well.
try() {
	hush "$@" || :
	show_error
	return "$hush_rc"
}

capture() {
	answer=$("$@")
}

# try, with the program's output in answer.
ask() {
	try capture "$@"
}

show_error() {
	[ ! -s "$errors" ] || cat -- "$errors" >&2 || :
}

# own_line PROGRAM FILE: its last line, without its name. Libraries print what they like around it, even in front of it.
own_line() {
	own=$(LC_ALL=C sed -n -- "s/^$1: //p" "$2" | tail -n 1)
	[ -n "$own" ] || own=$(LC_ALL=C sed -n -- "s/^.*$1: //p" "$2" | tail -n 1)
	printf '%s\n' "$own"
}

# heed PROGRAM STATUS FILE: sets said. A no may be silent.
heed() {
	own=$(own_line "$1" "$3")
	if [ -n "$own" ]; then
		said="$1: $own"
	elif [ "$2" -ne 1 ]; then
		said="$1 ended with status $2"
	fi
}

# What failed last, without the name of the program.
last_error() {
	printf '%s\n' "${said#*: }"
}

# After a step in vain: what the rotation waits for goes on record, so that whoever meets the deadline can say it: we, another
# life of ours, or the watchdog.
remember() {
	case $phase in
	creating-certificate | trial | committing) ;;
	*) return 0 ;;
	esac
	[ -n "$said" ] || return 0
	waits=$(printable "$said")
	case $said in
	gr-create:*": no answer within "* | gr-commit:*": no answer within "*)
		# An answer that asked us to wait says more than the silence after it; else the deadline says as much.
		case $note in *": not yet: "*) waits=$note ;; *) waits= ;; esac
		;;
	esac
	[ "$waits" = "$note" ] || put "$phase" note="$waits" || :
}

# too_late TEXT: the reason at the deadline: TEXT, and what was waited for, if that is known.
too_late() {
	waits=${waits:-$note}
	why "$1${waits:+; $waits}"
}
