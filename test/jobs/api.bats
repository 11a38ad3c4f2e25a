# SPDX-License-Identifier: Apache-2.0
# The device API of the Jobs service, over MQTT: requests, answers, notifications.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

setup() {
	lab_use
	ROTATE='{"operation":"ROTATE_CERTIFICATE"}'
	CREATED='{"jobId":"'$J'","queuedAt":"S","lastUpdatedAt":"S","versionNumber":1,"executionNumber":1}'
}

# --- payloads ------------------------------------------------------------------------------------

@test "payload: an empty one is {}" {
	thing_new
	accepted jobs/get ''
	body_is '{"inProgressJobs":[],"queuedJobs":[],"timestamp":"S"}'
}

@test "error InvalidJson: a payload that is no JSON object" {
	thing_new
	job_new "$J"
	for text in '{' 'x' '[]' '1' '"text"' 'null' '{"a":1,"a":2}' '{} {}' $'{"a":"\xff"}' \
		'{"a":"\u0000"}' '{"a":1e999}'; do
		rejected jobs/get "$text" InvalidJson
		body_is '{"code":"InvalidJson","message":"the payload is not a JSON object","timestamp":"S"}'
	done
	rejected "jobs/$J/update" '{"status":' InvalidJson
	rejected "jobs/$J/get" '[]' InvalidJson
	rejected jobs/start-next 7 InvalidJson
	execution_is QUEUED
}

@test "payload: one nested too deeply, or too large, is InvalidJson" {
	thing_new
	printf -v deep '[%.0s' {1..5000}
	rejected jobs/get "{\"a\":$deep" InvalidJson
	printf '{"a":"%131100s"}' x >long
	rejected jobs/get @long InvalidJson
	printf '{"a":"%131000s"}' x >long
	accepted jobs/get @long
}

@test "payload: unknown members are ignored" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/get" '{"jobId":"'"$J"'","thingName":"'"$THING"'","colour":["red"]}'
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","colour":"red"}'
	body_is '{"timestamp":"S"}'
}

@test "clientToken: it is returned in accepted and rejected answers" {
	thing_new
	job_new "$J"
	accepted jobs/get '{"clientToken":"a b\"ü"}'
	body_is '"a b\"ü"' .clientToken
	accepted "jobs/\$next/get" '{"clientToken":"n"}'
	body_is '"n"' .clientToken
	accepted jobs/start-next '{"clientToken":"s"}'
	body_is '"s"' .clientToken
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","clientToken":"u"}'
	body_is '{"timestamp":"S","clientToken":"u"}'
	rejected "jobs/$J/update" '{"clientToken":"r"}' InvalidRequest
	body_is '"r"' .clientToken
	rejected jobs/none/get '{"clientToken":"g"}' ResourceNotFound
	body_is '{"clientToken":"g","code":"ResourceNotFound","message":"no such job execution for this thing","timestamp":"S"}'
}

@test "clientToken: up to 64 bytes; anything else is InvalidRequest" {
	thing_new
	printf -v token '%064d' 0
	accepted jobs/get "{\"clientToken\":\"$token\"}"
	body_is "\"$token\"" .clientToken
	for bad in "\"${token}0\"" 1 true '{}'; do
		rejected jobs/get "{\"clientToken\":$bad}" InvalidRequest
		body_is '{"code":"InvalidRequest","message":"clientToken must be a string of at most 64 bytes","timestamp":"S"}'
	done
}

@test "error InvalidTopic: \$next is allowed for get alone, and a job id for requests that have one" {
	thing_new
	job_new "$J"
	rejected 'jobs/$next/update' '{"status":"IN_PROGRESS"}' InvalidTopic
	rejected 'jobs/a.b/update' '{"status":"IN_PROGRESS"}' InvalidTopic
	rejected 'jobs/a.b/get' '{}' ResourceNotFound
	rejected 'jobs/$next/namespace-n/update' '{"status":"IN_PROGRESS"}' InvalidTopic
	for t in list get/x x/start x/y/get x/namespace-n/start x/namespace-n/m/get \
		namespace-n/start-next start-next/namespace-n get/ /get ''; do
		rejected "jobs/$t" '{"clientToken":"t"}' InvalidTopic
		body_is '{"code":"InvalidTopic","message":"no operation has this topic","timestamp":"S","clientToken":"t"}'
		grep -qF "$(topic "jobs/$t/rejected") " messages
	done
	execution_is QUEUED
}

@test "error InvalidRequest: a job id that is too long" {
	thing_new
	for length in 65 100 300; do
		printf -v id '%0*d' "$length" 0
		for t in "$id/get" "$id/update" "$id/namespace-n/get" "$id/namespace-n/update"; do
			rejected "jobs/$t" '{"status":"IN_PROGRESS"}' InvalidRequest
			body_is '"a job id has at most 64 characters"' .message
		done
	done
	printf -v id '%064d' 0
	rejected "jobs/$id/get" '{}' ResourceNotFound
	rejected "jobs/$id/update" '{"status":"IN_PROGRESS"}' ResourceNotFound
	# What is longer than any answer could be is lost, and costs no connection.
	printf -v id '%0600d' 0
	ask "=$(topic "jobs/$id/get")" '{}' "$(topic jobs/get)" '{}' >messages
	[ "$(wc -l <messages)" -eq 1 ]
}

