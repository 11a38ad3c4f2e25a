# SPDX-License-Identifier: Apache-2.0
# What an operator does with jobs that are there.
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
	echo '{}' >document
}
teardown() { hearers_end; }

# no MESSAGE COMMAND...: refused with 1, that line, and nothing on standard output
no() {
	run -1 --separate-stderr "${@:2}"
	[ -z "$output" ] && [ "$stderr" = "gr-jobs: $1" ] || {
		printf 'out: %s\nerr: %s\n' "$output" "$stderr" >&2
		return 1
	}
}
# fleet N [OPTION...]: a job, no rotation, for N things
fleet() {
	things "$1" "$G"
	gr-jobs create -d document -t "thinggroup/$G" "${@:2}" "$J" >/dev/null
	await queued "$1"
}

@test "operation DescribeJob: what it is, how it is carried out, how it stands" {
	fleet 3 -D why -T 5 -r 100 -a 10:20 -R 1
	reports "$G-00001" "$J" SUCCEEDED
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '{"jobArn":"arn:aws:iot:local:000000000000:job/'"$J"'","jobId":"'"$J"'","targetSelection":"SNAPSHOT","status":"IN_PROGRESS",
		"targets":["arn:aws:iot:local:000000000000:thinggroup/'"$G"'"],"description":"why","lastUpdatedAt":"S","forceCanceled":false,"isConcurrent":false,
		"document":"{}\n","waiting":0,"timeoutConfig":{"inProgressTimeoutInMinutes":5},"jobExecutionsRolloutConfig":{"maximumPerMinute":100},
		"abortConfig":{"criteriaList":[{"failureType":"ALL","action":"CANCEL","thresholdPercentage":10,"minNumberOfExecutedThings":20}]},
		"jobExecutionsRetryConfig":{"criteriaList":[{"failureType":"ALL","numberOfRetries":1}]},
		"jobProcessDetails":{"processingTargets":null,"numberOfQueuedThings":2,"numberOfInProgressThings":0,"numberOfSucceededThings":1,"numberOfFailedThings":0,
		"numberOfRejectedThings":0,"numberOfRemovedThings":0,"numberOfCanceledThings":0,"numberOfTimedOutThings":0}}' 'del(.createdAt)'
	gr-jobs cancel -r TOO_EARLY -c 'another day' "$J" >/dev/null
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '["CANCELED","TOO_EARLY","another day",true,false]' \
		'[.status, .reasonCode, .comment, .completedAt >= .createdAt, .isConcurrent]'
	run -0 gr-jobs describe "$J"
	grep -qx 'reason: TOO_EARLY' <<<"$output"
	no 'job none: no such job (ResourceNotFound)' gr-jobs describe none
}

@test "operation GetJobDocument: byte for byte, also of a job that has ended; not of one that is deleted" {
	printf '{ "operation":"x"  }' >document
	fleet 1
	gr-jobs document "$J" | cmp - document
	gr-jobs cancel "$J" >/dev/null
	gr-jobs document "$J" | cmp - document
	run -0 gr-jobs document -j "$J"
	json_is "$output" '{"document":"{ \"operation\":\"x\"  }"}'
	gr-jobs delete "$J"
	await job_gone "$J"
	no "job $J: no such job (ResourceNotFound)" gr-jobs document "$J"
}

@test "operation CancelJob: what is QUEUED always, what is IN_PROGRESS with force alone, what has ended never" {
	fleet 3
	reports "$G-00001" "$J" IN_PROGRESS
	reports "$G-00002" "$J" SUCCEEDED
	run -0 gr-jobs cancel "$J"
	[ "$output" = "$J: canceled for 1 thing(s); 1 stay(s) in progress, -f cancels it: $G-00001" ]
	statuses_are "$J" "$G-00001:1IN_PROGRESS $G-00002:1SUCCEEDED $G-00003:1CANCELED"
	sql_is "SELECT force_canceled FROM job WHERE id = '$J'" 0
	no "job $J: is CANCELED already (InvalidRequest)" gr-jobs cancel "$J"
	run -0 gr-jobs cancel -f "$J"
	[ "$output" = "gr-jobs: job $J: was in progress on $G-00001: these devices end their rotation in order, with the pair that they decide for" ]
	statuses_are "$J" "$G-00001:1CANCELED $G-00002:1SUCCEEDED $G-00003:1CANCELED"
	sql_is "SELECT force_canceled FROM job WHERE id = '$J'" 1
	sql_is "SELECT group_concat(force_canceled, '') FROM (SELECT * FROM execution WHERE job = '$J' ORDER BY thing)" 100
}

