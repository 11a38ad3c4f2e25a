# SPDX-License-Identifier: Apache-2.0
# The operator's side of the Jobs service.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	export GR_HOME=$PWD/home
	gr-registry init
	daemon_alone
	for t in a b c; do gr-registry create-thing "$t"; done
	gr-registry create-thing-group g
	gr-registry create-thing-group empty
	gr-registry add-thing-to-thing-group g b
	gr-registry add-thing-to-thing-group g c
}

teardown() { daemon_alone_end; }

# no STATUS MESSAGE COMMAND...: refused with that status and one line,
# nothing printed, nothing changed
no() {
	local status_wanted=$1 message=$2
	shift 2
	remember
	run "-$status_wanted" --separate-stderr "$@"
	[ -z "$output" ] && [ "$stderr" = "$message" ] || {
		printf 'out: %s\nerr: %s\n' "$output" "$stderr" >&2
		return 1
	}
	is_unchanged
}

# set THING STATUS [JOB]: as a device would have reported it
set_status() { sql "UPDATE execution SET status = '$2' WHERE thing = '$1' AND job = '${3:-j}'"; }
of() {
	sql_is "SELECT group_concat(thing || status, ' ') FROM (SELECT * FROM execution WHERE job = '$1' ORDER BY thing)" "$2"
}

# screen_of COMMAND: what it draws on a terminal, without the codes that move the cursor
screen_of() {
	script -qec "$1" screen.raw </dev/null >/dev/null 3>&- || :
	sed -e 's/\x1b\[[0-9]*[A-Z]//g' -e 's/\r//g' screen.raw >screen
}

# --- all verbs -----------------------------------------------------------------------------------

@test "commands: each has a help text; misuse is 100 and prints nothing" {
	run -0 gr-jobs --help
	run -0 gr-jobs --version
	run -100 --separate-stderr gr-jobs
	[ -z "$output" ]
	run -100 --separate-stderr gr-jobs destroy
	[ "${stderr_lines[0]}" = 'gr-jobs: destroy: no such command' ]
	gr-jobs --help | sed -n 's/^  \([a-z-]*\)  .*/\1/p' >verbs
	[ "$(wc -l <verbs)" -ge 17 ]
	for verb in $(cat verbs); do
		run -0 gr-jobs "$verb" --help
		[[ ${lines[0]} == "usage: gr-jobs $verb "* ]]
		run -0 gr-jobs "$verb" --version
		for words in -x 'a b c'; do
			# shellcheck disable=SC2086 # several words
			run -100 --separate-stderr gr-jobs "$verb" $words
			[ -z "$output" ]
			[[ $stderr == *"usage: gr-jobs $verb "* ]]
		done
	done
	for verb in $(grep -v '^list' verbs); do
		run -100 --separate-stderr gr-jobs "$verb"
		[[ $stderr == "usage: gr-jobs $verb "* ]]
	done
}

