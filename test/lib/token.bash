# SPDX-License-Identifier: Apache-2.0
# token.bash - tokens: SoftHSM in a folder of its own, the shim in front of it,
# devices whose key is in there. Load after helper.
#
# MODULE is the module that devices use, TOKEN_MODULE that of the token itself.

TOKEN_PIN=471108-Pin
TOKEN_MODULE=/usr/lib/softhsm/libsofthsm2.so

# token_new [FOLDER]: a token "gr" in ./token or FOLDER, its PIN in ./pin.
token_new() {
	TOKEN_DIR=$(realpath -m "${1:-token}")
	mkdir -p "$TOKEN_DIR/tokens"
	printf '%s\n' "directories.tokendir = $TOKEN_DIR/tokens" 'objectstore.backend = file' \
		'log.level = ERROR' >"$TOKEN_DIR/softhsm2.conf"
	printf '%s\n' "$TOKEN_PIN" >"$TOKEN_DIR/pin"
	chmod 600 "$TOKEN_DIR/pin"
	token_use "$TOKEN_DIR"
	softhsm2-util --init-token --free --label gr --pin "$TOKEN_PIN" \
		--so-pin 12345678 >"$TOKEN_DIR/init.log"
}
# token_use FOLDER: the one that token_new made there.
token_use() {
	TOKEN_DIR=$1 MODULE=$TOKEN_MODULE
	export SOFTHSM2_CONF=$TOKEN_DIR/softhsm2.conf
}

# shim_build FOLDER: for a whole file. shim_use [RULE...]: from here on it stands between devices
# and token. SHIM_ALWAYS is a rule that goes with all others.
shim_build() {
	gcc -std=c11 -Wall -Wextra -shared -fPIC -o "$1/shim.so" "$ROOT/test/token/shim.c"
}
shim_use() {
	export SHIM_MODULE=$TOKEN_MODULE SHIM_DIR=$PWD/shim
	mkdir -p "$SHIM_DIR"
	shim_rules "$@"
	MODULE=$BATS_FILE_TMPDIR/shim.so
}
shim_rules() {
	printf '%s\n' "$@" "${SHIM_ALWAYS:-}" >"$SHIM_DIR/rules"
	: >"$SHIM_DIR/calls"
}
# shim_count [NAME [RESULT]]: calls so far, of that name, with that result.
shim_count() {
	awk -v n="${1:-}" -v r="${2:-}" '(n == "" || $2 == n) && (r == "" || $3 == r)' \
		"$SHIM_DIR/calls" |
		wc -l
}

pkcs11() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label gr --login \
		--pin "$TOKEN_PIN" "$@" 2>pkcs11.log || {
		cat pkcs11.log >&2
		return 1
	}
}

# objects [LABEL-PATTERN]: "Private device 0123ab" and so on, sorted.
objects() {
	pkcs11 --list-objects |
		awk '/ Object/ { kind = $1 } /label:/ { label = $2 } /ID:/ { print kind, label, $2 }' |
		grep -E "^[^ ]+ ${1:-.*} " | sort
}
# details [LABEL-PATTERN]: all that pkcs11-tool says of them, a line each, sorted.
details() {
	pkcs11 --list-objects |
		awk '/ Object/ { if (one) print one; one = $0; next } { one = one "|" $0 } END { print one }' |
		grep -E "label: +${1:-.*}(\\||$)" | sort
}
# object_names: the same without ids.
object_names() { objects "$@" | cut -d ' ' -f 1,2; }

# first_key LABEL [OPTION...]: makes it in the token; sets KEY_URI and KEY_ID.
first_key() {
	KEY_URI=$(gr-keygen -k "pkcs11:token=gr;object=$1" -o pkcs11Module="$MODULE" \
		-o pkcs11PinSource="$TOKEN_DIR/pin" "${@:2}") || return
	KEY_ID=$(sed 's/.*;id=\([^;?]*\).*/\1/; s/%//g' <<<"$KEY_URI")
}
# first_csr SUBJECT [OPTION...]
first_csr() {
	gr-csr -k "$KEY_URI" -s "$1" -o pkcs11Module="$MODULE" \
		-o pkcs11PinSource="$TOKEN_DIR/pin" "${@:2}"
}
# put_certificate FILE LABEL: beside the first key.
put_certificate() {
	openssl x509 -in "$1" -outform DER -out cert.der
	pkcs11 --write-object cert.der --type cert --label "$2" --id "$KEY_ID" >/dev/null
}

# token_settings LABEL: what a gr.conf says of key and certificate in the token.
token_settings() {
	cat <<-END
		privateKeyPath = pkcs11:token=gr;object=$1;type=private
		certificateFilePath = pkcs11:token=gr;object=$1;type=cert
		pkcs11Module = $MODULE
		pkcs11PinSource = $TOKEN_DIR/pin
	END
}

# make_token_device: no network; key and certificate "device" in the token, gr.conf,
# and a CA in ca.pem.
make_token_device() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
		-out ca.pem -subj /CN=ca -days 30 2>/dev/null
	: >gr.conf
	export GR_STATE=$PWD/state GR_CONF=$PWD/gr.conf
	first_key device -o keyAlgorithm=ECDSA-P256
	first_csr /CN=thing1 -o signingAlgorithm=ECDSA-WITH-SHA256 | sign_csr cert.pem
	put_certificate cert.pem device
	{
		printf '%s\n' 'thingName = thing1' "rootCaPath = $PWD/ca.pem" \
			'iotDataEndpoint = localhost' \
			'keyAlgorithm = ECDSA-P256' 'signingAlgorithm = ECDSA-WITH-SHA256'
		token_settings device
	} >gr.conf
	STORE=$PWD/state/.gr/token
}
# sign_csr FILE: what an issuer would answer.
sign_csr() {
	openssl x509 -req -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 8)" \
		-days 20 -out "$1" 2>/dev/null
}
ca_certify() { gr-csr -g "$1" | sign_csr "$2"; }

