# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0

# One lab for the file, one thing a test: thing-N for test N.
setup_file() {
	load ../lib/helper
	lab.sh up -n 20 -a ECDSA-P256 "$BATS_FILE_TMPDIR/lab" 3>&-
}
teardown_file() {
	load ../lib/helper
	lab.sh down "$BATS_FILE_TMPDIR/lab"
}

setup() {
	load ../lib/helper
	load ../lib/session
}
teardown() {
	stop_service
	stop_broker
}

# in_lab: as this test's thing, with a job IN_PROGRESS and a CSR new.csr for new.key.
in_lab() {
	LAB=$BATS_FILE_TMPDIR/lab
	THING=thing-$BATS_TEST_NUMBER
	JOB=job-$BATS_TEST_NUMBER
	mkdir -p "$LAB/things/$THING/state"
	export GR_CONF=$LAB/things/$THING/gr.conf GR_STATE=$LAB/things/$THING/state
	LIVE=$LAB/things/$THING/certificate.pem
	csr new "$(subject)"
	gr-jobs create -H "$LAB/home" -t "thing/$THING" "$JOB"
	gr-jobs-client update -d CertificateRotator=true "$JOB" IN_PROGRESS >/dev/null
}
subject() {
	openssl x509 -in "$LIVE" -noout -subject -nameopt RFC2253 |
		sed 's/^subject=//' | tr , '\n' | tac | sed 's|^|/|' | tr -d '\n'
}
csr() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
		-out "$1.csr" -subj "$2" 2>/dev/null
}
public_key() { openssl "$1" -in "$2" -noout -pubkey; }

# against REPLY: as pump1, with a foreign backend that runs REPLY for each request.
against() {
	start_broker
	configure pump1
	csr new /CN=pump1
	REPLY_TO=awslabs/things/pump1/certificate/create
	start_service "$REPLY_TO" "$1"
}
# signed [SUBJECT-NAME [DAYS [CA]]]: the request's CSR as a certificate, as a JSON string.
signed() {
	jq -r .csr request >request.csr
	openssl x509 -req -in request.csr -CA "${3:-ca}.pem" -CAkey "${3:-ca}.key" -set_serial 77 \
		-days "${2:-30}" ${1:+-subj "$1"} \
		-extfile <(printf 'basicConstraints=CA:FALSE\n') 2>/dev/null | jq -Rs .
}
grant() { answer "$REPLY_TO/accepted" "{\"certificatePem\":$(signed)}"; }
pem_only() { cat >request; grant; }

@test "create: the certificate is for our key and our subject, and a second request gets the same one" {
	in_lab
	run -0 --separate-stderr gr-create "$JOB" 1 new.csr
	[ -z "$stderr" ]
	echo "$output" >new.pem
	[ "$(public_key x509 new.pem)" = "$(public_key req new.csr)" ]
	[ "$(openssl x509 -in new.pem -noout -subject)" = \
		"$(openssl x509 -in "$LIVE" -noout -subject)" ]
	run -0 gr-create "$JOB" 1 <new.csr
	[ "$output" = "$(cat new.pem)" ]
	run -0 gr-probe --certificate new.pem --key new.key
}

