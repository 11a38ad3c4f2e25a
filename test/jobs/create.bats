# SPDX-License-Identifier: Apache-2.0
# CreateJob: each member, what it may be and what becomes of it.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/jobs
load ../lib/shared-lab

setup_file() {
	# The lab's own ceiling is that of AWS IoT here; its minute is short.
	lab_up -m 100 -c 1000
}
setup() {
	lab_use
	THING=thing-$J
	gr-registry create-thing "$THING"
}
teardown() { hearers_end; }

# bad CODE MESSAGE JSON: as the input of a job for our thing
bad() {
	printf '%s' "$3" >input
	refused_job "$1" "$2" -t "thing/$THING" -i input "$J"
}

@test "CreateJob jobId: 1 to 64 of [a-zA-Z0-9_-], unique, and no word that a topic has in its place" {
	printf -v long '%064d' 0
	gr-jobs create -t "thing/$THING" "$long" >/dev/null
	gr-jobs create -t "thing/$THING" 'aZ_-9' >/dev/null
	for J in "${long}0" a.b '' '$next' get start-next notify notify-next; do
		refused_job InvalidRequest \
			"$J: not a job id: 1 to 64 letters, digits, '_', '-'; not get, start-next, notify, notify-next" \
			-t "thing/$THING" "$J"
	done
	run -1 --separate-stderr gr-jobs create -t "thing/$THING" aZ_-9
	[ "$stderr" = 'gr-jobs: job aZ_-9: exists already (ResourceAlreadyExists)' ]
	# The id may come from the file; the operand goes before it.
	gr-jobs create -t "thing/$THING" -i - <<<'{"jobId":"from-file"}' >/dev/null
	job_is IN_PROGRESS from-file
	gr-jobs create -t "thing/$THING" -i - "from-operand" <<<'{"jobId":"from-file"}' >/dev/null
	job_is IN_PROGRESS from-operand
}

@test "CreateJob targets: 1 to 100 things and groups, by name or ARN, that are there" {
	J=none
	refused_job InvalidRequest "job none: 0 targets; 1 to 100 are allowed" none
	run -1 --separate-stderr gr-jobs create -t thing/nobody none
	[ "$stderr" = 'gr-jobs: nobody: no such thing' ]
	run -1 --separate-stderr gr-jobs create -t thinggroup/nobody none
	[ "$stderr" = 'gr-jobs: nobody: no such thing group' ]
	refused_job InvalidRequest "bucket/x: not a target; thing/NAME or thinggroup/NAME" \
		-t bucket/x none
	refused_job InvalidRequest "--target: more than 100" \
		--targets "$(printf 'thing/x,%.0s' {1..101})" none
	things 3 targets
	printf '{"targets":["arn:aws:iot:eu-west-1:123456789012:thing/%s","arn:aws:iot:eu-west-1:123456789012:thinggroup/targets"]}' "$THING" >input
	gr-jobs create -i input from-arns
	statuses_are from-arns \
		"targets-00001:1QUEUED targets-00002:1QUEUED targets-00003:1QUEUED $THING:1QUEUED"
	gr-jobs create --targets "thinggroup/targets,thing/$THING,thing/targets-00002" from-list
	statuses_are from-list \
		"targets-00001:1QUEUED targets-00002:1QUEUED targets-00003:1QUEUED $THING:1QUEUED"
	# What an option names takes the place of the file's.
	gr-jobs create -i input -t thing/targets-00001 from-option
	statuses_are from-option "targets-00001:1QUEUED"
}

@test "CreateJob targetSelection: SNAPSHOT unless it is CONTINUOUS" {
	taken_job '{}'
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '"SNAPSHOT"' .targetSelection
	gr-jobs create -c -t "thing/$THING" "$J-c"
	run -0 gr-jobs describe -j "$J-c"
	json_is "$output" '"CONTINUOUS"' .targetSelection
	J=none bad InvalidRequest 'targetSelection: not SNAPSHOT or CONTINUOUS' \
		'{"targetSelection":"SOME"}'
}