@test "commands: the manual page has every command and every option" {
	for verb in $(gr-jobs --help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
		grep -qE "^\.Cm ([a-z-]+ \| )*$verb( |\$)" "$ROOT/man/gr-jobs.1" || {
			echo "$verb is missing" >&2
			return 1
		}
		for option in $(gr-jobs "$verb" --help | grep -o -e '--[a-z-]*' |
			grep -vx -e --help -e --version | sort -u); do
			grep -qE "Fl (-home|. , )?-${option#--}( |\$)|Fl -${option#--}|, -${option#--}\b" "$ROOT/man/gr-jobs.1" ||
				{ echo "$verb $option is missing" >&2; return 1; }
		done
	done
}

@test "commands: without a registry they are 100; an unknown job is 1" {
	for verb in describe document executions cancel delete watch 'update -r 5' \
		'associate-targets -t thing/a'; do
		# shellcheck disable=SC2086 # several words
		no 1 'gr-jobs: job none: no such job (ResourceNotFound)' gr-jobs $verb none
		# shellcheck disable=SC2086 # several words
		run -1 --separate-stderr gr-jobs $verb -j none
		[ -z "$output" ]
	done
	for verb in describe-execution cancel-execution delete-execution; do
		no 1 'gr-jobs: job none, thing a: no such execution (ResourceNotFound)' \
			gr-jobs "$verb" none a
	done
	for verb in describe-template delete-template; do
		no 1 'gr-jobs: none: no such job template (ResourceNotFound)' gr-jobs "$verb" none
	done
	export GR_HOME=$PWD/none
	for words in list 'describe j' 'executions j' 'cancel j' 'watch j' \
		'create -t thing/a j'; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-jobs $words
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "commands: a result that cannot be written is 111, with one line" {
	gr-jobs create -t thinggroup/empty j >/dev/null
	for words in list 'list -j' 'describe j' 'describe -j j' 'executions -j j' 'watch j'; do
		rc=0
		# shellcheck disable=SC2086 # several words
		gr-jobs $words >/dev/full 2>err || rc=$?
		[ "$rc" -eq 111 ]
		[ "$(wc -l <err)" -eq 1 ]
	done
}

# --- create --------------------------------------------------------------------------------------

@test "create: targets are a thing, a group or several of them, and each thing has one execution" {
	run -0 gr-jobs create -t thing/a one
	[ "$output" = 'one: queued for 1 thing(s)' ]
	of one aQUEUED
	run -0 gr-jobs create --target thinggroup/g group
	[ "$output" = 'group: queued for 2 thing(s)' ]
	of group 'bQUEUED cQUEUED'
	run -0 gr-jobs create -j -t thing/b -t thinggroup/g -t thing/a -t thing/a all
	json_is "$output" '{"jobArn":"arn:aws:iot:local:000000000000:job/all","jobId":"all","description":"","executions":3,"waiting":0}'
	of all 'aQUEUED bQUEUED cQUEUED'
	sql_is "SELECT DISTINCT number || version FROM execution" 11
}

@test "create: a thing that joins the group afterwards has no execution" {
	gr-jobs create -t thinggroup/g j >/dev/null
	gr-registry add-thing-to-thing-group g a
	of j 'bQUEUED cQUEUED'
}

@test "create: a group without things is complete at once" {
	run -0 gr-jobs create -t thinggroup/empty j
	[ "$output" = 'j: queued for 0 thing(s)' ]
	sql_is "SELECT status || (completed > 0) FROM job" COMPLETED1
	run -0 gr-jobs watch j
}

@test "create: the document is kept byte for byte; by default it asks for a rotation" {
	gr-jobs create -t thing/a plain >/dev/null
	sql_is "SELECT document FROM job WHERE id = 'plain'" '{"operation":"ROTATE_CERTIFICATE"}'
	printf ' { "operation" : "x",\t"n": 1.50 }\n\n' >document
	gr-jobs create -t thing/a -d document -D 'what it is for' other >/dev/null
	sql "SELECT hex(document) FROM job WHERE id = 'other'" | tr -d '\n' |
		cmp - <(od -An -v -tx1 document | tr -d ' \n' | tr a-f A-F)
	run -0 gr-jobs describe -j other
	[ "$(jq -j .document <<<"$output" | od -An -v -tx1)" = "$(od -An -v -tx1 document)" ]
	json_is "$output" '"what it is for"' .description
}

@test "create: a document that is no JSON object, too large or missing is 100" {
	no 100 'gr-jobs: none: no such file' gr-jobs create -t thing/a -d none j
	for text in '' '[]' 'x' '{"a":1,"a":2}' '{}x'; do
		printf %s "$text" >document
		no 100 'gr-jobs: job j: the document is not a JSON object of at most 32768 bytes (InvalidRequest)' gr-jobs create -t thing/a -d document j
	done
	printf '{"a":"%32760s"}' x >document
	[ "$(wc -c <document)" -eq 32768 ]
	gr-jobs create -t thing/a -d document largest >/dev/null
	printf '{"a":"%32761s"}' x >document
	no 100 'gr-jobs: document: larger than 32768 bytes' gr-jobs create -t thing/a -d document j
	printf '{"a":1}\0{' >document
	run -100 --separate-stderr gr-jobs create -t thing/a -d document j
}

@test "create: job ids are checked" {
	printf -v long '%064d' 0
	gr-jobs create -t thing/a "$long" >/dev/null
	gr-jobs create -t thing/a aZ_-9 >/dev/null
	for id in "${long}0" 'a b' a.b a/b '' '$next' a+ get start-next notify notify-next; do
		no 100 "gr-jobs: $id: not a job id: 1 to 64 letters, digits, '_', '-'; not get, start-next, notify, notify-next (InvalidRequest)" gr-jobs create -t thing/a "$id"
	done
}

@test "create: an id that was used is 1" {
	gr-jobs create -t thing/a j >/dev/null
	no 1 'gr-jobs: job j: exists already (ResourceAlreadyExists)' gr-jobs create -t thing/b j
	gr-jobs cancel j
	no 1 'gr-jobs: job j: exists already (ResourceAlreadyExists)' gr-jobs create -t thing/a j
}

@test "create: targets that do not exist are 1, malformed ones 100, and neither leaves anything" {
	no 1 'gr-jobs: none: no such thing' gr-jobs create -t thing/a -t thing/none j
	no 1 'gr-jobs: none: no such thing group' gr-jobs create -t thinggroup/none j
	no 100 'gr-jobs: a: not a target; thing/NAME or thinggroup/NAME (InvalidRequest)' \
		gr-jobs create -t a j
	no 100 'gr-jobs: group/g: not a target; thing/NAME or thinggroup/NAME (InvalidRequest)' \
		gr-jobs create -t thing/a -t group/g j
	no 100 'gr-jobs: job j: 0 targets; 1 to 100 are allowed (InvalidRequest)' gr-jobs create j
	local targets=()
	for n in {1..100}; do targets+=(-t thing/a); done
	gr-jobs create "${targets[@]}" j100 >/dev/null
	no 100 'gr-jobs: --target: more than 100 (InvalidRequest)' \
		gr-jobs create "${targets[@]}" -t thing/b j
}

@test "create: the time-out is 1 to 10080 minutes" {
	gr-jobs create -t thing/a -T 1 j1 >/dev/null
	gr-jobs create -t thing/a --timeout 10080 j2 >/dev/null
	sql_is "SELECT group_concat(json_extract(config, '$.timeoutConfig.inProgressTimeoutInMinutes')) FROM job" 1,10080
	run -0 gr-jobs describe -j j2
	json_is "$output" '{"inProgressTimeoutInMinutes":10080}' .timeoutConfig
	no 100 'gr-jobs: --timeout: 0: not a number from 1 to 10080' \
		gr-jobs create -t thing/a -T 0 j
	no 100 'gr-jobs: --timeout: 10081: not a number from 1 to 10080' \
		gr-jobs create -t thing/a -T 10081 j
	for bad in x -1 1.5 '' 99999999999; do
		run -100 --separate-stderr gr-jobs create -t thing/a -T "$bad" j
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	sql_is 'SELECT count(*) FROM job' 2
}

@test "create: the description is UTF-8 of at most 2028 bytes" {
	printf -v text '%02028d' 0
	gr-jobs create -t thing/a -D "$text" j1 >/dev/null
	no 100 'gr-jobs: job j: the description is not UTF-8 without control characters, of at most 2028 bytes (InvalidRequest)' gr-jobs create -t thing/a -D "${text}0" j
	no 100 'gr-jobs: description: not UTF-8, or out of memory (InvalidRequest)' \
		gr-jobs create -t thing/a -D $'\xff' j
}

# --- describe, list, executions ------------------------------------------------------------------

@test "describe: prints text and JSON" {
	gr-jobs create -t thing/a -t thinggroup/g -T 5 -D 'why' j >/dev/null
	set_status a SUCCEEDED
	set_status b IN_PROGRESS
	run -0 gr-jobs describe j
	[[ ${lines[0]} == 'job j: IN_PROGRESS, created 20'??-??-??T??:??:??Z ]]
	[ "$(printf '%s\n' "${lines[@]:1}")" = $'targets: thing/a thinggroup/g\ndocument: {"operation":"ROTATE_CERTIFICATE"}\ndescription: why\ntimeoutConfig: {"inProgressTimeoutInMinutes":5}\nQUEUED\t1\nIN_PROGRESS\t1\nSUCCEEDED\t1' ]
	run -0 gr-jobs describe --json j
	json_is "$output" '{"jobArn":"arn:aws:iot:local:000000000000:job/j","jobId":"j","targetSelection":"SNAPSHOT","status":"IN_PROGRESS",
		"targets":["arn:aws:iot:local:000000000000:thing/a","arn:aws:iot:local:000000000000:thinggroup/g"],
		"description":"why","lastUpdatedAt":"S","forceCanceled":false,"isConcurrent":false,"waiting":0,
		"document":"{\"operation\":\"ROTATE_CERTIFICATE\"}","timeoutConfig":{"inProgressTimeoutInMinutes":5},
		"jobProcessDetails":{"numberOfQueuedThings":1,"numberOfInProgressThings":1,"numberOfSucceededThings":1,"numberOfFailedThings":0,
		"numberOfRejectedThings":0,"numberOfRemovedThings":0,"numberOfCanceledThings":0,"numberOfTimedOutThings":0,"processingTargets":null}}' 'del(.createdAt)'
	gr-jobs cancel -f j
	run -0 gr-jobs describe --json j
	json_is "$output" '["CANCELED",true,2,true]' '[.status, .forceCanceled, .jobProcessDetails.numberOfCanceledThings, .completedAt >= .createdAt]'
}

@test "list: prints text and JSON, in order of creation" {
	run -0 gr-jobs list
	[ -z "$output" ]
	run -0 gr-jobs list -j
	json_is "$output" '[]'
	gr-jobs create -t thinggroup/g z >/dev/null
	sql 'UPDATE job SET created = created - 1000'
	gr-jobs create -t thinggroup/empty a >/dev/null
	run -0 gr-jobs list
	[[ ${lines[0]} == z$'\tIN_PROGRESS\t20'*Z$'\t2' ]]
	[[ ${lines[1]} == a$'\tCOMPLETED\t20'*Z$'\t0' ]]
	run -0 gr-jobs list --json
	json_is "$output" '[{"jobId":"z","status":"IN_PROGRESS","targetSelection":"SNAPSHOT","executions":2},{"jobId":"a","status":"COMPLETED","targetSelection":"SNAPSHOT","executions":0}]' 'map(del(.createdAt, .lastUpdatedAt))'
}

@test "list, executions: tabs divide the columns; a terminal aligns them below headings" {
	gr-jobs create -t thinggroup/g j >/dev/null
	gr-jobs create -t thing/a a-job-with-a-longer-name >/dev/null
	[ "$(gr-jobs list | awk -F '\t' '{ print NF }' | xargs)" = '4 4' ]
	[ "$(gr-jobs executions j | awk -F '\t' '{ print NF }' | xargs)" = '5 5' ]
	screen_of 'gr-jobs list'
	grep -qx 'JOB                       STATUS       CREATED               EXECUTIONS' screen
	grep -qx 'j                         IN_PROGRESS  20[^ ]*Z  2' screen
	grep -qx 'a-job-with-a-longer-name  IN_PROGRESS  20[^ ]*Z  1' screen
	screen_of 'gr-jobs executions j'
	grep -qx 'THING  NUMBER  STATUS  UPDATED               REASON' screen
	grep -qx 'b      1       QUEUED  20[^ ]*Z  ' screen
}

@test "executions: prints text and JSON, with the reason of a failure" {
	gr-jobs create -t thinggroup/g j >/dev/null
	run -0 gr-jobs executions j
	[[ ${lines[0]} == b$'\t1\tQUEUED\t20'*Z$'\t' ]]
	sql "UPDATE execution SET status = 'FAILED', details = '{\"CertificateRotator\":\"true\",\"DeviceFailureReason\":\"no \\\"luck\\\"\"}' WHERE thing = 'c'"
	run -0 gr-jobs executions j
	[[ ${lines[1]} == c$'\t1\tFAILED\t20'*Z$'\tno "luck"' ]]
	run -0 gr-jobs executions -j j
	json_is "$output" '[{"jobId":"j","thingName":"b","thingArn":"arn:aws:iot:local:000000000000:thing/b","executionNumber":1,"status":"QUEUED","queuedAt":"S","lastUpdatedAt":"S","retryAttempt":0,"statusDetails":{}},
		{"jobId":"j","thingName":"c","thingArn":"arn:aws:iot:local:000000000000:thing/c","executionNumber":1,"status":"FAILED","queuedAt":"S","lastUpdatedAt":"S","retryAttempt":0,"statusDetails":{"CertificateRotator":"true","DeviceFailureReason":"no \"luck\""}}]'
	gr-jobs create -t thinggroup/empty none >/dev/null
	run -0 gr-jobs executions -j none
	json_is "$output" '[]'
}

