# SPDX-License-Identifier: Apache-2.0
# What the ends of executions mean for their job: abort, retry, the counts.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/jobs
load ../lib/shared-lab

setup_file() {
	lab_up -m 1000
}
setup() {
	lab_use
	G=g-$J
}
teardown() { hearers_end; }

# fleet N [OPTION...]: a job, no rotation, for N things
fleet() {
	echo '{}' >document
	things "$1" "$G"
	gr-jobs create -d document -t "thinggroup/$G" "${@:2}" "$J" >/dev/null
	await queued "$1"
}
thing_no() { printf '%s-%05d' "$G" "$1"; }
# ends FROM TO STATUS: things of these numbers report it
ends() {
	local n
	for ((n = $1; n <= $2; n++)); do reports "$(thing_no "$n")" "$J" "$3"; done
}
count_is() {
	sql_is "SELECT coalesce(sum(count), 0) FROM tally WHERE job = '$J' AND status = '$1'" "$2"
}

@test "outcome abort: at the execution that meets the criterion, and not one before" {
	fleet 20 -a 20:10:FAILED
	ends 1 2 FAILED
	ends 3 9 SUCCEEDED
	# 2 of 9: enough of them failed, but too few have ended.
	job_is IN_PROGRESS
	ends 10 10 SUCCEEDED
	job_is CANCELED
	count_is CANCELED 10
	sql_is "SELECT reason || ': ' || comment FROM job WHERE id = '$J'" \
		'ABORT_CRITERIA_MET: FAILED: 2 of 10 executions, the limit is 20.00 %'
}

@test "outcome abort: exactly at the percentage, in hundredths of it" {
	fleet 8 -a 33.34:3
	ends 1 1 FAILED
	ends 2 3 SUCCEEDED
	# 33.33 %
	job_is IN_PROGRESS
	ends 4 4 FAILED
	job_is CANCELED
}

@test "outcome abort: ALL counts FAILED, REJECTED and TIMED_OUT; a type counts itself alone" {
	fleet 10 -a 50:6:ALL -a 20:1:REJECTED -T 1
	ends 1 2 SUCCEEDED
	ends 3 3 FAILED
	ends 4 4 IN_PROGRESS
	await count_is TIMED_OUT 1
	ends 5 5 SUCCEEDED
	job_is IN_PROGRESS
	# 1 of 6 is no fifth of REJECTED, but 3 of 6 is half of ALL.
	ends 6 6 REJECTED
	job_is CANCELED
	sql_is "SELECT comment FROM job WHERE id = '$J'" \
		'ALL: 3 of 6 executions, the limit is 50.00 %'
}

@test "outcome abort: the first criterion of the list that is met gives the reason" {
	fleet 4 -a 90:2:FAILED -a 50:2:ALL
	ends 1 2 FAILED
	sql_is "SELECT comment FROM job WHERE id = '$J'" \
		'FAILED: 2 of 2 executions, the limit is 90.00 %'
}

@test "outcome abort: what waits is cancelled, what is under way goes on, nobody is reached any more" {
	things 12 "$G"
	echo '{}' >document
	gr-jobs create -d document -r 1 -a 100:1 -t "thinggroup/$G" "$J" >/dev/null
	await queued 3
	ends 2 2 IN_PROGRESS
	ends 1 1 FAILED
	job_is CANCELED
	await sql_is "SELECT waiting || done || recall FROM rollout WHERE job = '$J'" 010
	count_is QUEUED 0
	count_is IN_PROGRESS 1
	ends 2 2 SUCCEEDED
	count_is SUCCEEDED 1
	job_is CANCELED
}

@test "outcome abort: a job with more executions than one step takes back" {
	fleet 350 -a 1:1
	ends 1 1 REJECTED
	job_is CANCELED
	await count_is CANCELED 349
	await sql_is "SELECT recall FROM rollout WHERE job = '$J'" 0
}

@test "outcome abort: an execution that still waits to be taken back cannot be started any more" {
	thing_new
	other_job "$J"
	backend stop
	# The moment between an abort of a large job and the step that reaches this execution.
	sql "UPDATE job SET status = 'CANCELED'; UPDATE rollout SET recall = 2, wake = NULL"
	backend start
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS"}' InvalidStateTransition
	body_is '"CANCELED"' .executionState.status
	other_job "$J-2"
	sql "UPDATE job SET status = 'CANCELED' WHERE id = '$J-2'"
	accepted jobs/start-next '{}'
	body_is false 'has("execution")'
	execution_is CANCELED "$J-2"
}