@test "operation CancelJob: of a job with more executions than one step takes back" {
	fleet 450
	run -0 gr-jobs cancel "$J"
	[ "$output" = "$J: canceled for 450 thing(s)" ]
	await sql_is "SELECT count FROM tally WHERE job = '$J' AND status = 'CANCELED'" 450
	await sql_is "SELECT recall FROM rollout WHERE job = '$J'" 0
}

@test "operation CancelJob: not of one that has ended or is being deleted, and one that is scheduled never begins" {
	fleet 1
	reports "$G-00001" "$J" SUCCEEDED
	no "job $J: is COMPLETED already (InvalidRequest)" gr-jobs cancel "$J"
	gr-jobs create -s "$(utc 100)" -t "thinggroup/$G" "$J-s" >/dev/null
	gr-jobs cancel "$J-s"
	job_is CANCELED "$J-s"
	sql_is "SELECT wake IS NULL FROM rollout WHERE job = '$J-s'" 1
	sql "INSERT INTO job (id, document, status, created, updated) VALUES ('going-$J', '{}', 'DELETION_IN_PROGRESS', 1, 1)"
	no "job going-$J: is DELETION_IN_PROGRESS already (InvalidRequest)" \
		gr-jobs cancel -f "going-$J"
	sql "DELETE FROM job WHERE id = 'going-$J'"
}

@test "operation CancelJobExecution: for one thing, at a version, with details, and with force what is under way" {
	fleet 3
	no "job $J, thing $G-00001: expected version 2 but found version 1 (VersionConflict)" \
		gr-jobs cancel-execution -e 2 "$J" "$G-00001"
	gr-jobs cancel-execution -e 1 -d by=operator -d 'why=not a good day' "$J" "$G-00001"
	run -0 gr-jobs describe-execution -j "$J" "$G-00001"
	json_is "$output" '["CANCELED",2,{"by":"operator","why":"not a good day"},false]' \
		'[.status, .versionNumber, .statusDetails.detailsMap, .forceCanceled]'
	no "job $J, thing $G-00001: is CANCELED already (InvalidStateTransition)" \
		gr-jobs cancel-execution -f "$J" "$G-00001"
	reports "$G-00002" "$J" IN_PROGRESS '{"statusDetails":{"step":"one"}}'
	no "job $J, thing $G-00002: is IN_PROGRESS, -f cancels it (InvalidStateTransition)" \
		gr-jobs cancel-execution "$J" "$G-00002"
	gr-jobs cancel-execution -f "$J" "$G-00002"
	run -0 gr-jobs describe-execution -j "$J" "$G-00002"
	json_is "$output" '["CANCELED",3,{"step":"one"},true]' \
		'[.status, .versionNumber, .statusDetails.detailsMap, .forceCanceled]'
	no "job $J, thing nobody: no such execution (ResourceNotFound)" \
		gr-jobs cancel-execution "$J" nobody
	run -100 --separate-stderr gr-jobs cancel-execution "$J" "$G-00003" -d 'a b=c'
	job_is IN_PROGRESS
	gr-jobs cancel-execution "$J" "$G-00003"
	job_is COMPLETED
}

@test "operation CancelJobExecution: at most ten details, good ones" {
	fleet 1
	for bad in x =x 'a b=c' a= "$(printf 'k%0128d' 0)=x"; do
		run -100 --separate-stderr gr-jobs cancel-execution -d "$bad" "$J" "$G-00001"
		[[ $stderr == *'(InvalidRequest)' ]]
	done
	local -a many=()
	for n in {1..11}; do many+=(-d "k$n=v"); done
	run -100 --separate-stderr gr-jobs cancel-execution "${many[@]}" "$J" "$G-00001"
	[ "$stderr" = 'gr-jobs: --detail: statusDetails has more than 10 pairs (InvalidRequest)' ]
	statuses_are "$J" "$G-00001:1QUEUED"
}