@test "topic: a message on a topic of the service alone is accepted, not answered, and reaches nobody" {
	thing_new
	ask "+$(topic 'jobs/#')" "=$(topic jobs/notify)" lost "=$(topic jobs/x/get/accepted)" \
		lost "=$(topic jobs/x/update/rejected)" lost \
		"=$(topic jobs/notify-namespace-n)" lost "$(topic jobs/get)" '{}' >messages
	[ "$(wc -l <messages)" -eq 1 ]
	grep -qF "$(topic jobs/get/accepted) " messages
}

@test "topic: one of another thing or another service closes the connection" {
	thing_new
	run -6 ask "awslabs/things/$THING/certificate/revoke" '{}'
	run -6 ask "\$aws/things/other-get/jobs/get" '{}'
	run -6 ask "\$aws/things/other-get/shadow/get" '{}'
	run -6 ask '$aws/events/jobExecution/j/succeeded' '{}'
}

@test "namespace: its queue is empty, and it has no executions" {
	thing_new
	job_new "$J"
	accepted 'jobs/$next/namespace-aws-gg-deployment/get' '{"clientToken":"t","jobId":"$next"}'
	body_is '{"timestamp":"S","clientToken":"t"}'
	accepted 'jobs/$next/namespace-n/get' ''
	body_is '{"timestamp":"S"}'
	rejected "jobs/$J/namespace-n/get" '{"clientToken":"t"}' ResourceNotFound
	body_is '{"code":"ResourceNotFound","message":"no such job execution for this thing","timestamp":"S","clientToken":"t"}'
	rejected "jobs/$J/namespace-n/update" '{"status":"SUCCEEDED"}' ResourceNotFound
	rejected 'jobs/namespace-n/get' '{}' ResourceNotFound
	rejected 'jobs/$next/namespace-n/get' 'x' InvalidJson
	execution_is QUEUED
}

# shadows [NAME]: our thing asks for its shadow in each way, and is told that there is none
no_shadow() {
	local operation
	for operation in get update delete; do
		request "$1/$operation" '{"clientToken":"t","state":{"reported":{"a":1}}}'
		[ "$ANSWER" = rejected ]
		body_is "{\"code\":404,\"message\":\"No shadow exists with name: '$2'\",\"timestamp\":\"S\",\"clientToken\":\"t\"}"
	done
}

@test "shadow: a request for a shadow, classic or named, is answered that there is none" {
	policy_shadows
	thing_new
	gr-registry attach-policy shadows "$OLD"
	topic() { printf '$aws/things/%s/%s' "$THING" "$1"; }
	no_shadow shadow "$THING"
	no_shadow shadow/name/AWSManagedGreengrassV2Deployment \
		"$THING~AWSManagedGreengrassV2Deployment"
	printf -v long '%0200d' 0
	no_shadow "shadow/name/$long" "$THING~$long"
	for payload in x '[]' '{"clientToken":7}'; do
		request shadow/get "$payload"
		[ "$ANSWER" = rejected ]
		body_is 400 .code
	done
	request shadow/get ''
	body_is 404 .code
	# Any client of the thing is answered, and that one alone.
	ask "+$(topic 'shadow/#')" "!: >ready" "?$(topic shadow/end)" >other 3>&- &
	await test -e ready
	CLIENT=$THING#2 ask "$(topic shadow/get)" '{"clientToken":"mine"}' >messages
	[ "$(wc -l <messages)" -eq 1 ]
	CLIENT=$THING#x ask "$(topic shadow/name/n/get)" '{"clientToken":"mine"}' >messages
	[ "$(wc -l <messages)" -eq 1 ]
	mosquitto_pub --unix "$LAB/home/shared/broker.sock" -t "$(topic shadow/end)" -m x
	wait $!
	not grep mine other
}
policy_shadows() {
	jq -n '{Version: "2012-10-17", Statement: {Effect: "Allow", Action: ["iot:Publish", "iot:Subscribe", "iot:Receive"], Resource: "*"}}' >shadows.json
	gr-registry create-policy shadows shadows.json
}

@test "shadow: the shipped policy lets a thing ask for its own shadow alone" {
	thing_new
	topic() { printf '$aws/things/%s/%s' "$THING" "$1"; }
	request shadow/get '{}'
	body_is 404 .code
	request shadow/name/n/get '{}'
	body_is 404 .code
	ask "=$(topic shadow/update)" '{}' "=$(topic shadow/name/n/delete)" '{}' \
		"$(topic jobs/get)" '{}' >messages
	[ "$(wc -l <messages)" -eq 1 ]
}

@test "null: a member that is null counts as absent" {
	thing_new
	job_new "$J"
	for request in get start-next "$J/get" '$next/get' "$J/update" 'none/get'; do
		request "jobs/$request" '{"clientToken":null,"executionNumber":null,"includeJobDocument":null,"includeJobExecutionState":null,
			"statusDetails":null,"stepTimeoutInMinutes":null,"expectedVersion":null,"status":"IN_PROGRESS","colour":null}'
		[ "$ANSWER" = accepted ] || [ "$request" = none/get ]
		body_is false 'has("clientToken")'
	done
	accepted "jobs/$J/get" '{}'
	body_is true '.execution | has("jobDocument")'
	rejected "jobs/$J/update" '{"status":null}' InvalidRequest
	body_is "\"Value null at 'status' failed to satisfy constraint: Member must not be null\"" .message
	key_new new
	accepted create "$(csr_of new \
		'{executionNumber: null, clientToken: null, certificateChain: null}')"
	jq -r .certificatePem <<<"$BODY" >new.pem
	over_new
	accepted commit "{\"jobId\":\"$J\",\"executionNumber\":null,\"certificateId\":null,\"clientToken\":null}"
	refused commit '{"jobId":null}' 'jobId is missing'
	accepted request '{"clientToken":null}'
}

