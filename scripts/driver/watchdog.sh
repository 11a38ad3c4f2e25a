# SPDX-License-Identifier: Apache-2.0
# watchdog.sh - the dead man's switch: whether one is alive, and what it does itself. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

# No trial without somebody who ends it if we do not live to. 111 until it is certain; then unwatched says why not.
need_watchdog() {
	unwatched=
	if [ "$watchdog" = off ]; then
		[ "$said_unwatched" = "$job-$execution" ] || complain "warning: watchdog is off: if gr-rotate does not survive this trial, nobody ends it"
		said_unwatched=$job-$execution
		return 0
	fi
	watch_rc=0
	hush gr-journal watched || watch_rc=$?
	case $watch_rc in
	0) forget_refusal watchdog; return 0 ;;
	1) ;;
	*) show_error; return "$watch_rc" ;;
	esac
	# It may be about to run, after a boot or a long sleep.
	outlasted watchdog || return
	show_error
	unwatched=$(last_error)
}

# What a timer runs, and the boot before the runtime: journal and disk first, then the restart that the runtime is owed.
# No network, and no wait but for the hook. Whoever holds the lock sees to the restart himself.
recover() {
	mode=recover state=${GR_STATE:-$path_localstate/lib/gr}
	gr-config state >/dev/null || return	# a folder that others may write is refused before we do
	configure || return
	gr-install-cert recover --heartbeat || return
	owed=$(gr-journal get restartInstance) || [ $? -eq 1 ] || return
	[ -n "$owed" ] || return 0
	gr-config --check restartHook || hook=	# the pairs are in order already: that much is done whoever owns the hook
	hold_lock 2>/dev/null || return 0
	load || return
	pay_restart
}
