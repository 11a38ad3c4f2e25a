# SPDX-License-Identifier: Apache-2.0
# runtime.sh - the program that uses the credentials, and the restarts that it is owed. Sourced by
# rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# The hook gets neither lock nor session: what it starts may outlive us. It has to answer within
# the time that every answer gets, so that a hook that hangs cannot hold up a rollback. 111: not
# now, or an answer that is none.
call_hook() {
	require_driver
	hook_rc=0
	GR_RECONNECTED=$setting_state/reconnected.$record_restart_for \
		timeout -- "$setting_request_timeout" "$setting_hook" "$@" 5>&- 8>&- 9>&- ||
		hook_rc=$?
	case $hook_rc in
	0 | 111) return "$hook_rc" ;;
	124) warn "restartHook: $setting_hook $1: no answer within $setting_request_timeout s" ;;
	*) warn "restartHook: $setting_hook $1: ended with status $hook_rc, not 0 or 111" ;;
	esac
	return 111
}

# A nucleus is restarted by the hook that we bring, unless the operator named one. It goes to the
# programs too.
choose_hook() {
	[ -z "$setting_hook" ] || return 0
	case $setting_runtime in
	classic | lite) ;;
	*) return 0 ;;
	esac
	for dir in "$here/../hooks" "$here/../share/hooks" "$here/../../share/gr/hooks"; do
		[ -x "$dir/greengrass-$setting_runtime" ] || continue
		setting_hook=$dir/greengrass-$setting_runtime
		export GR_RESTART_HOOK="$setting_hook"
		return
	done
	complain "runtime: $setting_runtime: the restart hook for it is missing; set restartHook"
	return 100
}

# 111 while the hook says not now; memory_hook_says is then that, for the log (once) and for the
# reason of a trial that runs out.
hook_ready() {
	[ -n "$setting_hook" ] || return 0
	if call_hook ready >&2; then
		memory_hook_says=
		return 0
	fi
	[ -n "$memory_hook_says" ] || say "activation waits: the restart hook says not now"
	memory_hook_says="the restart hook never ended with status 0 for ready"
	return 111
}

# 111 while a restart is owed for the old pair. The switch to the new pair owes one of its own, and
# the record holds only one: if that switch failed then, the runtime would stay on a pair that has
# been destroyed.
runtime_settled() {
	is_owed || return 0
	memory_hook_says="the runtime never came to run on the old pair"
	return 111
}

# owe_restart GENERATION: before the switch to it. gr-journal knows what is owed; without a hook
# nothing is.
owe_restart() {
	[ -n "$setting_hook" ] || return 0
	rm -f -- "$setting_state"/reconnected.*
	record_owe "$1"
}

# restart_put INSTANCE COUNT TIME: what is still owed, after a restart has been counted or asked
# for.
restart_put() {
	record_put restartInstance="$1" restartCount="$2" restartAt="$3"
}

forget_restart() {
	record_put restartInstance= restartFor= restartCount= restartAt=
}

# True while an owed restart has to wait. A time further off than any that gr-journal sets is of
# another boot, and has passed.
restart_waits() {
	[ "$t" -lt "$restart_at" ] && [ $((restart_at - t)) -le 900 ] || return 1
	[ "$restart_count" -gt 0 ] || ! call_hook ready >&2
}

# True when no restart is owed any more. Where the instance cannot be told, a restart that kills us
# leaves no sign of its success, so that three of them are enough; 20 are enough in any case, after
# some three hours.
restart_is_over() {
	case $record_restart_instance in
	unknown | refused)
		# It did not run when it was asked to restart, or it has not been asked yet.
		[ -z "$instance" ] || [ "$restart_count" -eq 0 ] || return 0
		[ "$record_restart_instance" = refused ] || [ "$restart_count" -lt 3 ] || return 0
		;;
	"${instance:-$record_restart_instance}") ;;
	*) return 0 ;;
	esac
	[ "$restart_count" -ge 20 ] || return 1
	complain "the runtime was asked to restart $restart_count times and did not; giving up"
}

# For the pair that is live; a switch that has failed is owed nothing.
is_owed() {
	[ -n "$setting_hook" ] && [ -n "$record_restart_instance" ] &&
		is_live "${record_restart_for:-$live_generation}"
}