# make_token_trial: adopted as 1, generation 2 staged, phase trial; nothing activated yet.
make_token_trial() {
	make_token_device
	gr-install-cert adopt >/dev/null
	gr-journal put --from idle phase=creating-certificate job=job1 old=1 new=2
	gr-keygen >/dev/null
	ca_certify 2 new.pem
	gr-install-cert stage new.pem >/dev/null
	gr-journal arm 600
	gr-journal put --from creating-certificate phase=trial
}

# token_thing NAME [KEY-ALGORITHM [SIGNING-ALGORITHM]]: a thing of the lab whose key and
# certificate are in the token, under its name.
token_thing() {
	local algorithm=${2:-ECDSA-P256} signing=${3:-}
	[ -n "$signing" ] || case $algorithm in
	RSA-*) signing=SHA256WITHRSA ;;
	*) signing=ECDSA-WITH-SHA256 ;;
	esac
	T=$LAB/things/$1
	mkdir -p "$T/state"
	export GR_CONF=$T/gr.conf GR_STATE=$T/state
	sed "/Path =/d; s/^thingName = .*/thingName = $1/; /Algorithm =/d" \
		"$LAB/things/thing-1/gr.conf" >"$GR_CONF"
	printf '%s\n' "rootCaPath = $HOME_DIR/ca/ca.pem" "keyAlgorithm = $algorithm" \
		"signingAlgorithm = $signing" >>"$GR_CONF"
	first_key "$1"
	first_csr "/O=gr lab/CN=$1" |
		gr-registry register -H "$HOME_DIR" -p rotation -g all "$1" >"$T/first.pem"
	put_certificate "$T/first.pem" "$1"
	token_settings "$1" >>"$GR_CONF"
	# What is tested is not how long a slow machine, or a TPM in software, takes.
	setting requestTimeoutSeconds 60
	setting trialSeconds 900
	OLD=$(openssl x509 -in "$T/first.pem" -outform DER | openssl dgst -sha256 | sed 's/.*= //')
	OLD_OBJECTS=$(details "$1")
}
# token_certificate LABEL: the certificate in the token, by its id.
token_certificate() {
	pkcs11 --read-object --type cert --label "$1" --output-file found.der >/dev/null
	openssl dgst -sha256 found.der | sed 's/.*= //'
}
# These are asked in conditions as well, where a command that fails ends nothing:
# each is one chain.

# has_one_set LABEL: exactly one private key, public key and certificate of that label and family,
# all with one id, which is nobody else's.
has_one_set() {
	[ "$(object_names "$1(\..*)?")" = "Certificate $1
Private $1
Public $1" ] && [ "$(objects "$1" | cut -d ' ' -f 3 | sort -u | wc -l)" -eq 1 ] &&
		[ -z "$(objects | cut -d ' ' -f 1,3 | sort | uniq -d)" ] || {
			objects "$1(\..*)?" >&2
			return 1
		}
}
# is_closed LABEL: the private key never leaves the token.
is_closed() {
	pkcs11 --list-objects --type privkey |
		awk -v l="$1" '/label:/ { on = $2 == l } on && /Access:/ { print }' >access
	[ "$(cat access)" = "  Access:     sensitive, always sensitive, never extractable, local" ] ||
		{ cat access >&2; return 1; }
}
assert_token_rotated() {
	[ "$(status_of "$1")" = SUCCEEDED ] &&
		[ "$(token_certificate "${T##*/}")" != "$OLD" ] &&
		await has_one_certificate &&
		[ "$(registered)" = "$(token_certificate "${T##*/}")" ] &&
		[ "$(gr-probe)" = "$(registered)" ] &&
		[ "$(sqlite3 "$HOME_DIR/shared/registry.db" \
			"SELECT count(*) FROM certificate WHERE id = '$OLD'")" -eq 0 ] &&
		has_one_set "${T##*/}" &&
		is_closed "${T##*/}" &&
		is_tidy
}
assert_token_unchanged() {
	[ "$(details "${T##*/}(\..*)?")" = "$OLD_OBJECTS" ] &&
		has_one_set "${T##*/}" &&
		is_closed "${T##*/}" &&
		[ "$(token_certificate "${T##*/}")" = "$OLD" ] &&
		await has_one_certificate &&
		[ "$(registered)" = "$OLD" ] &&
		[ "$(gr-probe)" = "$OLD" ] &&
		is_tidy
}
is_tidy() {
	[ "$(gr-journal get phase)" = idle ] &&
		[ "$(gr-install-cert status | grep -c '^generation')" -eq 1 ]
}

# unanswered_commit: for fake/rotate.sh; the deadline comes with the first try,
# however long a slow machine took until then.
unanswered_commit() {
	deny iot:Receive 'arn:aws:iot:*:*:topic/awslabs/things/*/certificate/commit/*'
	wrapped gr-commit '[ -e armed ] || { gr-journal arm 2; touch armed; }; exec "$REAL" -o requestTimeoutSeconds=1 "$@"'
}