@test "CreateJob targetSelection: a snapshot has the things that were there when the job began, whoever comes and goes" {
	things 3 snap
	gr-jobs create -r 1 -t thinggroup/snap "$J" >/dev/null
	queued 1
	gr-registry create-thing snap-00000
	gr-registry add-thing-to-thing-group snap snap-00000
	gr-registry remove-thing-from-thing-group snap snap-00003
	await queued 3
	statuses_are "$J" 'snap-00001:1QUEUED snap-00002:1QUEUED snap-00003:1QUEUED'
}

@test "CreateJob document: a JSON object of at most 32768 bytes, kept byte for byte; what is fetched is refused" {
	printf ' {"a" : 1.50}\n\n' >document
	gr-jobs create -t "thing/$THING" -d document "$J" >/dev/null
	gr-jobs document "$J" | cmp - document
	printf '{"a":"%32760s"}' x >document
	gr-jobs create -t "thing/$THING" -d document "$J-largest" >/dev/null
	J=none
	jq -n '{document: ("{\"a\":\"" + ("x" * 32761) + "\"}")}' >input
	refused_job InvalidRequest \
		'job none: the document is not a JSON object of at most 32768 bytes' \
		-t "thing/$THING" -i input none
	bad InvalidRequest 'job none: the document is not a JSON object of at most 32768 bytes' \
		'{"document":"[]"}'
	bad InvalidRequest 'document: not a string' '{"document":{"operation":"x"}}'
	bad InvalidRequest 'documentSource: not supported here' \
		'{"documentSource":"https://example.com/x"}'
}

@test "CreateJob description: at most 2028 bytes without control characters" {
	printf -v text '%02028d' 0
	gr-jobs create -t "thing/$THING" -D "$text" "$J" >/dev/null
	J=none
	refused_job InvalidRequest \
		'job none: the description is not UTF-8 without control characters, of at most 2028 bytes' \
		-t "thing/$THING" -D "${text}0" none
	refused_job InvalidRequest \
		'job none: the description is not UTF-8 without control characters, of at most 2028 bytes' \
		-t "thing/$THING" -D $'a\tb' none
	bad InvalidRequest 'description: not a string' '{"description":1}'
}

@test "CreateJob maximumPerMinute: 1 to the ceiling, 1000 unless the daemon lifts it" {
	taken_job '{"jobExecutionsRolloutConfig":{"maximumPerMinute":1000}}'
	gr-jobs create -r 1 -t "thing/$THING" "$J-r" >/dev/null
	json_is "$(sql "SELECT config FROM job WHERE id = '$J-r'")" \
		'{"jobExecutionsRolloutConfig":{"maximumPerMinute":1}}'
	J=none
	for n in 0 -1 1.5 '"5"'; do
		bad InvalidRequest \
			'job none: maximumPerMinute: not a number from 1 to 2147483647' \
			'{"jobExecutionsRolloutConfig":{"maximumPerMinute":'"$n"'}}'
	done
	bad InvalidRequest \
		"job none: maximumPerMinute: not a number from 1 to 1000, the backend's ceiling" \
		'{"jobExecutionsRolloutConfig":{"maximumPerMinute":1001}}'
	bad InvalidRequest 'job none: jobExecutionsRolloutConfig: has no member maximum here' \
		'{"jobExecutionsRolloutConfig":{"maximum":5}}'
	bad InvalidRequest 'job none: jobExecutionsRolloutConfig: not an object' \
		'{"jobExecutionsRolloutConfig":5}'
}

# exponential MEMBERS: an input with these members of exponentialRate
exponential() { printf '{"jobExecutionsRolloutConfig":{"exponentialRate":{%s}}}' "$1"; }

@test "CreateJob baseRatePerMinute: is needed; 1 to the ceiling" {
	taken_job "$(exponential '"baseRatePerMinute":1000,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}')"
	J=none
	bad InvalidRequest 'job none: baseRatePerMinute: is missing' \
		"$(exponential '"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}')"
	bad InvalidRequest 'job none: baseRatePerMinute: not a number from 1 to 2147483647' "$(exponential '"baseRatePerMinute":0,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}')"
	bad InvalidRequest "job none: baseRatePerMinute: not a number from 1 to 1000, the backend's ceiling" "$(exponential '"baseRatePerMinute":1001,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}')"
}

