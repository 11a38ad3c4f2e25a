# SPDX-License-Identifier: Apache-2.0
# units.bats - what a permanent installation has: units of systemd, and the same for another init

bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

setup_file() {
	make -s -C "$ROOT" install PREFIX="$BATS_FILE_TMPDIR/root" DESTDIR= >/dev/null
}
setup() {
	INSTALLED=$BATS_FILE_TMPDIR/root
	UNITS=$INSTALLED/lib/systemd/system
}
teardown() { down; }

@test "units: systemd-analyze finds no fault in them" {
	[ "$(ls "$UNITS" | xargs)" = 'gr-audit.service gr-audit.timer gr-backendd.service gr-notifier.service gr-recover.service gr-rotate.service gr-signer.service gr-watchdog.service gr-watchdog.timer' ]
	run -0 env SYSTEMD_UNIT_PATH="$UNITS:" systemd-analyze verify --man=no \
		--recursive-errors=no "$UNITS"/*
	[ -z "$output" ]
	# It would have said something.
	sed 's/gr-rotate recover/gr-nothing/' "$UNITS/gr-recover.service" >bad.service
	run -1 systemd-analyze verify --man=no --recursive-errors=no "$PWD/bad.service"
}

# exposure UNIT: systemd's score of it, from 0 (shut) to 10 (open)
exposure() {
	systemd-analyze security --offline=true --no-pager "$UNITS/$1" |
		sed -n 's/^.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p'
}

@test "units: those of a device are exposed by less than 5, and hide no file, device or memory that a rotation may need" {
	for unit in gr-rotate gr-recover gr-watchdog; do
		score=$(exposure "$unit.service")
		awk -v score="$score" 'BEGIN { exit !(score > 0 && score < 5) }' || {
			echo "$unit: $score" >&2
			return 1
		}
		# ProtectClock would shut all devices but clocks.
		run -1 grep -E '^(ProtectSystem|ProtectHome|PrivateTmp|PrivateDevices|ProtectClock|DeviceAllow|MemoryDenyWriteExecute|PrivateUsers|PrivateNetwork)=' \
			"$UNITS/$unit.service"
		grep -qx LimitCORE=0 "$UNITS/$unit.service"
	done
	for unit in gr-recover gr-watchdog; do
		diff <(sed -n '/^# Nothing here/,/^UMask/p' "$UNITS/gr-rotate.service") \
			<(sed -n '/^# Nothing here/,/^UMask/p' "$UNITS/$unit.service")
	done
}

@test "units: those of the backend are exposed by less than 1.5, have no network and may write in their own folder alone" {
	for unit in gr-backendd gr-audit gr-signer gr-notifier; do
		score=$(exposure "$unit.service")
		awk -v score="$score" 'BEGIN { exit !(score > 0 && score < 1.5) }' || {
			echo "$unit: $score" >&2
			return 1
		}
		for line in ProtectSystem=strict PrivateNetwork=yes NoNewPrivileges=yes \
			CapabilityBoundingSet= LimitCORE=0; do
			grep -qx "$line" "$UNITS/$unit.service"
		done
		[ "$(grep -c ^ReadWritePaths= "$UNITS/$unit.service")" -eq 1 ]
	done
	# A user each, but for the audit, which is an operator's program.
	[ "$(sed -n 's/^User=//p' "$UNITS"/gr-{backendd,signer,notifier}.service |
		sort | xargs)" = 'gr gr-notify gr-signer' ]
}

@test "units: recovery goes before the runtimes and the driver, nobody requires it, and its time is limited" {
	for unit in greengrass.service greengrass-lite.target ggl.core.iotcored.service \
		gr-rotate.service; do
		grep -qE "^Before=(.* )?$unit( |\$)" "$UNITS/gr-recover.service"
	done
	for unit in gr-recover gr-watchdog; do
		grep -q '^TimeoutStartSec=' "$UNITS/$unit.service"
		grep -q '^Type=oneshot' "$UNITS/$unit.service"
	done
	run -1 grep -rE '^(Requires|Requisite|BindsTo|PartOf|RequiredBy|Upholds)=' "$UNITS"
	# The watchdog waits for nobody, at boot and later.
	run -1 grep -E '^(After|Wants|Conflicts)=' "$UNITS/gr-watchdog.service" \
		"$UNITS/gr-recover.service"
	grep -q '^OnUnitInactiveSec=1min' "$UNITS/gr-watchdog.timer"
}

@test "units: they go to UNITDIR when it is given, and uninstall removes them" {
	make -s -C "$ROOT" install PREFIX=/usr UNITDIR=/units DESTDIR="$PWD/x" >/dev/null
	[ -e x/units/gr-watchdog.timer ]
	grep -qx 'ExecStart=/usr/bin/gr-rotate recover' x/units/gr-watchdog.service
	make -s -C "$ROOT" uninstall PREFIX=/usr UNITDIR=/units DESTDIR="$PWD/x" >/dev/null
	[ -z "$(find x ! -type d)" ]
	run -2 make -s -C "$ROOT" install UNITDIR='/a b' DESTDIR="$PWD/x"
}

# runs COMMAND...: as a service manager would, with nothing but our two variables;
# there is a heartbeat afterwards.
runs() {
	rm -f "$GR_STATE/heartbeat"
	env -i PATH=/usr/bin:/bin GR_CONF="$GR_CONF" GR_STATE="$GR_STATE" \
		${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} "$@"
	[ -e "$GR_STATE/heartbeat" ]
}

@test "units: the programs that they start work from where they are installed" {
	lab
	as thing-1
	for unit in gr-recover gr-watchdog; do
		runs sh -c "$(sed -n 's/^ExecStart=//p' "$UNITS/$unit.service")"
	done
	[ -x "$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$UNITS/gr-backendd.service")" ]
	keep_old_pair
	rotate_job j1
	env -i PATH=/usr/bin:/bin GR_CONF="$GR_CONF" GR_STATE="$GR_STATE" \
		sh -c "exec $(sed -n 's/^ExecStart=//p' "$UNITS/gr-rotate.service")" 3>&- 2>log &
	driver=$!
	await eval '[ "$(status_of j1)" = SUCCEEDED ] && is_idle'
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
	grep -q '^SuccessExitStatus=143' "$UNITS/gr-rotate.service"
	assert_rotated j1
}

@test "init: the line for cron runs the watchdog" {
	lab
	as thing-1
	grep -v '^#' "$INSTALLED/share/gr/init/gr.cron" >line
	[ "$(wc -l <line)" -eq 1 ]
	read -r minute hour day month weekday user command <line
	[ "$minute $hour $day $month $weekday $user" = '* * * * * root' ]
	runs sh -c "$command"
}

@test "init: the script runs recovery at boot, and the boot goes on whatever the result" {
	lab
	as thing-1
	script=$INSTALLED/share/gr/init/gr-recover
	[ -x "$script" ]
	runs "$script" start
	run -0 "$script" stop
	run -2 "$script" nonsense
	setting watchdog nonsense=1
	echo nonsense >>"$GR_CONF"
	run -0 --separate-stderr "$script" start
	[[ $stderr == *'gr-recover: ended with status 100; the device starts all the same' ]]
	sed -n '/BEGIN INIT INFO/,/END INIT INFO/p' "$script" |
		grep -q '^# X-Start-Before: *greengrass'
}