@test "answer: it comes once, subscribed or not, to the asking client alone" {
	thing_new
	job_new "$J"
	ask "+$(topic 'jobs/+/get/+')" "+$(topic 'jobs/#')" "$(topic "jobs/$J/get")" '{}' \
		"$(topic jobs/get)" '{}' >messages
	[ "$(grep -c "/$J/get/accepted" messages)" -eq 1 ]
	CLIENT=$THING#gr
	ask "$(topic "jobs/$J/get")" '{}' >messages
	[ "$(wc -l <messages)" -eq 1 ]
	mkfifo twin
	CLIENT=$THING ask "+$(topic 'jobs/#')" "!cat twin >twin.in" "$(topic jobs/get)" \
		'{"clientToken":"mine"}' >own 3>&- &
	exec 5>twin
	CLIENT=$THING#gr ask "$(topic "jobs/$J/get")" '{}' >messages 5>&-
	exec 5>&-
	wait $!
	[ "$(wc -l <own)" -eq 1 ]
	grep -q mine own
}

# --- get -----------------------------------------------------------------------------------------

# on_the_way CERTIFICATE: start-next as the broker would pass it on, then a request of our own;
# the answers are in `messages`
on_the_way() {
	local client
	client=$(printf %s "$CLIENT" | od -An -v -tx1 | tr -d ' \n')
	ask "+$(topic jobs/start-next)/accepted" "+$(topic jobs/start-next)/rejected" \
		"!mosquitto_pub --unix '$LAB/home/shared/broker.sock' -q 1 -t 'in/$1/$client/$(topic jobs/start-next)' -m '{}'" "$(topic jobs/get)" '{}' >messages
	grep -q 'jobs/get/accepted' messages
}

@test "request: over a certificate that was retired meanwhile it gets no answer, and changes nothing" {
	thing_new
	job_new "$J"
	dead=$(printf '%064d' 1)
	sql "INSERT INTO certificate (id, status, pem, spki, not_after, created) VALUES ('$dead', 'INACTIVE', '', 'x', 9e15, 0);
		INSERT INTO principal VALUES ('$dead', '$THING', 0)"
	on_the_way "$dead"
	not grep -q start-next messages
	execution_is QUEUED
	on_the_way "$OLD"
	execution_is IN_PROGRESS
}

@test "request GetPendingJobExecutions: both lists, in order, with summaries of executions" {
	thing_new
	job_new "$J-a"
	job_new "$J-b"
	job_new "$J-c"
	accepted "jobs/$J-b/update" '{"status":"IN_PROGRESS"}'
	accepted jobs/get '{}'
	body_is '{"timestamp":"S",
		"inProgressJobs":[{"jobId":"'"$J"'-b","queuedAt":"S","lastUpdatedAt":"S","startedAt":"S","versionNumber":2,"executionNumber":1}],
		"queuedJobs":[{"jobId":"'"$J"'-a","queuedAt":"S","lastUpdatedAt":"S","versionNumber":1,"executionNumber":1},
			{"jobId":"'"$J"'-c","queuedAt":"S","lastUpdatedAt":"S","versionNumber":1,"executionNumber":1}]}'
}

@test "request GetPendingJobExecutions: ten executions at the most, those under way first" {
	thing_new
	for n in {10..21}; do job_new "$J-$n"; done
	accepted "jobs/$J-21/update" '{"status":"IN_PROGRESS"}'
	accepted jobs/get '{}'
	body_is "[[\"$J-21\"],[\"$J-10\",\"$J-11\",\"$J-12\",\"$J-13\",\"$J-14\",\"$J-15\",\"$J-16\",\"$J-17\",\"$J-18\"]]" \
		'[[.inProgressJobs[].jobId], [.queuedJobs[].jobId]]'
}

@test "get: executions that have ended are not listed, nor those of other things" {
	thing_new other-get
	job_new "$J-other"
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"FAILED"}'
	accepted jobs/get '{}'
	body_is '{"inProgressJobs":[],"queuedJobs":[],"timestamp":"S"}'
}

# --- describe ------------------------------------------------------------------------------------

@test "request DescribeJobExecution: a queued execution, whole" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/get" '{}'
	body_is '{"timestamp":"S","certificateRotator":{"idempotent":true},"execution":{"jobId":"'"$J"'","thingName":"'"$THING"'","status":"QUEUED",
		"queuedAt":"S","lastUpdatedAt":"S","versionNumber":1,"executionNumber":1,"jobDocument":'"$ROTATE"'}}'
}