@test "CreateJob incrementFactor: is needed; 1.1 to 5 with one decimal" {
	for f in 1.1 5 2.5 5.0; do
		gr-jobs create -t "thing/$THING" -g "10:$f:notified=5" "$J-${f/./-}" >/dev/null
	done
	J=none
	for f in 1 1.0 5.1 2.55 '"2"'; do
		bad InvalidRequest 'job none: incrementFactor: not a number from 1.1 to 5 with at most 1 decimal(s)' \
			"$(exponential '"baseRatePerMinute":1,"incrementFactor":'"$f"',"rateIncreaseCriteria":{"numberOfNotifiedThings":1}')"
	done
	bad InvalidRequest \
		'job none: incrementFactor: not a number from 1.1 to 5 with at most 1 decimal(s)' \
		"$(exponential '"baseRatePerMinute":1,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}')"
}

@test "CreateJob rateIncreaseCriteria: is needed; notified or succeeded things, or both" {
	taken_job "$(exponential '"baseRatePerMinute":10,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":1,"numberOfSucceededThings":1}')"
	gr-jobs create -t "thing/$THING" -g 10:1.5:succeeded=7 "$J-s" >/dev/null
	gr-jobs create -t "thing/$THING" -g 10:1.5:succeeded=7:notified=8 -r 50 "$J-b" >/dev/null
	json_is "$(sql "SELECT config FROM job WHERE id = '$J-b'")" '{"jobExecutionsRolloutConfig":{"maximumPerMinute":50,"exponentialRate":{"baseRatePerMinute":10,"incrementFactor":1.5,
		"rateIncreaseCriteria":{"numberOfSucceededThings":7,"numberOfNotifiedThings":8}}}}'
	J=none
	bad InvalidRequest \
		'job none: rateIncreaseCriteria: names neither notified nor succeeded things' \
		"$(exponential '"baseRatePerMinute":10,"incrementFactor":2,"rateIncreaseCriteria":{}')"
	bad InvalidRequest 'job none: rateIncreaseCriteria: not an object' \
		"$(exponential '"baseRatePerMinute":10,"incrementFactor":2')"
	bad InvalidRequest 'job none: numberOfSucceededThings: not a number from 1 to 2147483647' \
		"$(exponential '"baseRatePerMinute":10,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfSucceededThings":0}')"
	for g in 10 10:2 10:2:x=1 x:2:notified=1 10:2:notified=x; do
		run -100 --separate-stderr gr-jobs create -t "thing/$THING" -g "$g" none
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

# abort MEMBERS: an input with one criterion that has these members in place of good ones
abort() {
	jq -nc --argjson with "$1" '{abortConfig: {criteriaList: [{failureType: "FAILED", action: "CANCEL", thresholdPercentage: 20, minNumberOfExecutedThings: 5} + $with]}}'
}

