# SPDX-License-Identifier: Apache-2.0
# Every algorithm of the reference, by the names of its integration suite: what is refused, what
# rotates. The three failures of that suite are in failure.bats.
bats_require_minimum_version 1.5.0

setup_file() {
	load ../lib/helper
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	lab.sh up -n 0 "$BATS_FILE_TMPDIR/lab" >/dev/null 3>&-
	lab.sh add -a ECDSA-P256 "$BATS_FILE_TMPDIR/lab" refuser 3>&-
	load ../lib/x509
	cd "$BATS_FILE_TMPDIR"
	company root-rsa RSA-2048
	company rsa RSA-2048 root-rsa
	company ec ECDSA-P384
	for authority in rsa ec; do
		gr-ca import -H "$PWD/lab/home" "$authority" "$authority.key" "$authority.pem"
	done
}
teardown_file() {
	load ../lib/helper
	lab.sh down "$BATS_FILE_TMPDIR/lab"
}

setup() {
	load ../lib/helper
	load ../lib/device
	load ../lib/x509
	LAB=$BATS_FILE_TMPDIR/lab
	HOME_DIR=$LAB/home
	gr-ca mode -H "$HOME_DIR" -b "localhost:$(cat "$LAB/port")" iot ca >/dev/null
}

# --- refused configurations ----------------------------------------------------------------------

KEYS='RSA-2048, RSA-3072, ECDSA-P256, ECDSA-P384, ECDSA-P521'
RSA_SIGNS='SHA256WITHRSA, SHA384WITHRSA, SHA512WITHRSA, SHA256WITHRSAANDMGF1, SHA384WITHRSAANDMGF1, SHA512WITHRSAANDMGF1'
EC_SIGNS='ECDSA-WITH-SHA256, ECDSA-WITH-SHA384, ECDSA-WITH-SHA512'

# refused KEY SIGNING MESSAGE: by each of those who look, with that one line;
# nothing moves on either side
refused() {
	local message=$3 command
	as refuser
	setting keyAlgorithm "$1"
	setting signingAlgorithm "$2"
	keep_old_pair
	rotate_job "refused-$BATS_TEST_NUMBER"
	find "$T" -path "$T/state" -prune -o -print | sort >files
	for command in 'rotate.sh check-config' 'gr-config --check' 'rotate.sh once'; do
		# shellcheck disable=SC2086 # words
		run -100 --separate-stderr $command
		[ -z "$output" ]
		[ "$stderr" = "gr-config: $message" ] || {
			echo "$command: $stderr" >&2
			return 1
		}
	done
	[ "$(status_of "refused-$BATS_TEST_NUMBER")" = QUEUED ]
	find "$T" -path "$T/state" -prune -o -print | sort | diff files -
	[ "$(registered)" = "$OLD" ]
	[ "$(certificate_id)" = "$OLD" ]
	cmp "$T/private.key" old.key
	[ "$(gr-probe)" = "$OLD" ]
}
mismatch() {
	local allowed=$EC_SIGNS
	[[ $1 != RSA-* ]] || allowed=$RSA_SIGNS
	refused "$1" "$2" \
		"signingAlgorithm: $2 does not go with keyAlgorithm $1; allowed are $allowed"
}