# --- cancel --------------------------------------------------------------------------------------

@test "cancel: cancels queued executions; those in progress go on, those that have ended stay" {
	gr-jobs create -t thing/a -t thinggroup/g j >/dev/null
	set_status a IN_PROGRESS
	set_status b SUCCEEDED
	run -0 gr-jobs cancel -r NOT_NOW -c 'because of rain' j
	[ "$output" = 'j: canceled for 1 thing(s); 1 stay(s) in progress, -f cancels it: a' ]
	of j 'aIN_PROGRESS bSUCCEEDED cCANCELED'
	sql_is 'SELECT status || reason || comment || force_canceled FROM job' \
		'CANCELEDNOT_NOWbecause of rain0'
}

@test "cancel --force: cancels executions in progress as well, also in a second call" {
	gr-jobs create -t thing/a -t thinggroup/g j >/dev/null
	set_status a IN_PROGRESS
	gr-jobs cancel j
	gr-jobs cancel --force j
	of j 'aCANCELED bCANCELED cCANCELED'
	sql_is 'SELECT force_canceled FROM job' 1
}

@test "delete, cancel: who was still in progress is named, twenty at the most" {
	local n
	gr-jobs create -t thing/a -t thinggroup/g j >/dev/null
	set_status a IN_PROGRESS
	set_status c IN_PROGRESS
	run -0 --separate-stderr gr-jobs cancel -j j
	jq -e '.inProgress == 2 and .inProgressThings == ["a", "c"]' <<<"$output"
	run -0 --separate-stderr gr-jobs delete -f j
	[ -z "$output" ]
	[ "$stderr" = 'gr-jobs: job j: was in progress on a, c: these devices end their rotation in order, with the pair that they decide for' ]
	for ((n = 10; n < 35; n++)); do
		echo "INSERT INTO thing VALUES ('t$n', 0); INSERT INTO member VALUES ('g', 't$n');"
	done >many.sql
	sql "$(cat many.sql)"
	gr-jobs create -t thinggroup/g k >/dev/null
	await sql_is "SELECT count(*) FROM execution WHERE job = 'k'" "$(sql "SELECT count(*) FROM member WHERE thing_group = 'g'")"
	sql "UPDATE execution SET status = 'IN_PROGRESS' WHERE job = 'k'"
	run -0 --separate-stderr gr-jobs delete -f k
	[[ $stderr == *', t27 and 7 more: '* ]]
}

