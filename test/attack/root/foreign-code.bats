# SPDX-License-Identifier: Apache-2.0
# What another user may write makes root run no code and open no file that is not this user's.
# Called by make check-root.
bats_require_minimum_version 1.5.0
load ../../lib/helper
load ../../lib/nucleus
load ../../lib/token
load ../../lib/device

# games is the runtime's user; the library says who loaded it.
setup() {
	[ "$(id -u)" -eq 0 ]
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
	chmod 755 .
	mkdir -m 755 theirs
	cat >evil.c <<-END
		#include <fcntl.h>
		#include <stdlib.h>
		__attribute__((constructor)) static void evil(void) { open("$PWD/owned", O_CREAT | O_WRONLY, 0600); }
	END
	gcc -shared -fPIC -o theirs/evil.so evil.c
	chown -R games:games theirs
	EVIL=$PWD/theirs/evil.so
	printf '%s\n' "$TOKEN_PIN" >secret
	chmod 600 secret
	export GR_STATE=$PWD/state
}
teardown() { down; }

not_owned() { [ ! -e owned ] || { echo 'root ran the code' >&2; return 1; }; }
refused() {
	[ "${#stderr_lines[@]}" -eq 1 ] && [[ $stderr == *"$1"* ]] || {
		echo "$output$stderr" >&2
		return 1
	}
}

# lite_of_games KEY-URI [CERTIFICATE]
lite_of_games() {
	make_lite
	lite_config 2 |
		sed "s,/var/lib/greengrass/device.key,$1,;s,/var/lib/greengrass/device.pem,${2:-$1}," |
		lite_put
	chmod 755 "$ROOT_OF_NUCLEUS"
	chown -R games:games "$ROOT_OF_NUCLEUS"
}

@test "nucleus lite: a module that its user names is not loaded as root" {
	lite_of_games "pkcs11:object=x?module-path=$EVIL"
	run --separate-stderr gr-config --check
	not_owned
	[[ $stderr == *"pkcs11Module: $EVIL: not used: user $(id -u games) owns $PWD/theirs; chown it to root"* ]]
	run --separate-stderr gr-probe
	not_owned
	# The same through a link in a folder of root's.
	ln -s "$EVIL" link.so
	lite_put <<<"3 system/privateKeyPath \"pkcs11:object=x?module-path=$PWD/link.so\""
	run --separate-stderr gr-config --check
	not_owned
}
@test "nucleus lite: a module of root's in a folder that others may write is not loaded" {
	mkdir -m 777 open
	cp "$EVIL" open/evil.so
	lite_of_games "pkcs11:object=x?module-path=$PWD/open/evil.so"
	run --separate-stderr gr-config --check
	not_owned
	[[ $stderr == *"others may write $PWD/open; chmod go-w"* ]]
}
@test "nucleus lite: root reads no PIN from a file that its user names" {
	token_new
	lite_of_games "pkcs11:token=gr;object=device?pin-source=$PWD/secret"
	setting pkcs11Module "$TOKEN_MODULE"
	run -100 --separate-stderr gr-config --pin-fd 1
	[ -z "$output" ]
	refused "its pin-source $PWD/secret is not opened: another user may write $PWD/ggc; set pkcs11PinSource to it in gr.conf"
	run -100 --separate-stderr gr-config --check
	refused 'is not opened'
	# It is the operator's word that counts.
	setting pkcs11PinSource "$PWD/secret"
	run -0 gr-config --pin-fd 1
	[ "$output" = "$TOKEN_PIN" ]
}
@test "nucleus lite: root opens no key, certificate or CA that its user could not read" {
	for key in privateKeyPath certificateFilePath rootCaPath; do
		rm -rf "$ROOT_OF_NUCLEUS"
		lite_of_games /nowhere
		sqlite3 "$DB" "UPDATE valueTable SET value = '\"$PWD/secret\"' WHERE keyid =
			(SELECT keyid FROM keyTable WHERE keyvalue = '$key')"
		run -100 --separate-stderr gr-config
		[ -z "$output" ]
		refused "$key: $PWD/secret: not opened: it is named in $PWD/ggc, by somebody who may not read it; let that user read it, or set $key in gr.conf"
		chgrp games secret
		chmod 640 secret
		[ "$(gr-config "$key")" = "$PWD/secret" ]
		chmod 600 secret
	done
}
@test "nucleus lite: what a nucleus of root's names is used" {
	lite_of_games "pkcs11:object=x?pin-source=$PWD/secret"
	chown -R root:root "$ROOT_OF_NUCLEUS"
	run -0 gr-config --pin-fd 1
	[ "$output" = "$TOKEN_PIN" ]
	chmod 600 secret
	lite_put <<<"3 system/rootCaPath \"$PWD/secret\""
	[ "$(gr-config rootCaPath)" = "$PWD/secret" ]
}
@test "nucleus classic: root opens no module and no PIN file that another user names" {
	make_classic
	{
		log_line 1700000002000 changed \
			services/aws.greengrass.crypto.Pkcs11Provider/configuration/library \
			"\"$EVIL\""
		log_line 1700000002000 changed \
			services/aws.greengrass.crypto.Pkcs11Provider/configuration/userPin \
			'"1234"'
		log_line 1700000002000 changed system/privateKeyPath '"pkcs11:object=x"'
		log_line 1700000002000 changed system/certificateFilePath '"pkcs11:object=x"'
	} >>"$LOG"
	chmod -R a+rX "$ROOT_OF_NUCLEUS"
	chown -R games:games "$ROOT_OF_NUCLEUS"
	run --separate-stderr gr-config --check
	not_owned
	[[ $stderr == *"pkcs11Module: $EVIL: not used"* ]]
	log_line 1700000003000 changed system/privateKeyPath \
		"\"pkcs11:object=x?pin-source=$PWD/secret\"" >>"$LOG"
	run -100 --separate-stderr gr-config --pin-fd 1
	refused "pin-source $PWD/secret is not opened"
}

