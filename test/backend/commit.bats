# SPDX-License-Identifier: Apache-2.0
# The commit handler: the licence to say SUCCEEDED, over NEW alone. It decides nothing.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

# refuses PAYLOAD MESSAGE: and nothing has changed
refuses() {
	remember
	refused commit "$1" "$2"
	is_unchanged
}

# on_trial: the rotation is under way and the device has connected with NEW
on_trial() {
	rotation_begun
	over_new
	turned
}

@test "commit: it is refused over OLD" {
	rotation_begun
	refuses "$COMMIT" 'commit must be asked for over the new certificate'
	body_is '{"errorMsg":"commit must be asked for over the new certificate","jobId":"'"$J"'","timestamp":"S"}'
	custody_is committed ''
}

@test "commit: it is granted over NEW; both certificates stay, nothing is decided" {
	on_trial
	accepted commit "{\"jobId\":\"$J\",\"executionNumber\":1,\"certificateId\":\"$NEW\",\"clientToken\":\"t\"}"
	body_is '{"jobId":"'"$J"'","executionNumber":1,"certificateId":"'"$NEW"'","timestamp":"S","clientToken":"t"}'
	custody_is 'committed > 0' 1
	custody_is survivor ''
	turned
	both_stay
}

@test "commit: asked twice, it is granted twice, and the time of the first stays on record" {
	on_trial
	accepted commit "$COMMIT"
	first=$(sql "SELECT committed FROM rotation WHERE thing = '$THING'")
	remember
	accepted commit "$COMMIT"
	body_is "\"$NEW\"" .certificateId
	is_unchanged
	custody_is committed "$first"
}

@test "commit: the first use of NEW is on record, by its connection" {
	rotation_begun
	custody_is used ''
	turned
	custody_is used ''
	over_new
	CLIENT=$THING#probe
	ask
	custody_is used ''
	CLIENT=$THING
	turned
	await custody_is 'used > 0' 1
}

@test "commit: it is refused for no job, another thing's job, and one that is not IN_PROGRESS" {
	thing_new other-commit
	job_started "$J-other"
	thing_new
	on_trial
	refuses '{}' 'jobId is missing'
	refuses '{"jobId":"none"}' 'no such job execution for this thing'
	refuses "{\"jobId\":\"$J-other\"}" 'no such job execution for this thing'
	job_new "$J-queued"
	refuses "{\"jobId\":\"$J-queued\"}" 'the job execution is not IN_PROGRESS'
	gr-jobs cancel --force "$J"
	refuses "$COMMIT" 'the job execution is not IN_PROGRESS'
}

@test "commit: it is refused for a job that is no rotation, and for a rotation without a certificate" {
	on_trial
	echo '{"operation":"other"}' >other.json
	job_new "$J-other" -d other.json
	accepted "jobs/$J-other/update" '{"status":"IN_PROGRESS"}'
	refuses "{\"jobId\":\"$J-other\"}" "the job's document does not ask for ROTATE_CERTIFICATE"
	job_started "$J-2"
	refuses "{\"jobId\":\"$J-2\"}" 'no certificate was asked for in this execution'
}

@test "commit: it is refused for another execution or another certificate" {
	on_trial
	refuses "{\"jobId\":\"$J\",\"executionNumber\":2}" 'the job has a newer execution'
	refuses "{\"jobId\":\"$J\",\"executionNumber\":\"1\"}" 'executionNumber is not a number'
	for id in "\"$OLD\"" '""' "\"${NEW^^}\"" 7 "[\"$NEW\"]"; do
		refuses "{\"jobId\":\"$J\",\"certificateId\":$id}" \
			"certificateId is not the new certificate's"
	done
	custody_is committed ''
}

@test "commit: it is refused for a rotation that is decided" {
	own_lab
	on_trial
	# Else NEW would be retired at once and could not even ask.
	sql "INSERT INTO meta VALUES ('retirement_paused', 1)"
	gr-registry settle "$THING" old
	refuses "$COMMIT" 'this rotation has been decided for the old certificate'
}

@test "commit: T#probe and T#other are disconnected" {
	on_trial
	remember
	for CLIENT in "$THING#probe" "$THING#other"; do
		run -8 ask "$(topic commit)" "$COMMIT"
		run ! timeout -k 2 60 mosquitto_pub -h localhost -p "$PORT" \
			--cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" --key "$KEY" \
			-i "$CLIENT" -q 1 -t "$(topic commit)" -m "$COMMIT"
		jq -n --arg topic "$(topic commit)" --arg principal "$NEW" --arg client "$CLIENT" \
			--argjson payload "$COMMIT" \
			'{topic: $topic, principal: $principal, clientId: $client, payload: $payload}' >event
		run -1 gr-commit-certificate <event
		json_is "$output" "\"the client id is not the thing's\"" .payload.errorMsg
	done
	is_unchanged
	custody_is committed ''
}

# --- beside a nucleus ----------------------------------------------------------------------------

# uses ID: what our thing connected with last, as the daemon knows it
uses() { sql_is "SELECT certificate FROM session WHERE thing = '$THING'" "$1"; }

@test "T#gr: commit is answered "retry" until the thing itself uses NEW" {
	rotation_begun
	uses "$OLD"
	over_new
	CLIENT=$THING#gr
	turned
	refuses "{\"jobId\":\"$J\",\"clientToken\":\"t\"}" \
		"the thing's own connection does not use the new certificate yet"
	body_is '{"errorMsg":"the thing'"'"'s own connection does not use the new certificate yet","jobId":"'"$J"'","retry":true,"timestamp":"S","clientToken":"t"}'
	CLIENT=$THING
	ask
	await uses "$NEW"
	CLIENT=$THING#gr
	accepted commit "$COMMIT"
	body_is "\"$NEW\"" .certificateId
}

@test "T#gr: what counts is the last connection of the thing, not the first" {
	rotation_begun
	over_new
	ask
	await uses "$NEW"
	over_old
	ask
	await uses "$OLD"
	over_new
	CLIENT=$THING#gr
	refuses "$COMMIT" "the thing's own connection does not use the new certificate yet"
}

@test "T#gr: commit does not wait for a thing that never connected" {
	thing_new
	CLIENT=$THING#gr
	rotation_begun
	uses ''
	over_new
	turned
	refuses "$COMMIT" "the thing's own connection does not use the new certificate yet"
	body_is true .retry
}

@test "T#gr: other refusals are final" {
	rotation_begun
	CLIENT=$THING#gr
	refuses "$COMMIT" 'commit must be asked for over the new certificate'
	body_is false 'has("retry")'
}

@test "T#gr: the daemon knows which certificate a thing uses, though the thing connected while the daemon was away" {
	own_lab
	rotation_begun
	backend kill
	over_new
	mkfifo hold
	ask "!cat hold" 3>&- &
	exec 5>hold
	await grep -q "$THING" "$LAB/broker/log"
	backend start
	await uses "$NEW"
	CLIENT=$THING#gr
	accepted commit "$COMMIT"
	exec 5>&-
	wait $!
}
