# SPDX-License-Identifier: Apache-2.0
# What is told to whoever listens at the broker's Unix socket: executions, jobs, presence.
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
	EVENTS='$aws/events'
}
teardown() { hearers_end; }

# one_event MEMBER: of a thing's rotation that failed, in BODY
one_event() {
	hear events "$EVENTS/jobExecution/#"
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"FAILED","statusDetails":{"CertificateRotator":true,"DeviceFailureReason":"x"}}'
	told events "$EVENTS/jobExecution/$J/failed"
	body_is "$2" "$1"
}

@test "event eventType: JOB_EXECUTION, and no members but those of the table" {
	one_event .eventType '"JOB_EXECUTION"'
	body_is '["eventId","eventType","jobId","operation","status","statusDetails","thingArn","timestamp"]' keys
}

@test "event eventId: a UUID, another one each time" {
	hear events "$EVENTS/jobExecution/#"
	thing_new
	for n in 1 2 3; do
		job_new "$J-$n"
		accepted "jobs/$J-$n/update" '{"status":"FAILED"}'
		told events "$EVENTS/jobExecution/$J-$n/failed"
	done
	sed -n 's/.*"eventId":"\([^"]*\)".*/\1/p' events >ids
	[ "$(grep -cxE '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}' \
		ids)" -eq 3 ]
	[ "$(sort -u ids | wc -l)" -eq 3 ]
}

@test "event timestamp: whole seconds" { one_event .timestamp '"S"'; }

@test "event jobId: the job's" { one_event .jobId "\"$J\""; }

@test "event thingArn: with thing/ before the name" {
	one_event .thingArn "\"arn:aws:iot:local:000000000000:thing/thing-$BATS_TEST_NUMBER\""
}

@test "event operation: the last word of the topic, one for each end and for deletion" {
	hear events "$EVENTS/jobExecution/#"
	thing_new
	for end in SUCCEEDED FAILED REJECTED; do
		other_job "$J-$end"
		accepted "jobs/$J-$end/update" "{\"status\":\"$end\"}"
	done
	other_job "$J-CANCELED"
	gr-jobs cancel "$J-CANCELED"
	other_job "$J-TIMED_OUT" -T 1
	accepted "jobs/$J-TIMED_OUT/update" '{"status":"IN_PROGRESS"}'
	other_job "$J-DELETED"
	gr-jobs delete-execution -f "$J-DELETED" "$THING"
	gr-registry create-thing "left-$J"
	gr-jobs create -t "thing/left-$J" "$J-REMOVED" >/dev/null
	gr-registry delete-thing "left-$J"
	for end in SUCCEEDED FAILED REJECTED CANCELED TIMED_OUT DELETED REMOVED; do
		told events "$EVENTS/jobExecution/$J-$end/${end,,}"
		body_is "[\"${end,,}\",\"$J-$end\"]" '[.operation, .jobId]'
	done
	# Nothing is told of what is QUEUED or gets under way.
	[ "$(grep -c '^.aws/events' events)" -eq 7 ]
}

@test "event status: that of the end; one that is deleted before its end was removed" {
	hear events "$EVENTS/jobExecution/#"
	thing_new
	for end in SUCCEEDED FAILED REJECTED; do
		other_job "$J-$end"
		accepted "jobs/$J-$end/update" "{\"status\":\"$end\"}"
		told events "$EVENTS/jobExecution/$J-$end/${end,,}"
		body_is "\"$end\"" .status
	done
	other_job "$J-deleted"
	gr-jobs delete -f "$J-deleted"
	told events "$EVENTS/jobExecution/$J-deleted/deleted"
	body_is '["deleted","REMOVED"]' '[.operation, .status]'
}

@test "event statusDetails: those last reported, also when the service ends the execution; without any an empty object" {
	hear events "$EVENTS/jobExecution/#"
	thing_new
	other_job "$J" -T 1
	accepted "jobs/$J/update" \
		'{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true}}'
	told events "$EVENTS/jobExecution/$J/timed_out"
	body_is '["TIMED_OUT",{"CertificateRotator":"true"}]' '[.status, .statusDetails]'
	other_job "$J-f"
	accepted "jobs/$J-f/update" \
		'{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true}}'
	gr-jobs cancel -f "$J-f"
	told events "$EVENTS/jobExecution/$J-f/canceled"
	body_is '{"CertificateRotator":"true"}' .statusDetails
	other_job "$J-e"
	gr-jobs cancel "$J-e"
	told events "$EVENTS/jobExecution/$J-e/canceled"
	body_is '{}' .statusDetails
}

