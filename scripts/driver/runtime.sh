# SPDX-License-Identifier: Apache-2.0
# runtime.sh - the program that lives on the credentials: restarts that are owed to it. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

# The hook is closed off from lock and link: what it starts may outlive us. It has to answer within the time that
# every answer gets, so that a hook that hangs cannot hold up a rollback. 111: not now, or no sense to be had from it.
call_hook() {
	hook_rc=0
	GR_RECONNECTED=$state/reconnected.$restart_for timeout -- "$request_timeout" "$hook" "$@" 8>&- 9>&- || hook_rc=$?
	case $hook_rc in
	0 | 111) return "$hook_rc" ;;
	124) complain "restartHook: $hook $1: no answer within $request_timeout s" ;;
	*) complain "restartHook: $hook $1: ended with status $hook_rc; 0 and 111 are its answers" ;;
	esac
	return 111
}

# A nucleus is restarted by the hook that we bring, unless the operator named one. It goes to the programs too.
choose_hook() {
	[ -z "$hook" ] || return 0
	case $runtime in
	classic | lite) ;;
	*) return 0 ;;
	esac
	for dir in "$here/../hooks" "$here/../share/hooks" "$here/../../share/gr/hooks"; do
		[ -x "$dir/greengrass-$runtime" ] || continue
		hook=$dir/greengrass-$runtime
		export GR_RESTART_HOOK="$hook"
		return
	done
	complain "runtime: $runtime: its restart hook greengrass-$runtime is not there; set restartHook"
	return 100
}

# Sets hook_says while it is no, for the log (once) and for the reason of a trial that ran out.
hook_ready() {
	[ -n "$hook" ] || return 0
	if call_hook ready; then
		hook_says=
		return 0
	fi
	[ -n "$hook_says" ] || say "activation waits: the restart hook says not now"
	hook_says="the restart hook never said ready"
	return 111
}

# What is owed for the old pair would be forgotten for what the switch to the new one owes: if that did not come about, the
# runtime would stay where it is, on a pair that is dead.
runtime_settled() {
	is_owed || return 0
	hook_says="the runtime never came to run on the old pair"
	return 111
}

# Before a switch to a generation. Which instance of the runtime has to go can be told after the switch alone: one that
# starts in between may be on either pair. The restart waits until the hook is ready, but not past restartAt: the
# switch of a rollback does not wait.
owe_restart() {
	[ -n "$hook" ] || return 0
	rm -f -- "$state"/reconnected.*
	restart_instance=unknown restart_for=$1 restart_count=0 restart_at=$(($(now) + 900))
	put_restart
}

put_restart() {
	put "$phase" restartInstance="$restart_instance" restartFor="$restart_for" restartCount="$restart_count" restartAt="$restart_at"
}

# A time further off than any that we set is of another boot, and has passed.
restart_waits() {
	[ "$t" -lt "$restart_at" ] && [ $((restart_at - t)) -le 900 ] || return 1
	[ "$restart_count" -gt 0 ] || ! call_hook ready
}

# 0: not any more. Where the instance cannot be told, a restart that kills us leaves no word of its success, so that
# three of them are enough; 20 are in any case, after some three hours.
restart_is_over() {
	case $restart_instance in
	unknown | refused)
		# It was dead when it was asked to restart, or has not been asked yet.
		[ -z "$instance" ] || [ "$restart_count" -eq 0 ] || return 0
		[ "$restart_instance" = refused ] || [ "$restart_count" -lt 3 ] || return 0
		;;
	"${instance:-$restart_instance}") ;;
	*) return 0 ;;
	esac
	[ "$restart_count" -ge 20 ] || return 1
	complain "the runtime was asked $restart_count times to restart and is still the same; giving up"
}

# For the pair that is live; a switch that has not come about is owed nothing.
is_owed() {
	[ -n "$hook" ] && [ -n "$restart_instance" ] && is_live "${restart_for:-$live}"
}

# Owed from the switch on until the instance is another one; asked for at most once in a growing delay, and counted
# before it is asked for.
pay_restart() {
	[ -n "$hook" ] && [ -n "$restart_instance" ] || return 0
	pairs || return
	is_owed || return 0
	instance=$(call_hook instance) || instance=
	t=$(now) restart_count=${restart_count:-0} restart_at=${restart_at:-0}
	if restart_is_over; then
		forget_restart
		return
	fi
	restart_waits && return
	[ "$restart_instance" != unknown ] || restart_instance=${instance:-unknown}
	restart_at=$((t + (5 << (restart_count < 7 ? restart_count : 7)))) restart_count=$((restart_count + 1))
	put_restart || return
	say "restarting the runtime"
	asked=1
	call_hook restart || { refuse_restart; return; }
	just_reconnected && { note_reconnect; return; }
	case $restart_instance in
	unknown | refused) forget_restart ;;
	esac
}

# The hook leaves an empty file where it made the runtime connect anew instead; ours holds the time of that.
just_reconnected() {
	[ -e "$state/reconnected.$restart_for" ] && [ ! -s "$state/reconnected.$restart_for" ]
}

# Paid once the instance, which the connection is a part of, is another one; else a restart is asked for after all.
note_reconnect() {
	say "the runtime was made to connect anew; it is restarted only if that does not help"
	[ "$restart_instance" != unknown ] || restart_instance=refused
	restart_at=$((t + request_timeout))
	printf '%s\n' "$t" >"$state/reconnected.$restart_for"
	put_restart
}

# Commit does not see the runtime on NEW. One that connected anew and is not seen in time is restarted after all, once.
restart_unseen() {
	[ -n "$hook" ] && [ -z "$restart_instance" ] || return 0
	at=$(cat -- "$state/reconnected.$new" 2>/dev/null) || return 0
	case $at in
	'' | *[!0-9]*) return 0 ;;
	esac
	[ $(($(now) - at)) -ge "$request_timeout" ] || [ "$(now)" -lt "$at" ] || return 0
	say "the runtime connected anew, but not over the new certificate"
	restart_instance=unknown restart_for=$new restart_count=0 restart_at=$(($(now) + 900))
	printf 'restart\n' >"$state/reconnected.$new"
	put_restart
}

# Owed still, and asked for again later. Where the instance cannot be told it is known at least that we were not taken along.
refuse_restart() {
	[ "$restart_instance" = unknown ] || return 0
	restart_instance=refused
	put_restart
}

forget_restart() {
	restart_instance='' restart_for='' restart_count='' restart_at=''
	put_restart
}

# Sets idle_for, how long idle may wait for a job: a restart that is owed is not slept through. It may be that an earlier
# life counted it and did not come to asking; once ends when it has asked itself.
idle_time() {
	idle_for=$idle_wait unpaid=
	is_owed || return 0
	if [ "$mode" = run ]; then
		[ "$idle_for" -le 5 ] || idle_for=5
	elif [ "${restart_count:-0}" -gt 0 ] && [ -z "$asked" ]; then
		idle_for=5 unpaid=1
	fi
}

# A backend that cannot tell whether the runtime itself runs on NEW: a check of the integrator's is asked.
runtime_uses_new() {
	[ "$idempotent" != true ] && [ -n "${GR_RUNTIME_CHECK:-}" ] || return 0
	unsure=0
	"$GR_RUNTIME_CHECK" 8>&- 9>&- || unsure=$?
	[ "$unsure" -ne 0 ] || return 0
	said="the runtime is not on the new certificate yet: $GR_RUNTIME_CHECK ended with status $unsure"
	restart_unseen || return
	return 111
}