@test "algorithms: an unknown key algorithm is refused" { refused Foobar SHA256WITHRSA "keyAlgorithm: Foobar: unknown; allowed are $KEYS"; }
@test "algorithms: an unknown signing algorithm is refused" { refused RSA-2048 Foobar "signingAlgorithm: Foobar: unknown; allowed are $RSA_SIGNS, $EC_SIGNS"; }
@test "algorithms: RSA-2048 with ECDSA-WITH-SHA256 is refused as a mismatch" { mismatch RSA-2048 ECDSA-WITH-SHA256; }
@test "algorithms: RSA-2048 with ECDSA-WITH-SHA384 is refused as a mismatch" { mismatch RSA-2048 ECDSA-WITH-SHA384; }
@test "algorithms: RSA-2048 with ECDSA-WITH-SHA512 is refused as a mismatch" { mismatch RSA-2048 ECDSA-WITH-SHA512; }
@test "algorithms: RSA-3072 with ECDSA-WITH-SHA256 is refused as a mismatch" { mismatch RSA-3072 ECDSA-WITH-SHA256; }
@test "algorithms: RSA-3072 with ECDSA-WITH-SHA384 is refused as a mismatch" { mismatch RSA-3072 ECDSA-WITH-SHA384; }
@test "algorithms: RSA-3072 with ECDSA-WITH-SHA512 is refused as a mismatch" { mismatch RSA-3072 ECDSA-WITH-SHA512; }
@test "algorithms: ECDSA-P256 with SHA256WITHRSA is refused as a mismatch" { mismatch ECDSA-P256 SHA256WITHRSA; }
@test "algorithms: ECDSA-P256 with SHA384WITHRSA is refused as a mismatch" { mismatch ECDSA-P256 SHA384WITHRSA; }
@test "algorithms: ECDSA-P256 with SHA512WITHRSA is refused as a mismatch" { mismatch ECDSA-P256 SHA512WITHRSA; }
@test "algorithms: ECDSA-P256 with SHA256WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P256 SHA256WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P256 with SHA384WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P256 SHA384WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P256 with SHA512WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P256 SHA512WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P384 with SHA256WITHRSA is refused as a mismatch" { mismatch ECDSA-P384 SHA256WITHRSA; }
@test "algorithms: ECDSA-P384 with SHA384WITHRSA is refused as a mismatch" { mismatch ECDSA-P384 SHA384WITHRSA; }
@test "algorithms: ECDSA-P384 with SHA512WITHRSA is refused as a mismatch" { mismatch ECDSA-P384 SHA512WITHRSA; }
@test "algorithms: ECDSA-P384 with SHA256WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P384 SHA256WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P384 with SHA384WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P384 SHA384WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P384 with SHA512WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P384 SHA512WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P521 with SHA256WITHRSA is refused as a mismatch" { mismatch ECDSA-P521 SHA256WITHRSA; }
@test "algorithms: ECDSA-P521 with SHA384WITHRSA is refused as a mismatch" { mismatch ECDSA-P521 SHA384WITHRSA; }
@test "algorithms: ECDSA-P521 with SHA512WITHRSA is refused as a mismatch" { mismatch ECDSA-P521 SHA512WITHRSA; }
@test "algorithms: ECDSA-P521 with SHA256WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P521 SHA256WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P521 with SHA384WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P521 SHA384WITHRSAANDMGF1; }
@test "algorithms: ECDSA-P521 with SHA512WITHRSAANDMGF1 is refused as a mismatch" { mismatch ECDSA-P521 SHA512WITHRSAANDMGF1; }

@test "algorithms: a bad setting fails the job with the line that says why, and the next job is served once it is corrected" {
	lab.sh add -a ECDSA-P256 "$LAB" mender 3>&-
	as mender
	keep_old_pair
	rotate.sh run 3>&- 2>log &
	driver=$!
	await test -S "$GR_STATE/link.sock"
	setting signingAlgorithm SHA256WITHRSA
	rotate_job spoiled
	await grep -q 'does not go with keyAlgorithm' log
	await has_failed spoiled
	[[ $(sqlite3 "$HOME_DIR/shared/registry.db" "SELECT details ->> 'DeviceFailureReason' FROM execution WHERE job = 'spoiled'") == *'does not go with keyAlgorithm'* ]]
	kill -0 "$driver"
	[ "$(certificate_id)" = "$OLD" ]
	setting signingAlgorithm ECDSA-WITH-SHA384
	rotate_job mended
	gr-jobs watch -H "$HOME_DIR" -w 60 mended
	await is_idle
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
	assert_rotated mended
}

has_failed() { [ "$(status_of "$1")" = FAILED ]; }

# --- key and CSR algorithm pairs -----------------------------------------------------------------

# rotates KEY SIGNING [SIGNED-WITH AUTHORITY ISSUER]: a real rotation,
# from a key of the other family
rotates() {
	local thing=pair-$BATS_TEST_NUMBER job=job-$BATS_TEST_NUMBER other=ECDSA-P256 \
		signed=${3:-SHA256WITHRSA} authority=${4:-ca}
	[[ $1 == RSA-* ]] || other=RSA-2048
	lab.sh add -a "$other" "$LAB" "$thing" 3>&-
	as "$thing"
	setting keyAlgorithm "$1"
	setting signingAlgorithm "$2"
	keep_old_pair
	rotate_job "$job"
	run -0 rotate.sh once
	assert_rotated "$job"
	key_file_is "$T/private.key" "$1"
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT csr FROM rotation WHERE thing = '$thing'" >sent.csr
	csr_is sent.csr "$1" "$2" "subject=O = gr lab, CN = $thing"
	certificate_is "$T/certificate.pem" "$1" "$signed" "subject=O = gr lab, CN = $thing" \
		"issuer=${5:-CN = gr lab CA}"
	[ "$authority" != ca ] ||
		[ "$(openssl x509 -in "$T/certificate.pem" -noout -enddate)" = \
			'notAfter=Dec 31 23:59:59 2049 GMT' ]
	begun_just_now "$T/certificate.pem" "$HOME_DIR/ca/$authority.pem"
	openssl verify -x509_strict -purpose sslclient -CAfile "$HOME_DIR/ca/$authority.pem" \
		"$T/certificate.pem"
	[ "$(openssl x509 -in "$T/certificate.pem" -noout -pubkey)" = \
		"$(openssl req -in sent.csr -noout -pubkey)" ]
	[ "$(openssl x509 -in "$T/certificate.pem" -noout -pubkey)" != \
		"$(openssl x509 -in old.pem -noout -pubkey)" ]
}

