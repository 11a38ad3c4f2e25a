# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/token
load ../lib/x509

# Rotations of keys in a token, end to end: SoftHSM, a real broker and backend.
# One lab and one token for all of them.

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	shim_build "$BATS_FILE_TMPDIR"
	lab.sh up -a ECDSA-P256 "$BATS_FILE_TMPDIR/lab" >/dev/null 3>&-
	token_new "$BATS_FILE_TMPDIR/token"
}
teardown_file() { lab.sh down "$BATS_FILE_TMPDIR/lab"; }
setup() {
	LAB=$BATS_FILE_TMPDIR/lab HOME_DIR=$LAB/home
	token_use "$BATS_FILE_TMPDIR/token"
	THING=hw-$BATS_TEST_NUMBER JOB=job-$BATS_TEST_NUMBER
	gr-registry create-policy -H "$HOME_DIR" rotation "$ROOT/share/policies/rotation.json"
}

# rotates KEY SIGNING: from a key of another kind
rotates() {
	local first=ECDSA-P256
	[ "$1" != ECDSA-P256 ] || first=ECDSA-P384
	token_thing "$THING" "$first"
	setting keyAlgorithm "$1"
	setting signingAlgorithm "$2"
	rotate_job "$JOB"
	run -0 rotate.sh once
	assert_token_rotated "$JOB"
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT csr FROM rotation WHERE thing = '$THING'" >sent.csr
	csr_is sent.csr "$1" "$2" "subject=O = gr lab, CN = $THING"
	[ "$(openssl x509 -in found.der -noout -pubkey)" = \
		"$(openssl req -in sent.csr -noout -pubkey)" ]
	gr-config --check
}

@test "token: RSA-2048 with SHA256WITHRSA rotates" { rotates RSA-2048 SHA256WITHRSA; }
@test "token: RSA-2048 with SHA384WITHRSA rotates" { rotates RSA-2048 SHA384WITHRSA; }
@test "token: RSA-2048 with SHA512WITHRSA rotates" { rotates RSA-2048 SHA512WITHRSA; }
@test "token: RSA-2048 with SHA256WITHRSAANDMGF1 rotates" { rotates RSA-2048 SHA256WITHRSAANDMGF1; }
@test "token: RSA-2048 with SHA384WITHRSAANDMGF1 rotates" { rotates RSA-2048 SHA384WITHRSAANDMGF1; }
@test "token: RSA-2048 with SHA512WITHRSAANDMGF1 rotates" { rotates RSA-2048 SHA512WITHRSAANDMGF1; }
@test "token: RSA-3072 with SHA256WITHRSA rotates" { rotates RSA-3072 SHA256WITHRSA; }
@test "token: RSA-3072 with SHA384WITHRSA rotates" { rotates RSA-3072 SHA384WITHRSA; }
@test "token: RSA-3072 with SHA512WITHRSA rotates" { rotates RSA-3072 SHA512WITHRSA; }
@test "token: RSA-3072 with SHA256WITHRSAANDMGF1 rotates" { rotates RSA-3072 SHA256WITHRSAANDMGF1; }
@test "token: RSA-3072 with SHA384WITHRSAANDMGF1 rotates" { rotates RSA-3072 SHA384WITHRSAANDMGF1; }
@test "token: RSA-3072 with SHA512WITHRSAANDMGF1 rotates" { rotates RSA-3072 SHA512WITHRSAANDMGF1; }
@test "token: ECDSA-P256 with ECDSA-WITH-SHA256 rotates" { rotates ECDSA-P256 ECDSA-WITH-SHA256; }
@test "token: ECDSA-P256 with ECDSA-WITH-SHA384 rotates" { rotates ECDSA-P256 ECDSA-WITH-SHA384; }
@test "token: ECDSA-P256 with ECDSA-WITH-SHA512 rotates" { rotates ECDSA-P256 ECDSA-WITH-SHA512; }
@test "token: ECDSA-P384 with ECDSA-WITH-SHA256 rotates" { rotates ECDSA-P384 ECDSA-WITH-SHA256; }
@test "token: ECDSA-P384 with ECDSA-WITH-SHA384 rotates" { rotates ECDSA-P384 ECDSA-WITH-SHA384; }
@test "token: ECDSA-P384 with ECDSA-WITH-SHA512 rotates" { rotates ECDSA-P384 ECDSA-WITH-SHA512; }
@test "token: ECDSA-P521 with ECDSA-WITH-SHA256 rotates" { rotates ECDSA-P521 ECDSA-WITH-SHA256; }
@test "token: ECDSA-P521 with ECDSA-WITH-SHA384 rotates" { rotates ECDSA-P521 ECDSA-WITH-SHA384; }
@test "token: ECDSA-P521 with ECDSA-WITH-SHA512 rotates" { rotates ECDSA-P521 ECDSA-WITH-SHA512; }

