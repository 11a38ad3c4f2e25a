# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0

# One lab for the file, one thing a test: thing-N for test N.
setup_file() {
	load ../lib/helper
	lab.sh up -n 30 -a ECDSA-P256 "$BATS_FILE_TMPDIR/lab" 3>&-
	printf '{"operation":"REBOOT"}' >"$BATS_FILE_TMPDIR/reboot.json"
}
teardown_file() {
	load ../lib/helper
	lab.sh down "$BATS_FILE_TMPDIR/lab"
}

setup() {
	load ../lib/helper
	load ../lib/session
	LAB=$BATS_FILE_TMPDIR/lab
	THING=thing-$BATS_TEST_NUMBER
	JOB=job-$BATS_TEST_NUMBER
	export GR_CONF=$LAB/things/$THING/gr.conf GR_STATE=$PWD
}
teardown() {
	stop_link
	[ -z "${PLAYED:-}" ] || kill "$PLAYED" 2>/dev/null || :
	[ -z "${OBSERVER:-}" ] || kill "$OBSERVER" 2>/dev/null || :
}

# observe: what the backend sends goes to the file seen.
observe() {
	stdbuf -oL mosquitto_sub --unix "$LAB/home/shared/broker.sock" -d -v \
		-t 'out/#' >seen 2>&1 3>&- 7>&- &
	OBSERVER=$!
	await grep -q '^Subscribed' seen
}

job() { gr-jobs create -H "$LAB/home" -t "thing/$THING" "${@:2}" "$1" >/dev/null; }
reboot_job() { job "$1" -d "$BATS_FILE_TMPDIR/reboot.json"; }

# played: as pump1, with a service that answers as the file rules says (tools/link_socket.pl).
played() {
	rm -f played.out link.sock
	printf '%s\n' 'thingName = pump1' >gr.conf
	export GR_CONF=$PWD/gr.conf
	perl "$ROOT/test/tools/link_socket.pl" link.sock rules >played.out 2>&1 3>&- &
	PLAYED=$!
	await grep -q ready played.out
	export GR_LINK_SOCKET=$PWD/link.sock
}
rule() {
	printf '%s\t$aws/things/pump1/jobs/%s\t$aws/things/pump1/jobs/%s\t%s\n' "$1" "$2" "$3" "$4"
}
execution() {
	printf '{"jobId":"%s","status":"%s","executionNumber":%s,"versionNumber":1,"queuedAt":7,"lastUpdatedAt":8,"jobDocument":{"operation":"%s"}}' "$@"
}

@test "pending: lists the executions that wait, those in progress first" {
	job "$JOB-a"
	reboot_job "$JOB-b"
	gr-jobs-client update "$JOB-b" IN_PROGRESS >/dev/null
	run -0 --separate-stderr gr-jobs-client pending
	[ "$(cut -f 1-3 <<<"$output")" = \
		"$(printf 'IN_PROGRESS\t%s-b\t1\nQUEUED\t%s-a\t1' "$JOB" "$JOB")" ]
	[ -z "$stderr" ]
	run -0 gr-jobs-client pending --json
	jq -e '.inProgressJobs[0].jobId and .queuedJobs[0].jobId' <<<"$output"
}

@test "pending: an empty list is no failure" {
	run -0 gr-jobs-client pending
	[ -z "$output" ]
}