@test "describe: one under way, with details, start and the time that is left" {
	thing_new
	job_new "$J" -T 10
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"step":"one"}}'
	accepted "jobs/$J/get" '{"executionNumber":1,"includeJobDocument":false}'
	body_is '{"timestamp":"S","certificateRotator":{"idempotent":true},"execution":{"jobId":"'"$J"'","thingName":"'"$THING"'","status":"IN_PROGRESS",
		"statusDetails":{"step":"one"},"queuedAt":"S","startedAt":"S","lastUpdatedAt":"S","versionNumber":2,"executionNumber":1}}' \
		'del(.execution.approximateSecondsBeforeTimedOut)'
	body_is true \
		'.execution.approximateSecondsBeforeTimedOut | . > 500 and . <= 600 and floor == .'
}

@test "request DescribeJobExecution: \$next is the front, with its document, and changes nothing" {
	thing_new
	job_new "$J"
	for n in 1 2; do
		accepted 'jobs/$next/get' '{}'
		body_is '{"timestamp":"S","certificateRotator":{"idempotent":true},"execution":{"jobId":"'"$J"'","thingName":"'"$THING"'","status":"QUEUED",
			"queuedAt":"S","lastUpdatedAt":"S","versionNumber":1,"executionNumber":1,"jobDocument":'"$ROTATE"'}}'
	done
	accepted 'jobs/$next/get' '{"includeJobDocument":false}'
	body_is false '.execution | has("jobDocument")'
	grep -qF "$(topic 'jobs/$next/get/accepted') " messages
}

@test "describe: \$next with nothing pending is accepted without an execution" {
	thing_new
	accepted 'jobs/$next/get' '{"clientToken":"t"}'
	body_is '{"timestamp":"S","clientToken":"t","certificateRotator":{"idempotent":true}}'
}

@test "error ResourceNotFound: a job or execution that does not exist is not described" {
	thing_new other-describe
	job_new "$J-other"
	thing_new
	job_new "$J"
	rejected jobs/none/get '{}' ResourceNotFound
	rejected "jobs/$J-other/get" '{}' ResourceNotFound
	rejected "jobs/$J/get" '{"executionNumber":2}' ResourceNotFound
	rejected "jobs/$J/get" '{"executionNumber":-1}' ResourceNotFound
	rejected "jobs/$J/get" '{"executionNumber":0}' ResourceNotFound
}

@test "error TerminalStateReached: one that has ended is not described" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"FAILED"}'
	rejected "jobs/$J/get" '{}' TerminalStateReached
	body_is '{"code":"TerminalStateReached","message":"the job execution has ended","timestamp":"S"}'
}

@test "describe: members of the wrong type are InvalidRequest" {
	thing_new
	job_new "$J"
	for members in '"executionNumber":"1x"' '"executionNumber":"-1"' \
		'"executionNumber":1.5' '"executionNumber":true' '"includeJobDocument":"false"' \
		'"includeJobDocument":0'; do
		rejected "jobs/$J/get" "{$members}" InvalidRequest
	done
}

@test "describe: the document is what the operator gave" {
	thing_new
	printf '{ "operation" : "other",\n "n": 12345678901234567, "list": [1.5, null] }' >document
	job_new "$J" -d document
	accepted "jobs/$J/get" '{}'
	grep -q '"n":12345678901234567[,}]' messages
	body_is '{"operation":"other","list":[1.5,null]}' '.execution.jobDocument | del(.n)'
}

# --- start-next ----------------------------------------------------------------------------------

@test "request StartNextPendingJobExecution: takes the front into progress and hands it out" {
	thing_new
	job_new "$J"
	job_new "$J-later"
	accepted jobs/start-next '{"statusDetails":{"step":"x","n":1,"b":true}}'
	body_is '{"timestamp":"S","execution":{"jobId":"'"$J"'","thingName":"'"$THING"'","status":"IN_PROGRESS","statusDetails":{"step":"x","n":"1","b":"true"},
		"queuedAt":"S","startedAt":"S","lastUpdatedAt":"S","versionNumber":2,"executionNumber":1,"jobDocument":'"$ROTATE"'}}'
	execution_is IN_PROGRESS
	execution_is QUEUED "$J-later"
}

@test "request StartNextPendingJobExecution: one under way is handed out again, unchanged" {
	thing_new
	job_new "$J"
	accepted jobs/start-next '{"statusDetails":{"step":"x"}}'
	first=$BODY
	accepted jobs/start-next '{"statusDetails":{"step":"y"},"stepTimeoutInMinutes":5}'
	json_is "$BODY" "$(jq "$TIMES" <<<"$first")"
	accepted 'jobs/$next/get' '{}'
	body_is '[2,{"step":"x"},false]' '.execution | [.versionNumber, .statusDetails, has("approximateSecondsBeforeTimedOut")]'
}

@test "request StartNextPendingJobExecution: with nothing pending it is accepted without an execution" {
	thing_new
	accepted jobs/start-next '{}'
	body_is '{"timestamp":"S"}'
}

@test "start-next: a bad step time-out or bad details are InvalidRequest and start nothing" {
	thing_new
	job_new "$J"
	for members in '"stepTimeoutInMinutes":0' '"stepTimeoutInMinutes":10081' \
		'"stepTimeoutInMinutes":-2' '"stepTimeoutInMinutes":"5"' \
		'"stepTimeoutInMinutes":1.5' '"statusDetails":[]' '"statusDetails":{"a":{}}'; do
		rejected jobs/start-next "{$members}" InvalidRequest
	done
	execution_is QUEUED
}

