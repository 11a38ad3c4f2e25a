# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/token
load ../lib/tpm
load ../lib/x509

# The same with a TPM 2.0 (swtpm, tpm2-abrmd, tpm2-pkcs11): it cannot copy keys,
# and its RSA signatures are raw.

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	shim_build "$BATS_FILE_TMPDIR"
	lab.sh up -a ECDSA-P256 "$BATS_FILE_TMPDIR/lab" >/dev/null 3>&-
	tpm_start "$BATS_FILE_TMPDIR/token"
}
teardown_file() {
	tpm_stop "$BATS_FILE_TMPDIR/token"
	lab.sh down "$BATS_FILE_TMPDIR/lab"
}
setup() {
	LAB=$BATS_FILE_TMPDIR/lab HOME_DIR=$LAB/home
	tpm_env "$BATS_FILE_TMPDIR/token"
	THING=hw-$BATS_TEST_NUMBER JOB=job-$BATS_TEST_NUMBER
	gr-registry create-policy -H "$HOME_DIR" rotation "$ROOT/share/policies/rotation.json"
}

# rotates KEY SIGNING
rotates() {
	token_thing "$THING" "$1" "$2"
	rotate_job "$JOB"
	run -0 rotate.sh once
	assert_token_rotated "$JOB"
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT csr FROM rotation WHERE thing = '$THING'" >sent.csr
	csr_is sent.csr "$1" "$2" "subject=O = gr lab, CN = $THING"
	gr-config --check
}

@test "tpm: RSA-2048 rotates" { rotates RSA-2048 SHA256WITHRSA; }
@test "tpm: RSA-3072 rotates, with an RSA-PSS request" { rotates RSA-3072 SHA384WITHRSAANDMGF1; }
@test "tpm: ECDSA-P256 rotates" { rotates ECDSA-P256 ECDSA-WITH-SHA256; }
@test "tpm: ECDSA-P384 rotates, with a longer hash" { rotates ECDSA-P384 ECDSA-WITH-SHA512; }
@test "tpm: ECDSA-P521 is refused with the algorithms that it has, and nothing of it stays" {
	token_thing "$THING"
	setting keyAlgorithm ECDSA-P521
	rotate_job "$JOB"
	run -1 --separate-stderr rotate.sh once
	[[ $stderr == *"gr-keygen: pkcs11:token=gr: ECDSA-P521: the key that it made makes no sense; the token can make RSA-2048, RSA-3072, ECDSA-P256, ECDSA-P384"* ]]
	[ "$(status_of "$JOB")" = FAILED ]
	assert_token_unchanged
}
@test "tpm: create is never answered: the job is FAILED, and the objects are as they were" {
	token_thing "$THING"
	setting trialSeconds 3
	setting requestTimeoutSeconds 1
	deny iot:Receive 'arn:aws:iot:*:*:topic/awslabs/things/*/certificate/create/*'
	rotate_job "$JOB"
	run -1 rotate.sh once
	[ "$(reason_of "$JOB")" = "no certificate came in time" ]
	assert_token_unchanged
}
@test "tpm: NEW is deactivated before the device reconnects: it is rolled back, and the objects are as they were" {
	token_thing "$THING"
	wrapped gr-install-cert '[ "$1" != activate ] || gr-registry update-certificate --force -H '"$HOME_DIR"' "$(gr-journal get newCertificateId)" INACTIVE
		exec "$REAL" "$@"'
	rotate_job "$JOB"
	run -1 --separate-stderr fake/rotate.sh once
	[[ $stderr == *"rolled back to the old key and certificate"* ]]
	[[ "$(reason_of "$JOB")" == "the broker refuses the new certificate"* ]]
	assert_token_unchanged
}
@test "tpm: commit is never answered: it is rolled back, and the objects are as they were" {
	token_thing "$THING"
	unanswered_commit
	rotate_job "$JOB"
	run -1 fake/rotate.sh once
	[ "$(reason_of "$JOB")" = "commit was not answered in time" ]
	assert_token_unchanged
}
@test "tpm: a plain device moves from files into the TPM and back, by two rotations" {
	lab.sh add -a ECDSA-P256 "$LAB" "$THING" 3>&-
	as "$THING"
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" \
		'nextKey = pkcs11:token=gr' >>"$GR_CONF"
	setting requestTimeoutSeconds 60
	setting trialSeconds 900
	rotate_job "$JOB"
	run -0 rotate.sh once
	[ "$(object_names "$THING.*")" = "Private $THING.2
Public $THING.2" ]
	is_closed "$THING.2"
	[ "$(gr-probe)" = "$(certificate_id)" ]
	setting nextKey file
	rotate_job "$JOB-back"
	run -0 rotate.sh once
	[ "$(status_of "$JOB-back")" = SUCCEEDED ]
	pair_matches
	[ -z "$(object_names "$THING.*")" ]
	assert_tidy
}
@test "tpm: a wrong PIN is tried once" {
	token_thing "$THING"
	export SHIM_MODULE=$TOKEN_MODULE SHIM_DIR=$PWD/shim
	mkdir shim
	shim_rules
	setting pkcs11Module "$BATS_FILE_TMPDIR/shim.so"
	printf '00000000\n' >wrong
	chmod 600 wrong
	setting pkcs11PinSource "$PWD/wrong"
	for _ in 1 2 3; do run -100 gr-config --check; done
	[ "$(shim_count C_Login)" -eq 1 ]
}