@test "event job events: completed, with how it came out" {
	hear events "$EVENTS/job/#"
	things 2 "$G"
	echo '{}' >document
	gr-jobs create -d document -D why -t "thinggroup/$G" "$J"
	reports "$G-00001" "$J" SUCCEEDED
	reports "$G-00002" "$J" FAILED
	told events "$EVENTS/job/$J/completed"
	body_is '{"eventType":"JOB","timestamp":"S","operation":"completed","jobId":"'"$J"'","status":"COMPLETED","targetSelection":"SNAPSHOT",
		"targets":["arn:aws:iot:local:000000000000:thinggroup/'"$G"'"],"description":"why",
		"jobProcessDetails":{"numberOfCanceledThings":0,"numberOfRejectedThings":0,"numberOfFailedThings":1,"numberOfRemovedThings":0,"numberOfSucceededThings":1}}' \
		'del(.eventId, .createdAt, .lastUpdatedAt, .completedAt)'
	# These three in milliseconds.
	body_is true '[.createdAt, .lastUpdatedAt, .completedAt] | map(. > 1000000000000) | all'
	[ "$(grep -c '^.aws/events' events)" -eq 1 ]
}

@test "event job events: cancellation and deletion, at their beginning and at their end" {
	hear events "$EVENTS/#"
	things 150 "$G"
	gr-jobs create -t "thinggroup/$G" "$J"
	gr-jobs cancel -c 'another day' "$J"
	told events "$EVENTS/job/$J/canceled"
	body_is '["CANCELED","another day"]' '[.status, .comment]'
	gr-jobs delete "$J"
	told events "$EVENTS/job/$J/deleted"
	body_is '"DELETED"' .status
	# The end comes after the last execution's.
	grep -o "^.aws/events/job[^ ]*" events | uniq -c | awk '{ print $1, $2 }' >order
	printf '%s\n' "1 $EVENTS/job/$J/cancellation_in_progress" \
		"150 $EVENTS/jobExecution/$J/canceled" "1 $EVENTS/job/$J/canceled" \
		"1 $EVENTS/job/$J/deletion_in_progress" "1 $EVENTS/job/$J/deleted" | diff - order
	told events "$EVENTS/job/$J/cancellation_in_progress"
	body_is '"CANCELLATION_IN_PROGRESS"' .status
	told events "$EVENTS/job/$J/deletion_in_progress"
	body_is '"DELETION_IN_PROGRESS"' .status
}

@test "event job events: an abort is a cancellation" {
	hear events "$EVENTS/job/#"
	things 2 "$G"
	gr-jobs create -a 100:1 -t "thinggroup/$G" "$J"
	reports "$G-00001" "$J" FAILED
	told events "$EVENTS/job/$J/canceled"
	body_is '"ALL: 1 of 1 executions, the limit is 100.00 %"' .comment
}

@test "events: a device can neither publish nor hear them" {
	thing_new
	for topic in "$EVENTS/job/$J/completed" "$EVENTS/jobExecution/$J/succeeded" \
		"$EVENTS/presence/connected/$THING"; do
		run -6 ask "$topic" '{}'
	done
	run -8 ask "+$EVENTS/#"
}

@test "event presence: a session of a thing begins and ends, with the same identifier and version; who is no thing is not told of" {
	hear events "$EVENTS/presence/#"
	thing_new
	ask "$(topic jobs/get)" '{}' >messages
	told events "$EVENTS/presence/disconnected/$THING"
	body_is '{"clientId":"'"$THING"'","thingName":"'"$THING"'","eventType":"disconnected","principalIdentifier":"'"$OLD"'"}' \
		'del(.timestamp, .sessionIdentifier, .versionNumber)'
	ended=$BODY
	told events "$EVENTS/presence/connected/$THING"
	body_is '{"clientId":"'"$THING"'","thingName":"'"$THING"'","eventType":"connected","principalIdentifier":"'"$OLD"'","ipAddress":"127.0.0.1"}' \
		'del(.timestamp, .sessionIdentifier, .versionNumber)'
	body_is true '.timestamp > 1000000000000'
	[ "$(jq -c '[.sessionIdentifier, .versionNumber]' <<<"$BODY")" = \
		"$(jq -c '[.sessionIdentifier, .versionNumber]' <<<"$ended")" ]
	jq -r .sessionIdentifier <<<"$BODY" |
		grep -qxE '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
	first=$(jq .versionNumber <<<"$BODY")
	CLIENT=$THING#gr ask "$(topic jobs/get)" '{}' >messages
	ask "$(topic jobs/get)" '{}' >messages
	twice() { [ "$(grep -c "^.aws/events/presence/disconnected/$THING " events)" -eq 2 ]; }
	await twice
	told events "$EVENTS/presence/connected/$THING"
	[ "$(jq .versionNumber <<<"$BODY")" -gt "$first" ]
	lacks_suffix() { [ "$(grep -c '%23\|#gr' events)" -eq 0 ]; }
	lacks_suffix
}

@test "event presence: who is refused is told of, without what is not known" {
	hear events "$EVENTS/presence/#"
	thing_new
	gr-registry update-certificate "$OLD" INACTIVE
	run -5 ask "$(topic jobs/get)" '{}'
	told events "$EVENTS/presence/connect_failed/$THING"
	body_is '{"clientId":"'"$THING"'","eventType":"connect_failed","connectFailureReason":"AUTHORIZATION_FAILED","principalIdentifier":"'"$OLD"'"}' 'del(.timestamp)'
}