@test "CreateJob abortConfig: criteria of a type, CANCEL, up to 100 percent, and how many must have ended" {
	for type in FAILED REJECTED TIMED_OUT ALL; do
		taken_job "$(abort "{\"failureType\":\"$type\",\"thresholdPercentage\":12.25}")"
		J=$J-
	done
	gr-jobs create -t "thing/$THING" -a 0.5:10 -a 100:1:REJECTED "$J" >/dev/null
	config_is '[["ALL","CANCEL",0.5,10],["REJECTED","CANCEL",100,1]]' \
		'[.abortConfig.criteriaList[] | [.failureType, .action, .thresholdPercentage, .minNumberOfExecutedThings]]'
	J=none
	bad InvalidRequest 'job none: failureType: not FAILED, REJECTED, TIMED_OUT or ALL' \
		"$(abort '{"failureType":"SUCCEEDED"}')"
	bad InvalidRequest 'job none: action: not CANCEL' "$(abort '{"action":"STOP"}')"
	for p in 100.01 -1 1.005 '"5"' null; do
		bad InvalidRequest \
			'job none: thresholdPercentage: not a number from 0 to 100 with at most 2 decimal(s)' \
			"$(abort "{\"thresholdPercentage\":$p}")"
	done
	bad InvalidRequest \
		'job none: minNumberOfExecutedThings: not a number from 1 to 2147483647' \
		"$(abort '{"minNumberOfExecutedThings":0}')"
	bad InvalidRequest 'job none: abortConfig.criteriaList: not a list of 1 to 16 criteria' \
		'{"abortConfig":{"criteriaList":[]}}'
	bad InvalidRequest 'job none: abortConfig.criteriaList: not a list of 1 to 16 criteria' \
		'{"abortConfig":{}}'
	for a in 10 x:5 10:x 10:5:ALL:x; do
		run -100 --separate-stderr gr-jobs create -t "thing/$THING" -a "$a" none
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "CreateJob timeoutConfig: 1 to 10080 minutes" {
	taken_job '{"timeoutConfig":{"inProgressTimeoutInMinutes":10080}}'
	gr-jobs create -t "thing/$THING" -T 1 "$J-1" >/dev/null
	J=none
	for m in 0 10081 '"5"'; do
		bad InvalidRequest \
			'job none: inProgressTimeoutInMinutes: not a number from 1 to 10080' \
			"{\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":$m}}"
	done
}

# retry LIST
retry() { printf '{"jobExecutionsRetryConfig":{"criteriaList":%s}}' "$1"; }

@test "CreateJob jobExecutionsRetryConfig: one or two criteria of FAILED, TIMED_OUT or ALL, ten retries in all" {
	taken_job "$(retry '[{"failureType":"FAILED","numberOfRetries":4},{"failureType":"TIMED_OUT","numberOfRetries":6}]')"
	gr-jobs create -t "thing/$THING" -R 10 "$J-all" >/dev/null
	gr-jobs create -t "thing/$THING" -R 0:FAILED -R 1:TIMED_OUT "$J-two" >/dev/null
	J=none
	bad InvalidRequest \
		'job none: failureType: an execution that was REJECTED is never retried' \
		"$(retry '[{"failureType":"REJECTED","numberOfRetries":1}]')"
	bad InvalidRequest 'job none: numberOfRetries: not a number from 0 to 10' \
		"$(retry '[{"failureType":"ALL","numberOfRetries":11}]')"
	bad InvalidRequest 'job none: numberOfRetries: is missing' \
		"$(retry '[{"failureType":"ALL"}]')"
	bad InvalidRequest 'job none: jobExecutionsRetryConfig: more than 10 retries in all' "$(retry '[{"failureType":"FAILED","numberOfRetries":5},{"failureType":"TIMED_OUT","numberOfRetries":6}]')"
	bad InvalidRequest 'job none: jobExecutionsRetryConfig: two criteria for one failureType' "$(retry '[{"failureType":"ALL","numberOfRetries":1},{"failureType":"FAILED","numberOfRetries":1}]')"
	bad InvalidRequest \
		'job none: jobExecutionsRetryConfig.criteriaList: not a list of 1 to 2 criteria' \
		"$(retry '[]')"
}

