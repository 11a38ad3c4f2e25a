# SPDX-License-Identifier: Apache-2.0
# The three handlers as programs: one event in, one answer out.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

# event KIND PAYLOAD [PRINCIPAL]: as the broker plugin would have stamped it
event() {
	jq -nc --arg topic "$(topic "$1")" --arg principal "${3:-$OLD}" --arg client "$THING" \
		--argjson payload "$2" \
		'{topic: $topic, principal: $principal, clientId: $client, payload: $payload}'
}

@test "handlers: misuse is 100, --help and --version are 0" {
	for program in gr-create-certificate gr-commit-certificate gr-job-terminal; do
		run -100 --separate-stderr "$program" extra </dev/null
		[ -z "$output" ]
		[[ $stderr == "usage: $program "* ]]
		run -100 "$program" -x </dev/null
		run -0 "$program" --help
		[[ ${lines[0]} == "usage: $program "* ]]
		run -0 "$program" --version
	done
}

@test "handlers: input that is no event is 100, with one line and no answer" {
	thing_new
	for text in '' '{}' 'x' '[]' '{"topic":"x"}' "$(event create 7)" \
		"$(event create '{}' abc)" "$(event create '{}' | jq -c 'del(.clientId)')" \
		"$(event create '{}' | jq -c '.topic = "things/x"')" \
		"$(event create '{}' | jq -c '.topic = "awslabs/things/x/certificate/revoke"')"; do
		for program in gr-create-certificate gr-commit-certificate gr-job-terminal; do
			run -100 --separate-stderr "$program" <<<"$text"
			[ -z "$output" ]
			[ "${#stderr_lines[@]}" -eq 1 ]
		done
	done
}

@test "handlers: another handler's event is 100, and nothing changes" {
	thing_new
	job_started
	key_new new
	event create "$(csr_of new)" >create
	event commit "$COMMIT" >commit
	event "jobs/$J/update" '{"status":"FAILED"}' >update
	event "jobs/$J/get" '{}' >get
	remember
	for wrong in gr-create-certificate:commit gr-create-certificate:update \
		gr-commit-certificate:create gr-commit-certificate:get \
		gr-job-terminal:create gr-job-terminal:get; do
		run -100 --separate-stderr "${wrong%:*}" <"${wrong#*:}"
		[ -z "$output" ]
	done
	is_unchanged
}

@test "handlers: an event larger than 256 kB is 100" {
	thing_new
	event create "{\"jobId\":\"$J\"}" >event
	printf '%262144s' '' >>event
	run -100 --separate-stderr gr-create-certificate <event
	[ "$stderr" = 'gr-create-certificate: standard input: larger than 262144 bytes' ]
}

@test "handlers: a folder that is no backend's is 100; a full disk for the answer is 111" {
	thing_new
	event commit "$COMMIT" >event
	run -100 --separate-stderr gr-commit-certificate -H "$PWD/none" <event
	[ -z "$output" ]
	rc=0
	gr-commit-certificate <event >/dev/full 2>err || rc=$?
	[ "$rc" -eq 111 ]
	[ -s err ]
}

@test "gr-create-certificate: grants, again for the same key, and refuses with 1" {
	thing_new
	key_new new
	run -1 --separate-stderr gr-create-certificate <<<"$(event create "$(csr_of new)")"
	json_is "$output" '{"topic":"'"$(topic create)"'/rejected","payload":{"errorMsg":"no such job execution for this thing","jobId":"'"$J"'","timestamp":"S"}}'
	job_started
	run -0 --separate-stderr gr-create-certificate \
		<<<"$(event create "$(csr_of new '{clientToken: "t"}')")"
	[ -z "$stderr" ]
	jq -r .payload.certificatePem <<<"$output" >new.pem
	NEW=$(certificate_id new.pem)
	json_is "$output" '{"topic":"'"$(topic create)"'/accepted","payload":{"jobId":"'"$J"'","executionNumber":1,"certificateId":"'"$NEW"'","timestamp":"S","clientToken":"t"}}' \
		'del(.payload.certificatePem)'
	both_stay
	run -0 gr-create-certificate <<<"$(event create "$(csr_of new)")"
	json_is "$output" "\"$NEW\"" .payload.certificateId
	# The daemon sees the same record.
	over_new
	accepted commit "$COMMIT"
	grep -q "\"event\":\"issued\".*\"certificateId\":\"$NEW\"" "$GR_HOME/ledger"
}

@test "gr-create-certificate: the answer is printed, not published" {
	own_lab
	thing_new
	job_started
	key_new new
	backend stop
	before=$(sql 'SELECT coalesce(max(id), 0) FROM outbox')
	run -0 gr-create-certificate <<<"$(event create "$(csr_of new)")"
	sql_is 'SELECT coalesce(max(id), 0) FROM outbox' "$before"
}

@test "gr-commit-certificate: grants over NEW, refuses with 1" {
	rotation_begun
	run -1 gr-commit-certificate <<<"$(event commit "$COMMIT")"
	json_is "$output" '{"topic":"'"$(topic commit)"'/rejected","payload":{"errorMsg":"commit must be asked for over the new certificate","jobId":"'"$J"'","timestamp":"S"}}'
	run -0 gr-commit-certificate <<<"$(event commit "$COMMIT" "$NEW")"
	json_is "$output" '{"topic":"'"$(topic commit)"'/accepted","payload":{"jobId":"'"$J"'","executionNumber":1,"certificateId":"'"$NEW"'","timestamp":"S"}}'
	custody_is 'committed > 0' 1
}

@test "gr-job-terminal: a final status decides, and the daemon retires the other certificate" {
	rotation_begun
	run -1 gr-job-terminal <<<"$(event "jobs/$J/update" '{"status":"SUCCEEDED"}' "$NEW")"
	hex=$(printf %s "$THING" | od -An -v -tx1 | tr -d ' \n')
	json_is "$output" \
		'["out/'"$hex/$(topic "jobs/$J/update")"'/rejected","InvalidStateTransition"]' \
		'[.topic, .payload.code]'
	run -0 gr-commit-certificate <<<"$(event commit "$COMMIT" "$NEW")"
	run -0 gr-job-terminal <<<"$(event "jobs/$J/update" '{"status":"SUCCEEDED"}' "$NEW")"
	json_is "$output" \
		'{"topic":"out/'"$hex/$(topic "jobs/$J/update")"'/accepted","payload":{"timestamp":"S"}}'
	execution_is SUCCEEDED
	await certificate_is_gone "$OLD"
	only_is "$NEW"
}

@test "gr-job-terminal: over a certificate that is not of the rotation nothing is decided" {
	thing_new "other-$BATS_TEST_NUMBER"
	other=$OLD
	thing_new
	rotation_begun
	remember
	for word in SUCCEEDED FAILED REJECTED; do
		run -1 gr-job-terminal \
			<<<"$(event "jobs/$J/update" "{\"status\":\"$word\"}" "$other")"
	done
	is_unchanged
	both_stay
}

@test "gr-job-terminal: its notifications are sent by the daemon" {
	thing_new
	job_new "$J"
	event "jobs/$J/update" '{"status":"FAILED"}' >event
	run -0 story "!gr-job-terminal <event"
	[ "$output" = 'notify notify-next' ]
}
