# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# The dead man's switch: its heartbeat, no trial without one,
# and what it does when nobody else is left.

setup() {
	one_device
	setting watchdog on
	setting watchdogSeconds 60
	BEAT=$GR_STATE/heartbeat
}

# beat VERSION BOOT-ID SECONDS STORE: as another watchdog would leave it
beat() {
	mkdir -p "$GR_STATE"
	printf '%s %s %s %s\n' "$@" >"$BEAT"
}
BOOT=$(cat /proc/sys/kernel/random/boot_id)
is_overdue() { ! gr-journal left >/dev/null; }
# pass_deadline: as if the trial's time had gone by
pass_deadline() { put_into_journal trialUntil=1 && is_overdue; }

# A runtime as the hook sees it: "instance" changes with every restart,
# "uses" is the certificate that it started on.
write_hook() {
	cat >hook <<-END
		#!/bin/sh
		cd $PWD
		case \$1 in
		ready) [ ! -e deploying ] || exit 111 ;;
		instance) cat instance ;;
		restart)
			echo restart >>restarts
			${1:-date +%s%N >instance}
			openssl x509 -in $T/certificate.pem -outform DER | openssl dgst -sha256 | sed 's/.*= //' >uses
			;;
		esac
	END
	chmod +x hook
	echo first >instance
	echo "$OLD" >uses
	: >restarts
	setting restartHook "$PWD/hook"
}

# die_on_trial: a driver that is gone for good after it has switched
die_on_trial() {
	setting trialSeconds 300
	setting watchdog off
	wrapped gr-commit '"$ROOT/test/tools/kill_driver"; exit 111'
	rotate_job j1
	fake/rotate.sh once 2>trial.log || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = committing ]
	[ "$(certificate_id)" != "$OLD" ]
}

# --- the heartbeat -------------------------------------------------------------------------------

@test "heartbeat: recover writes journal version, boot, seconds since boot and store; the driver's own recover does not" {
	run -0 rotate.sh once
	[ ! -e "$BEAT" ]
	run -0 rotate.sh recover
	[ -z "$output" ]
	read -r version boot at store <"$BEAT"
	[ "$version" = 1 ]
	[ "$boot" = "$BOOT" ]
	[ "$at" -le "$(boot_seconds)" ] && [ "$at" -gt $(($(boot_seconds) - 60)) ]
	[ "$store" = "$T/.gr/private.key" ]
	[ "$(stat -c %a "$BEAT")" = 600 ]
	run -0 --separate-stderr gr-journal watched
	[ -z "$output$stderr" ]
}

@test "heartbeat: recover writes it before the first rotation, and beside a driver at work, too" {
	run -0 rotate.sh recover
	run -0 gr-journal watched
	rm "$BEAT"
	rotate.sh run 3>&- 2>log &
	driver=$!
	await grep -q "^$driver " "$GR_STATE/lock"
	run -0 rotate.sh recover
	[ -e "$BEAT" ]
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
}

@test "heartbeat: what a recover that was killed had begun to write is removed by the next one" {
	rotate.sh recover
	true &
	wait $!
	touch "$GR_STATE/.heartbeat.$!.tmp" "$GR_STATE/.heartbeat.$$.tmp"
	run -0 rotate.sh recover
	[ "$(find "$GR_STATE" -name '.heartbeat.*' -printf '%f\n')" = ".heartbeat.$$.tmp" ]
}

@test "heartbeat: a recover that fails writes none" {
	gr-install-cert adopt
	rm "$T/.gr/private.key/live"
	mkdir "$T/.gr/private.key/live"
	run -100 rotate.sh recover
	[ ! -e "$BEAT" ]
}

# says WHY: gr-journal watched says no, and this one line
says() {
	run -1 --separate-stderr gr-journal watched
	[ -z "$output" ]
	[ "$stderr" = "gr-journal: watchdog: $1" ] || { echo "$stderr" >&2; return 1; }
}