@test "create: a rejection is a no, with the backend's reason" {
	in_lab
	gr-create "$JOB" 1 new.csr >/dev/null
	csr second "$(subject)"
	run -1 --separate-stderr gr-create "$JOB" 1 second.csr
	[ -z "$output" ]
	[[ $stderr = "gr-create: $JOB: rejected: "?* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "create: works over the session of gr-link" {
	in_lab
	start_link -s "$PWD/link.sock"
	run -0 gr-create "$JOB" 1 new.csr
	echo "$output" >new.pem
	[ "$(public_key x509 new.pem)" = "$(public_key req new.csr)" ]
	stop_link
}

@test "create: issuerCaPath that the certificate does not chain to is a no" {
	in_lab
	make_ca other
	run -1 --separate-stderr gr-create -o "issuerCaPath=$PWD/other.pem" "$JOB" 1 new.csr
	[ -z "$output" ]
	run -0 gr-create -o "issuerCaPath=$LAB/home/ca/ca.pem" "$JOB" 1 new.csr
}

@test "create: a bad CSR, one for the key in use, and bad numbers are not sent" {
	in_lab
	openssl req -new -key "$LAB/things/$THING/private.key" -subj "$(subject)" -out live.csr
	run -100 --separate-stderr gr-create "$JOB" 1 live.csr
	[ "$stderr" = "gr-create: $JOB: the CSR is for the key in use" ]
	echo junk >junk.csr
	run -100 gr-create "$JOB" 1 junk.csr
	run -100 gr-create "$JOB" 1 missing.csr
	run -100 gr-create "$JOB" 0 new.csr
	run -100 gr-create "$JOB" one new.csr
	run -100 gr-create 'a/b' 1 new.csr
	run -100 gr-create "$JOB"
}

@test "create: a reference-style answer, with the certificate alone, is enough" {
	against pem_only
	run -0 gr-create job-1 1 new.csr
	echo "$output" >new.pem
	[ "$(public_key x509 new.pem)" = "$(public_key req new.csr)" ]
	[ "$(jq -cS 'del(.csr, .clientToken)' request)" = '{"executionNumber":1,"jobId":"job-1"}' ]
	[ "$(jq -r .csr request)" = "$(cat new.csr)" ]
}

strangers_first() {
	cat >request
	answer "$REPLY_TO/accepted" \
		'{"certificatePem":"x","clientToken":"00000000000000000000000000000000"}'
	answer "$REPLY_TO/rejected" \
		'{"errorMsg":"not you","clientToken":"00000000000000000000000000000000"}'
	answer "$REPLY_TO/rejected" '{"errorMsg":"not you","jobId":"job-2"}'
	answer "$REPLY_TO/rejected" '{"errorMsg":"not you","jobId":"job-1","executionNumber":2}'
	answer "$REPLY_TO/rejected" '{"errorMsg":"not you","clientToken":7}'
	answer "$REPLY_TO/rejected" 'no JSON'
	answer "$REPLY_TO/rejected" '["no object"]'
	answer "$REPLY_TO/accepted" "{\"certificatePem\":$(jq -Rs . <device.pem)}"
	grant
}
@test "create: answers to other tokens, jobs, executions and keys are ignored" {
	against strangers_first
	run -0 --separate-stderr gr-create job-1 1 new.csr
	echo "$output" >new.pem
	[ "$(public_key x509 new.pem)" = "$(public_key req new.csr)" ]
	[ -z "$stderr" ]
}

reject() { cat >/dev/null; answer "$REPLY_TO/rejected" '{"errorMsg":"Pre-conditions not met"}'; }
@test "create: a reference-style rejection is a no" {
	against reject
	run -1 --separate-stderr gr-create job-1 1 new.csr
	[ "$stderr" = 'gr-create: job-1: rejected: Pre-conditions not met' ]
}

reject_for_now() {
	cat >/dev/null
	answer "$REPLY_TO/rejected" '{"errorMsg":"busy","retry":true}'
}
@test "create: a rejection that says retry is temporary" {
	against reject_for_now
	run -111 --separate-stderr gr-create job-1 1 new.csr
	[ "$stderr" = 'gr-create: job-1: not yet: busy' ]
}

wrong_subject() {
	cat >request
	answer "$REPLY_TO/accepted" "{\"certificatePem\":$(signed /CN=pump2)}"
}
@test "create: a certificate for another subject is a no" {
	against wrong_subject
	run -1 --separate-stderr gr-create job-1 1 new.csr
	[ -z "$output" ]
	[[ $stderr = *": its subject is not that of the CSR" ]]
}

too_late() {
	cat >request
	answer "$REPLY_TO/accepted" \
		"{\"certificatePem\":$(signed '' 1),\"timestamp\":$(($(date +%s) + 90000))}"
}
@test "create: a certificate that is not valid by the service's clock is a no" {
	against too_late
	run -1 --separate-stderr gr-create job-1 1 new.csr
	[[ $stderr = *": it is not valid at the time that the service tells" ]]
}

# a backend whose clock is a day ahead
ahead() {
	cat >request
	echo 86400 >ahead
	answer "$REPLY_TO/accepted" "{\"certificatePem\":$(
		WRONG_CLOCK=$PWD/ahead LD_PRELOAD=$PWD/clock.so ASAN_OPTIONS='' signed
	),\"timestamp\":$(($(date +%s) + 86400))}"
}
# by_own_clock KEPT SECONDS: gr-create by a clock that NTP keeps (1) or not (0), or of which it may
# not ask that (refused), wrong by so much
by_own_clock() {
	echo "$2" >own
	CLOCK_KEPT=$1 WRONG_CLOCK=$PWD/own \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
		LD_PRELOAD="${SANITIZE:+$(gcc -print-file-name=libasan.so) }$PWD/clock.so" \
		gr-create job-1 1 new.csr
}
@test "create: a certificate of another time than the device's, which NTP keeps, is a no" {
	gcc -shared -fPIC -O1 -o clock.so "$ROOT/test/tools/clock.c"
	against ahead
	run -1 --separate-stderr by_own_clock 1 0
	[ -z "$output" ]
	[[ $stderr = *": it is not valid by this device's clock, which NTP keeps, while the certificate in use is; is the backend's clock right?" ]]
	# Not by a clock that nobody keeps, nor by one that is as far ahead.
	run -0 by_own_clock 0 0
	run -0 by_own_clock refused 0
	run -0 by_own_clock 1 $((86400 - 10))
}

garbage() {
	cat >/dev/null
	answer "$REPLY_TO/accepted" '{"certificatePem":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}'
}
@test "create: an answer that holds no certificate is a no" {
	against garbage
	run -1 --separate-stderr gr-create job-1 1 new.csr
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

# make_intermediate NAME ISSUER: NAME.pem, NAME.key, below a CA
make_intermediate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
		-out "$1.csr" -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" \
		-set_serial "0x$(openssl rand -hex 8)" -days 30 -out "$1.pem" \
		-extfile <(printf 'basicConstraints=critical,CA:TRUE\n') 2>/dev/null
}
# two_levels: an issuing CA below one below ca, and who has nothing to do with them
two_levels() {
	[ -f ca.pem ] || make_ca ca
	make_intermediate middle ca
	make_intermediate issuing middle
	make_ca stranger
}
# with_chain FILE...: signed by issuing, with these as the chain
with_chain() {
	cat >request
	answer "$REPLY_TO/accepted" "{\"certificatePem\":$(signed '' 30 issuing),\"certificateChain\":$(cat "$@" | jq -Rs .),\"timestamp\":$(date +%s)}"
}

whole_chain() { with_chain issuing.pem middle.pem; }
@test "create: with certificateChain on it asks for the chain, verifies it and prints it behind the certificate" {
	two_levels
	against whole_chain
	run -0 --separate-stderr gr-create -o certificateChain=on \
		-o "issuerCaPath=$PWD/ca.pem" job-1 1 new.csr
	[ -z "$stderr" ]
	[ "$(jq -c .certificateChain request)" = true ]
	echo "$output" >new.pem
	[ "$(public_key x509 new.pem)" = "$(public_key req new.csr)" ]
	[ "$(grep -c BEGIN new.pem)" -eq 3 ]
	sed -n '/END/,$p' new.pem | sed 1d | cmp - <(cat issuing.pem middle.pem)
	openssl verify -CAfile ca.pem -untrusted new.pem new.pem
}

@test "create: without certificateChain it asks for no chain, and prints none that comes" {
	two_levels
	against whole_chain
	run -0 gr-create job-1 1 new.csr
	[ "$(jq -c .certificateChain request)" = null ]
	[ "$(grep -c BEGIN <<<"$output")" -eq 1 ]
}

@test "create: a backend without chains is not asked twice" {
	against pem_only
	run -0 --separate-stderr gr-create -o certificateChain=on job-1 1 new.csr
	[ -z "$stderr" ]
	[ "$(grep -c BEGIN <<<"$output")" -eq 1 ]
}

broken_chain() { with_chain middle.pem; }
strange_chain() { with_chain issuing.pem middle.pem stranger.pem; }
repeating_chain() { with_chain issuing.pem issuing.pem; }
endless_chain() { with_chain issuing.pem{,,,,,,,,}; }
no_chain() { echo junk >junk; with_chain junk; }
cut_chain() { head -n 5 middle.pem >cut.pem; with_chain issuing.pem cut.pem; }
number_chain() {
	cat >request
	answer "$REPLY_TO/accepted" \
		"{\"certificatePem\":$(signed '' 30 issuing),\"certificateChain\":7}"
}
@test "create: a chain that does not belong to the certificate, or cannot be read, is a no" {
	two_levels
	for kind in broken strange repeating endless no cut number; do
		against "${kind}_chain"
		run -1 --separate-stderr gr-create -o certificateChain=on job-1 1 new.csr
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *certificateChain* ]]
		stop_service
		stop_broker
		rm service.in
	done
}

