# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/x509

# No error and no leak, by valgrind: `make memory`. The sanitized build looks for the same in the
# suite. What dlopen keeps for itself passes for possibly lost, so that kind is left out.

check='valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=87'
check="$check --suppressions=$BATS_TEST_DIRNAME/valgrind.supp"

# found FILE...: what valgrind says of us; its lines about itself begin with "--"
found() { cat "$@" | grep -v '^--'; }

setup() {
	lab
	as thing-1
	keep_old_pair
}
teardown() {
	down
}

@test "memory: every device program on its way through a rotation" {
	for p in gr-config gr-keygen gr-csr gr-link gr-jobs-client gr-create gr-probe \
		gr-install-cert gr-commit gr-journal; do
		wrapped "$p" 'exec '"$check"' --log-file='"$PWD"'/log.%p "$REAL" "$@"'
	done
	setting requestTimeoutSeconds 60
	setting trialSeconds 900	# a slow machine with valgrind on top
	rotate_job j1
	run -0 fake/rotate.sh once
	assert_rotated j1
	run -0 fake/rotate.sh status
	run found log.*
	[ -z "$output" ]
}

@test "memory: gr-backendd over a rotation, a refusal and a time-out, until it is told to end" {
	lab.sh stop "$LAB" backend
	$check --log-file="$PWD/log" "$BIN/gr-backendd" -H "$HOME_DIR" \
		-s "$LAB/home/shared/broker.sock" -q 0 -m 50 >out 2>err 3>&- &
	daemon=$!
	await grep -q ready out
	setting requestTimeoutSeconds 60
	rotate_job j1
	run -0 rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	run -1 gr-jobs-client get no-such-job
	rotate_job j2 -T 1
	gr-jobs-client update -d CertificateRotator=true j2 IN_PROGRESS >/dev/null
	await eval '[ "$(status_of j2)" = TIMED_OUT ]'
	run -1 gr-probe --certificate old.pem --key old.key
	await eval 'gr-registry alarms -H "$HOME_DIR" | grep -q retired-used'
	kill "$daemon"
	wait "$daemon"
	run found log
	[ -z "$output" ]
}

@test "memory: the operator's programs and the handlers alone" {
	export HOME_DIR
	run -0 $check "$BIN/gr-jobs" create -H "$HOME_DIR" -t thinggroup/all j1
	run -0 $check "$BIN/gr-jobs" describe -H "$HOME_DIR" -j j1
	run -0 $check "$BIN/gr-jobs" cancel -H "$HOME_DIR" --force j1
	run -0 $check "$BIN/gr-registry" list-things -H "$HOME_DIR" -j
	run -0 $check "$BIN/gr-registry" history -H "$HOME_DIR" -j thing-1
	run -0 $check "$BIN/gr-ca" show -H "$HOME_DIR"
	company root ECDSA-P256
	company sub ECDSA-P256 root
	run -0 $check "$BIN/gr-ca" import -H "$HOME_DIR" sub sub.key sub.pem
	run -0 $check "$BIN/gr-ca" mode -H "$HOME_DIR" \
		-b "localhost:$(cat "$LAB/port")" private sub
	run -0 $check "$BIN/gr-ca" list -H "$HOME_DIR"
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out x.key
	openssl req -new -key x.key -subj /CN=x -out x.csr
	run -0 $check "$BIN/gr-registry" register -H "$HOME_DIR" -p rotation x x.csr
	gr-jobs create -H "$HOME_DIR" -t thing/thing-1 j2
	gr-jobs-client update j2 IN_PROGRESS
	openssl req -new -key x.key -subj '/O=gr lab/CN=thing-1' -out y.csr
	jq -n --arg p "$OLD" --rawfile csr y.csr \
		'{topic: "awslabs/things/thing-1/certificate/create", principal: $p, clientId: "thing-1",
		payload: {jobId: "j2", csr: $csr}}' >event.json
	run -1 $check "$BIN/gr-create-certificate" -H "$HOME_DIR" <event.json
	run -0 $check "$BIN/gr-registry" update-certificate -H "$HOME_DIR" "$OLD" REVOKED
	run -0 $check "$BIN/gr-ca" crl -H "$HOME_DIR" ca
	grep -q 'BEGIN X509 CRL' <<<"$output"
}

@test "memory: every device program through a whole rotation of a key in a token" {
	load ../lib/token
	token_new
	token_thing hw-1
	for p in gr-config gr-keygen gr-csr gr-link gr-jobs-client gr-create gr-probe \
		gr-install-cert gr-commit gr-journal; do
		wrapped "$p" 'exec '"$check"' --log-file='"$PWD"'/log.%p "$REAL" "$@"'
	done
	rotate_job j1
	run -0 fake/rotate.sh once
	assert_token_rotated j1
	run -0 fake/rotate.sh status
	run found log.*
	[ -z "$output" ]
}
