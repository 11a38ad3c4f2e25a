# SPDX-License-Identifier: Apache-2.0
# Requests of long ago, come again: out of the file of a broker that was killed, or from a network
# that kept them. None changes what has been decided since.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/jobs
load ../lib/shared-lab

setup() {
	lab_use
	thing_new
	hear heard 'in/#'
}
teardown() {
	hearers_end
	own_lab_down
}

# keep FILE: all that our thing has said until now, with the stamps of the broker;
# said anew by again FILE
keep() {
	accepted jobs/get '{}'
	told heard "in/$(certificate_id "$CERT")/$(printf %s "$CLIENT" |
		od -An -v -tx1 | tr -d ' \n')/$(topic jobs/get)"
	grep "^in/[^ ]*/things/$THING/.* {" heard >"$1"
}
again() {
	local t payload
	[ -s "$1" ]
	while read -r t payload; do
		mosquitto_pub --unix "$LAB/home/shared/broker.sock" -q 1 -t "$t" -m "$payload"
	done <"$1"
	as_thing_now turned
}
# Over whatever is still in use.
as_thing_now() {
	if [ "$(sql "SELECT status FROM certificate WHERE id = '$OLD'")" = ACTIVE ]; then
		over_old
	else
		over_new
	fi
	"$@"
}
# harmless FILE: all of it comes again, twice, and nothing changes
harmless() {
	remember
	again "$1"
	again "$1"
	is_unchanged
	sql_is "SELECT count(*) FROM alarm WHERE thing = '$THING'" 0
}
# in_trial: a rotation up to the licence to say SUCCEEDED
in_trial() {
	rotation_begun
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
}

@test "stale: old messages of a rotation that succeeded change nothing" {
	in_trial
	heard SUCCEEDED NEW
	await certificate_is_gone "$OLD"
	over_new
	keep words
	[ "$(grep -c '/update {\|/create {\|/commit {' words)" -eq 4 ]
	harmless words
	only_is "$NEW"
}

@test "stale: old messages of a rotation that failed change nothing" {
	in_trial
	over_old
	heard FAILED OLD
	await certificate_is_gone "$NEW"
	keep words
	harmless words
	only_is "$OLD"
}

@test "stale: old messages change nothing after the job was cancelled or deleted; a final status still counts" {
	in_trial
	keep words
	gr-jobs cancel --force "$J"
	harmless words
	gr-jobs delete --force "$J"
	await sql_is "SELECT count(*) FROM job WHERE id = '$J'" 0
	harmless words
	both_stay
	over_new
	say SUCCEEDED
	custody_is survivor NEW
	await certificate_is_gone "$OLD"
}

@test "stale: old messages change nothing while a later job is under way" {
	in_trial
	over_old
	heard FAILED OLD
	await certificate_is_gone "$NEW"
	keep words
	J=$J-later
	job_new "$J"
	harmless words
	execution_is QUEUED
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	harmless words
	rotation_asked
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	harmless words
	both_stay
	over_new
	heard SUCCEEDED NEW
	await certificate_is_gone "$OLD"
	only_is "$NEW"
}

@test "stale: old messages that name their execution change nothing while the job has a later execution" {
	job_new "$J" -R 3
	one='"executionNumber":1'
	accepted "jobs/$J/update" "{\"status\":\"IN_PROGRESS\",$one}"
	key_new new
	accepted create "$(csr_of new "{$one}")"
	jq -r .certificatePem <<<"$BODY" >new.pem
	first=$(certificate_id new.pem)
	accepted "jobs/$J/update" "{\"status\":\"FAILED\",$one}"
	await certificate_is_gone "$first"
	keep words
	await sql_is "SELECT status FROM execution WHERE thing = '$THING' AND number = 2" QUEUED
	harmless words
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","executionNumber":2}'
	harmless words
	rotation_asked
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	harmless words
	over_new
	heard SUCCEEDED NEW
	only_is "$NEW"
}

@test "stale: old messages from the persistence file of a broker that was killed change nothing" {
	own_lab
	thing_new
	job_new "$J"
	sed -i /^autosave_interval/d "$LAB/broker/mosquitto.conf"
	backend stop
	ask "=$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}'
	lab.sh stop "$LAB" broker
	lab.sh start "$LAB" broker 3>&-
	backend start
	await execution_is IN_PROGRESS
	rotation_asked
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
	await certificate_is_gone "$OLD"
	remember
	backend stop
	lab.sh kill "$LAB" broker
	lab.sh start "$LAB" broker 3>&-
	# What it has kept is the word of then.
	grep -qa "things/$THING/jobs/$J/update" "$LAB/broker/mosquitto.db"
	backend start
	over_new
	turned
	is_unchanged
	only_is "$NEW"
}
