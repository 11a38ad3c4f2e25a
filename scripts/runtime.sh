# runtime.sh - the program that lives on the credentials: restarts that are owed to it. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

# The hook is closed off from lock and link: what it starts may outlive us.
call_hook() {
	"$hook" "$@" 8>&- 9>&-
}

hook_ready() {
	[ -z "$hook" ] || call_hook ready
}

# Before a switch: which instance of the runtime is it that will have to go?
owe_restart() {
	[ -n "$hook" ] || return 0
	instance=$(call_hook instance) || return 111
	restart_instance=${instance:-unknown} restart_count=0 restart_at=0
	put "$phase" restartInstance="$restart_instance" restartCount=0 restartAt=0
}

# Owed until the instance is another one; asked for at most once in a growing delay, counted before it is asked for.
pay_restart() {
	[ -n "$hook" ] && [ -n "$restart_instance" ] || return 0
	instance=$(call_hook instance) || return 111
	if [ "$instance" != "$restart_instance" ] && [ "$restart_instance" != unknown ]; then
		forget_restart
		return
	fi
	t=$(now) restart_count=${restart_count:-0} restart_at=${restart_at:-0}
	if [ "$restart_count" -gt 0 ] && [ "$t" -lt "$restart_at" ] && [ $((restart_at - t)) -le 900 ]; then
		return 0
	fi
	delay=$((5 << (restart_count < 7 ? restart_count : 7)))
	restart_count=$((restart_count + 1)) restart_at=$((t + delay))
	put "$phase" restartCount="$restart_count" restartAt="$restart_at" || return
	say "restarting the runtime"
	call_hook restart || return 0	# owed still, and asked for again later
	[ "$restart_instance" != unknown ] || forget_restart
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