@test "start-next: a notification of the list follows, and no other" {
	thing_new
	job_new "$J"
	run -0 story "$(topic jobs/start-next)" '{}' "$(topic jobs/start-next)" '{}'
	[ "$output" = 'notify start-next/accepted start-next/accepted' ]
	json_is "$(message notify)" "[\"$J\"]" '[.jobs.IN_PROGRESS[].jobId]'
}

# --- update: members -----------------------------------------------------------------------------

@test "request update status: it is needed, and is one that a device may report" {
	thing_new
	job_new "$J"
	rejected "jobs/$J/update" '{}' InvalidRequest
	body_is "\"Value null at 'status' failed to satisfy constraint: Member must not be null\"" .message
	for status in '"CANCELED"' '"TIMED_OUT"' '"REMOVED"' '"DONE"' '""' \
		'"in_progress"' 1 null; do
		rejected "jobs/$J/update" "{\"status\":$status}" InvalidRequest
		body_is false 'has("executionState")'
	done
	execution_is QUEUED
}

@test "update: the answer has nothing but the timestamp, unless more was asked for" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	body_is '{"timestamp":"S"}'
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","includeJobExecutionState":false,"includeJobDocument":false}'
	body_is '{"timestamp":"S"}'
}

@test "request update includeJobExecutionState: adds how the execution stands after the update" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","includeJobExecutionState":true}'
	body_is '{"timestamp":"S","executionState":{"status":"IN_PROGRESS","versionNumber":2}}'
	accepted "jobs/$J/update" \
		'{"status":"FAILED","statusDetails":{"why":"x"},"includeJobExecutionState":true}'
	body_is '{"timestamp":"S","executionState":{"status":"FAILED","statusDetails":{"why":"x"},"versionNumber":3}}'
}

@test "request update includeJobDocument: adds the document, as an object" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","includeJobDocument":true}'
	body_is '{"timestamp":"S","jobDocument":'"$ROTATE"'}'
}

@test "request update clientToken: comes back in the answer, as sent" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","clientToken":"one two"}'
	body_is '{"timestamp":"S","clientToken":"one two"}'
	rejected "jobs/$J/update" '{"status":"QUEUED","clientToken":"three"}' \
		InvalidStateTransition
	body_is '"three"' .clientToken
}

@test "request update statusDetails: they replace the old ones; without any the old ones stay" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" \
		'{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true,"a":"1"}}'
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","includeJobExecutionState":true}'
	body_is '{"CertificateRotator":"true","a":"1"}' .executionState.statusDetails
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"b":"2"},"includeJobExecutionState":true}'
	body_is '{"b":"2"}' .executionState.statusDetails
	accepted "jobs/$J/update" \
		'{"status":"IN_PROGRESS","statusDetails":{},"includeJobExecutionState":true}'
	body_is '{"status":"IN_PROGRESS","versionNumber":5}' .executionState
}

@test "request update statusDetails: they are kept as text, numbers and booleans spelled out" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"t":true,"f":false,"i":-12,"big":9223372036854775807,"r":0.1},"includeJobExecutionState":true}'
	body_is '{"t":"true","f":"false","i":"-12","big":"9223372036854775807","r":"0.1"}' \
		.executionState.statusDetails
}

@test "update: details at their limits are taken" {
	thing_new
	job_new "$J"
	printf -v key '%0128d' 0
	printf -v value '%01024d' 0
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"'"$key"'":"'"$value"'","a:b_c-D":"x","3":"x","4":"x","5":"x","6":"x","7":"x","8":"x","9":"x","10":"x"}}'
	accepted "jobs/$J/update" \
		'{"status":"IN_PROGRESS","statusDetails":{"umlauts":"'"${value//0/ü}"'"}}'
}

@test "error InvalidRequest: details past their limits, and nothing changes" {
	thing_new
	job_new "$J"
	printf -v key '%0129d' 0
	printf -v value '%01025d' 0
	remember
	for details in '{"'"$key"'":"x"}' '{"a":"'"$value"'"}' '{"a":"'"${value//0/ü}"'"}' \
		'{"":"x"}' '{"a b":"x"}' '{"a.b":"x"}' '{"a":""}' '{"a":"x\ny"}' '{"a":"\u007f"}' \
		'{"a":{}}' '{"a":[]}' '{"a":null}' '[]' '"x"' 7 \
		'{"1":"x","2":"x","3":"x","4":"x","5":"x","6":"x","7":"x","8":"x","9":"x","10":"x","11":"x"}'; do
		rejected "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":'"$details"'}' \
			InvalidRequest
	done
	is_unchanged
}

@test "request update expectedVersion: it may be a number or a decimal string" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":1}'
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":"2"}'
	for bad in '"x"' '"2x"' '""' '" 2"' '"+2"' '"-2"' '"0x2"' '"99999999999999999999"' \
		1.5 true '[]'; do
		rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":'"$bad"'}' \
			InvalidRequest
	done
}

@test "error VersionMismatch: of another version, and says what is the case" {
	thing_new
	job_new "$J"
	rejected "jobs/$J/update" \
		'{"status":"IN_PROGRESS","expectedVersion":99,"clientToken":"t"}' VersionMismatch
	body_is '{"code":"VersionMismatch","message":"Expected version 99 but found version 1","timestamp":"S","clientToken":"t",
		"executionState":{"status":"QUEUED","versionNumber":1}}'
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":"7"}' VersionMismatch
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":0}' VersionMismatch
	body_is '"Expected version 0 but found version 1"' .message
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":-1}' VersionMismatch
	execution_is QUEUED
}

