# What is said while gr-backendd is away: it counts once the daemon is back, and a device need not say it twice.
bats_require_minimum_version 1.5.0

setup_file() {
	load lib/helper
	load lib/lab
	lab_up
	lab_down	# for the program ask alone: here each test stops servers of its own
}
setup() {
	load lib/helper
	load lib/lab
	own_lab
	J=job-$BATS_TEST_NUMBER COMMIT="{\"jobId\":\"$J\"}" QOS=1
	thing_new
}
teardown() {
	exec 5>&-
	own_lab_down
}

# word HOW KIND PAYLOAD: the device says it once, at $QOS, and never again. HOW: "stop" or "kill", the daemon is away by
# then; "over", it is killed right after, with the word in its hands or before it has it. Sets ANSWER and BODY as request does.
word() {
	local before=: after=: last t
	t=$(topic "$2")
	case $1 in
	over) after="lab.sh kill '$LAB' backend 3>&- 5>&-" ;;
	*) before="lab.sh $1 '$LAB' backend 3>&- 5>&-" ;;
	esac
	ask -q "$QOS" "+$t/accepted" "+$t/rejected" "!$before" "=$t" "$3" "!$after" "!lab.sh start '$LAB' backend 3>&- 5>&-" \
		"*$t" >messages || { echo "ask: $?" >&2; cat messages "$LAB/backend.log" >&2; return 1; }
	last=$(tail -n 1 messages)
	ANSWER=${last%% *} BODY=${last#* }
	ANSWER=${ANSWER##*/}
}
granted() { word "$@" && [ "$ANSWER" = accepted ] || { echo "$ANSWER $BODY" >&2; return 1; }; }

# the_rotation HOW: each of its words in that way, and what has become of it
the_rotation() {
	job_new "$J"
	granted "$1" jobs/get '{}'
	body_is "\"$J\"" '.queuedJobs[0].jobId'
	granted "$1" "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true}}'
	granted "$1" "jobs/$J/get" '{}'
	body_is '"IN_PROGRESS"' .execution.status
	key_new new
	granted "$1" create "$(csr_of new)"
	jq -r .certificatePem <<<"$BODY" >new.pem
	NEW=$(certificate_id new.pem)
	over_new
	granted "$1" commit "$COMMIT"
	granted "$1" "jobs/$J/update" '{"status":"SUCCEEDED"}'
	as_ever
}
# as_ever: the history of a rotation to which nothing happened
as_ever() {
	execution_is SUCCEEDED
	custody_is survivor NEW
	custody_is 'old || new' "$OLD$NEW"
	sql_is "SELECT count(*) FROM rotation WHERE thing = '$THING'" 1
	await is_gone "$OLD"
	only_is "$NEW"
	sql_is 'SELECT count(*) FROM alarm' 0
	run -0 gr-registry history -j "$THING"
	json_is "$output" '["NEW"]' 'map(.survivor)'
}

@test "away: a rotation whose every word is said once, to a daemon that is stopped" { the_rotation stop; }
@test "away: a rotation whose every word is said once, to a daemon that is killed" { the_rotation kill; }
@test "away: a rotation whose every word is said once, and the daemon is killed over it" { the_rotation over; }
@test "away: the same at QoS 0, to a daemon that is stopped" { QOS=0 the_rotation stop; }
@test "away: the same at QoS 0, to a daemon that is killed" { QOS=0 the_rotation kill; }
@test "away: the same at QoS 0, and the daemon is killed over it" { QOS=0 the_rotation over; }
@test "away: the same at QoS 2, to a daemon that is stopped" { QOS=2 the_rotation stop; }