@test "outcome abort: deleted executions do not count" {
	fleet 6 -a 50:4:FAILED
	ends 1 2 FAILED
	gr-jobs delete-execution "$J" "$(thing_no 1)"
	ends 3 4 SUCCEEDED
	job_is IN_PROGRESS
	# 1 of 4 now.
	ends 5 5 SUCCEEDED
	job_is IN_PROGRESS
	ends 6 6 FAILED
	job_is COMPLETED
}

@test "outcome retry: the next number, version 1, at once; REJECTED never, and not more often than said" {
	fleet 2 -R 2:FAILED
	ends 1 1 FAILED
	statuses_are "$J" "$(thing_no 1):1FAILED $(thing_no 1):2QUEUED $(thing_no 2):1QUEUED"
	sql_is "SELECT number || ' ' || version || ' ' || attempt FROM execution WHERE job = '$J' AND number = 2" '2 1 1'
	ends 1 1 FAILED
	ends 1 1 FAILED
	statuses_are "$J" "$(thing_no 1):1FAILED $(thing_no 1):2FAILED $(thing_no 1):3FAILED $(thing_no 2):1QUEUED"
	ends 2 2 REJECTED
	job_is COMPLETED
}

@test "outcome retry: each type has its own budget" {
	fleet 1 -T 1 -R 1:FAILED -R 1:TIMED_OUT
	ends 1 1 FAILED
	ends 1 1 IN_PROGRESS
	await statuses_are "$J" \
		"$(thing_no 1):1FAILED $(thing_no 1):2TIMED_OUT $(thing_no 1):3QUEUED"
	ends 1 1 FAILED
	count_is QUEUED 0
	job_is COMPLETED
}

@test "outcome retry: a thing that left a continuous job and came back has its whole budget again" {
	things 1 "$G"
	echo '{}' >document
	gr-jobs create -c -d document -R 1 -t "thinggroup/$G" "$J" >/dev/null
	await queued 1
	ends 1 1 FAILED
	ends 1 1 FAILED
	count_is QUEUED 0
	gr-registry remove-thing-from-thing-group "$G" "$(thing_no 1)"
	await sql_is "SELECT count(*) FROM covered WHERE job = '$J'" 0
	gr-registry add-thing-to-thing-group "$G" "$(thing_no 1)"
	await queued 3
	ends 1 1 FAILED
	statuses_are "$J" "$(thing_no 1):1FAILED $(thing_no 1):2FAILED $(thing_no 1):3FAILED $(thing_no 1):4QUEUED"
}

@test "outcome retry: none after an abort, and none once they were given up" {
	fleet 3 -R 5 -a 100:1
	ends 1 1 FAILED
	statuses_are "$J" "$(thing_no 1):1FAILED $(thing_no 2):1CANCELED $(thing_no 3):1CANCELED"
	J=$J-2 G=$G-2
	fleet 1 -R 5
	ends 1 1 FAILED
	gr-jobs update -R 0 "$J"
	ends 1 1 FAILED
	statuses_are "$J" "$(thing_no 1):1FAILED $(thing_no 1):2FAILED"
}

@test "outcome counts: are of executions, not of things; retryAttempt counts the retries" {
	fleet 1 -R 2
	ends 1 1 FAILED
	ends 1 1 FAILED
	ends 1 1 SUCCEEDED
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '[2,1]' \
		'.jobProcessDetails | [.numberOfFailedThings, .numberOfSucceededThings]'
	run -0 gr-jobs executions -j "$J"
	json_is "$output" '[[1,0],[2,1],[3,2]]' 'map([.executionNumber, .retryAttempt])'
	# Who watches cares for the thing.
	run -0 gr-jobs watch "$J"
	[ "$output" = "$J: 1 SUCCEEDED, 2 FAILED" ]
}

@test "outcome event of each attempt: also of one that is tried again" {
	hear events "\$aws/events/jobExecution/$J/#"
	fleet 1 -R 1
	ends 1 1 FAILED
	told events "\$aws/events/jobExecution/$J/failed"
	ends 1 1 SUCCEEDED
	told events "\$aws/events/jobExecution/$J/succeeded"
	[ "$(grep -c '^.aws/events' events)" -eq 2 ]
}