@test "request update executionNumber: one that is not there is ResourceNotFound" {
	thing_new other-update
	job_new "$J-other"
	thing_new
	job_new "$J"
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","executionNumber":2}' ResourceNotFound
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","executionNumber":0}' ResourceNotFound
	rejected jobs/none/update '{"status":"IN_PROGRESS"}' ResourceNotFound
	body_is '{"code":"ResourceNotFound","message":"no such job execution for this thing","timestamp":"S"}'
	rejected "jobs/$J-other/update" '{"status":"IN_PROGRESS"}' ResourceNotFound
	execution_is QUEUED
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","executionNumber":1}'
}

@test "executionNumber: it may be a number or a decimal string, as expectedVersion" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","executionNumber":"1"}'
	accepted "jobs/$J/get" '{"executionNumber":"1"}'
	for other in '"2"' '"0"' '"9223372036854775807"'; do
		rejected "jobs/$J/get" "{\"executionNumber\":$other}" ResourceNotFound
		rejected "jobs/$J/update" \
			"{\"status\":\"IN_PROGRESS\",\"executionNumber\":$other}" ResourceNotFound
	done
	for bad in '"x"' '"1x"' '""' '" 1"' '"-1"' '"9223372036854775808"' 1.5 true '[]'; do
		rejected "jobs/$J/get" "{\"executionNumber\":$bad}" InvalidRequest
		rejected "jobs/$J/update" "{\"status\":\"IN_PROGRESS\",\"executionNumber\":$bad}" \
			InvalidRequest
	done
}

@test "update: flags and numbers of the wrong type are InvalidRequest" {
	thing_new
	job_new "$J"
	for members in '"executionNumber":"x"' '"includeJobExecutionState":1' \
		'"includeJobDocument":"true"' \
		'"stepTimeoutInMinutes":0' '"stepTimeoutInMinutes":10081' \
		'"stepTimeoutInMinutes":"1"' '"stepTimeoutInMinutes":-2'; do
		rejected "jobs/$J/update" "{\"status\":\"IN_PROGRESS\",$members}" InvalidRequest
	done
	execution_is QUEUED
}

@test "request order of checks: the request is looked at before the execution, the version before the transition" {
	thing_new
	other_job "$J"
	rejected jobs/none/update '{"status":"DONE"}' InvalidRequest
	rejected jobs/none/update '{"status":"IN_PROGRESS","expectedVersion":9}' ResourceNotFound
	accepted "jobs/$J/update" '{"status":"SUCCEEDED"}'
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":9}' VersionMismatch
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":2}' \
		InvalidStateTransition
}

# --- update: transitions -------------------------------------------------------------------------

@test "execution from QUEUED: to every end that a device may report, and from IN_PROGRESS too" {
	thing_new
	for end in SUCCEEDED FAILED REJECTED; do
		other_job "$J-q-$end"
		accepted "jobs/$J-q-$end/update" \
			"{\"status\":\"$end\",\"includeJobExecutionState\":true}"
		body_is "{\"status\":\"$end\",\"versionNumber\":2}" .executionState
		execution_is "$end" "$J-q-$end"
		other_job "$J-p-$end"
		accepted "jobs/$J-p-$end/update" '{"status":"IN_PROGRESS"}'
		accepted "jobs/$J-p-$end/update" \
			"{\"status\":\"$end\",\"includeJobExecutionState\":true}"
		body_is "{\"status\":\"$end\",\"versionNumber\":3}" .executionState
		execution_is "$end" "$J-p-$end"
	done
}

@test "execution from an end: nothing leaves it, and the refusal says which it was" {
	thing_new
	for end in SUCCEEDED FAILED REJECTED; do
		other_job "$J-$end"
		accepted "jobs/$J-$end/update" \
			"{\"status\":\"$end\",\"statusDetails\":{\"a\":\"b\"}}"
		for next in IN_PROGRESS SUCCEEDED FAILED REJECTED QUEUED; do
			rejected "jobs/$J-$end/update" \
				"{\"status\":\"$next\",\"statusDetails\":{\"c\":\"d\"},\"clientToken\":\"t\"}" \
				InvalidStateTransition
			body_is '{"code":"InvalidStateTransition","message":"the job execution has ended","timestamp":"S","clientToken":"t",
				"executionState":{"status":"'$end'","statusDetails":{"a":"b"},"versionNumber":2}}'
		done
	done
}

@test "error InvalidStateTransition: a device cannot queue" {
	thing_new
	job_new "$J"
	rejected "jobs/$J/update" '{"status":"QUEUED"}' InvalidStateTransition
	body_is '{"status":"QUEUED","versionNumber":1}' .executionState
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	rejected "jobs/$J/update" '{"status":"QUEUED"}' InvalidStateTransition
	body_is '{"status":"IN_PROGRESS","versionNumber":2}' .executionState
}

@test "request versionNumber: it counts accepted updates; refusals and reads do not count" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	rejected "jobs/$J/update" '{"status":"QUEUED"}' InvalidStateTransition
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":9}' VersionMismatch
	accepted "jobs/$J/get" '{}'
	accepted jobs/start-next '{}'
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","includeJobExecutionState":true}'
	body_is 3 .executionState.versionNumber
}