@test "operation DeleteJob, DeleteJobExecution: one that has ended; with force any, and its thing hears of it" {
	thing_new
	job_new "$J"
	job_new "$J-2"
	no "job $J: is IN_PROGRESS, -f deletes it (InvalidStateTransition)" gr-jobs delete "$J"
	no "job $J, thing $THING: is QUEUED, -f deletes it (InvalidStateTransition)" \
		gr-jobs delete-execution "$J" "$THING"
	run -0 story "!gr-jobs delete-execution -f $J $THING" "!gr-jobs delete -f $J-2"
	[ "$output" = 'notify notify-next notify notify-next' ]
	json_is "$(message notify)" '{"timestamp":"S","jobs":{}}'
	json_is "$(message notify-next)" '{"timestamp":"S"}'
	# A job without executions that are left is over.
	job_is COMPLETED
	gr-jobs delete "$J"
	await job_gone "$J"
	no "job $J-2: no such job (ResourceNotFound)" gr-jobs delete "$J-2"
}

@test "operation DeleteJob, DeleteJobExecution: which one is meant, and the number is not used again" {
	things 1 "$G"
	gr-jobs create -c -d document -R 1 -t "thinggroup/$G" "$J" >/dev/null
	await queued 1
	reports "$G-00001" "$J" FAILED
	gr-jobs delete-execution -n 1 "$J" "$G-00001"
	statuses_are "$J" "$G-00001:2QUEUED"
	no "job $J, thing $G-00001: no such execution (ResourceNotFound)" \
		gr-jobs delete-execution -n 1 "$J" "$G-00001"
	gr-jobs delete-execution -f "$J" "$G-00001"
	statuses_are "$J" ''
}

@test "operation DeleteJob, DeleteJobExecution: the custody record stays, its number too, and the final word counts" {
	thing_new
	rotation_begun
	gr-jobs delete -f "$J"
	await job_gone "$J"
	both_stay
	# The id may be used again; the new execution is not taken for the one of the record.
	job_new "$J"
	sql_is "SELECT number FROM execution WHERE job = '$J'" 2
	over_new
	rejected "jobs/$J/update" \
		'{"status":"FAILED","executionNumber":1,"statusDetails":{"CertificateRotatorDevice":"gr"}}' \
		ResourceNotFound
	body_is '{"statusDetails":{"survivor":"OLD"}}' .executionState
	await only_is "$OLD"
	execution_is QUEUED
}

@test "operation DescribeJobExecution: as the operator sees it; the latest, or one by its number" {
	fleet 1 -R 1 -T 5
	reports "$G-00001" "$J" IN_PROGRESS '{"statusDetails":{"step":"one"}}'
	run -0 gr-jobs describe-execution -j "$J" "$G-00001"
	json_is "$output" '{"jobId":"'"$J"'","thingArn":"arn:aws:iot:local:000000000000:thing/'"$G"'-00001","status":"IN_PROGRESS","statusDetails":{"detailsMap":{"step":"one"}},
		"queuedAt":"S","startedAt":"S","lastUpdatedAt":"S","executionNumber":1,"versionNumber":2,"forceCanceled":false}' 'del(.approximateSecondsBeforeTimedOut)'
	json_is "$output" true '.approximateSecondsBeforeTimedOut <= 5'
	reports "$G-00001" "$J" FAILED
	run -0 gr-jobs describe-execution "$J" "$G-00001"
	[ "${lines[0]}" = "job $J, thing $G-00001: execution 2 is QUEUED, version 1" ]
	run -0 gr-jobs describe-execution -n 1 "$J" "$G-00001"
	[ "${lines[0]}" = "job $J, thing $G-00001: execution 1 is FAILED, version 3" ]
	grep -q $'^step\tone$' <<<"$output"
}