@test "get: prints the execution, and whether the backend may be asked twice" {
	job "$JOB" -T 5
	gr-jobs-client update "$JOB" IN_PROGRESS >/dev/null
	run -0 --separate-stderr gr-jobs-client get "$JOB"
	[ -z "$stderr" ]
	[ "$(grep -v -e At= -e timestamp= -e secondsLeft= <<<"$output")" = "jobId=$JOB
status=IN_PROGRESS
executionNumber=1
versionNumber=2
operation=ROTATE_CERTIFICATE
idempotent=true" ]
	left=$(sed -n s/secondsLeft=//p <<<"$output")
	[ "$left" -gt 200 ]
	[ "$left" -le 300 ]
	[ "$(gr-jobs-client get "\$next" | head -n 1)" = "jobId=$JOB" ]
}

@test "get: an execution without a timer has no number of seconds" {
	job "$JOB"
	run -0 gr-jobs-client get "$JOB"
	[[ $'\n'$output$'\n' = *$'\nsecondsLeft=\n'* ]]
}

@test "get: an unknown job is a no with the service's code; an empty queue is a silent no" {
	run -1 --separate-stderr gr-jobs-client get "$JOB"
	[ "$output" = $'code=ResourceNotFound\nstatus=\nsurvivor=' ]
	[[ $stderr = "gr-jobs-client: $JOB: rejected: ResourceNotFound: "* ]]
	run -1 --separate-stderr gr-jobs-client get "\$next"
	[ -z "$output$stderr" ]
}

@test "start: takes the next execution, and prints the same one again" {
	run -1 --separate-stderr gr-jobs-client start
	[ -z "$output$stderr" ]
	job "$JOB"
	run -0 gr-jobs-client start -d step=one
	[ "${lines[0]}" = "jobId=$JOB" ]
	[ "${lines[1]}" = status=IN_PROGRESS ]
	run -0 gr-jobs-client start
	[ "${lines[3]}" = versionNumber=2 ]
}

@test "update: reports a status; details reach the service, the reason cut and made printable" {
	job "$JOB"
	run -0 gr-jobs-client update -d CertificateRotator=true --execution 1 "$JOB" IN_PROGRESS
	[ "${lines[0]}${lines[1]}${lines[2]}" = "jobId=${JOB}status=IN_PROGRESSversionNumber=2" ]
	reason=$(printf 'tab\there, \303\274, %1200s' x)
	run -0 gr-jobs-client update --json -d "DeviceFailureReason=$reason" \
		--expected-version 2 "$JOB" FAILED
	told=$(jq -r .executionState.statusDetails.DeviceFailureReason <<<"$output")
	[ "${#told}" -eq 1000 ]
	[ "${told:0:14}" = 'tab?here, ??, ' ]
}

@test "update: refused after the end, with the execution's status and the survivor" {
	job "$JOB"
	gr-jobs-client update "$JOB" FAILED >/dev/null
	run -1 --separate-stderr gr-jobs-client update "$JOB" IN_PROGRESS
	[ "${lines[0]}" = code=InvalidStateTransition ]
	[ "${lines[1]}" = status=FAILED ]
	[[ ${lines[2]} = survivor=* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "update: a wrong version or execution number is a no" {
	job "$JOB"
	run -1 gr-jobs-client update --expected-version 9 "$JOB" IN_PROGRESS
	[[ $output = *code=VersionMismatch* ]]
	run -1 gr-jobs-client update --execution 2 "$JOB" IN_PROGRESS
	[[ $output = *code=ResourceNotFound* ]]
}

@test "update: values that the service would refuse are 100 and not sent" {
	run -100 gr-jobs-client update "$JOB" QUEUED
	run -100 gr-jobs-client update "$JOB"
	run -100 gr-jobs-client update 'a/b' FAILED
	run -100 gr-jobs-client update "\$next" FAILED
	run -100 gr-jobs-client update -d key "$JOB" FAILED
	run -100 gr-jobs-client update -d key= "$JOB" FAILED
	run -100 gr-jobs-client update -d 'bad key=1' "$JOB" FAILED
	run -100 gr-jobs-client update -d "key=$(printf 'a\nb')" "$JOB" FAILED
	run -100 gr-jobs-client update $(printf -- '-d k%s=v ' {1..11}) "$JOB" FAILED
}

@test "next: a rotation behind another agent's job is found" {
	reboot_job "$JOB-a"
	job "$JOB-b"
	run -0 gr-jobs-client next
	[ "${lines[0]}" = "jobId=$JOB-b" ]
}

@test "next: a rotation in progress comes before one that waits, unless only those are wanted" {
	job "$JOB-a"
	job "$JOB-b"
	gr-jobs-client update "$JOB-b" IN_PROGRESS >/dev/null
	run -0 gr-jobs-client next
	[ "${lines[0]}" = "jobId=$JOB-b" ]
	run -0 gr-jobs-client next --queued
	[ "${lines[0]}" = "jobId=$JOB-a" ]
}

@test "next: no rotation is a silent no, at once or after the wait; jobs of other agents do not count" {
	reboot_job "$JOB"
	run -1 --separate-stderr gr-jobs-client next
	[ -z "$output$stderr" ]
	run -1 --separate-stderr gr-jobs-client next -w 1
	[ -z "$output$stderr" ]
}

@test "next: a job that comes during the wait ends it" {
	observe
	gr-jobs-client next -w 60 >found 3>&- &
	next=$!
	await grep -q "/$THING/jobs/get/accepted " seen
	job "$JOB"
	wait "$next"
	[ "$(head -n 1 found)" = "jobId=$JOB" ]
}

@test "next: a job behind another one, which brings no notify-next, ends the wait too" {
	reboot_job "$JOB-a"
	start_link -s "$PWD/link.sock"
	observe
	gr-jobs-client next -w 60 >found 3>&- 7>&- &
	next=$!
	await grep -q "/$THING/jobs/$JOB-a/get/accepted " seen
	job "$JOB-b"
	wait "$next"
	[ "$(head -n 1 found)" = "jobId=$JOB-b" ]
}

@test "answers: \$next may be answered under the job's own id, if it bears our token" {
	{
		rule 1 '$next/get' job-1/get/accepted \
			"{\"execution\":$(execution job-1 QUEUED 1 OTHER)}"
		rule 1 '$next/get' job-2/get/accepted "{\"execution\":$(execution job-2 QUEUED 1 ROTATE_CERTIFICATE),\"clientToken\":\"%TOKEN%\"}"
	} >rules
	played
	run -0 gr-jobs-client get "\$next"
	[ "${lines[0]}" = jobId=job-2 ]
	[ "${lines[8]}" = timestamp=0 ]
	[ "${lines[9]}" = idempotent=false ]
}

@test "answers: those with another token or for another thing, and those that are no JSON, are ignored" {
	{
		rule 1 job-1/get job-1/get/rejected \
			'{"code":"ResourceNotFound","clientToken":"other"}'
		rule 1 job-1/get job-2/get/accepted \
			"{\"execution\":$(execution job-2 QUEUED 1 X),\"clientToken\":\"%TOKEN%\"}"
		printf '1\t$aws/things/pump1/jobs/job-1/get\t$aws/things/pump2/jobs/job-1/get/accepted\t{"clientToken":"%%TOKEN%%"}\n'
		rule 1 job-1/get job-1/get/accepted '{"execution":'
		rule 1 job-1/get job-1/get/accepted \
			"{\"execution\":$(execution job-1 IN_PROGRESS 3 ROTATE_CERTIFICATE)}"
	} >rules
	played
	run -0 --separate-stderr gr-jobs-client get job-1
	[ "${lines[2]}" = executionNumber=3 ]
	[ -z "$stderr" ]
}

@test "answers: an execution of the wrong shape is never printed" {
	for bad in '{"jobId":"job-1","status":"DONE"}' '{"jobId":"job-2","status":"QUEUED"}' \
		'{"jobId":"a\nb","status":"QUEUED"}' \
		'{"jobId":"job-1","status":"QUEUED","executionNumber":"1"}' \
		'{"jobId":"job-1","status":"QUEUED","executionNumber":0}' \
		'{"jobId":"job-1","status":"QUEUED","queuedAt":-1}' \
		'{"jobId":"job-1","status":"QUEUED","thingName":"pump2"}' '[]' '"x"'; do
		rule '*' job-1/get job-1/get/accepted "{\"execution\":$bad}" >rules
		played
		run -111 --separate-stderr gr-jobs-client get job-1
		[ -z "$output" ]
		[ "$stderr" = 'gr-jobs-client: job-1: the answer is not an execution of it' ]
		kill "$PLAYED"
		wait "$PLAYED" || :
	done
}

@test "answers: an operation that is no plain word is not printed" {
	rule 1 job-1/get job-1/get/accepted \
		"{\"execution\":$(execution job-1 QUEUED 1 'A\nsurvivor=NEW')}" >rules
	played
	run -0 gr-jobs-client get job-1
	[ "${lines[5]}" = operation= ]
	[[ $output != *survivor* ]]
}

@test "answers: throttling and the service's own errors are temporary, without output" {
	for code in RequestThrottled InternalError; do
		rule 1 job-1/update job-1/update/rejected \
			"{\"code\":\"$code\",\"message\":\"later\"}" >rules
		played
		run -111 --separate-stderr gr-jobs-client update job-1 SUCCEEDED
		[ -z "$output" ]
		[ "$stderr" = "gr-jobs-client: job-1: rejected: $code: later" ]
		kill "$PLAYED"
		wait "$PLAYED" || :
	done
}

@test "answers: the survivor is OLD, NEW or nothing" {
	rule 1 job-1/update job-1/update/rejected \
		'{"code":"InvalidStateTransition","executionState":{"status":"TIMED_OUT","statusDetails":{"survivor":"OLD"}}}' \
		>rules
	played
	run -1 --separate-stderr gr-jobs-client update job-1 SUCCEEDED
	[ "$output" = $'code=InvalidStateTransition\nstatus=TIMED_OUT\nsurvivor=OLD' ]
	kill "$PLAYED"
	wait "$PLAYED" || :
	rule 1 job-1/update job-1/update/rejected \
		'{"code":"bad code","executionState":{"status":"X","statusDetails":{"survivor":"old"}}}' \
		>rules
	played
	run -1 --separate-stderr gr-jobs-client update job-1 SUCCEEDED
	[ "$output" = $'code=\nstatus=\nsurvivor=' ]
}

@test "answers: a notification that arrives during a request is not lost; one of another agent's job is ignored" {
	empty='{"inProgressJobs":[],"queuedJobs":[]}'
	{
		rule 1 get notify-next "{\"execution\":$(execution job-1 QUEUED 1 REBOOT)}"
		rule 1 get notify '{"jobs":{}}'
		rule 1 get get/accepted "$empty"
		rule 2 get notify-next "{\"execution\":$(execution job-1 QUEUED 1 REBOOT)}"
		rule 2 get get/accepted "$empty"
	} >rules
	played
	run -1 gr-jobs-client next -w 1
	[ "$(grep -c '^p .*/jobs/get ' rules.log)" -eq 2 ]
}

@test "answers: a link that ends in the middle is a temporary failure" {
	rule 1 job-1/get - '' | sed 's|\$aws/things/pump1/jobs/-|-|' >rules
	played
	run -111 --separate-stderr gr-jobs-client get job-1
	[ "$stderr" = 'gr-jobs-client: gr-link: has ended; its own words say why' ]
}

@test "answers: none within requestTimeoutSeconds is a temporary failure" {
	: >rules
	played
	run -111 --separate-stderr gr-jobs-client get -o requestTimeoutSeconds=1 job-1
	[ "$stderr" = "gr-jobs-client: \$aws/things/pump1/jobs/job-1/get: no answer within 1 s" ]
}

# list N ID...: what a service answers to the N-th get, all of them QUEUED
list() {
	local n=$1
	shift
	rule "$n" get get/accepted \
		"{\"inProgressJobs\":[],\"queuedJobs\":[$(printf '{"jobId":"%s"},' "$@" |
			sed 's/,$//')]}"
}
# reboots ID...: of another agent
reboots() {
	local id
	for id; do
		rule '*' "$id/get" "$id/get/accepted" \
			"{\"execution\":$(execution "$id" QUEUED 1 REBOOT)}"
	done
}

@test "answers: a list may be of any length" {
	{
		list 1 o{1..300} mine
		reboots o{1..300}
		rule 1 mine/get mine/get/accepted \
			"{\"execution\":$(execution mine QUEUED 1 ROTATE_CERTIFICATE)}"
	} >rules
	played
	run -0 --separate-stderr gr-jobs-client next
	[ "${lines[0]}" = jobId=mine ]
	[ -z "$stderr" ]
	# Filters: notify, notify-next, and accepted and rejected of the list and of all jobs.
	[ "$(grep -c '^[ls] ' rules.log)" -eq 6 ]
}

@test "answers: a malformed job of another agent does not hide a rotation behind it" {
	{
		list '*' odd mine
		rule '*' odd/get odd/get/accepted '{"execution":{"jobId":"odd","status":"DONE"}}'
		rule 1 mine/get mine/get/accepted \
			"{\"execution\":$(execution mine QUEUED 1 ROTATE_CERTIFICATE)}"
		rule 2 mine/get mine/get/accepted \
			"{\"execution\":$(execution mine QUEUED 1 REBOOT)}"
	} >rules
	played
	run -0 --separate-stderr gr-jobs-client next
	[ "${lines[0]}" = jobId=mine ]
	[ "$stderr" = 'gr-jobs-client: odd: the answer is not an execution of it' ]
	run -1 gr-jobs-client next
}

@test "next: where the service's list is full without a rotation, the jobs in front are named, once" {
	{
		list 1 o{1..10}
		list 2 o{1..10}
		list 3 o{10..19}
		list 4 o{20..29}
		list 5 o{1..9}
		list 6 o{1..10}
		list 7 o{1..10}
		reboots o{1..29}
	} >rules
	played
	front='gr-jobs-client: pump1: the service lists 10 pending jobs, none of them a rotation to take, and may hide more: a rotation behind them waits until some have ended. In front stand:'
	for said in "$front $(echo o{1..10})" '' '' "$front $(echo o{20..29})" '' \
		"$front $(echo o{1..10})"; do
		run -1 --separate-stderr gr-jobs-client next --front told
		[ "$stderr" = "$said" ]
		[ -z "$output" ]
	done
	run -1 --separate-stderr gr-jobs-client next
	[ "$stderr" = "$front $(echo o{1..10})" ]
}

@test "next: a list that is full by jobs with long names is named as far as a line goes" {
	{
		for i in {10..25}; do printf -v names[i] '%064d' "$i"; done
		list 1 "${names[@]}"
		reboots "${names[@]}"
	} >rules
	played
	run -1 --separate-stderr gr-jobs-client next
	[[ $stderr = *"the service lists 16 pending jobs"*" ${names[10]} "*" ${names[19]} ..." ]]
}

@test "next: our own service always lists a rotation, and a full list is not reported" {
	for n in {1..12}; do reboot_job "$JOB-$n"; done
	run -1 --separate-stderr gr-jobs-client next --front told
	[ -z "$stderr" ]
	[ ! -e told ]
}

@test "answers: one that arrives twice, directly and by subscription, counts once" {
	{
		for n in 1 1; do
			rule 1 get get/accepted '{"inProgressJobs":[],"queuedJobs":[]}'
		done
		rule 1 get notify '{"jobs":{}}'
		rule 1 get get/accepted '{"inProgressJobs":[],"queuedJobs":[]}'
		list 2 job-1 mine
		for n in 1 2; do
			rule '*' job-1/get job-1/get/accepted \
				"{\"execution\":$(execution job-1 QUEUED 1 REBOOT)}"
		done
		for n in 1 2; do
			rule '*' mine/get mine/get/accepted \
				"{\"execution\":$(execution mine QUEUED 1 ROTATE_CERTIFICATE)}"
		done
		for n in 1 2; do
			rule 1 mine/update mine/update/accepted \
				'{"executionState":{"status":"IN_PROGRESS","versionNumber":2}}'
		done
	} >rules
	played
	run -0 --separate-stderr gr-jobs-client next -w 30
	[ "${lines[0]}" = jobId=mine ]
	run -0 --separate-stderr gr-jobs-client update mine IN_PROGRESS
	[ "${lines[1]}" = status=IN_PROGRESS ]
	[ "$(grep -c '^p .*/jobs/get ' rules.log)" -eq 2 ]
	[ "$(grep -c '^p .*/update ' rules.log)" -eq 1 ]
}
