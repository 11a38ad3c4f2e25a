# SPDX-License-Identifier: Apache-2.0
# The states of a job execution: who may bring which about, what follows, and the timers.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/jobs
load ../lib/shared-lab

setup_file() {
	lab_up -m 1000
}
# ends_by_device STATUS: as far as the device is concerned
update() { accepted "jobs/$J/update" "{\"status\":\"$1\"}"; }

# --- statuses ------------------------------------------------------------------------------------

@test "execution status QUEUED: the service sets it, and nobody else; it is no end" {
	thing_new
	other_job "$J"
	execution_is QUEUED
	rejected "jobs/$J/update" '{"status":"QUEUED"}' InvalidStateTransition
	job_is IN_PROGRESS
}

@test "execution status IN_PROGRESS: the device sets it; it is no end" {
	thing_new
	other_job "$J"
	update IN_PROGRESS
	execution_is IN_PROGRESS
	job_is IN_PROGRESS
}

@test "execution status SUCCEEDED: the device sets it; an end, and never tried again" {
	thing_new
	other_job "$J" -R 2
	update SUCCEEDED
	statuses_are "$J" "$THING:1SUCCEEDED"
	job_is COMPLETED
}

@test "execution status FAILED: the device sets it; an end, which may be tried again" {
	thing_new
	other_job "$J" -R 1
	update FAILED
	statuses_are "$J" "$THING:1FAILED $THING:2QUEUED"
	job_is IN_PROGRESS
	update FAILED
	statuses_are "$J" "$THING:1FAILED $THING:2FAILED"
	job_is COMPLETED
}

@test "execution status TIMED_OUT: the service sets it, and nobody else; an end, which may be tried again" {
	thing_new
	other_job "$J" -T 1 -R 1
	rejected "jobs/$J/update" '{"status":"TIMED_OUT"}' InvalidRequest
	update IN_PROGRESS
	await statuses_are "$J" "$THING:1TIMED_OUT $THING:2QUEUED"
	update SUCCEEDED
	statuses_are "$J" "$THING:1TIMED_OUT $THING:2SUCCEEDED"
	job_is COMPLETED
}

@test "execution status REJECTED: the device sets it; an end, and never tried again" {
	thing_new
	other_job "$J" -R 2
	update REJECTED
	statuses_are "$J" "$THING:1REJECTED"
	job_is COMPLETED
}

@test "execution status REMOVED: the service sets it when a thing leaves, and nobody else; an end, and never tried again" {
	thing_new
	gr-registry create-thing-group "g-$J"
	gr-registry add-thing-to-thing-group "g-$J" "$THING"
	echo '{}' >document
	gr-jobs create -c -R 2 -d document -t "thinggroup/g-$J" "$J"
	rejected "jobs/$J/update" '{"status":"REMOVED"}' InvalidRequest
	gr-registry remove-thing-from-thing-group "g-$J" "$THING"
	await statuses_are "$J" "$THING:1REMOVED"
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS"}' InvalidStateTransition
}

@test "execution status CANCELED: the service sets it, and nobody else; an end, and never tried again" {
	thing_new
	other_job "$J" -R 2
	rejected "jobs/$J/update" '{"status":"CANCELED"}' InvalidRequest
	gr-jobs cancel-execution "$J" "$THING"
	statuses_are "$J" "$THING:1CANCELED"
	job_is COMPLETED
}

# --- transitions ---------------------------------------------------------------------------------

@test "execution from QUEUED: the service cancels it, or removes it, without force" {
	thing_new
	other_job "$J"
	gr-jobs cancel "$J"
	statuses_are "$J" "$THING:1CANCELED"
	gr-registry create-thing "left-$J"
	gr-jobs create -t "thing/left-$J" "$J-left"
	gr-registry delete-thing "left-$J"
	statuses_are "$J-left" "left-$J:1REMOVED"
}

@test "execution from IN_PROGRESS: progress, every end of the device's, and the service's own" {
	thing_new
	for end in IN_PROGRESS SUCCEEDED FAILED REJECTED; do
		other_job "$J-$end"
		accepted "jobs/$J-$end/update" '{"status":"IN_PROGRESS"}'
		accepted "jobs/$J-$end/update" "{\"status\":\"$end\"}"
		execution_is "$end" "$J-$end"
	done
	other_job "$J-CANCELED"
	accepted "jobs/$J-CANCELED/update" '{"status":"IN_PROGRESS"}'
	run -1 gr-jobs cancel-execution "$J-CANCELED" "$THING"
	gr-jobs cancel "$J-CANCELED"
	execution_is IN_PROGRESS "$J-CANCELED"
	gr-jobs cancel -f "$J-CANCELED"
	execution_is CANCELED "$J-CANCELED"
	other_job "$J-TIMED_OUT" -T 1
	accepted "jobs/$J-TIMED_OUT/update" '{"status":"IN_PROGRESS"}'
	await execution_is TIMED_OUT "$J-TIMED_OUT"
}

@test "execution from IN_PROGRESS: a thing that leaves has it REMOVED" {
	thing_new
	gr-registry create-thing-group "g-$J"
	gr-registry add-thing-to-thing-group "g-$J" "$THING"
	gr-jobs create -c -t "thinggroup/g-$J" "$J"
	update IN_PROGRESS
	gr-registry remove-thing-from-thing-group "g-$J" "$THING"
	await statuses_are "$J" "$THING:1REMOVED"
}

# --- timers --------------------------------------------------------------------------------------

@test "execution in-progress timer: the job's new time-out is for executions that get under way later" {
	thing_new
	other_job "$J" -T 600
	other_job "$J-later" -T 600
	update IN_PROGRESS
	before=$(sql "SELECT deadline FROM execution WHERE job = '$J'")
	gr-jobs update -T 1 "$J"
	gr-jobs update -T 1 "$J-later"
	sql_is "SELECT deadline FROM execution WHERE job = '$J'" "$before"
	accepted "jobs/$J-later/update" '{"status":"IN_PROGRESS"}'
	await execution_is TIMED_OUT "$J-later"
	execution_is IN_PROGRESS
}

@test "execution step timer: a new value may put the end off or bring it near" {
	thing_new
	other_job "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","stepTimeoutInMinutes":600}'
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","stepTimeoutInMinutes":1}'
	await execution_is TIMED_OUT
}

@test "execution expiry: many at one time all end" {
	things 250 "many-$J"
	gr-jobs create -T 1 -t "thinggroup/many-$J" "$J"
	await queued 250
	sql "UPDATE execution SET status = 'IN_PROGRESS', started = 1, deadline = 1 WHERE job = '$J'"
	await sql_is "SELECT count FROM tally WHERE job = '$J' AND status = 'TIMED_OUT'" 250
	await job_is COMPLETED
}

@test "execution deletion while a device works: it hears that there is no such execution" {
	thing_new
	other_job "$J"
	update IN_PROGRESS
	run -1 --separate-stderr gr-jobs delete "$J"
	[ "$stderr" = "gr-jobs: job $J: is IN_PROGRESS, -f deletes it (InvalidStateTransition)" ]
	gr-jobs delete -f "$J"
	await job_gone "$J"
	rejected "jobs/$J/update" '{"status":"SUCCEEDED"}' ResourceNotFound
	rejected "jobs/$J/get" '{}' ResourceNotFound
	accepted jobs/get '{}'
	body_is '{"inProgressJobs":[],"queuedJobs":[],"timestamp":"S"}'
}
