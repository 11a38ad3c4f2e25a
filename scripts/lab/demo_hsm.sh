# SPDX-License-Identifier: Apache-2.0
# demo_hsm.sh - makes the demo's thing with key and certificate in a token. Sourced by demo.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are those of demo.sh.

things=0	# lab.sh would make things with files
token=$lab.token
module=/usr/lib/softhsm/libsofthsm2.so
label='pkcs11:token=gr;object=thing-1'

finish_lab() {
	finish
	rm -rf -- "$token"
}
trap finish_lab EXIT

pkcs11() {
	# A PIN may stand here only because the token is deleted after the demo; gr reads it from a
	# file.
	pkcs11-tool --module "$module" --token-label gr --login --pin 123456 "$@" \
		2>"$token/log" || { cat -- "$token/log" >&2; return 1; }
}

make_token() {
	mkdir -p -- "$token/tokens"
	echo "directories.tokendir = $token/tokens" >"$token/softhsm2.conf"
	export SOFTHSM2_CONF="$token/softhsm2.conf"
	softhsm2-util --init-token --free --label gr --pin 123456 --so-pin 12345678 >"$token/log"
	echo 123456 >"$token/pin"
}

# Makes the key in the token, registers the thing with a CSR, and puts the certificate into the
# token.
make_thing() {
	thing=$lab/things/thing-1
	mkdir -p -- "$thing/state"
	export GR_CONF="$thing/gr.conf" GR_STATE="$thing/state"
	make_token
	cat >"$GR_CONF" <<EOF
thingName = thing-1
privateKeyPath = $label;type=private
certificateFilePath = $label;type=cert
pkcs11Module = $module
pkcs11PinSource = $token/pin
rootCaPath = $lab/home/ca/ca.pem
iotDataEndpoint = localhost
iotDataPort = $port
watchdog = off
retryMinMilliseconds = 50
EOF
	step 'A token, SoftHSM: the key is made in it'
	uri=$(gr-keygen -k "$label")
	printf '%s\n' "$uri"
	gr-csr -k "$uri" -s '/O=gr lab/CN=thing-1' |
		gr-registry register -H "$lab/home" -p rotation -g all thing-1 >"$thing/old.pem"
	openssl x509 -in "$thing/old.pem" -outform DER -out "$thing/old.der"
	id=$(printf '%s\n' "$uri" | sed 's/.*;id=\([^;?]*\).*/\1/; s/%//g')
	pkcs11 --write-object "$thing/old.der" --type cert --label thing-1 --id "$id" >/dev/null
	show_keys
}

show_keys() {
	printf 'pkcs11 token gr:\n'
	pkcs11 --list-objects | awk '
		/ Object/ { kind = $1 }
		/label:/ { label = $2 }
		/ID:/ { printf "  %-12s label %-10s id %s\n", kind, label, $2 }
		/Access: .*never/ { print "               " $0 }'
}

key_hash() {
	pkcs11 --read-object --type pubkey --label thing-1 --output-file "$token/key" >/dev/null
	openssl dgst -sha256 "$token/key" | sed 's/.*= //'
}
certificate_id() {
	pkcs11 --read-object --type cert --label thing-1 --output-file "$token/cert" >/dev/null
	openssl dgst -sha256 "$token/cert" | sed 's/.*= //'
}

# The old certificate cannot be used for a connection, because its key was destroyed.
show_old_is_refused() {
	step 'The old private key is gone from the token'
	rc=0
	gr-probe --certificate "$thing/old.pem" --key "$uri" 2>&1 || rc=$?
	[ "$rc" -eq 100 ] || { echo 'demo: the old key is still there' >&2; exit 1; }
}
