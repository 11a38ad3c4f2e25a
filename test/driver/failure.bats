# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# What goes wrong on the way; the answer is always one pair, one certificate, the one that
# the device uses. The three whose names begin otherwise are the failures of the
# reference's integration suite.

certificates() {
	sqlite3 "$HOME_DIR/shared/registry.db" "SELECT count(*) FROM certificate"
}

# The next key of the reference's cases.
as_the_reference() {
	setting keyAlgorithm RSA-2048
	setting signingAlgorithm SHA256WITHRSA
}

@test "failure: the final status is sent again until it is answered" {
	wrapped gr-jobs-client 'case "$*" in *SUCCEEDED*) [ -e unsaid ] || { touch unsaid; exit 111; } ;; esac; exec "$REAL" "$@"'
	rotate_job j1
	run -0 timeout 600 fake/rotate.sh once
	[ -e unsaid ]
	assert_rotated j1
}

@test "failure: SUCCEEDED that is refused since the old certificate was chosen brings back the old pair" {
	wrapped gr-jobs-client 'case "$*" in update*SUCCEEDED*) printf "code=InvalidStateTransition\nstatus=FAILED\nsurvivor=OLD\n"; exit 1 ;; esac; exec "$REAL" "$@"'
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[ "$(reason_of j1)" = "the rotation was decided for the old certificate" ]
	assert_unchanged
}

@test "failure: one refusal of the new certificate is no verdict while the old one is accepted" {
	setting refusalWindowSeconds 600
	wrapped gr-link '[ "$2" != 2 ] || [ -e refused ] || { touch refused; echo "gr-link: refused" >&2; exit 1; }; exec "$REAL" "$@"'
	rotate_job j1
	run -0 timeout 600 fake/rotate.sh once
	[ -e refused ]
	assert_rotated j1
}

@test "failure: create times out: the job is FAILED and the old pair stays" {
	as_the_reference
	setting trialSeconds 3
	setting requestTimeoutSeconds 1
	deny iot:Receive 'arn:aws:iot:*:*:topic/awslabs/things/*/certificate/create/*'
	rotate_job j1
	run -1 rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[ "$(reason_of j1)" = "no certificate came in time" ]
	assert_unchanged
	[ "$(certificates)" -eq 1 ]
}

@test "failure: create is refused: the job is FAILED with the backend's reason" {
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"CREATE TRIGGER away BEFORE UPDATE OF status ON execution WHEN new.status = 'IN_PROGRESS'
		BEGIN UPDATE job SET document = '{\"operation\":\"OTHER\"}'; END"
	rotate_job j1
	run -1 rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == *"does not ask for ROTATE_CERTIFICATE"* ]]
	assert_unchanged
}

@test "failure: NEW is deactivated at once: this is found before the switch, and OLD stays" {
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"CREATE TRIGGER off AFTER INSERT ON certificate
		BEGIN UPDATE certificate SET status = 'INACTIVE' WHERE id = new.id; END"
	rotate_job j1
	run -1 rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == "the broker refuses the new certificate"* ]]
	[[ $output != *"switched to the new key"* ]]
	assert_unchanged
}

@test "failure: the connection over NEW fails: it is rolled back" {
	as_the_reference
	cat >hook <<-EOF
		#!/bin/sh
		case \$1 in
		instance) cat $PWD/instance ;;
		restart)
			date +%N >$PWD/instance
			id=\$(openssl x509 -in $T/certificate.pem -outform DER | openssl dgst -sha256 | sed 's/.*= //')
			[ "\$id" = $OLD ] || gr-registry update-certificate --force -H $HOME_DIR "\$id" INACTIVE
			;;
		esac
	EOF
	chmod +x hook
	echo first >instance
	setting restartHook "$PWD/hook"
	rotate_job j1
	run -1 --separate-stderr rotate.sh once
	[[ $stderr == *"rolled back to the old key and certificate"* ]]
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == "the broker refuses the new certificate"* ]]
	assert_unchanged
}

@test "failure: commit times out: it is rolled back" {
	as_the_reference
	setting trialSeconds 4
	setting requestTimeoutSeconds 1
	deny iot:Receive 'arn:aws:iot:*:*:topic/awslabs/things/*/certificate/commit/*'
	rotate_job j1
	run -1 rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[ "$(reason_of j1)" = "commit was not answered in time" ]
	assert_unchanged
	gr-registry history -H "$HOME_DIR" -j thing-1 |
		jq -e '.[0].survivor == "OLD" and .[0].retiredAt > 0'
}

@test "failure: after a failure the next job rotates" {
	setting trialSeconds 4
	setting requestTimeoutSeconds 1
	deny iot:Receive 'arn:aws:iot:*:*:topic/awslabs/things/*/certificate/commit/*'
	rotate_job j1
	run -1 rotate.sh once
	gr-registry create-policy -H "$HOME_DIR" rotation "$ROOT/share/policies/rotation.json"
	setting trialSeconds 300
	setting requestTimeoutSeconds 10
	rotate_job j2
	run -0 rotate.sh once
	assert_rotated j2
}