@test "update: startedAt is the first start and stays" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	started=$(sql "SELECT started FROM execution WHERE job = '$J'")
	[ "$started" -gt 0 ]
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	sql_is "SELECT started FROM execution WHERE job = '$J'" "$started"
}

# --- a newer execution ---------------------------------------------------------------------------

@test "execution: without a number the latest one is meant, with one that one" {
	thing_new
	job_new "$J" -R 1
	accepted "jobs/$J/update" '{"status":"FAILED"}'
	accepted "jobs/$J/get" '{}'
	body_is '[2,1,"QUEUED"]' '.execution | [.executionNumber, .versionNumber, .status]'
	rejected "jobs/$J/get" '{"executionNumber":1}' TerminalStateReached
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","executionNumber":1}' \
		InvalidStateTransition
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	sql_is "SELECT group_concat(number || status) FROM execution WHERE job = '$J'" \
		1FAILED,2IN_PROGRESS
}

# --- timers --------------------------------------------------------------------------------------

ended() { execution_is TIMED_OUT; }

@test "execution in-progress timer: a queued execution has no timer" {
	own_lab -m 20
	thing_new
	job_new "$J" -T 1
	job_new "$J-timed" -T 1
	accepted "jobs/$J-timed/update" '{"status":"IN_PROGRESS"}'
	await execution_is TIMED_OUT "$J-timed"
	execution_is QUEUED
}

@test "execution expiry: it ends the execution, keeps its details and is notified" {
	own_lab -m 20
	thing_new
	job_new "$J" -T 5
	run -0 story "$(topic "jobs/$J/update")" \
		'{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true}}' \
		"?$(topic jobs/notify-next)"
	[ "$output" = "$J/update/accepted notify notify notify-next" ]
	json_is "$(message notify)" '{"timestamp":"S","jobs":{}}'
	json_is "$(message notify-next)" '{"timestamp":"S"}'
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS"}' InvalidStateTransition
	body_is '{"status":"TIMED_OUT","statusDetails":{"CertificateRotator":"true"},"versionNumber":3}' .executionState
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '["COMPLETED",1]' '[.status, .jobProcessDetails.numberOfTimedOutThings]'
}

@test "execution in-progress timer: progress does not put it off" {
	own_lab -m 400
	thing_new
	job_new "$J" -T 5
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	deadline=$(sql "SELECT deadline FROM execution")
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	sql_is "SELECT deadline FROM execution" "$deadline"
	await ended
}

@test "execution in-progress timer: it runs on while the daemon is away" {
	own_lab -m 20
	thing_new
	job_new "$J" -T 5
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	backend kill
	backend start
	await ended
}

@test "execution step timer: it ends the execution" {
	own_lab -m 20
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","stepTimeoutInMinutes":2}'
	await ended
}

@test "request update stepTimeoutInMinutes: a new value replaces it, none keeps it, -1 cancels it" {
	thing_new
	job_new "$J"
	left() {
		accepted "jobs/$J/get" '{}' &&
			jq .execution.approximateSecondsBeforeTimedOut <<<"$BODY"
	}
	accepted jobs/start-next '{"stepTimeoutInMinutes":10}'
	body_is true '.execution.approximateSecondsBeforeTimedOut | . > 500 and . <= 600'
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","stepTimeoutInMinutes":20}'
	[ "$(left)" -gt 1100 ]
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	[ "$(left)" -gt 1000 ]
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","stepTimeoutInMinutes":-1}'
	[ "$(left)" = null ]
}

@test "execution step timer: it is cut to the job's time-out" {
	thing_new
	job_new "$J" -T 10
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","stepTimeoutInMinutes":20}'
	sql_is "SELECT step_deadline = deadline FROM execution WHERE job = '$J'" 1
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","stepTimeoutInMinutes":2}'
	accepted "jobs/$J/get" '{}'
	body_is true '.execution.approximateSecondsBeforeTimedOut <= 120'
}

# --- notify and notify-next: the table -----------------------------------------------------------

@test "notify queued into an empty set: both, with the whole execution" {
	thing_new
	run -0 story "!gr-jobs create -t thing/$THING $J"
	[ "$output" = 'notify notify-next' ]
	json_is "$(message notify)" '{"timestamp":"S","jobs":{"QUEUED":['"$CREATED"']}}'
	json_is "$(message notify-next)" \
		'{"timestamp":"S","execution":'"$(jq -c ". + {status: \"QUEUED\", jobDocument: $ROTATE}" <<<"$CREATED")"'}'
}

@test "notify queued behind others: the list alone" {
	thing_new
	job_new "$J-1"
	run -0 story "!gr-jobs create -t thing/$THING $J"
	[ "$output" = notify ]
	json_is "$(message notify)" "[\"$J-1\",\"$J\"]" '[.jobs.QUEUED[].jobId]'
}

@test "notify front is started: the list alone, after the answer" {
	thing_new
	job_new "$J"
	run -0 story "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}'
	[ "$output" = "$J/update/accepted notify" ]
	json_is "$(message notify)" \
		'{"timestamp":"S","jobs":{"IN_PROGRESS":['"$(jq -c '. + {startedAt: "S", versionNumber: 2}' <<<"$CREATED")"']}}'
}

