# SPDX-License-Identifier: Apache-2.0
# Jobs of other agents wait in front of a rotation, however many.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	load ../lib/helper
	lab.sh up -n 8 -a ECDSA-P256 "$BATS_FILE_TMPDIR/lab" >/dev/null 3>&-
}
teardown_file() {
	load ../lib/helper
	lab.sh down "$BATS_FILE_TMPDIR/lab"
}
setup() {
	LAB=$BATS_FILE_TMPDIR/lab HOME_DIR=$BATS_FILE_TMPDIR/lab/home
	as "thing-$BATS_TEST_NUMBER"
	J=front-$BATS_TEST_NUMBER
	printf '{"operation":"reboot"}' >reboot.json
}

# others FIRST LAST: jobs of another agent
others() {
	local n
	for n in $(seq "$1" "$2"); do rotate_job "$J-o$n" -d reboot.json; done
}
# under_way N: the other agent has begun with the first N of them
under_way() {
	local n
	for n in $(seq 1 "$1"); do gr-jobs-client update "$J-o$n" IN_PROGRESS >/dev/null; done
}
next_is() {
	run -0 --separate-stderr gr-jobs-client next "${@:2}"
	[ "${lines[0]}" = "jobId=$1" ]
	[ -z "$stderr" ]
}
# listed FILTER: of what the service lists
listed() { gr-jobs-client pending --json | jq -e "$1" >/dev/null; }

@test "jobs in front: a rotation behind 6, 30 and 300 jobs of other agents is found" {
	last=0
	for n in 6 30 300; do
		keep_old_pair
		others $((last + 1)) "$n"
		last=$n
		rotate_job "$J-$n"
		run -0 rotate.sh once
		assert_rotated "$J-$n"
	done
}

@test "jobs in front: it is found over a session of the program's own as well" {
	others 1 30
	rotate_job "$J"
	next_is "$J"
	others 31 300
	next_is "$J"
}

@test "jobs in front: a rotation behind jobs that other agents have started is found" {
	others 1 14
	under_way 6
	rotate_job "$J"
	next_is "$J"
	gr-jobs-client start >started
	grep -qx "jobId=$J-o1" started
	for n in {7..14}; do gr-jobs-client update "$J-o$n" IN_PROGRESS >/dev/null; done
	next_is "$J"
	next_is "$J" --queued
	keep_old_pair
	run -0 rotate.sh once
	assert_rotated "$J"
}

@test "jobs in front: a rotation created while the device waits behind 30 jobs is found" {
	others 1 30
	rotate.sh run 3>&- 2>log &
	driver=$!
	keep_old_pair
	rotate_job "$J"
	gr-jobs watch -H "$HOME_DIR" -w 60 "$J" >/dev/null
	await is_idle
	kill "$driver"
	wait "$driver" || :
	assert_rotated "$J"
}

@test "jobs in front: our service's list has ten entries, the first rotations of each kind among them" {
	others 1 12
	listed '(.queuedJobs | length) == 10 and .certificateRotator.rotationsListed'
	rotate_job "$J-r1"
	rotate_job "$J-r2"
	listed ".queuedJobs | length == 10 and .[9].jobId == \"$J-r1\" and .[8].jobId == \"$J-o9\""
	under_way 11
	listed "(.inProgressJobs | length) == 9 and [.queuedJobs[].jobId] == [\"$J-r1\"]"
	gr-jobs-client update "$J-r2" IN_PROGRESS >/dev/null
	listed ".inProgressJobs[8].jobId == \"$J-r2\" and [.queuedJobs[].jobId] == [\"$J-r1\"]"
	next_is "$J-r2"
	next_is "$J-r1" --queued
}

@test "jobs in front: a list that is not full is not reported as full" {
	others 1 3
	rotate_job "$J"
	listed '(.queuedJobs | length) == 4 and (has("certificateRotator") | not)'
}

@test "jobs in front: a device that asks for a rotation gets the name of the one that waits" {
	others 1 12
	rotate_job "$J"
	run -0 gr-request
	[ "$output" = "$J" ]
}