@test "cancel: the first reason stays unless another one is given" {
	gr-jobs create -t thing/a j >/dev/null
	set_status a IN_PROGRESS
	gr-jobs cancel -r FIRST -c one j
	gr-jobs cancel --force j
	sql_is 'SELECT reason || comment FROM job' FIRSTone
}

@test "cancel: a job that has ended is 1" {
	gr-jobs create -t thing/a j >/dev/null
	gr-jobs cancel j
	no 1 'gr-jobs: job j: is CANCELED already (InvalidRequest)' gr-jobs cancel j
	gr-jobs create -t thinggroup/empty done >/dev/null
	no 1 'gr-jobs: job done: is COMPLETED already (InvalidRequest)' gr-jobs cancel done
	no 1 'gr-jobs: job done: is COMPLETED already (InvalidRequest)' gr-jobs cancel --force done
}

@test "cancel: a reason is at most 128 of [A-Z0-9_], a comment at most 2028 bytes" {
	gr-jobs create -t thing/a j >/dev/null
	printf -v long '%0129d' 0
	for reason in small 'A B' "A-B" "$long"; do
		no 100 "gr-jobs: --reason: $reason: not at most 128 of A-Z, 0-9 and _ (InvalidRequest)" gr-jobs cancel -r "$reason" j
	done
	printf -v text '%02029d' 0
	no 100 'gr-jobs: --comment: longer than 2028 bytes (InvalidRequest)' \
		gr-jobs cancel -c "$text" j
	gr-jobs cancel -r "${long%0}" -c "${text%0}" j
}

