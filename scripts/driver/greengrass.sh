#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# greengrass.sh - gr as a component of a Greengrass core device; the recipe calls it. Verbs:
# install (is all there that the programs need?), run (serve rotation jobs). An operator calls
# watchdog (put one onto this device, where the component cannot take it along). Lies beside the
# programs, the restart hooks in ../hooks, units in ../systemd.
set -eu
umask 077

here=$(cd -- "$(dirname -- "$0")" && pwd)
PATH=$here:$PATH
export PATH

complain() {
	printf 'greengrass.sh: %s\n' "$1" >&2
}

# The dynamic linker itself tells what it does not find; ldd is not on every device.
linked() {
	for program in "$here"/gr-*; do
		rc=0
		LD_TRACE_LOADED_OBJECTS=1 "$program" 2>&1 || rc=$?
		case $rc in
		126 | 127) printf '%s: not started\n' "${program##*/}" ;;
		esac
	done
}

# One line for each library, symbol version and command that is not there.
missing() {
	linked | sed -n -e 's/^[[:space:]]*\(.*\) => not found.*/library \1/p' \
		-e "s/.*: \([^ ]*\): version \`\(.*\)' not found.*/version \2 of \1/p" \
		-e 's/^\(.*\): not started$/C library that can start \1/p' | sort -u
	for command in cat cp cut date ls mkdir mkfifo od rm sed sleep timeout tr; do
		command -v "$command" >/dev/null || printf 'command %s\n' "$command"
	done
}

check_device() {
	lacking=$(missing)
	if [ -n "$lacking" ]; then
		printf '%s\n' "$lacking" | while read -r what; do
			complain "this device has no $what"
		done
		return 100
	fi
	name_runtime || return
	own=$(gr-config restartHook) || [ $? -eq 1 ] || return 100
	[ -z "$own" ] || return 0
	command -v systemctl >/dev/null && return
	complain 'this device has no command systemctl; name a restartHook of your own in gr.conf'
	return 100
}

lacks_systemctl() {
	complain 'this device has no command systemctl; see share/doc/install-device.md'
}

# The nucleus starts us in ROOT/work/COMPONENT.
find_nucleus() {
	case ${AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT:-} in
	*/gg-ipc.socket) echo lite; return ;;
	*/ipc.socket) echo classic; return ;;
	esac
	if [ -e ../../config.db ]; then
		echo lite
	elif [ -e ../../config/config.tlog ]; then
		echo classic
	else
		complain 'no Greengrass nucleus two folders up, nor in the environment'
		return 100
	fi
}

# Our own session goes beside that of the nucleus, and rotate.sh knows how to restart it.
name_runtime() {
	GR_RUNTIME=$(find_nucleus) || return
	export GR_RUNTIME
}

# A driver that was forked a moment ago may lose the signal: it still has our traps.
stop() {
	trap '' TERM INT
	[ -n "$child" ] || exit 0
	kill "$child" 2>/dev/null || :
	while sleep 1 && kill "$child"; do :; done >/dev/null 2>&1 &
	wait "$child" || :
	exit 0
}

# wait returns early when a signal comes in; stop then ends the child.
await() {
	"$@" &
	child=$!
	wait "$child"
}

# What may go well later is not worth one of the few restarts that a nucleus grants.
serve() {
	pause=$(gr-config retryMaxMilliseconds) || return
	child=
	trap stop TERM INT
	while :; do
		rc=0
		await rotate.sh run || rc=$?
		[ "$rc" -eq 111 ] || return "$rc"
		await sleep "$((pause / 1000 + 1))"
	done
}

# install_watchdog DIR UNITDIR: a copy of everything, so that it works without the component, and
# its units. Called again it takes the place of the one before.
install_watchdog() {
	command -v systemctl >/dev/null || { lacks_systemctl; return 100; }
	rm -rf -- "$1.new" "$1.old"
	mkdir -p -- "$1.new" "$2" || return 111
	for part in bin hooks lib licenses; do
		cp -R -- "$here/../$part" "$1.new/" || return 111
	done
	[ ! -e "$1" ] || mv -- "$1" "$1.old" || return 111
	mv -- "$1.new" "$1" || return 111
	rm -rf -- "$1.old"
	for unit in "$here"/../systemd/*; do
		sed -- "s|@BINDIR@/gr-rotate|$1/bin/rotate.sh|" "$unit" >"$2/${unit##*/}" ||
			return 111
	done
	sync
	systemctl daemon-reload &&
		systemctl enable --now gr-recover.service gr-watchdog.timer && return
	complain 'systemctl does not take the units'
	return 111
}

usage() {
	printf 'usage: greengrass.sh install | run | watchdog [DIR UNITDIR]\n' >&2
	exit 100
}

case $*,$# in
install,1) check_device ;;
run,1) name_runtime && serve ;;
watchdog,1) install_watchdog /opt/gr /etc/systemd/system ;;
watchdog*,3) install_watchdog "$2" "$3" ;;
*) usage ;;
esac