@test "watched: the answer is no, with the reason, for a heartbeat that is missing, old, of another boot or store, or malformed" {
	says "nothing runs gr-rotate recover on this device ($BEAT is not there); turn gr-watchdog.timer on"
	beat 1 00000000-0000-0000-0000-000000000000 "$(boot_seconds)" "$T/.gr/private.key"
	says 'gr-rotate recover has not run since this device booted; is gr-watchdog.timer on?'
	setting watchdogSeconds 1
	at=$(($(boot_seconds) - 2))
	beat 1 "$BOOT" "$at" "$T/.gr/private.key"
	run -1 --separate-stderr gr-journal watched
	[[ $stderr =~ ^'gr-journal: watchdog: gr-rotate recover ran '[0-9]+' s ago, watchdogSeconds allows 1; is gr-watchdog.timer on?'$ ]]
	setting watchdogSeconds 60
	beat 0 "$BOOT" "$(boot_seconds)" "$T/.gr/private.key"
	says 'it reads journals up to version 0, ours have version 1; update what runs gr-rotate recover'
	beat 1 "$BOOT" "$(boot_seconds)" /elsewhere/.gr/private.key
	says "it looks after /elsewhere/.gr/private.key, not after $T/.gr/private.key; give it the same configuration"
	beat 2 "$BOOT" "$(boot_seconds)" "$T/.gr/private.key"
	run -0 gr-journal watched
	for junk in '' x "1 $BOOT" "1 $BOOT x y" "$(head -c 9000 /dev/zero | tr '\0' x)"; do
		printf %s "$junk" >"$BEAT"
		run -1 gr-journal watched
	done
}

@test "watched: settings that make no sense are refused" {
	setting watchdog maybe
	run -100 --separate-stderr rotate.sh check-config
	[ "$stderr" = 'gr-config: watchdog: maybe: neither on nor off' ]
	setting watchdog on
	setting watchdogSeconds 0
	run -100 --separate-stderr rotate.sh check-config
	[ "$stderr" = 'gr-config: watchdogSeconds: 0: use 1 or more' ]
}

# --- no trial without one ------------------------------------------------------------------------

@test "watchdog: without one no trial begins: the job fails with the reason; nothing has changed" {
	write_hook
	rotate_job j1
	run -1 --separate-stderr rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[ "$(reason_of j1)" = "watchdog: nothing runs gr-rotate recover on this device ($BEAT is not there); turn gr-watchdog.timer on" ]
	[[ $stderr != *'new key made'* ]]
	[ "$(gr-registry history -H "$HOME_DIR" -j thing-1)" = '[]' ]
	[ ! -s restarts ]
	assert_unchanged
	rotate.sh recover
	rotate_job j2
	run -0 --separate-stderr rotate.sh once
	[[ $stderr != *warning* ]]
	assert_rotated j2
}

@test "watchdog: one that is only late is waited for" {
	setting refusalWindowSeconds 60
	rotate_job j1
	rotate.sh once 3>&- 2>log &
	driver=$!
	await grep -q 'in progress' log
	rotate.sh recover
	wait "$driver"
	assert_rotated j1
}

@test "watchdog: one that ends while activation waits for a deployment prevents the switch" {
	write_hook
	touch deploying
	rotate.sh recover
	rotate_job j1
	rotate.sh once 3>&- 2>log &
	driver=$!
	await grep -q 'activation waits' log
	rm "$BEAT" deploying
	wait "$driver" || [ $? -eq 1 ]
	[ "$(status_of j1)" = FAILED ]
	[[ $(reason_of j1) == 'watchdog: nothing runs'* ]]
	assert_unchanged
}

@test "watchdog: with watchdog = off there is one warning at each rotation" {
	setting watchdog off
	for n in 1 2; do
		keep_old_pair
		rotate_job "j$n"
		run -0 --separate-stderr rotate.sh once
		[ "$(grep -c 'warning: watchdog is off' <<<"$stderr")" -eq 1 ]
		assert_rotated "j$n"
	done
}

# --- what it does --------------------------------------------------------------------------------

@test "watchdog: when the driver is gone for good, recover rolls back past the deadline and restarts the runtime itself" {
	write_hook
	die_on_trial
	[ "$(cat uses)" != "$OLD" ]
	pass_deadline
	run -0 rotate.sh recover
	[ "$(certificate_id)" = "$OLD" ]
	pair_matches
	[ "$(cat uses)" = "$OLD" ]
	[ "$(wc -l <restarts)" -eq 2 ]
	# It is asked for no more once the runtime is another one.
	run -0 rotate.sh recover
	run -0 rotate.sh recover
	[ "$(wc -l <restarts)" -eq 2 ]
	[ -z "$(gr-journal get restartInstance)" ]
	# The report is the driver's, should there be one again.
	[ "$(status_of j1)" = IN_PROGRESS ]
	run -1 rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[ "$(reason_of j1)" = "the trial's deadline passed" ]
	[ "$(wc -l <restarts)" -eq 2 ]
	assert_unchanged
}