@test "failure: the job is cancelled by force during the trial: it is rolled back, and OLD alone remains" {
	wrapped gr-commit 'gr-jobs cancel --force -H '"$HOME_DIR"' j1; exec "$REAL" "$@"'
	rotate_job j1
	run -1 fake/rotate.sh once
	[ "$(status_of j1)" = CANCELED ]
	assert_unchanged
}

@test "failure: the job times out after commit: the device's final status counts, and NEW alone remains" {
	wrapped gr-jobs-client '[ "$1 ${*: -1}" = "update SUCCEEDED" ] && sqlite3 -cmd ".timeout 10000" '"$HOME_DIR"'/shared/registry.db \
		"UPDATE execution SET status = '"'TIMED_OUT'"', version = version + 1"; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	[ "$(status_of j1)" = TIMED_OUT ]
	[ "$(certificate_id)" != "$OLD" ]
	await has_one_certificate
	[ "$(registered)" = "$(certificate_id)" ]
	gr-registry history -H "$HOME_DIR" -j thing-1 | jq -e '.[0].survivor == "NEW"'
}

@test "failure: the job is deleted during the rotation: the final status still decides" {
	wrapped gr-jobs-client '[ "$1 ${*: -1}" = "update SUCCEEDED" ] && sqlite3 -cmd ".timeout 10000" '"$HOME_DIR"'/shared/registry.db \
		"DELETE FROM execution; DELETE FROM job_target; DELETE FROM job"; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	[ "$(certificate_id)" != "$OLD" ]
	await has_one_certificate
	[ "$(registered)" = "$(certificate_id)" ]
}

@test "failure: a rotation without a record on the device is FAILED after a waiting time" {
	rotate_job j1
	gr-jobs-client update -d CertificateRotator=true j1 IN_PROGRESS >/dev/null
	setting recordGraceSeconds 600
	run -0 rotate.sh once
	[ "$(status_of j1)" = IN_PROGRESS ]
	setting recordGraceSeconds 1
	await eval 'rotate.sh once; [ "$(status_of j1)" = FAILED ]'
	[[ "$(reason_of j1)" == "no record"* ]]
	assert_unchanged
}

@test "failure: a step that breaks before the trial fails the job" {
	wrapped gr-csr 'exit 100'
	rotate_job j1
	run -1 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == *creating-certificate* ]]
	assert_unchanged
}

@test "failure: a step that breaks during the trial waits for the deadline and rolls back" {
	deadline_when_noted gr-commit
	wrapped gr-commit 'exit 127'
	rotate_job j1
	run -1 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[ "$(reason_of j1)" = "the trial's deadline passed: gr-commit ended with status 127" ]
	assert_unchanged
}

@test "failure: the broker is away during the trial for a while: nothing is rolled back" {
	wrapped gr-commit '[ -e stopped ] || { touch stopped; '"$BIN"'/lab.sh stop '"$LAB"' broker; exec "$REAL" "$@"; }; exec "$REAL" "$@"'
	rotate_job j1
	fake/rotate.sh once 3>&- 2>log &
	driver=$!
	await test -e stopped
	await eval '[ ! -e lab/broker.pid ]'
	await grep -q '^gr-link: .*Connection refused' log
	lab.sh start "$LAB" broker
	wait "$driver"
	assert_rotated j1
}

@test "failure: the pair in use is refused for good and the one kept beside it is accepted: the kept one replaces it" {
	# Both pairs are kept when the execution is gone without a survivor:
	# a backend that forgot everything.
	wrapped gr-jobs-client '[ "$1 ${*: -1}" = "update SUCCEEDED" ] && sqlite3 -cmd ".timeout 10000" '"$HOME_DIR"'/shared/registry.db \
		"DROP TRIGGER rotation_keep; DELETE FROM rotation; DELETE FROM execution; DELETE FROM job_target; DELETE FROM job"; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	[ "$(gr-install-cert status | grep -c '^generation')" -eq 2 ]
	gr-registry update-certificate -H "$HOME_DIR" "$(certificate_id)" INACTIVE
	await rotate.sh once
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(gr-probe)" = "$OLD" ]
}

@test "failure: two pairs kept in idle: the next rotation leaves one" {
	wrapped gr-jobs-client '[ "$1 ${*: -1}" = "update SUCCEEDED" ] && sqlite3 -cmd ".timeout 10000" '"$HOME_DIR"'/shared/registry.db \
		"DROP TRIGGER rotation_keep; DELETE FROM rotation; DELETE FROM execution; DELETE FROM job_target; DELETE FROM job"; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	first=$(certificate_id)
	# The backend forgot its record, so an operator has to take the certificate that
	# nothing explains away.
	rotate_job j2
	run -1 rotate.sh once
	[[ "$(reason_of j2)" == *"no rotation of ours explains"* ]]
	gr-registry update-certificate -H "$HOME_DIR" "$OLD" INACTIVE
	gr-registry detach-thing-principal -H "$HOME_DIR" thing-1 "$OLD"
	rotate_job j3
	run -0 rotate.sh once
	[ "$(status_of j3)" = SUCCEEDED ]
	[ "$(certificate_id)" != "$first" ]
	assert_tidy
}