@test "AWS IoT CA: a RSA-2048 key with a SHA256WITHRSA CSR rotates" { rotates RSA-2048 SHA256WITHRSA; }
@test "AWS IoT CA: a RSA-2048 key with a SHA384WITHRSA CSR rotates" { rotates RSA-2048 SHA384WITHRSA; }
@test "AWS IoT CA: a RSA-2048 key with a SHA512WITHRSA CSR rotates" { rotates RSA-2048 SHA512WITHRSA; }
@test "AWS IoT CA: a RSA-2048 key with a SHA256WITHRSAANDMGF1 CSR rotates" { rotates RSA-2048 SHA256WITHRSAANDMGF1; }
@test "AWS IoT CA: a RSA-2048 key with a SHA384WITHRSAANDMGF1 CSR rotates" { rotates RSA-2048 SHA384WITHRSAANDMGF1; }
@test "AWS IoT CA: a RSA-2048 key with a SHA512WITHRSAANDMGF1 CSR rotates" { rotates RSA-2048 SHA512WITHRSAANDMGF1; }
@test "AWS IoT CA: a RSA-3072 key with a SHA256WITHRSA CSR rotates" { rotates RSA-3072 SHA256WITHRSA; }
@test "AWS IoT CA: a RSA-3072 key with a SHA384WITHRSA CSR rotates" { rotates RSA-3072 SHA384WITHRSA; }
@test "AWS IoT CA: a RSA-3072 key with a SHA512WITHRSA CSR rotates" { rotates RSA-3072 SHA512WITHRSA; }
@test "AWS IoT CA: a RSA-3072 key with a SHA256WITHRSAANDMGF1 CSR rotates" { rotates RSA-3072 SHA256WITHRSAANDMGF1; }
@test "AWS IoT CA: a RSA-3072 key with a SHA384WITHRSAANDMGF1 CSR rotates" { rotates RSA-3072 SHA384WITHRSAANDMGF1; }
@test "AWS IoT CA: a RSA-3072 key with a SHA512WITHRSAANDMGF1 CSR rotates" { rotates RSA-3072 SHA512WITHRSAANDMGF1; }
@test "AWS IoT CA: a ECDSA-P256 key with a ECDSA-WITH-SHA256 CSR rotates" { rotates ECDSA-P256 ECDSA-WITH-SHA256; }
@test "AWS IoT CA: a ECDSA-P256 key with a ECDSA-WITH-SHA384 CSR rotates" { rotates ECDSA-P256 ECDSA-WITH-SHA384; }
@test "AWS IoT CA: a ECDSA-P256 key with a ECDSA-WITH-SHA512 CSR rotates" { rotates ECDSA-P256 ECDSA-WITH-SHA512; }
@test "AWS IoT CA: a ECDSA-P384 key with a ECDSA-WITH-SHA256 CSR rotates" { rotates ECDSA-P384 ECDSA-WITH-SHA256; }
@test "AWS IoT CA: a ECDSA-P384 key with a ECDSA-WITH-SHA384 CSR rotates" { rotates ECDSA-P384 ECDSA-WITH-SHA384; }
@test "AWS IoT CA: a ECDSA-P384 key with a ECDSA-WITH-SHA512 CSR rotates" { rotates ECDSA-P384 ECDSA-WITH-SHA512; }
@test "AWS IoT CA: a ECDSA-P521 key with a ECDSA-WITH-SHA256 CSR rotates" { rotates ECDSA-P521 ECDSA-WITH-SHA256; }
@test "AWS IoT CA: a ECDSA-P521 key with a ECDSA-WITH-SHA384 CSR rotates" { rotates ECDSA-P521 ECDSA-WITH-SHA384; }
@test "AWS IoT CA: a ECDSA-P521 key with a ECDSA-WITH-SHA512 CSR rotates" { rotates ECDSA-P521 ECDSA-WITH-SHA512; }

# --- what a private authority signs with ---------------------------------------------------------

# signs SIGNING AUTHORITY: for seven days
signs() {
	gr-ca mode -H "$HOME_DIR" -b "localhost:$(cat "$LAB/port")" -s "$1" private "$2"
	rotates RSA-2048 SHA256WITHRSA "$1" "$2" "O = Company, CN = $2"
	ends_after "$T/certificate.pem" $((7 * 86400))
}

@test "AWS Private CA: a certificate signed SHA256WITHRSA is installed" { signs SHA256WITHRSA rsa; }
@test "AWS Private CA: a certificate signed SHA384WITHRSA is installed" { signs SHA384WITHRSA rsa; }
@test "AWS Private CA: a certificate signed SHA512WITHRSA is installed" { signs SHA512WITHRSA rsa; }
@test "AWS Private CA: a certificate signed SHA256WITHECDSA is installed" { signs SHA256WITHECDSA ec; }
@test "AWS Private CA: a certificate signed SHA384WITHECDSA is installed" { signs SHA384WITHECDSA ec; }
@test "AWS Private CA: a certificate signed SHA512WITHECDSA is installed" { signs SHA512WITHECDSA ec; }
