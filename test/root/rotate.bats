# SPDX-License-Identifier: Apache-2.0
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

# credentials_of_games: key and certificate are games'; the driver,
# its settings and its state root's
credentials_of_games() {
	mkdir own
	mv "$GR_CONF" "$GR_STATE" own
	export GR_CONF=$PWD/own/gr.conf GR_STATE=$PWD/own/state
	chown -R games:games "$T"
}

@test "root: a driver that is root rotates credentials that belong to a user, and they stay that user's" {
	chmod o+x "$BATS_TEST_TMPDIR" lab lab/things
	credentials_of_games
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
	credentials_of_games
	chmod 700 token
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" \
		'nextKey = pkcs11:token=gr' >>"$GR_CONF"
	rotate_job j1
	run -0 rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	[ "$(object_names)" = "Private thing-1.2
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
	[ -z "$(object_names)" ]
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
	[ "$(object_names 'hw-1(\..*)?')" = "Private hw-1
Public hw-1" ]
}
certificate_at() { openssl x509 -in "$1" -outform DER | openssl dgst -sha256 | sed 's/.*= //'; }

# --- a device that cannot begin ------------------------------------------------------------------

# for_user: the thing is games', who reads what the programs need
for_user() {
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" lab lab/things \
		lab/home lab/home/ca
	chmod o+r lab/home/ca/ca.pem
	chown -R games:games "$T"
	USER_STATE=$GR_STATE
}
as_user() {
	runuser -u games -- env PATH="$PATH" GR_CONF="$GR_CONF" GR_STATE="$USER_STATE" \
		timeout 600 "$@"
}
# did_not_begin REASON: the job is FAILED with it, and nothing of the device has changed
did_not_begin() {
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == "the job cannot begin: "$1 ]] || {
		echo "reason: $(reason_of j1)" >&2
		return 1
	}
	[ "$(certificate_id)" = "$OLD" ]
	cmp "$T/private.key" old.key
	[ ! -L "$T/private.key" ]
	[ -z "$(find "$T" -name '.*' ! -path "$T")" ]
}

@test "root: an owner that cannot be given: the job fails with the line, and nothing has changed" {
	for_user
	chgrp users "$T/private.key"
	rotate_job j1
	run -1 as_user rotate.sh once
	did_not_begin "gr-install-cert: $T/private.key: a new one cannot be given to user *: Operation not permitted; run gr as root, *"
	# Mended, the next one rotates.
	chgrp games "$T/private.key"
	rotate_job j2
	run -0 as_user rotate.sh once
	[ "$(status_of j2)" = SUCCEEDED ]
}

@test "root: a group that cannot be given: the job fails with the line, and nothing has changed" {
	for_user
	chgrp users "$T/private.key"
	chmod 640 "$T/private.key"
	rotate_job j1
	run -1 as_user rotate.sh once
	did_not_begin 'gr-install-cert: *: Operation not permitted*'
}

@test "root: a folder that cannot be written: after the refusal window the job fails with the line" {
	for_user
	chmod 555 "$T"
	rotate_job j1
	run -1 as_user rotate.sh once
	did_not_begin 'gr-install-cert: *: Permission denied'
}

@test "root: a folder that is read-only: after the refusal window the job fails with the line" {
	mv "$GR_STATE" state
	export GR_STATE=$PWD/state
	rotate_job j1
	run -1 timeout 600 unshare -m sh -c \
		'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec rotate.sh once' \
		sh "$T"
	did_not_begin 'gr-install-cert: *: Read-only file system'
}

@test "root: a directory that becomes read-only after adoption: after the refusal window the job fails with the line" {
	mv "$GR_STATE" state
	export GR_STATE=$PWD/state
	gr-install-cert adopt
	rotate_job j1
	run -1 timeout 600 unshare -m sh -c \
		'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec rotate.sh once' \
		sh "$T"
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == \
		'the job cannot begin: gr-install-cert: '*': Read-only file system' ]]
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(gr-probe)" = "$OLD" ]
}

@test "root: a key that is mounted on its own: the job fails with the line" {
	rotate_job j1
	run -1 timeout 600 unshare -m sh -c 'mount --bind "$1" "$1" && exec rotate.sh once' \
		sh "$T/private.key"
	did_not_begin "gr-install-cert: $T/private.key: a mount point of its own, which cannot be replaced; mount its directory instead"
}
