# SPDX-License-Identifier: Apache-2.0
# systemd.sh - the common part of the restart hooks, which source it: the runtime is a systemd unit.
# shellcheck shell=sh
# shellcheck disable=SC2154
# A hook sets unit, and defines these functions:
#   no_deployment   0 if no deployment is running, else one line and 111
#   connection PID  prints a space and text that changes with every connection of the process to
#                   the broker; 111 if it has no connection now
#   reconnect       makes the runtime connect again without a restart; not 0 if it cannot

complain() {
	printf '%s: %s\n' "${0##*/}" "$1" >&2
}

# properties NAME...: prints a line NAME=VALUE for each property of the unit, all from one call, so
# that they belong together. Old versions of systemd do not have the option --value.
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

# A unit that does not exist can never be restarted; this must be known before the switch.
ready() {
	load=$(properties LoadState) || return
	if [ "$load" != LoadState=loaded ]; then
		complain "$unit: no such unit on this device"
		return 100
	fi
	no_deployment
}

# 111 while the unit starts or stops: it is not known yet which process is the instance.
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

# Once for each switch a new connection is tried instead of a restart: the file GR_RECONNECTED
# records it, and gr-rotate calls again if it did not help. The hook does not wait for the restart,
# which may end gr-rotate as well. A unit that has failed too often starts only after reset-failed.
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