# --- what goes wrong on the way ------------------------------------------------------------------

@test "token: create is never answered: the job is FAILED, and the objects are as they were" {
	token_thing "$THING"
	setting trialSeconds 3
	setting requestTimeoutSeconds 1
	deny iot:Receive 'arn:aws:iot:*:*:topic/awslabs/things/*/certificate/create/*'
	rotate_job "$JOB"
	run -1 rotate.sh once
	[ "$(reason_of "$JOB")" = "no certificate came in time" ]
	assert_token_unchanged
}
# The runtime, which knows the label alone, is restarted by a hook;
# with the new certificate this kills it.
deactivating_hook() {
	cat >hook <<-EOF
		#!/bin/bash
		. $ROOT/test/lib/token.bash
		token_use $TOKEN_DIR
		cd $PWD
		case \$1 in
		instance) cat $PWD/instance ;;
		restart)
			date +%N >$PWD/instance
			id=\$(token_certificate $THING)
			echo "\$id" >>restarted
			[ "\$id" = $OLD ] || $BIN/gr-registry update-certificate --force -H $HOME_DIR "\$id" INACTIVE
			;;
		esac
	EOF
	chmod +x hook
	echo first >instance
	setting restartHook "$PWD/hook"
}
@test "token: NEW is deactivated before the device reconnects: it is rolled back, and the objects are as they were" {
	token_thing "$THING"
	deactivating_hook
	rotate_job "$JOB"
	run -1 --separate-stderr rotate.sh once
	[[ $stderr == *"rolled back to the old key and certificate"* ]]
	[[ "$(reason_of "$JOB")" == "the broker refuses the new certificate"* ]]
	assert_token_unchanged
	[ "$(wc -l <restarted)" -eq 2 ]
	[ "$(tail -n 1 restarted)" = "$OLD" ]
}
@test "token: commit is never answered: it is rolled back, the objects are as they were, and the next job rotates" {
	token_thing "$THING"
	unanswered_commit
	rotate_job "$JOB"
	run -1 fake/rotate.sh once
	[ "$(reason_of "$JOB")" = "commit was not answered in time" ]
	assert_token_unchanged
	gr-registry create-policy -H "$HOME_DIR" rotation "$ROOT/share/policies/rotation.json"
	rotate_job "$JOB-again"
	run -0 rotate.sh once
	assert_token_rotated "$JOB-again"
}
@test "token: with one that cannot copy objects are renamed in a rotation and in a rollback" {
	shim_use 'deny C_CopyObject 0x54'
	token_thing "$THING"
	unanswered_commit
	rotate_job "$JOB"
	run -1 fake/rotate.sh once
	assert_token_unchanged
	gr-registry create-policy -H "$HOME_DIR" rotation "$ROOT/share/policies/rotation.json"
	rotate_job "$JOB-again"
	run -0 rotate.sh once
	assert_token_rotated "$JOB-again"
	[ "$(shim_count C_CopyObject 0x0)" -eq 0 ]
}
@test "token: with one that has neither RSA-PSS nor raw RSA the connection is TLS 1.2" {
	shim_use 'lack d' 'lack 3'
	token_thing "$THING" RSA-2048
	rotate_job "$JOB"
	run -0 rotate.sh once
	assert_token_rotated "$JOB"
	# RSA-PSS is what such a token cannot sign a CSR with:
	# nothing has changed, and the reason names the step.
	OLD=$(registered) OLD_OBJECTS=$(details "$THING")
	setting signingAlgorithm SHA256WITHRSAANDMGF1
	rotate_job "$JOB-pss"
	run -1 --separate-stderr rotate.sh once
	[[ $stderr == *'gr-csr: pkcs11:token=gr: SHA256WITHRSAANDMGF1: not supported; the token can sign SHA256WITHRSA, SHA384WITHRSA, SHA512WITHRSA'* ]]
	[ "$(status_of "$JOB-pss")" = FAILED ]
	assert_token_unchanged
}
@test "token: one that is away during the trial: it is rolled back at the deadline, once the token is back" {
	token_thing "$THING"
	wrapped gr-commit "[ -e $TOKEN_DIR/away ] || { gr-journal arm 1; mv $TOKEN_DIR/tokens $TOKEN_DIR/away; mkdir $TOKEN_DIR/tokens; }; exit 111"
	rotate_job "$JOB"
	fake/rotate.sh once 2>log 3>&- &
	driver=$!
	await grep -q 'there is no such token at the moment' log
	await eval '[ "$(gr-journal get phase)" = rolling-back ]'
	rmdir "$TOKEN_DIR/tokens"
	mv "$TOKEN_DIR/away" "$TOKEN_DIR/tokens"
	wait "$driver" || [ $? -eq 1 ]
	[ "$(status_of "$JOB")" = FAILED ]
	assert_token_unchanged
}
@test "token: one that is away when the old key is to be destroyed: the rotation ends, and recover destroys it later" {
	token_thing "$THING"
	wrapped gr-install-cert "[ \"\$1\" != commit ] || mv $TOKEN_DIR/tokens $TOKEN_DIR/away; [ \"\$1\" != commit ] || mkdir $TOKEN_DIR/tokens; exec \"\$REAL\" \"\$@\""
	rotate_job "$JOB"
	run -0 --separate-stderr fake/rotate.sh once
	[[ $stderr == *"succeeded"* ]]
	rmdir "$TOKEN_DIR/tokens"
	mv "$TOKEN_DIR/away" "$TOKEN_DIR/tokens"
	[ "$(object_names "$THING(\..*)?" | grep -c Private)" -eq 2 ]
	gr-install-cert recover
	assert_token_rotated "$JOB"
}