@test "CreateJob schedulingConfig: a start and an end, far enough from now and from each other, and what happens then" {
	# Thirty minutes of this lab are three seconds.
	gr-jobs create -t "thing/$THING" -s "$(utc 60)" "$J" >/dev/null
	job_is SCHEDULED
	gr-jobs create -t "thing/$THING" -s "$(utc 60)Z/$(utc 70)/FORCE_CANCEL" \
		"$J-both" >/dev/null
	gr-jobs create -t "thing/$THING" -s "/$(utc 3600)" "$J-end" >/dev/null
	job_is IN_PROGRESS "$J-end"
	taken_job_id=$J-file
	gr-jobs create -t "thing/$THING" -i - "$taken_job_id" \
		<<<'{"schedulingConfig":{"startTime":"'"$(date -u -d '+2 days' '+%Y-%m-%d %H:%M')"'"}}' \
		>/dev/null
	J=none
	refused_job InvalidRequest \
		'job none: startTime: not between 30 minutes and a year from now' \
		-t "thing/$THING" -s "$(utc 1)" none
	refused_job InvalidRequest \
		'job none: startTime: not between 30 minutes and a year from now' \
		-t "thing/$THING" -s "$(utc 31800000)" none
	refused_job InvalidRequest \
		'job none: endTime: not between 30 minutes after the start and two years from now' \
		-t "thing/$THING" -s "$(utc 60)/$(utc 61)" none
	refused_job InvalidRequest \
		'job none: endTime: not between 30 minutes after the start and two years from now' \
		-t "thing/$THING" -s "/$(utc 63200000)" none
	for time in tomorrow 2026-11-02 2026-02-29T00:00 2027-13-01T00:00 2027-01-01T24:00 \
		2027-01-01T00:00+01:00 '2027-01-01T00:00 '; do
		refused_job InvalidRequest \
			'job none: startTime: not a time (UTC) as in 2026-11-02T02:00' \
			-t "thing/$THING" -s "$time" none
	done
	bad InvalidRequest 'job none: endBehavior: not STOP_ROLLOUT, CANCEL or FORCE_CANCEL' \
		'{"schedulingConfig":{"endTime":"2030-01-01T00:00","endBehavior":"STOP"}}'
	bad InvalidRequest 'job none: endBehavior: means nothing without endTime' \
		'{"schedulingConfig":{"endBehavior":"CANCEL"}}'
	bad InvalidRequest \
		'job none: maintenanceWindows: recurring windows are not supported; startTime and endTime are' \
		'{"schedulingConfig":{"maintenanceWindows":[]}}'
	run -100 --separate-stderr gr-jobs create -t "thing/$THING" -s 'a/b/c/d' none
}

@test "CreateJob presignedUrlConfig: is taken and has no meaning" {
	taken_job '{"presignedUrlConfig":{"roleArn":"arn:aws:iam::123456789012:role/x","expiresInSec":60}}'
	config_is '{}'
}

@test "CreateJob jobTemplateArn: what is not given comes from the template, by name or ARN" {
	echo '{"from":"template"}' >document
	gr-jobs create-template -D 'a template' -d document -T 5 -r 7 -a 10:20 "t-$J"
	gr-jobs create -t "thing/$THING" -m "t-$J" "$J" >/dev/null
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '["a template","{\"from\":\"template\"}\n",5,7,1,"arn:aws:iot:local:000000000000:jobtemplate/t-'"$J"'"]' \
		'[.description, .document, .timeoutConfig.inProgressTimeoutInMinutes, .jobExecutionsRolloutConfig.maximumPerMinute, (.abortConfig.criteriaList | length), .jobTemplateArn]'
	echo '{"from":"option"}' >document
	jq -n --arg arn "arn:aws:iot:eu-west-1:123456789012:jobtemplate/t-$J" \
		'{jobTemplateArn: $arn, timeoutConfig: {inProgressTimeoutInMinutes: 6}}' >input
	gr-jobs create -t "thing/$THING" -i input -D other -d document -r 8 "$J-over" >/dev/null
	run -0 gr-jobs describe -j "$J-over"
	json_is "$output" '["other","{\"from\":\"option\"}\n",6,8,1]' \
		'[.description, .document, .timeoutConfig.inProgressTimeoutInMinutes, .jobExecutionsRolloutConfig.maximumPerMinute, (.abortConfig.criteriaList | length)]'
	J=none
	refused_job ResourceNotFound 'none: no such job template' -t "thing/$THING" -m none none
}