# key_of_games TEXT: in theirs/private.key, where gr.conf says the key is.
key_of_games() {
	printf '%s\n' "$1" >theirs/private.key
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k \
		-out theirs/certificate.pem -subj /CN=x 2>/dev/null
	chown games:games theirs/*
	printf '%s\n' 'thingName = t' "privateKeyPath = $PWD/theirs/private.key" \
		"certificateFilePath = $PWD/theirs/certificate.pem" \
		"rootCaPath = $PWD/theirs/certificate.pem" 'iotDataEndpoint = localhost' >gr.conf
	export GR_CONF=$PWD/gr.conf
}

@test "key reference: a module that the runtime's user names in it is not loaded as root" {
	key_of_games "pkcs11:object=x?module-path=$EVIL"
	run --separate-stderr gr-config --check
	not_owned
	[[ $stderr == *"pkcs11Module: $EVIL: not used"* ]]
	run --separate-stderr gr-csr -k "$PWD/theirs/private.key" -s /CN=x
	not_owned
	run --separate-stderr gr-keygen --list
	not_owned
}
@test "key reference: a PIN file that the runtime's user names in it is not read as root" {
	token_new
	first_key device
	key_of_games "pkcs11:token=gr;object=device?pin-source=$PWD/secret"
	setting pkcs11Module "$TOKEN_MODULE"
	first_csr /CN=x >/dev/null
	run -100 --separate-stderr gr-csr -k "$PWD/theirs/private.key" -s /CN=x
	refused "pin-source: $PWD/secret: not opened: another user could have written the URI that names it; set pkcs11PinSource to it in gr.conf"
	setting pkcs11PinSource "$PWD/secret"
	run -0 gr-csr -k "$PWD/theirs/private.key" -s /CN=x
	setting pkcs11PinSource "$PWD/nothing"
	chown root:root theirs/private.key
	run -0 gr-csr -k "$PWD/theirs/private.key" -s /CN=x
}

# hook FILE: it says who ran it
hook() {
	printf '#!/bin/sh\nid -u >"%s/owned"\n' "$PWD" >"$1"
	chmod 755 "$1"
}

@test "gr.conf: one that another user owns or may write is not used" {
	hook hook
	key_of_games nothing
	setting restartHook "$PWD/hook"
	chown games gr.conf
	for command in 'gr-config' 'gr-config --check' 'rotate.sh once' 'rotate.sh recover' \
		'gr-journal get'; do
		run -100 --separate-stderr $command
		[ -z "$output" ]
		refused "the configuration: $PWD/gr.conf: not used: user $(id -u games) owns $PWD/gr.conf; chown it to root"
	done
	chown root gr.conf
	for mode in 620 602; do
		chmod "$mode" gr.conf
		run -100 --separate-stderr gr-config
		refused "the configuration: $PWD/gr.conf: not used: others may write $PWD/gr.conf; chmod go-w $PWD/gr.conf"
	done
	chmod 600 gr.conf
	run -0 gr-config --check restartHook
	mv gr.conf theirs/
	GR_CONF=$PWD/theirs/gr.conf run -100 --separate-stderr gr-config
	refused "user $(id -u games) owns $PWD/theirs"
	ln -s theirs/gr.conf gr.conf
	run -100 --separate-stderr gr-config
	refused "user $(id -u games) owns $PWD/theirs"
	not_owned
}
@test "restartHook: a program that another user could have put there is not run, by the watchdog neither" {
	lab
	as thing-1
	hook theirs/hook
	setting restartHook "$PWD/theirs/hook"
	run -100 --separate-stderr gr-config --check
	refused "restartHook: $PWD/theirs/hook: not used: user $(id -u games) owns $PWD/theirs; chown it to root"
	run -100 rotate.sh once
	gr-install-cert adopt >/dev/null
	gr-journal put phase=idle restartInstance=x restartFor=1 restartCount=0 restartAt=0
	run --separate-stderr rotate.sh recover
	not_owned
	[[ $stderr == *'restartHook: '*'not used'* ]]
}
@test "GR_STATE: a directory that another user may write is refused before it is written to" {
	lab
	as thing-1
	echo precious >precious
	for owner in games:root root:root; do
		rm -rf "$GR_STATE"
		mkdir "$GR_STATE"
		chown "$owner" "$GR_STATE"
		[ "$owner" = games:root ] || chmod 777 "$GR_STATE"
		for name in lock no.conf execution front error.once error.recover link.error \
			token.lock heartbeat; do
			ln -s "$PWD/precious" "$GR_STATE/$name"
		done
		run -100 --separate-stderr rotate.sh once
		[[ $stderr == *"GR_STATE: $GR_STATE: not used: "* ]]
		run -100 --separate-stderr rotate.sh recover
		[[ $stderr == *"GR_STATE: $GR_STATE: not used: "* ]]
		[ "$(cat precious)" = precious ]
	done
}
@test "record: in a directory of the runtime's user, a number that is none is refused" {
	lab
	as thing-1
	mkdir "$T/credentials"
	mv "$T/private.key" "$T/certificate.pem" "$T/credentials"
	setting privateKeyPath "$T/credentials/private.key"
	setting certificateFilePath "$T/credentials/certificate.pem"
	chown -R games:games "$T/credentials"
	hook hook
	sed -i 's/^id .*/echo same/' hook
	setting restartHook "$PWD/hook"
	gr-install-cert adopt >/dev/null
	gr-journal put phase=idle restartInstance=x restartFor=1 restartCount=0 restartAt=0
	record=$(find "$T/credentials/.gr" -name rotation)
	for key in restartCount restartAt commit createdAt; do
		{
			sed "/^sum=/d;/^$key=/d" "$record"
			printf '%s\n' "$key=x[\$(id -u >$PWD/owned)]"
		} >forged
		printf 'sum=%s\n' "$(sha256sum <forged | cut -d ' ' -f 1)" >>forged
		cp forged "$record"
		run -1 --separate-stderr gr-journal get "$key"
		[[ $stderr == *"damaged"* ]]
		run bash "$BIN/rotate.sh" recover
		not_owned
		gr-journal put phase=idle restartInstance=x restartFor=1 restartCount=0 restartAt=0
	done
}