# Owed from the switch on until the instance is another one. Asked for at most once in a delay that
# grows, and counted before it is asked for, because the restart may take the driver along.
pay_restart() {
	[ -n "$setting_hook" ] && [ -n "$record_restart_instance" ] || return 0
	live_read || return
	is_owed || return 0
	instance=$(call_hook instance) || instance=
	t=$(now) restart_count=${record_restart_count:-0} restart_at=${record_restart_at:-0}
	if restart_is_over; then
		forget_restart
		return
	fi
	restart_waits && return
	ask_for_restart
}

ask_for_restart() {
	restart_of=$record_restart_instance
	[ "$restart_of" != unknown ] || restart_of=${instance:-unknown}
	restart_at=$((t + (5 << (restart_count < 7 ? restart_count : 7))))
	restart_count=$((restart_count + 1))
	restart_put "$restart_of" "$restart_count" "$restart_at" || return
	say "restarting the runtime"
	memory_restart_asked=1
	call_hook restart >&2 || { refuse_restart; return; }
	just_reconnected && { note_reconnect; return; }
	case $record_restart_instance in
	unknown | refused) forget_restart ;;
	esac
}

# The hook leaves an empty file where it made the runtime connect anew instead; ours holds the time
# of that.
just_reconnected() {
	reconnected=$setting_state/reconnected.$record_restart_for
	[ -e "$reconnected" ] && [ ! -s "$reconnected" ]
}

# No longer owed once the instance, which the connection is a part of, is another one; else a
# restart is asked for after all.
note_reconnect() {
	say "the runtime was made to connect anew; it is restarted only if that does not help"
	restart_of=$record_restart_instance
	[ "$restart_of" != unknown ] || restart_of=refused
	printf '%s\n' "$t" >"$setting_state/reconnected.$record_restart_for"
	restart_put "$restart_of" "$record_restart_count" "$((t + setting_request_timeout))"
}

# Commit does not see the runtime on the new pair. One that connected anew and is not seen in time
# is restarted after all, once.
restart_unseen() {
	[ -n "$setting_hook" ] && [ -z "$record_restart_instance" ] || return 0
	at=$(cat -- "$setting_state/reconnected.$record_new" 2>/dev/null) || return 0
	case $at in
	'' | *[!0-9]*) return 0 ;;
	esac
	[ $(($(now) - at)) -ge "$setting_request_timeout" ] || [ "$(now)" -lt "$at" ] || return 0
	say "the runtime connected anew, but not over the new certificate"
	printf 'restart\n' >"$setting_state/reconnected.$record_new"
	record_owe "$record_new"
}

# Owed still, and asked for again later. Where the instance cannot be told it is known at least
# that the restart did not take us along.
refuse_restart() {
	[ "$record_restart_instance" = unknown ] || return 0
	restart_put refused "$record_restart_count" "$record_restart_at"
}

# Sets idle_for, how long idle may wait for a job: a restart that is owed is not slept through. A
# driver that was killed may have counted it and not asked for it: once ends when it has asked
# itself.
idle_time() {
	idle_for=$driver_idle_wait step_unpaid=
	is_owed || return 0
	if [ "$driver_mode" = run ]; then
		[ "$idle_for" -le 5 ] || idle_for=5
	elif [ "${record_restart_count:-0}" -gt 0 ] && [ -z "$memory_restart_asked" ]; then
		idle_for=5 step_unpaid=1
	fi
}

# A backend that cannot tell whether the runtime itself runs on the new pair: a check of the
# integrator's is asked.
runtime_uses_new() {
	[ "$record_idempotent" != true ] && [ -n "${GR_RUNTIME_CHECK:-}" ] || return 0
	check_rc=0
	"$GR_RUNTIME_CHECK" 5>&- 8>&- 9>&- >&2 || check_rc=$?
	[ "$check_rc" -ne 0 ] || return 0
	own=$GR_RUNTIME_CHECK
	step_said="the runtime is not on the new certificate yet: $own ended with status $check_rc"
	restart_unseen || return
	return 111
}