# --- from files and back -------------------------------------------------------------------------

@test "nextKey: a plain device moves from files into the token and back, by two rotations" {
	lab.sh add -a ECDSA-P256 "$LAB" "$THING" 3>&-
	as "$THING"
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" \
		'nextKey = pkcs11:token=gr' >>"$GR_CONF"
	keep_old_pair
	rotate_job "$JOB"
	run -0 rotate.sh once
	[ "$(status_of "$JOB")" = SUCCEEDED ]
	await has_one_certificate
	[ "$(gr-probe)" = "$(registered)" ]
	run -1 gr-probe --certificate old.pem --key old.key
	if grep -rq 'PRIVATE KEY' "$T" --exclude-dir=state; then return 1; fi
	[ "$(object_names "$THING.*")" = "Private $THING.2
Public $THING.2" ]
	is_closed "$THING.2"
	assert_tidy
	setting nextKey file
	rotate_job "$JOB-back"
	run -0 rotate.sh once
	[ "$(status_of "$JOB-back")" = SUCCEEDED ]
	await has_one_certificate
	[ "$(gr-probe)" = "$(registered)" ]
	pair_matches
	[ -z "$(object_names "$THING.*")" ]
	assert_tidy
}
@test "nextKey: beside a nucleus the job is refused before anything changes, with the reason" {
	lab.sh add -a ECDSA-P256 "$LAB" "$THING" 3>&-
	as "$THING"
	setting runtime classic
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" \
		'nextKey = pkcs11:token=gr' >>"$GR_CONF"
	rotate_job "$JOB"
	run -100 --separate-stderr rotate.sh once
	[ "$stderr" = 'gr-config: nextKey: pkcs11:token=gr: the key cannot move: the runtime (classic) looks for it where its own configuration says' ]
	[ "$(status_of "$JOB")" = QUEUED ]
	[ ! -e "$T/.gr" ]
}

@test "demo: HSM=1 shows a rotation in a token with its objects, and leaves nothing behind" {
	mkdir tmp
	HSM=1 TMPDIR=$PWD/tmp run -0 "$ROOT/scripts/lab/demo.sh"
	[ "$(grep -c '^pkcs11 token gr:$' <<<"$output")" -eq 2 ]
	[ "$(grep -c '^  Private *label thing-1 *id ' <<<"$output")" -eq 2 ]
	[[ $output == *'rotate-1: 1 SUCCEEDED'* ]]
	[[ $output == *'the private key thing-1 is not there'* ]]
	[ -z "$(ls -A tmp)" ]
}

# --- secrets -------------------------------------------------------------------------------------

@test "PIN: it is in no log, no argument and no environment while a device rotates" {
	# A PIN that no other test knows, nor any tool on its command line.
	TOKEN_PIN=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
	token_new own
	token_thing "$THING"
	# What each program is given, from its first moment on.
	for p in "$BIN"/gr-*; do
		wrapped "${p##*/}" "{ tr '\\0' '\\n' </proc/\$\$/environ; printf '%s\\n' \"\$@\"; } >>$PWD/given"'; exec "$REAL" "$@"'
	done
	cat >spy <<-'EOF'
		#!/bin/bash
		# Looks at everybody's arguments and environment until it is told to end.
		while [ ! -e done ]; do
			for p in /proc/[0-9]*; do
				for f in cmdline environ; do
					if tr '\0' '\n' 2>/dev/null <"$p/$f" | grep -qFf pin; then echo "$p $f" >>seen; fi
				done
				if tr '\0' ' ' 2>/dev/null <"$p/cmdline" | grep -q 'gr-[a-z]'; then echo "$p" >>watched; fi
			done
		done
	EOF
	printf '%s' "$TOKEN_PIN" >pin
	: >seen
	bash ./spy 2>/dev/null 3>&- &
	spy=$!
	rotate_job "$JOB"
	fake/rotate.sh once >log 2>&1
	touch "done"
	wait "$spy"
	[ "$(status_of "$JOB")" = SUCCEEDED ]
	[ -s watched ]
	run cat seen
	[ -z "$output" ]
	[ "$(grep -c '^GR_STATE=' given)" -ge 20 ]
	if grep -rqF "$TOKEN_PIN" given log "$T" "$LAB"; then return 1; fi
}

@test "PIN: one that becomes wrong during a trial is tried once, and with the right one the trial is rolled back" {
	shim_use
	token_thing "$THING"
	cp "$TOKEN_DIR/pin" pin
	setting pkcs11PinSource "$PWD/pin"
	wrapped gr-commit "[ -e wrong ] || { gr-journal arm 1; touch wrong; echo 00000000 >$PWD/pin; }; exit 111"
	rotate_job "$JOB"
	fake/rotate.sh once 2>log 3>&- &
	driver=$!
	await eval '[ "$(grep -c "was refused before and is not tried again" log)" -ge 3 ]'
	[ "$(gr-journal get phase)" = rolling-back ]
	cp "$TOKEN_DIR/pin" pin
	wait "$driver" || [ $? -eq 1 ]
	[ "$(status_of "$JOB")" = FAILED ]
	[ "$(shim_count C_Login 0xa0)" -eq 1 ]
	assert_token_unchanged
}

# --- beside a nucleus ----------------------------------------------------------------------------

@test "classic: a device rotates with nothing but the nucleus's log; key and certificate have the label that it names" {
	load ../lib/nucleus
	token_thing "$THING"
	read -r PORT <"$LAB/port"
	slot=$(pkcs11-tool --module "$TOKEN_MODULE" -L 2>/dev/null |
		sed -n '1,/(0x/s/.*(\(0x[0-9a-f]*\)).*/\1/p')
	mkdir -p ggc/config
	{
		log_nucleus
		log_line 5 changed system/thingName "\"$THING\""
		log_line 5 changed system/privateKeyPath "\"pkcs11:object=$THING;type=private\""
		log_line 5 changed system/certificateFilePath "\"pkcs11:object=$THING;type=cert\""
		log_line 5 changed system/rootCaPath "\"$HOME_DIR/ca/ca.pem\""
		log_line 5 changed services/aws.greengrass.Nucleus/configuration/iotDataEndpoint \
			'"localhost"'
		log_line 5 changed services/aws.greengrass.Nucleus/configuration/mqtt/port \
			"\"$PORT\""
		for item in name='"softhsm"' library="\"$TOKEN_MODULE\"" slot=$((slot)) \
			userPin="\"$TOKEN_PIN\""; do
			log_line 5 changed \
				"services/aws.greengrass.crypto.Pkcs11Provider/configuration/${item%%=*}" \
				"${item#*=}"
		done
	} >ggc/config/config.tlog
	sed -i '/^thingName\|Path =/d; /^iotData/d; /^pkcs11/d' "$GR_CONF"
	setting greengrassRoot "$PWD/ggc"
	# The nucleus: a client of its own, which knows the label,
	# connects whenever it is restarted.
	cat >hook <<-EOF
		#!/bin/bash
		cd $PWD
		case \$1 in
		instance) cat instance ;;
		restart)
			[ ! -s pid ] || kill "\$(cat pid)"
			GR_CONF=$PWD/client.conf GR_STATE=$PWD/client gr-link -o runtime=none <fifo >link.out 2>link.err 3>&- &
			echo \$! >pid
			date +%N >instance
			;;
		esac
	EOF
	chmod +x hook
	mkfifo fifo
	exec 6<>fifo
	{
		sed '/greengrassRoot/d; /restartHook/d' "$GR_CONF"
		printf '%s\n' "thingName = $THING" "rootCaPath = $HOME_DIR/ca/ca.pem" \
			'iotDataEndpoint = localhost' "iotDataPort = $PORT"
		token_settings "$THING"
	} >client.conf
	./hook restart
	await grep -q connected link.out
	setting restartHook "$PWD/hook"
	rotate_job "$JOB"
	run -0 rotate.sh once
	kill "$(cat pid)"
	exec 6>&-
	gr-registry history -H "$HOME_DIR" -j "$THING" | jq -e '.[0].clientId == "'"$THING"'#gr"'
	assert_token_rotated "$JOB"
	if grep -rqF "$TOKEN_PIN" "$T"; then return 1; fi
}