@test "operation ListJobs, ListJobExecutionsForJob, ListJobExecutionsForThing: in pages, by status" {
	fleet 5 -R 1
	reports "$G-00002" "$J" FAILED
	run -0 gr-jobs executions -j -n 4 "$J"
	json_is "$output" "[\"$G-00001\",\"$G-00002\",\"$G-00003\",\"$G-00004\"]" \
		'.executionSummaries | map(.thingName)'
	token=$(jq -r .nextToken <<<"$output")
	run -0 gr-jobs executions -j -n 4 -S "$token" "$J"
	json_is "$output" "{\"executionSummaries\":[[\"$G-00005\",1],[\"$G-00002\",2]]}" \
		'.executionSummaries |= map([.thingName, .executionNumber])'
	run -0 gr-jobs executions -s FAILED "$J"
	[[ $output == "$G-00002"$'\t1\tFAILED\t20'*Z$'\t' ]]
	gr-jobs create -d document -t "thing/$G-00002" "$J-2" >/dev/null
	run -0 gr-jobs executions -t "$G-00002"
	[ "$(cut -f 1-3 <<<"$output")" = \
		"$J"$'\t1\tFAILED\n'"$J"$'\t2\tQUEUED\n'"$J-2"$'\t1\tQUEUED' ]
	run -0 gr-jobs list -j -n 1
	json_is "$output" 1 '.jobs | length'
	# One page after the other is the whole list.
	gr-jobs list | cut -f 1 >all
	token=0
	while [ "$token" != null ]; do
		gr-jobs list -j -n 3 -S "$token" >page
		jq -r '.jobs[].jobId' page >>paged
		token=$(jq -r .nextToken page)
	done
	cmp all paged
	gr-jobs cancel "$J" >/dev/null
	gr-jobs list -s CANCELED | grep -q "^$J"$'\t'
	run -1 grep "^$J"$'\t' < <(gr-jobs list -s IN_PROGRESS)
	for words in 'list -n 0' 'list -n 251' 'list -S x' 'list -s DONE' "executions -s DONE $J" \
		"executions -t $G-00001 $J"; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-jobs $words
		[ -z "$output" ]
	done
}

@test "operation AssociateTargetsWithJob: a continuous job that is IN_PROGRESS, up to 100 targets" {
	things 1 "$G"
	things 1 "h-$J"
	gr-registry create-thing "late-$J"
	gr-jobs create -c -d document -t "thinggroup/$G" "$J" >/dev/null
	await queued 1
	reports "$G-00001" "$J" SUCCEEDED
	run -0 gr-jobs associate-targets -j -t "thinggroup/h-$J" -t "thinggroup/$G" "$J"
	json_is "$output" \
		'{"jobArn":"arn:aws:iot:local:000000000000:job/'"$J"'","jobId":"'"$J"'","description":""}'
	await statuses_are "$J" "$G-00001:1SUCCEEDED h-$J-00001:1QUEUED"
	await sql_is "SELECT done FROM rollout WHERE job = '$J'" 1
	gr-registry add-thing-to-thing-group "h-$J" "late-$J"
	await queued 3
	sql_is "SELECT count(*) FROM job_target WHERE job = '$J'" 2
	sql "INSERT INTO thing SELECT 't-$J-' || value, 1 FROM generate_series(1, 99)"
	run -100 --separate-stderr gr-jobs associate-targets \
		--targets "$(printf "thing/t-$J-%s," {1..98})thing/t-$J-99" "$J"
	[ "$stderr" = "gr-jobs: job $J: 101 targets; 1 to 100 are allowed (InvalidRequest)" ]
	no 'none: no such thing group' gr-jobs associate-targets -t thinggroup/none "$J"
	gr-jobs create -d document -t "thinggroup/$G" "$J-s" >/dev/null
	no "job $J-s: is a snapshot and IN_PROGRESS; only a continuous job that is IN_PROGRESS takes more targets (InvalidRequest)" \
		gr-jobs associate-targets -t "thinggroup/h-$J" "$J-s"
	gr-jobs cancel "$J" >/dev/null
	no "job $J: is continuous and CANCELED; only a continuous job that is IN_PROGRESS takes more targets (InvalidRequest)" \
		gr-jobs associate-targets -t "thinggroup/h-$J" "$J"
	run -100 gr-jobs associate-targets "$J"
}

@test "operation UpdateJob: description, rollout, abort, time-out; retries only to 0; while it has not ended" {
	fleet 1 -D before -T 5 -R 3
	gr-jobs update -D after -r 5 -a 10:20:FAILED -T 6 -R 0 "$J"
	sql_is "SELECT description FROM job WHERE id = '$J'" after
	config_is '[5,"FAILED",6,0]' '[.jobExecutionsRolloutConfig.maximumPerMinute, .abortConfig.criteriaList[0].failureType, .timeoutConfig.inProgressTimeoutInMinutes,
		.jobExecutionsRetryConfig.criteriaList[0].numberOfRetries]'
	gr-jobs update -i - "$J" <<<'{"timeoutConfig":{"inProgressTimeoutInMinutes":7}}'
	config_is '[5,7]' '[.jobExecutionsRolloutConfig.maximumPerMinute, .timeoutConfig.inProgressTimeoutInMinutes]'
	no "job $J: retries of a job that is there can only be set to 0 (InvalidRequest)" \
		gr-jobs update -R 1 "$J"
	no "job $J: the schedule of a job that is there cannot be changed (InvalidRequest)" \
		gr-jobs update -i - "$J" <<<'{"schedulingConfig":{"endTime":"2030-01-01T00:00"}}'
	run -100 --separate-stderr gr-jobs update -i - "$J" <<<'{"document":"{}"}'
	[ "$stderr" = 'gr-jobs: document: not supported here (InvalidRequest)' ]
	run -100 --separate-stderr gr-jobs update -a 101:1 "$J"
	gr-jobs cancel "$J" >/dev/null
	no "job $J: is CANCELED already (InvalidRequest)" gr-jobs update -T 5 "$J"
}

