# SPDX-License-Identifier: Apache-2.0
# Every message of a rotation gets lost, or comes twice, in either direction; the job succeeds all
# the same. The other faults on the way between device and backend: test/fault/messages-run.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/fleet

setup_file() {
	load ../lib/helper
	load ../lib/device
	load ../lib/fleet
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	make -s -C "$ROOT" fault-tools 3>&-
	fleet "$BATS_FILE_TMPDIR/lab" -n 5
}
teardown_file() {
	load ../lib/helper
	load ../lib/device
	load ../lib/fleet
	fleet_stop "$BATS_FILE_TMPDIR/lab"
	lab.sh down "$BATS_FILE_TMPDIR/lab"
}
setup() {
	LAB=$BATS_FILE_TMPDIR/lab HOME_DIR=$BATS_FILE_TMPDIR/lab/home
}
teardown() { cat work-*.log 2>/dev/null || :; }

@test "messages: a rotation succeeds though every message arrives twice" {
	thing thing-5
	drive
	clean_rotation	# the first one takes the plain files over
	new_job
	mark
	rotation "$JOB"
	messages >"$BATS_FILE_TMPDIR/points"
	[ "$(wc -l <"$BATS_FILE_TMPDIR/points")" -gt 20 ]
	new_job
	mark
	mishap 'each * double'
	rotation "$JOB"
	[ "$(traced | grep -c ' double$')" -ge "$(wc -l <"$BATS_FILE_TMPDIR/points")" ]
	ended_as "$JOB" SUCCEEDED
	healthy
	clean_rotation
	park
}

@test "messages: a rotation succeeds though each message is lost once" {
	cp "$BATS_FILE_TMPDIR/points" points
	crew 4 here struck drop
	echo "points tried: $(wc -l <points), survived: all" >&3
}