# --- watch ---------------------------------------------------------------------------------------

@test "watch: it is 0 when all executions SUCCEEDED" {
	gr-jobs create -t thinggroup/g j >/dev/null
	set_status b SUCCEEDED
	set_status c SUCCEEDED
	run -0 --separate-stderr gr-jobs watch j
	[ "$output" = 'j: 2 SUCCEEDED' ]
	[ -z "$stderr" ]
	run -0 gr-jobs watch -j j
	json_is "$output" '{"jobId":"j","total":2,"SUCCEEDED":2,"QUEUED":0,"IN_PROGRESS":0,"FAILED":0,"TIMED_OUT":0,"REJECTED":0,"REMOVED":0,"CANCELED":0}'
}

@test "watch: it is 1 when any execution did not succeed" {
	gr-jobs create -t thing/a -t thinggroup/g j >/dev/null
	set_status a SUCCEEDED
	set_status b FAILED
	set_status c TIMED_OUT
	run -1 --separate-stderr gr-jobs watch j
	[ "$output" = 'j: 1 SUCCEEDED, 1 FAILED, 1 TIMED_OUT' ]
	[ -z "$stderr" ]
	run -1 gr-jobs watch --json j
	json_is "$output" '[3,1]' '[.total, .FAILED]'
}

@test "watch: it waits for the end" {
	gr-jobs create -t thing/a j >/dev/null
	gr-jobs watch -w 60 j >watched 3>&- &
	set_status a IN_PROGRESS
	[ ! -s watched ]
	kill -0 $!
	set_status a SUCCEEDED
	wait $!
	[ "$(cat watched)" = 'j: 1 SUCCEEDED' ]
}