@test "operation CreateJobTemplate: as a job, with a description and without targets" {
	run -0 gr-jobs create-template -j -D 'a template' -r 5 "$J"
	json_is "$output" '{"jobTemplateArn":"arn:aws:iot:local:000000000000:jobtemplate/'"$J"'","jobTemplateId":"'"$J"'"}'
	run -0 gr-jobs describe-template -j "$J"
	json_is "$output" '{"jobTemplateId":"'"$J"'","jobTemplateArn":"arn:aws:iot:local:000000000000:jobtemplate/'"$J"'","description":"a template",
		"document":"{\"operation\":\"ROTATE_CERTIFICATE\"}","jobExecutionsRolloutConfig":{"maximumPerMinute":5}}' 'del(.createdAt)'
	run -0 gr-jobs describe-template "$J"
	[ "${lines[0]}" = "job template $J" ]
	no "job template $J: exists already (ResourceAlreadyExists)" \
		gr-jobs create-template -D x "$J"
	for bad in 'needs a description' ; do
		run -100 --separate-stderr gr-jobs create-template none
		[ "$stderr" = "gr-jobs: job template none: $bad (InvalidRequest)" ]
	done
	run -100 --separate-stderr gr-jobs create-template -D x \
		-i - none <<<'{"targets":["thing/x"]}'
	[ "$stderr" = 'gr-jobs: targets: not supported here (InvalidRequest)' ]
	run -100 --separate-stderr gr-jobs create-template -D x \
		-i - none <<<'{"schedulingConfig":{"endTime":"2030-01-01T00:00"}}'
	run -100 --separate-stderr gr-jobs create-template -D x a.b
	[ "$stderr" = "gr-jobs: a.b: not a job template id: 1 to 64 letters, digits, '_', '-'; not get, start-next, notify, notify-next (InvalidRequest)" ]
	# The one that comes with the program.
	gr-jobs create-template -i "$ROOT/share/job-template.json"
	gr-jobs list-templates | cut -f 1 | grep -qx certificate-rotation
	run -0 gr-jobs list-templates -j
	json_is "$output" true 'map(.jobTemplateId) | contains(["certificate-rotation"])'
	thing_new
	gr-jobs create --targets "thing/$THING" --template certificate-rotation "$J" >/dev/null
	config_is '[30,100,10,2,10]' '[.timeoutConfig.inProgressTimeoutInMinutes, .jobExecutionsRolloutConfig.maximumPerMinute, (.jobExecutionsRolloutConfig.exponentialRate |
		.baseRatePerMinute, .incrementFactor, .rateIncreaseCriteria.numberOfSucceededThings)]'
	gr-jobs delete-template certificate-rotation
	no 'certificate-rotation: no such job template (ResourceNotFound)' \
		gr-jobs delete-template certificate-rotation
	run -0 gr-jobs describe -j "$J"
}

@test "operation DeleteThing: its executions become REMOVED, and a job is over without it" {
	fleet 2
	reports "$G-00001" "$J" SUCCEEDED
	gr-registry delete-thing "$G-00002"
	statuses_are "$J" "$G-00001:1SUCCEEDED $G-00002:1REMOVED"
	job_is COMPLETED
}

@test "operation DeleteThing: one that had not been reached yet is passed over" {
	things 3 "$G"
	gr-jobs create -d document -r 1 -t "thinggroup/$G" "$J" >/dev/null
	gr-registry delete-thing "$G-00002"
	await sql_is "SELECT done FROM rollout WHERE job = '$J'" 1
	statuses_are "$J" "$G-00001:1QUEUED $G-00003:1QUEUED"
	sql_is "SELECT released FROM rollout WHERE job = '$J'" 2
}
