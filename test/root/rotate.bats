bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

setup() {
	[ "$(id -u)" -eq 0 ]
	lab
	as thing-1
	keep_old_pair
}
teardown() {
	down
}

@test "root: a driver that is root rotates credentials that belong to a user, and they stay that user's" {
	chmod o+x "$BATS_TEST_TMPDIR" lab lab/things
	chown -R games:games "$T"
	chown -R root:root "$GR_STATE"
	chmod 700 "$GR_STATE"
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	[ "$(stat -L -c %U:%a "$T/private.key")" = games:600 ]
	[ "$(stat -L -c %U "$T/certificate.pem")" = games ]
}

@test "root: a driver that is root moves a user's key into a token of its own, whose PIN the user cannot read" {
	load ../lib/token
	token_new
	chmod o+x "$BATS_TEST_TMPDIR" lab lab/things
	chown -R games:games "$T"
	chown -R root:root "$GR_STATE"
	chmod 700 "$GR_STATE" token
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" 'nextKey = pkcs11:token=gr' >>"$GR_CONF"
	rotate_job j1
	run -0 rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	[ "$(names)" = "Private thing-1.2
Public thing-1.2" ]
	[ "$(stat -L -c %U:%a "$T/private.key")" = games:600 ]
	[[ "$(head -n 1 "$T/private.key")" == 'pkcs11:token=gr;object=thing-1.2;'* ]]
	[ -z "$(find token -user games)" ]
	setting nextKey file
	rotate_job j2
	run -0 rotate.sh once
	[ "$(status_of j2)" = SUCCEEDED ]
	pair_matches
	[ "$(stat -L -c %U:%a "$T/private.key")" = games:600 ]
	[ -z "$(names)" ]
}

@test "root: a certificate that a runtime's user reads lies beside a key in a token; both rotate" {
	load ../lib/token
	token_new
	token_thing hw-1
	chmod o+x "$BATS_TEST_TMPDIR" lab lab/things "$T"
	mkdir "$T/credentials"
	cp "$T/first.pem" "$T/credentials/certificate.pem"
	chown -R games:games "$T/credentials"
	chmod 640 "$T/credentials/certificate.pem"
	chmod 755 "$T/credentials"
	pkcs11 --delete-object --type cert --label hw-1 >/dev/null
	setting certificateFilePath "$T/credentials/certificate.pem"
	rotate_job j1
	run -0 rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	[ "$(gr-probe)" = "$(certificate_at "$T/credentials/certificate.pem")" ]
	[ "$(stat -L -c %U:%a "$T/credentials/certificate.pem")" = games:640 ]
	(cd "$T/credentials" && runuser -u games -- cat certificate.pem) >/dev/null
	[ "$(names 'hw-1(\..*)?')" = "Private hw-1
Public hw-1" ]
}
certificate_at() { openssl x509 -in "$1" -outform DER | openssl dgst -sha256 | sed 's/.*= //'; }