@test "create: a chain below another root than issuerCaPath is a no" {
	two_levels
	against whole_chain
	run -1 --separate-stderr gr-create -o certificateChain=on \
		-o "issuerCaPath=$PWD/stranger.pem" job-1 1 new.csr
	[[ $stderr == *': unable to get '*'issuer certificate' ]]
}

@test "create: certificateChain must be on or off" {
	PORT=1
	make_ca ca
	configure pump1
	csr new /CN=pump1
	run -100 --separate-stderr gr-create -o certificateChain=yes job-1 1 new.csr
	[ "$stderr" = 'gr-create: certificateChain: yes: neither on nor off' ]
	run -100 --separate-stderr gr-config --check -o certificateChain=yes
	[ "$stderr" = 'gr-config: certificateChain: yes: neither on nor off' ]
}

nothing() { cat >/dev/null; }
@test "create: no answer within requestTimeoutSeconds is a temporary failure" {
	against nothing
	run -111 --separate-stderr gr-create -o requestTimeoutSeconds=1 job-1 1 new.csr
	[ "$stderr" = 'gr-create: awslabs/things/pump1/certificate/create: no answer within 1 s' ]
}

@test "create: a refused connection is a temporary failure; only gr-probe decides on a pair" {
	start_broker 'allow_anonymous false'
	configure pump1
	csr new /CN=pump1
	run -111 --separate-stderr gr-create job-1 1 new.csr
	[[ $stderr = *"refused: not authorised (CONNACK 5): client id pump1, certificate "* ]]
}
