# SPDX-License-Identifier: Apache-2.0
# A test that never ends ends all the same: the run says which it was, and goes on with the others.

load ../lib/helper

# run_of TESTS: a run of its own, in which two seconds are too long.
# (No test of this file begins a line with @test but its own.)
run_of() {
	printf "$1" >x.bats
	HUNG=2 run env -u BATS_TEST_NUMBER "$ROOT/test/run" "$PWD/x.bats"
	[[ "$output" == *'hung: these are older than 2 seconds, and are killed:'* ]]
}

@test "hung: a test that never ends is named, killed and counted as failed; the others are run" {
	run_of '@test "waits for ever" { mkfifo "$BATS_TEST_TMPDIR/f"; exec 5>"$BATS_TEST_TMPDIR/f"; }\n@test "is well" { true; }\n'
	[[ "$output" == *'waits_for_ever'*'wait_for_partner'* ]]
	[ "${lines[-1]}" = '1 passed, 1 failed' ]
}

@test "hung: processes of the test are killed, those of setup_file are not" {
	run_of 'setup_file() { sleep 600 3>&- & served=$!; export served; }\n@test "waits" { sleep 601; }\n@test "is served" { kill "$served"; }\n'
	[[ "$output" == *'sleep 601'* ]]
	[[ "$output" != *'sleep 600'* ]]
	[ "${lines[-1]}" = '1 passed, 1 failed' ]
}
