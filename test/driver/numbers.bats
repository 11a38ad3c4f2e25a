# SPDX-License-Identifier: Apache-2.0
# numbers.bats - a job may be tried again on a thing, with a new execution number: what belongs to
# one execution must not count for another. Each phase, its programs replaced.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/driver

setup() { driver_load; }

# numbered PHASE [KEY=VALUE...]: its rotation is the seventh try
numbered() {
	at "$1" execution=7 "${@:2}"
	IN_PROGRESS=${IN_PROGRESS/executionNumber=1/executionNumber=7}
	client
}
# another_told: the service tells of the eighth
another_told() {
	answers gr-jobs-client 0 "${IN_PROGRESS/executionNumber=7/executionNumber=8}"
}

@test "number: updating-job: IN_PROGRESS is said for ours alone, and another one is not begun" {
	numbered updating-job
	session 1
	phase
	goes creating-certificate
	called 'gr-jobs-client update .* --execution 7 -- j1 IN_PROGRESS'
	another_told
	phase
	goes idle
}
@test "number: creating-certificate: the certificate is asked for ours" {
	numbered creating-certificate
	session 1
	phase
	goes trial
	called 'gr-create -- j1 7'
}
@test "number: trial: another one ends it" {
	numbered trial
	session 2
	phase
	goes committing
	another_told
	phase
	goes rolling-back 'the job has a newer execution or is not in progress'
}
@test "number: committing: commit is for ours, and another one is no sign that it counted" {
	numbered committing
	session 2
	phase
	goes reporting
	called 'gr-commit -- j1 7 c2'
	numbered committing commit=1
	replace gr-commit 'echo "gr-commit: no" >&2; exit 1'
	phase
	goes reporting
	another_told
	phase
	goes rolling-back 'commit was refused: no'
}
@test "number: reporting: SUCCEEDED is said for ours alone, and so is commit once more" {
	numbered reporting
	session 2
	phase
	goes idle
	called 'gr-jobs-client update --execution 7 -- j1 SUCCEEDED'
	told 1 status=IN_PROGRESS code=InvalidStateTransition
	phase
	stays 111
	called 'gr-commit -- j1 7 c2'
}
@test "number: reporting: FAILED over the old pair is said for ours alone" {
	numbered reporting
	session 2 1
	session 1
	phase
	goes rolling-back 'the new certificate is no longer accepted'
	called 'gr-jobs-client update .* --execution 7 -- j1 FAILED'
}
@test "number: failing: FAILED is said for ours alone" {
	numbered failing reason=why
	session 1
	phase
	goes idle
	called 'gr-jobs-client update .* --execution 7 -- j1 FAILED'
}
@test "number: a job that cannot begin fails for the execution that was found" {
	at idle
	session 1
	IN_PROGRESS=${QUEUED/executionNumber=1/executionNumber=7}
	client
	answers gr-config 100
	phase
	[ "$status" -eq 0 ]
	called 'gr-jobs-client update .* --execution 7 -- j1 IN_PROGRESS'
	called 'gr-jobs-client update .* --execution 7 .*-- j1 FAILED'
}
