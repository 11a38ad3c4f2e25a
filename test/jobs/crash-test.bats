# SPDX-License-Identifier: Apache-2.0
# A job under kill -9, in short; `make crash-test` is the long form.
bats_require_minimum_version 1.5.0
load ../lib/helper

@test "crash-test: daemon and broker are killed at random during a job; it finishes, nothing twice, nothing lost" {
	TMPDIR=$BATS_TEST_TMPDIR run -0 "$ROOT/test/jobs/crash-test" -n 4 -p 4 -k 8
	[[ ${lines[-1]} == 'crash-test: 4 things, '*': nothing twice, nothing lost' ]]
	rm -rf "$BATS_TEST_TMPDIR"/gr-crash-test.*
}