@test "watch: it is 111 when the time is over" {
	gr-jobs create -t thinggroup/g j >/dev/null
	set_status b SUCCEEDED
	run -111 --separate-stderr gr-jobs watch -w 1 j
	[ -z "$output" ]
	[ "$stderr" = 'gr-jobs: job j: 1 execution(s) had not ended in time' ]
	run -100 gr-jobs watch -w x j
}

@test "watch: on a terminal it shows progress, statuses, and the last failures with their reasons" {
	for n in 1 2 3 4 5 6; do gr-registry create-thing "t$n"; done
	gr-jobs create --targets \
		thing/a,thing/b,thing/c,thing/t1,thing/t2,thing/t3,thing/t4,thing/t5,thing/t6 \
		j >/dev/null
	for n in 1 2 3 4 5 6; do
		sql "UPDATE execution SET status = 'FAILED', updated = $n, details = '{\"DeviceFailureReason\":\"reason $n'||char(92)||'u001b[2J\"}' WHERE thing = 't$n'"
	done
	set_status b IN_PROGRESS
	screen_of 'gr-jobs watch -w 1 j'
	grep -qx 'j \[################\.\.\.\.\.\.\.\.\] 6/9  0.0/s  ETA -' screen
	grep -qx '  2 QUEUED, 1 IN_PROGRESS, 6 FAILED' screen
	grep -q '^  FAILED t6  reason 6?\[2J$' screen
	grep -q '^  FAILED t2  reason 2' screen
	[ "$(grep -c '^  FAILED t1 ' screen)" -eq 0 ]
}