@test "watchdog: before the deadline recover leaves the trial alone" {
	write_hook
	die_on_trial
	new=$(certificate_id)
	run -0 rotate.sh recover
	[ "$(certificate_id)" = "$new" ]
	[ "$(gr-journal get phase)" = committing ]
	run -0 rotate.sh once
	assert_rotated j1
}

@test "watchdog: a runtime that does not restart is asked again with growing delay, never in between" {
	write_hook :
	die_on_trial
	pass_deadline
	run -0 rotate.sh recover
	[ "$(certificate_id)" = "$OLD" ]
	n=$(wc -l <restarts)
	delay=5
	for _ in 1 2 3 4; do
		# It is not to go by as this looks, however slow the machine is.
		gr-journal put restartAt=$(($(boot_seconds) + 600))
		run -0 rotate.sh recover
		[ "$(wc -l <restarts)" -eq "$n" ]
		gr-journal put restartAt=1
		asked=$(boot_seconds)
		run -0 rotate.sh recover
		n=$((n + 1))
		[ "$(wc -l <restarts)" -eq "$n" ]
		delay=$((delay * 2))
		at=$(gr-journal get restartAt)
		[ "$at" -ge $((asked + delay)) ] && [ "$at" -le $(($(boot_seconds) + delay)) ]
	done
	gr-journal put restartCount=19 restartAt=1
	run -0 rotate.sh recover
	gr-journal put restartAt=1
	run -0 --separate-stderr rotate.sh recover
	[[ $stderr == *'asked to restart 20 times and did not; giving up' ]]
	run -0 rotate.sh recover
	[ "$(wc -l <restarts)" -eq $((n + 1)) ]
}

@test "watchdog: a rollback that fails does not restart the runtime, and is tried again" {
	write_hook
	die_on_trial
	pass_deadline
	n=$(wc -l <restarts)
	# The rename that would make the old pair live again, and it alone, fails.
	export ASAN_OPTIONS=exitcode=86:detect_leaks=0
	for _ in 1 2 3; do
		run -111 strace -f -qq -o trace -P live -e trace=renameat \
			-e inject=renameat:error=EIO rotate.sh recover
		[[ $output == *'cannot be pointed back at 1: Input/output error'* ]]
		[ "$(wc -l <restarts)" -eq "$n" ]
		[ "$(certificate_id)" != "$OLD" ]
	done
	run -0 rotate.sh recover
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(cat uses)" = "$OLD" ]
}

@test "watchdog: a driver that hangs past its deadline is ended, and the runtime restarted" {
	write_hook
	setting trialSeconds 8
	setting watchdog off
	wrapped gr-commit 'sleep 1000'
	rotate_job j1
	setsid fake/rotate.sh once 3>&- 2>log &
	await eval '[ "$(gr-journal get phase)" = committing ]'
	await is_overdue
	run -0 rotate.sh recover
	[[ $output == *'the holder of the lock was ended: its trial is past the deadline'* ]]
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(cat uses)" = "$OLD" ]
	run -1 rotate.sh once
	assert_unchanged
}

@test "watchdog: while another process holds the lock, that process restarts the runtime, not recover" {
	write_hook
	die_on_trial
	pass_deadline
	mv hook away
	run rotate.sh recover
	mv away hook
	[ "$(certificate_id)" = "$OLD" ]
	n=$(wc -l <restarts)
	gr-journal put restartAt=1
	exec 7>>"$GR_STATE/lock"
	flock 7
	run -0 --separate-stderr rotate.sh recover
	[ -z "$output$stderr" ]
	[ "$(wc -l <restarts)" -eq "$n" ]
	exec 7>&-
	run -0 rotate.sh recover
	[ "$(wc -l <restarts)" -eq $((n + 1)) ]
}
