# SPDX-License-Identifier: Apache-2.0
# systemd.sh - what the restart hooks beside it have in common: one unit of systemd. Sourced by them.
# shellcheck shell=sh
# shellcheck disable=SC2154
# The hook sets unit, and defines
#   quiet       0 if no deployment runs, else one line and 111
#   connection  PID: prints what tells its connections to the broker apart, after a blank; 111 if it has none now
#   reconnect   makes the runtime connect anew without a restart; not 0 if that is not possible

complain() {
	printf '%s: %s\n' "${0##*/}" "$1" >&2
}

# properties NAME...: one NAME=VALUE line each, all of one moment. Without --value, which old systemds do not have.
properties() {
	names=$*
	set --
	for name in $names; do
		set -- "$@" -p "$name"
	done
	systemctl show "$@" -- "$unit" && return
	complain "$unit: systemctl cannot tell its state"
	return 111
}

# A unit that is not there can never be restarted: better known before the switch.
ready() {
	load=$(properties LoadState) || return
	if [ "$load" != LoadState=loaded ]; then
		complain "$unit: no such unit on this device"
		return 100
	fi
	quiet
}

# A process that comes or goes may be the one of before or the one of after: asked again, it will be decided.
instance() {
	shown=$(properties ActiveState MainPID ExecMainStartTimestampMonotonic) || return
	while IFS='=' read -r name value; do
		case $name in
		ActiveState) active=$value ;;
		MainPID) pid=$value ;;
		ExecMainStartTimestampMonotonic) start=$value ;;
		esac
	done <<END
$shown
END
	case $active in
	activating | deactivating | reloading) complain "$unit: $active"; return 111 ;;
	esac
	used=$(connection "$pid") || return
	read -r boot </proc/sys/kernel/random/boot_id
	printf '%s %s %s%s\n' "$boot" "$pid" "$start" "$used"
}

# A new connection is tried once for a switch; whoever asks us keeps the note of it, and comes again if it did not help.
# A restart is not waited for: it may end whoever asks for it. A unit that failed too often is not started before it is reset.
restart() {
	active=$(properties ActiveState) || return
	if [ "$active" = ActiveState=active ] && [ -n "${GR_RECONNECTED:-}" ] && [ ! -e "$GR_RECONNECTED" ] && reconnect; then
		: >"$GR_RECONNECTED"
		return
	fi
	{ [ "$active" != ActiveState=failed ] || systemctl reset-failed -- "$unit"; } && systemctl --no-block restart -- "$unit" && return
	complain "$unit: systemctl cannot restart it"
	return 111
}

case $* in
ready | instance | restart) "$1" ;;
*) printf 'usage: %s ready | instance | restart\n' "${0##*/}" >&2; exit 100 ;;
esac
