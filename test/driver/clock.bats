# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/phases

# A device whose wall clock is wrong: 1970 after a boot without a battery, decades ahead, jumping
# under a running driver. It cannot verify the broker until the clock is right, so it waits;
# nothing is lost, and no trial gets shorter.

AHEAD=$((40 * 365 * 86400))

setup_file() {
	gcc -shared -fPIC -O1 -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/test/tools/clock.c"
}
setup() {
	phases_lab
	REACHED='"$ROOT/test/tools/kill_driver"'
}
teardown() { down; }

# wrongly COMMAND...: by a wall clock that is wrong by what stands in $WRONG_CLOCK;
# for run, or in the background
wrongly() {
	exec env LD_PRELOAD="$BATS_FILE_TMPDIR/clock.so" \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@"
}
# slow_device N PHASE: a trial of 300 s, and a place for the wrong clock
slow_device() {
	device_at "$@"
	setting trialSeconds 300
	export WRONG_CLOCK=$PWD/wrong
}
# ended: as it would have with a clock that is right
ended() {
	if [ "$ENDS" -eq 0 ]; then
		assert_rotated "$JOB"
	else
		[ "$(status_of "$JOB")" = FAILED ]
		assert_unchanged
	fi
}
names_clock() {
	[ "$(grep -c "does not hold at the time of our clock, $1.*; is the clock right?" \
		log)" -ge 2 ]
}

@test "clock: a wrong clock is named in one line with its time and the reason, and is no verdict" {
	as thing-1
	export WRONG_CLOCK=$PWD/wrong
	echo -"$(date +%s)" >wrong
	run -111 --separate-stderr wrongly gr-probe
	[[ $stderr =~ ^'gr-probe: localhost:'[0-9]+": the server's certificate does not hold at the time of our clock, 1970-01-01T00:0"[0-9:]+'Z: certificate is not yet valid; is the clock right?'$ ]]
	echo $AHEAD >wrong
	run -111 --separate-stderr wrongly gr-probe
	[[ $stderr == *': certificate has expired; is the clock right?' ]]
	rm wrong
	run -0 wrongly gr-probe
}

booted_into_1970() {
	local left begun
	slow_device "$@"
	"$FAKE/rotate.sh" once 2>before.log || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = "$2" ]
	begun=$(boot_seconds)
	[ "$2" = updating-job ] || left=$(gr-journal left)
	echo -"$(date +%s)" >wrong
	AT='' wrongly rotate.sh run 2>log &
	await names_clock 1970-01-01T
	pair_matches
	case $2 in
	rolling-back) [ "$(gr-journal get phase)" = failing ] ;;
	*) [ "$(gr-journal get phase)" = "$2" ] ;;
	esac
	[ "$2" = updating-job ] ||
		[ "$(gr-journal left)" -ge $((left - ($(boot_seconds) - begun) - 2)) ]
	kill $!
	wait $! || [ $? -eq 143 ]
	run "-$ENDS" rotate.sh once
	ended
}

@test "clock: after a boot into 1970, in each phase, the device waits, and the rotation ends as it would have" {
	at_phase "$REACHED"
	in_each_phase booted_into_1970
}

jumps_ahead() {
	local driver
	slow_device "$@"
	wrongly "$FAKE/rotate.sh" once 2>log &
	driver=$!
	# Where the session was up already the driver may come to its end without a look
	# at the clock.
	await eval 'names_clock 20 || ! kill -0 $driver 2>/dev/null'
	pair_matches
	rm -f wrong
	rc=0
	wait "$driver" || rc=$?
	[ "$rc" -eq "$ENDS" ]
	ended
}

@test "clock: after a jump by 40 years under a running driver, in each phase, the rotation ends as it would have" {
	at_phase "[ -e wrong.once ] || echo $AHEAD >\"\$WRONG_CLOCK\"; : >wrong.once"
	in_each_phase jumps_ahead
	# Some did look.
	grep -l 'is the clock right' [1-7]/log | grep -q .
}

@test "clock: recover measures the time since boot alone" {
	at_phase "$REACHED"
	slow_device 1 committing
	"$FAKE/rotate.sh" once 2>log || [ $? -eq 137 ]
	new=$(certificate_id)
	[ "$new" != "$OLD" ]
	for by in -"$(date +%s)" $AHEAD; do
		echo "$by" >wrong
		run -0 wrongly rotate.sh recover
		[ "$(certificate_id)" = "$new" ]
	done
	gr-journal arm 0
	echo -"$(date +%s)" >wrong
	run -0 wrongly rotate.sh recover
	[ "$(certificate_id)" = "$OLD" ]
	rm wrong
	run -1 rotate.sh once
	REFUSED=1 ENDS=1
	ended
}