@test "notify progress report: nothing" {
	thing_new
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	run -0 story "$(topic "jobs/$J/update")" \
		'{"status":"IN_PROGRESS","statusDetails":{"a":"b"}}'
	[ "$output" = "$J/update/accepted" ]
}

@test "notify another is started and becomes the front: both" {
	thing_new
	job_new "$J-1"
	job_new "$J"
	run -0 story "$(topic "jobs/$J/update")" \
		'{"status":"IN_PROGRESS","statusDetails":{"a":"b"}}'
	[ "$output" = "$J/update/accepted notify notify-next" ]
	json_is "$(message notify-next)" \
		'{"timestamp":"S","execution":{"jobId":"'"$J"'","status":"IN_PROGRESS","statusDetails":{"a":"b"},"queuedAt":"S",
		"startedAt":"S","lastUpdatedAt":"S","versionNumber":2,"executionNumber":1,"jobDocument":'"$ROTATE"'}}'
}

@test "notify another is started behind an older one: the list alone" {
	thing_new
	job_new "$J-1"
	job_new "$J"
	accepted "jobs/$J-1/update" '{"status":"IN_PROGRESS"}'
	run -0 story "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}'
	[ "$output" = "$J/update/accepted notify" ]
	accepted 'jobs/$next/get' '{}'
	body_is "\"$J-1\"" .execution.jobId
}

@test "notify: an older one is started after a younger one: it becomes the front" {
	thing_new
	job_new "$J-1"
	job_new "$J"
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	run -0 story "$(topic "jobs/$J-1/update")" '{"status":"IN_PROGRESS"}'
	[ "$output" = "$J-1/update/accepted notify notify-next" ]
}

@test "notify front ends, others remain: both, after the answer" {
	thing_new
	other_job "$J"
	job_new "$J-2"
	run -0 story "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}' \
		"$(topic "jobs/$J/update")" '{"status":"SUCCEEDED"}'
	[ "$output" = "$J/update/accepted notify $J/update/accepted notify notify-next" ]
	json_is "$(message notify)" "{\"QUEUED\":[\"$J-2\"]}" '.jobs | map_values(map(.jobId))'
	json_is "$(message notify-next)" "[\"$J-2\",\"QUEUED\"]" '.execution | [.jobId, .status]'
}

@test "notify last one ends: both, and both are empty" {
	thing_new
	job_new "$J"
	run -0 story "$(topic "jobs/$J/update")" '{"status":"REJECTED"}'
	[ "$output" = "$J/update/accepted notify notify-next" ]
	json_is "$(message notify)" '{"timestamp":"S","jobs":{}}'
	json_is "$(message notify-next)" '{"timestamp":"S"}'
}

@test "notify one that is not the front ends: the list alone" {
	thing_new
	job_new "$J-1"
	job_new "$J"
	accepted "jobs/$J-1/update" '{"status":"IN_PROGRESS"}'
	run -0 story "$(topic "jobs/$J/update")" '{"status":"FAILED"}'
	[ "$output" = "$J/update/accepted notify" ]
	json_is "$(message notify)" "{\"IN_PROGRESS\":[\"$J-1\"]}" \
		'.jobs | map_values(map(.jobId))'
}

@test "notify: a cancelled one counts as ended" {
	thing_new
	job_new "$J-1"
	job_new "$J"
	run -0 story "!gr-jobs cancel $J >/dev/null" "!gr-jobs cancel $J-1 >/dev/null"
	[ "$output" = 'notify notify notify-next' ]
	json_is "$(message notify-next)" '{"timestamp":"S"}'
}

@test "notify retry: one list with the new execution, which is the next" {
	thing_new
	job_new "$J" -R 1:FAILED
	job_new "$J-2"
	run -0 story "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}' \
		"$(topic "jobs/$J/update")" '{"status":"FAILED"}'
	[ "$output" = "$J/update/accepted notify $J/update/accepted notify notify-next" ]
	# Queued last, it waits behind the other one.
	json_is "$(message notify)" "[[\"$J-2\",1],[\"$J\",2]]" \
		'[.jobs.QUEUED[] | [.jobId, .executionNumber]]'
	json_is "$(message notify-next)" "[\"$J-2\",1]" '.execution | [.jobId, .executionNumber]'
}

@test "notify retry: alone in the queue it is news, though the job is the same" {
	thing_new
	job_new "$J" -R 1
	run -0 story "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}' \
		"$(topic "jobs/$J/update")" '{"status":"FAILED"}'
	[ "$output" = "$J/update/accepted notify $J/update/accepted notify notify-next" ]
	json_is "$(message notify-next)" "[\"$J\",2,1,\"QUEUED\"]" \
		'.execution | [.jobId, .executionNumber, .versionNumber, .status]'
}

@test "notify: the list holds ten at the most" {
	thing_new
	for n in {10..20}; do job_new "$J-$n"; done
	run -0 story "!gr-jobs create -t thing/$THING $J"
	[ "$output" = notify ]
	json_is "$(message notify)" 10 '.jobs.QUEUED | length'
}

@test "notify: other things hear nothing of it" {
	thing_new other-notify
	thing_new
	as_thing other-notify
	run -0 story "!gr-jobs create -t thing/thing-$BATS_TEST_NUMBER $J"
	[ -z "$output" ]
}
