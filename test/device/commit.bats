# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/session
	REPLY_TO=awslabs/things/pump1/certificate/commit
}
teardown() {
	stop_service
	stop_broker
	[ -z "${LAB:-}" ] || lab.sh down "$LAB"
}

against() {
	start_broker
	configure pump1
	start_service "$REPLY_TO" "$1"
}

@test "commit: refused over the old certificate, granted over the new one, as often as asked" {
	LAB=$PWD/lab
	lab.sh up -n 1 -a ECDSA-P256 "$LAB" 3>&-
	export GR_CONF=$LAB/things/thing-1/gr.conf GR_STATE=$PWD
	gr-jobs create -H "$LAB/home" -t thing/thing-1 job-1
	gr-jobs-client update job-1 IN_PROGRESS >/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key \
		-out new.csr -subj '/O=gr lab/CN=thing-1' 2>/dev/null
	gr-create job-1 1 new.csr >new.pem
	run -1 --separate-stderr gr-commit job-1 1
	[[ $stderr = 'gr-commit: job-1: rejected: '?* ]]
	export GR_PRIVATE_KEY_PATH=$PWD/new.key GR_CERTIFICATE_FILE_PATH=$PWD/new.pem
	run -0 --separate-stderr gr-commit job-1 1 "$(certificate_id new.pem)"
	[ -z "$output$stderr" ]
	run -0 gr-commit job-1 1
	run -1 gr-commit job-2 1
	run -1 gr-commit job-1 2
}

bare() { cat >request; answer "$REPLY_TO/accepted" '{}'; }
@test "commit: a reference-style answer, an empty object, is a yes" {
	against bare
	run -0 gr-commit job-1 3
	[ "$(jq -cS 'del(.clientToken)' request)" = '{"executionNumber":3,"jobId":"job-1"}' ]
	jq -e '.clientToken | test("^[0-9a-f]{32}$")' request
}

empty() {
	cat >/dev/null
	mosquitto_pub -h localhost -p "$PORT" --cafile ca.pem --cert service.pem \
		--key service.key -t "$REPLY_TO/accepted" -n
}
@test "commit: an answer of no bytes is a yes too" {
	against empty
	run -0 gr-commit job-1 1
}

reject() { cat >/dev/null; answer "$REPLY_TO/rejected" '{"errorMsg":"no\u001b[31m licence"}'; }
@test "commit: a rejection is a no; control characters in it do not reach the terminal" {
	against reject
	run -1 --separate-stderr gr-commit job-1 1
	[ "$stderr" = 'gr-commit: job-1: rejected: no?[31m licence' ]
}

retry() {
	cat >/dev/null
	answer "$REPLY_TO/rejected" \
		'{"errorMsg":"the nucleus is still on the old one","retry":true}'
}
@test "commit: a rejection that says retry is temporary" {
	against retry
	run -111 --separate-stderr gr-commit job-1 1
	[ "$stderr" = 'gr-commit: job-1: not yet: the nucleus is still on the old one' ]
}

other_first() {
	local id
	cat >request
	id=$(jq -r .certificateId request)
	answer "$REPLY_TO/accepted" "{\"certificateId\":\"${id//a/b}\"}"
	answer "$REPLY_TO/rejected" '{"errorMsg":"this one counts"}'
}
@test "commit: an answer for another certificate is ignored" {
	against other_first
	run -1 --separate-stderr gr-commit job-1 1 "$(printf 'a%.0s' {1..64})"
	[ "$stderr" = 'gr-commit: job-1: rejected: this one counts' ]
}

@test "commit: a broker that closes the connection on the request is a failure that says so" {
	start_broker 'allow_anonymous true' 'message_size_limit 10'
	configure pump1
	run -111 --separate-stderr gr-commit -o requestTimeoutSeconds=5 job-1 1
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr = *"$REPLY_TO"* ]]
}

@test "commit: bad operands are 100" {
	PORT=1
	make_ca ca
	configure pump1
	run -100 gr-commit
	run -100 gr-commit job-1
	run -100 gr-commit job-1 0
	run -100 gr-commit 'job#1' 1
	run -100 gr-commit job-1 1 abc
	run -100 gr-commit job-1 1 2 3
}
