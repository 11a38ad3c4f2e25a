# SPDX-License-Identifier: Apache-2.0
# A rotation beside Greengrass nucleus lite, with the hook that comes with us: the MQTT daemon
# connects anew and is not restarted, since a restart silences the subscriptions of all components.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

setup_file() {
	load ../lib/helper
	gcc -O1 -o "$BATS_FILE_TMPDIR/iotcored" "$ROOT/test/tools/iotcored.c" -lmosquitto
}
setup() {
	lab -n 1
	as thing-1
	keep_old_pair
	setting runtime lite
	setting restartHook "$ROOT/share/hooks/greengrass-lite"
	setting requestTimeoutSeconds 6
}
teardown() {
	[ ! -s pid ] || kill -KILL "$(cat pid)" 2>/dev/null || :
	down
}

# start_nucleus [OPTION...]: the daemon, played (tools/iotcored.c), a component that subscribes,
# and a systemctl that knows it
start_nucleus() {
	mkfifo asked
	cat >start <<-EOF
		$BATS_FILE_TMPDIR/iotcored -p $(cat "$LAB/port") -a $HOME_DIR/ca/ca.pem -c $T/certificate.pem -k $T/private.key \\
			-i thing-1 $* <>$PWD/asked >>$PWD/daemon.log 2>&1 3>&- 8>&- 9>&- &
		echo \$! >$PWD/pid
	EOF
	mkdir tools
	cat >tools/systemctl <<-EOF
		#!/bin/sh
		cd $PWD
		case \$1 in
		show)
			shift
			while [ "\$1" = -p ]; do
				printf '%s\n' LoadState=loaded ActiveState=active "MainPID=\$(cat pid)" ExecMainStartTimestampMonotonic=1 | grep "^\$2="
				shift 2
			done
			;;
		list-units) ;;
		--no-block)
			echo restart >>restarts
			kill -KILL "\$(cat pid)"
			. ./start
			;;
		esac
	EOF
	chmod +x tools/systemctl
	PATH=$PWD/tools:$PATH
	. ./start
	FIRST=$(cat pid)
	await runs_over "$OLD"
	echo things/thing-1/news >asked
	await grep -q subscribed daemon.log
}
# runs_over CERTIFICATE: the daemon's session
runs_over() {
	[ "$(sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT certificate || live FROM session WHERE thing = 'thing-1'")" = "${1}1" ]
}
# still_heard: the daemon is the one of the beginning,
# and the component hears what is published now
still_heard() {
	[ ! -e restarts ]
	[ "$(cat pid)" = "$FIRST" ]
	kill -0 "$FIRST"
	await hears
}
hears() {
	mosquitto_pub -h localhost -p "$(cat "$LAB/port")" --cafile "$HOME_DIR/ca/ca.pem" \
		--cert "$T/certificate.pem" --key "$T/private.key" \
		-i 'thing-1#news' -q 1 -t things/thing-1/news -m still
	grep -q 'message things/thing-1/news still' daemon.log
}

@test "lite: the daemon connects anew over the new pair, and components still receive messages" {
	start_nucleus
	rotate_job j1
	run -0 --separate-stderr rotate.sh once
	await runs_over "$(certificate_id)"
	still_heard
	assert_rotated j1
	[ "$(grep -c 'connect anew' <<<"$stderr")" -eq 1 ]
}

@test "lite: in a rollback the daemon connects anew over the old pair, and components still receive messages" {
	start_nucleus
	wrapped gr-commit 'for ((n = 0; n < 600; n++)); do
			[ "$(sqlite3 '"$HOME_DIR/shared/registry.db"' "SELECT certificate <> '"'$OLD'"' AND live FROM session")" != 1 ] || break
			sleep 0.05
		done
		echo "gr-commit: j1: rejected: no" >&2; exit 1'
	rotate_job j1
	run -1 --separate-stderr fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	await runs_over "$OLD"
	still_heard
	assert_unchanged
	[ "$(grep -c 'connect anew' <<<"$stderr")" -eq 2 ]
}

@test "lite: several rotations one after the other never restart the daemon" {
	start_nucleus
	for n in 1 2 3; do
		keep_old_pair
		rotate_job "j$n"
		run -0 rotate.sh once
		assert_rotated "j$n"
		await runs_over "$(certificate_id)"
	done
	still_heard
}

@test "lite: a daemon that connects anew over its old pair is restarted after all" {
	start_nucleus -s
	setting requestTimeoutSeconds 3
	rotate_job j1
	run -0 --separate-stderr rotate.sh once
	[ "$(wc -l <restarts)" -eq 1 ]
	[[ $stderr == *'connected anew, but not over the new certificate'* ]]
	await runs_over "$(certificate_id)"
	assert_rotated j1
}

@test "lite: a daemon that does not connect anew is restarted; commit does not take us for it" {
	start_nucleus
	setting requestTimeoutSeconds 3
	kill -STOP "$FIRST"
	rotate_job j1
	run -0 rotate.sh once
	[ "$(wc -l <restarts)" -eq 1 ]
	await runs_over "$(certificate_id)"
	assert_rotated j1
}

@test "lite: where the session may not be taken over the daemon is restarted at once" {
	start_nucleus
	wrapped gr-probe '[ "$1" != --take-over ] || exit 1; exec "$REAL" "$@"'
	rotate_job j1
	run -0 --separate-stderr fake/rotate.sh once
	[ "$(wc -l <restarts)" -eq 1 ]
	[[ $stderr != *'connect anew'* ]]
	assert_rotated j1
}

@test "lite: a driver that is killed as it takes the session over comes to the same end" {
	start_nucleus
	wrapped gr-probe '[ "$1" = --take-over ] && [ ! -e killed ] || exec "$REAL" "$@"
		touch killed; "$REAL" "$@"; '"$ROOT/test/tools/kill_driver $GR_STATE"
	rotate_job j1
	fake/rotate.sh once 3>&- 2>log || [ $? -eq 137 ]
	[ -e killed ]
	await fake/rotate.sh once
	await runs_over "$(certificate_id)"
	still_heard
	assert_rotated j1
}

@test "lite: a rollback by the watchdog makes the daemon connect anew as well" {
	start_nucleus
	setting trialSeconds 5
	wrapped gr-commit "$ROOT/test/tools/kill_driver $GR_STATE; exit 111"
	rotate_job j1
	fake/rotate.sh once 3>&- 2>log || [ $? -eq 137 ]
	[ "$(certificate_id)" != "$OLD" ]
	await recovered
	await runs_over "$OLD"
	still_heard
}
recovered() {
	rotate.sh recover
	[ "$(certificate_id)" = "$OLD" ]
}