@test "CreateJob jobTemplateArn: a rate keeps the growth of the template, in the dry run and in the job" {
	G=group-$J
	things 30 "$G"
	gr-jobs create-template -D 'a template' -T 5 -g 2:2:succeeded=5 -a 10:20 "t-$J"
	gr-jobs create -n -m "t-$J" -r 4 -t "thinggroup/$G" "$J" >dry
	gr-jobs create -m "t-$J" -r 4 -t "thinggroup/$G" "$J" >/dev/null
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '[4,2,2,5,5,1]' \
		'[.jobExecutionsRolloutConfig.maximumPerMinute, .jobExecutionsRolloutConfig.exponentialRate.baseRatePerMinute, .jobExecutionsRolloutConfig.exponentialRate.incrementFactor, .jobExecutionsRolloutConfig.exponentialRate.rateIncreaseCriteria.numberOfSucceededThings, .timeoutConfig.inProgressTimeoutInMinutes, (.abortConfig.criteriaList | length)]'
	[ "$(wc -l <dry)" -eq 30 ]
	gr-jobs cancel -f "$J"
}

@test "CreateJob: a rotation without a template follows certificate-rotation, if there is one" {
	gr-jobs create-template -i "$ROOT/share/job-template.json"
	gr-jobs create -n -t "thing/$THING" "$J" >/dev/null
	gr-jobs create -t "thing/$THING" "$J" >/dev/null
	gr-jobs create -m '' -t "thing/$THING" "$J-bare" >/dev/null
	gr-jobs create -d <(echo '{"operation":"x"}') -t "thing/$THING" "$J-other" >/dev/null
	gr-jobs delete-template certificate-rotation
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '[30,100,10]' '[.timeoutConfig.inProgressTimeoutInMinutes, .jobExecutionsRolloutConfig.maximumPerMinute, .abortConfig.criteriaList[0].thresholdPercentage]'
	for job in "$J-bare" "$J-other"; do
		run -0 gr-jobs describe -j "$job"
		json_is "$output" '[null,null,null]' '[.timeoutConfig, .jobExecutionsRolloutConfig, .abortConfig]'
	done
}

@test "CreateJob documentParameters: are refused" {
	J=none bad InvalidRequest 'documentParameters: not supported here' \
		'{"documentParameters":{"a":"b"}}'
}

@test "CreateJob namespaceId, tags, destinationPackageVersions: are refused" {
	J=none
	bad InvalidRequest 'namespaceId: not supported here' '{"namespaceId":"x"}'
	bad InvalidRequest 'tags: not supported here' '{"tags":[]}'
	bad InvalidRequest 'destinationPackageVersions: not supported here' \
		'{"destinationPackageVersions":[]}'
}

@test "create: answers with the ARN, the id and the description" {
	run -0 gr-jobs create -j -t "thing/$THING" -D why "$J"
	json_is "$output" '{"jobArn":"arn:aws:iot:local:000000000000:job/'"$J"'","jobId":"'"$J"'","description":"why","executions":1,"waiting":0}'
}

@test "create: an input that is no JSON object, or no file, is 100" {
	for text in '[]' 'x' '{"a":1,"a":2}'; do
		printf %s "$text" >input
		run -100 --separate-stderr gr-jobs create -t "thing/$THING" -i input none
		[ "$stderr" = 'gr-jobs: input: not a JSON object' ]
	done
	run -100 --separate-stderr gr-jobs create -t "thing/$THING" -i nothing none
	[ "$stderr" = 'gr-jobs: nothing: no such file' ]
}

@test "create: a dry run lists who would be reached and when, and leaves nothing" {
	things 4 dry
	run -0 gr-jobs create -n -t thinggroup/dry -r 1000 "$J"
	[ "$(cut -f 1 <<<"$output" | xargs)" = 'dry-00001 dry-00002 dry-00003 dry-00004' ]
	job_gone "$J"
	# A minute of this lab is 100 ms: at one a minute the fourth thing comes after 303 ms.
	run -0 gr-jobs create -n -j -t thinggroup/dry -r 1 "$J"
	json_is "$output" '[4,0]' '[.count, .seconds]'
	run -0 gr-jobs create -n -t thinggroup/dry -s "$(utc 60)" "$J"
	[ "${#lines[@]}" -eq 4 ]
	sql_is 'SELECT count(*) FROM awaiting' 0
	job_gone "$J"
	run -1 gr-jobs create -n -t thinggroup/none "$J"
}
