# runtime.sh - the program that lives on the credentials: restarts that are owed to it. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

# The hook is closed off from lock and link: what it starts may outlive us. It has to answer within the time that
# every answer gets, so that a hook that hangs cannot hold up a rollback. 111: not now, or no sense to be had from it.
call_hook() {
	hook_rc=0
	timeout "$request_timeout" "$hook" "$@" 8>&- 9>&- || hook_rc=$?
	case $hook_rc in
	0 | 111) return "$hook_rc" ;;
	124) complain "restartHook: $hook $1: no answer within $request_timeout s" ;;
	*) complain "restartHook: $hook $1: ended with status $hook_rc; 0 and 111 are its answers" ;;
	esac
	return 111
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

# Before a switch: which instance of the runtime is it that will have to go? One that is dead cannot say.
owe_restart() {
	[ -n "$hook" ] || return 0
	instance=$(call_hook instance) || instance=
	restart_instance=${instance:-unknown} restart_count=0 restart_at=0
	put "$phase" restartInstance="$restart_instance" restartCount=0 restartAt=0
}

# Owed until the instance is another one; asked for at most once in a growing delay, counted before it is asked for.
# Where the instance cannot be told, a restart that kills us leaves no word of its success: three of them are enough.
pay_restart() {
	[ -n "$hook" ] && [ -n "$restart_instance" ] || return 0
	instance=$(call_hook instance) || instance=
	t=$(now) restart_count=${restart_count:-0} restart_at=${restart_at:-0}
	case $restart_instance in
	unknown) [ "$restart_count" -lt 3 ] || { forget_restart; return; } ;;
	"${instance:-$restart_instance}") ;;
	*) forget_restart; return ;;
	esac
	if [ "$restart_count" -gt 0 ] && [ "$t" -lt "$restart_at" ] && [ $((restart_at - t)) -le 900 ]; then
		return 0
	fi
	delay=$((5 << (restart_count < 7 ? restart_count : 7)))
	restart_count=$((restart_count + 1)) restart_at=$((t + delay))
	put "$phase" restartCount="$restart_count" restartAt="$restart_at" || return
	say "restarting the runtime"
	call_hook restart || { refuse_restart; return; }
	[ "$restart_instance" != unknown ] || forget_restart
}

# Owed still, and asked for again later.
refuse_restart() {
	[ "$restart_instance" = unknown ] || return 0
	put "$phase" restartCount=1 restartAt="$((t + 60))"
}

forget_restart() {
	restart_instance='' restart_count='' restart_at=''
	put "$phase" restartInstance= restartCount= restartAt=
}

# A backend that cannot tell whether the runtime itself runs on NEW: a check of the integrator's is asked.
runtime_uses_new() {
	[ "$idempotent" != true ] && [ -n "${GR_RUNTIME_CHECK:-}" ] || return 0
	"$GR_RUNTIME_CHECK" 8>&- 9>&- || return 111
}
