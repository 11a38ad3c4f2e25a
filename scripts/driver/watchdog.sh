# SPDX-License-Identifier: Apache-2.0
# watchdog.sh - whether a watchdog is alive, and what it does itself (the verb recover). Sourced by
# rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# No trial without a watchdog that ends it if the driver does not survive it. 1: there is none, and
# unwatched says why; 111: it may be about to run, after a boot or a long sleep.
need_watchdog() {
	if [ "$setting_watchdog" = off ]; then
		[ "$memory_unwatched_said" = "$record_job-$record_execution" ] ||
			warn "watchdog is off: a trial that gr-rotate does not survive has no end"
		memory_unwatched_said=$record_job-$record_execution
		return 0
	fi
	watch_rc=0
	hush gr-journal watched || watch_rc=$?
	case $watch_rc in
	0) forget_refusal watchdog; return 0 ;;
	1) ;;
	*) show_error; return "$watch_rc" ;;
	esac
	outlasted watchdog || return
	show_error
	unwatched=$(last_error)
	return 1
}

# What a timer runs, and the boot before the runtime: journal and disk first, then the restart that
# the runtime is owed. No network, and no wait but for the hook. Whoever holds the lock sees to the
# restart himself.
recover() {
	driver_blank recover
	gr-config state >/dev/null || return	# before we write: others may write there too
	settings_load || return
	gr-install-cert recover --heartbeat || return
	owed=$(gr-journal get restartInstance) || [ $? -eq 1 ] || return
	[ -n "$owed" ] || return 0
	# A hook that is refused is not called; the pairs are in order already.
	gr-config --check restartHook || setting_hook=
	hold_lock 2>/dev/null || return 0
	record_load || return
	pay_restart
}
