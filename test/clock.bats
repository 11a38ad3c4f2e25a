bats_require_minimum_version 1.5.0
load lib/helper
load lib/device

# A device whose wall clock is wrong: 1970 after a boot without a battery, decades ahead, jumping under a running driver.
# It cannot verify the broker until the clock is right, so it waits; nothing is lost, and no trial gets shorter.

PHASES='updating-job creating-certificate trial committing reporting rolling-back failing'
AHEAD=$((40 * 365 * 86400))

setup_file() {
	gcc -shared -fPIC -O1 -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/test/unit/clock.c"
}
setup() {
	lab -n 7
	wrapped gr-journal '"$REAL" "$@" || exit; case "$* " in *"phase=$AT "*) '"$PWD"'/at_phase ;; esac'
	wrapped gr-commit '[ -z "${REFUSED:-}" ] || { echo "gr-commit: refused" >&2; exit 1; }; exec "$REAL" "$@"'
	REACHED='kill -9 "$(cut -d " " -f 1 "$GR_STATE/lock")"'
}
teardown() { down; }

# at_phase COMMAND: what happens when a driver of fake/ has written the phase $AT
at_phase() {
	printf '#!/bin/sh\n%s\n' "$1" >at_phase
	chmod +x at_phase
}
# wrongly COMMAND...: by a wall clock that is wrong by what stands in $WRONG_CLOCK; for run, or in the background
wrongly() {
	exec env LD_PRELOAD="$BATS_FILE_TMPDIR/clock.so" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@"
}
boot_seconds() { cut -d . -f 1 /proc/uptime; }

# device N PHASE: the thing whose rotation gets there, and how it will end; a trial of 300 s
device() {
	as "thing-$1"
	setting trialSeconds 300
	mkdir -p "$1"
	cd "$1" || return
	keep_old_pair
	export AT=$2 WRONG_CLOCK=$PWD/wrong REFUSED=
	case $2 in
	rolling-back | failing) REFUSED=1 ENDS=1 ;;
	*) ENDS=0 ;;
	esac
	rotate_job "job-$1"
}
# ended N: as it would have with a clock that is right
ended() {
	if [ "$ENDS" -eq 0 ]; then
		assert_rotated "job-$1"
	else
		[ "$(status_of "job-$1")" = FAILED ]
		assert_unchanged
	fi
}
names_clock() { [ "$(grep -c "does not hold at the time of our clock, $1.*; is the clock right?" log)" -ge 2 ]; }

# Each phase with a thing of its own, side by side; of one that fails the step is shown.
in_each_phase() {
	local n=0 failed=''
	local -A pids
	for phase in $PHASES; do
		n=$((n + 1))
		(trap 'echo "$phase, line $LINENO: $BASH_COMMAND" >&2' ERR; "$1" "$n" "$phase") 3>&- >"out.$n" 2>&1 &
		pids[$n]=$!
	done
	for n in "${!pids[@]}"; do
		wait "${pids[$n]}" || { failed=1; cat "out.$n" >&2; }
	done
	[ -z "$failed" ]
}

@test "clock: one line names it, with its time and the reason; that is no refusal" {
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
	device "$@"
	rotate() { "$PWD/../fake/rotate.sh" once 2>before.log; }
	rotate || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = "$2" ]
	[ "$2" = updating-job ] || left=$(gr-journal left)
	begun=$(boot_seconds)
	echo -"$(date +%s)" >wrong
	AT='' wrongly rotate.sh run 2>log &
	until_true names_clock 1970-01-01T
	pair_matches
	case $2 in
	rolling-back) [ "$(gr-journal get phase)" = failing ] ;;
	*) [ "$(gr-journal get phase)" = "$2" ] ;;
	esac
	[ "$2" = updating-job ] || [ "$(gr-journal left)" -ge $((left - ($(boot_seconds) - begun) - 2)) ]
	kill $!
	wait $! || [ $? -eq 143 ]
	run "-$ENDS" rotate.sh once
	ended "$1"
}

@test "clock: W26 a boot into 1970, in each phase: the device waits, then the rotation ends as it would have" {
	at_phase "$REACHED"
	in_each_phase booted_into_1970
}

jumps_ahead() {
	local driver
	device "$@"
	wrongly "$PWD/../fake/rotate.sh" once 2>log &
	driver=$!
	# Where the session was up already the driver may come to its end without a look at the clock.
	until_true eval 'names_clock 20 || ! kill -0 $driver 2>/dev/null'
	pair_matches
	rm -f wrong
	rc=0
	wait "$driver" || rc=$?
	[ "$rc" -eq "$ENDS" ]
	ended "$1"
}

@test "clock: W26 a jump by 40 years under a running driver, in each phase: the same" {
	at_phase "[ -e wrong.once ] || echo $AHEAD >\"\$WRONG_CLOCK\"; : >wrong.once"
	in_each_phase jumps_ahead
	# Some did look.
	grep -l 'is the clock right' [1-7]/log | grep -q .
}

@test "clock: recover goes by the time since boot alone" {
	at_phase "$REACHED"
	device 1 committing
	../fake/rotate.sh once 2>log || [ $? -eq 137 ]
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
	ended 1
}