@test "watch: on a terminal it shows the rate and the time that the others will take" {
	gr-jobs create -t thing/a -t thinggroup/g j >/dev/null
	(
		sleep 1
		set_status a SUCCEEDED
		sleep 2
		set_status b SUCCEEDED
		set_status c SUCCEEDED
	) 3>&- &
	screen_of 'gr-jobs watch -w 60 j'
	wait $!
	grep -q '1/3  0\.[0-9]/s  ETA [0-9]* s$' screen
	grep -qx 'j: 3 SUCCEEDED' screen
}

@test "watch: retries that succeeded are no failures, and things that wait are counted" {
	gr-jobs create -R 1 -t thing/a j >/dev/null
	sql "UPDATE execution SET status = 'FAILED'; INSERT INTO execution (thing, job, number, attempt, status, queued, updated) VALUES ('a', 'j', 2, 1, 'SUCCEEDED', 2, 2)"
	run -0 gr-jobs watch j
	[ "$output" = 'j: 1 SUCCEEDED, 1 FAILED' ]
	gr-jobs create -t thinggroup/g k >/dev/null
	sql "UPDATE execution SET status = 'SUCCEEDED' WHERE job = 'k'; UPDATE rollout SET waiting = 5, done = 0, wake = NULL WHERE job = 'k'; UPDATE job SET status = 'IN_PROGRESS' WHERE id = 'k'"
	run -111 --separate-stderr gr-jobs watch -w 0 k
	[ "$stderr" = 'gr-jobs: job k: 5 execution(s) had not ended in time' ]
}

@test "cancel: prints how many were cancelled and how many go on" {
	gr-jobs create -t thing/a -t thing/b -t thing/c j >/dev/null
	set_status a IN_PROGRESS
	run -0 --separate-stderr gr-jobs cancel j
	[ "$output" = 'j: canceled for 2 thing(s); 1 stay(s) in progress, -f cancels it: a' ]
	gr-jobs create -t thing/b k >/dev/null
	run -0 gr-jobs cancel -j k
	[ "$output" = '{"jobId":"k","canceled":1,"inProgress":0,"notReached":0,"inProgressThings":[]}' ]
	daemon_alone_end
	gr-jobs create -t thing/a -t thing/b -t thing/c l >/dev/null
	run -0 gr-jobs cancel l
	[ "$output" = 'l: canceled for 0 thing(s), 3 had not been reached' ]
}

@test "watch: -w 0 looks once" {
	gr-jobs create -t thing/a j >/dev/null
	run -111 --separate-stderr timeout 600 gr-jobs watch -w 0 j
	[ "$stderr" = 'gr-jobs: job j: 1 execution(s) had not ended in time' ]
	gr-jobs cancel j >/dev/null
	run -1 --separate-stderr gr-jobs watch -w 0 j
	[ "$output" = 'j: 1 CANCELED' ]
}

@test "commands: a message of getopt names the program" {
	run -100 --separate-stderr gr-jobs create --nonsense
	[ "${stderr_lines[0]}" = "gr-jobs create: unrecognized option '--nonsense'" ]
}

@test "describe, executions: control characters do not reach the terminal" {
	gr-jobs create -t thing/a j >/dev/null
	sql "UPDATE job SET description = 'a' || char(27) || '[31mb' || char(10) || 'c'"
	run -0 gr-jobs describe j
	grep -q '^description: a?\[31mb?c$' <<<"$output"
	sql "UPDATE execution SET details = '{\"DeviceFailureReason\":\"x\\u001b[2J\\ty\"}'"
	gr-jobs executions j | grep -q $'\tx?\\[2J?y$'
}

@test "create: a directory for a document is 100" {
	mkdir document
	no 100 'gr-jobs: document: Is a directory' gr-jobs create -t thing/a -d document j
}
