# SPDX-License-Identifier: Apache-2.0
# A daemon in wrong hands asks the signer: what it gets is what the issuing profile allows,
# and each certificate leaves its line.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab

setup() {
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-signer -H "$GR_HOME" >ready 2>log 3>&- &
	SIGNER=$!
	await grep -q ready ready
	key good EC -pkeyopt ec_paramgen_curve:P-256
	subject thing /O=Example/CN=thing
	NOW=$(date +%s)
}
teardown() {
	kill "$SIGNER"
	wait "$SIGNER"
}
# key NAME ALGORITHM [OPTION...]: its SubjectPublicKeyInfo in NAME.der
key() {
	local name=$1 algorithm=$2
	shift 2
	openssl genpkey -quiet -algorithm "$algorithm" "$@" -out "$name.key"
	openssl pkey -in "$name.key" -pubout -outform DER -out "$name.der"
}
# subject NAME TEXT: as DER in NAME.name, cut out of a request
subject() {
	openssl req -new -key good.key -subj "$2" -outform DER -out x.req
	local offset length
	# The second SEQUENCE of depth 2 is the subject.
	read -r offset length < <(openssl asn1parse -inform DER -in x.req |
		awk -F '[:= ]+' '/cons: SEQUENCE/ && $4 == 2 { print $2, $6 + $8; exit }')
	dd if=x.req of="$1.name" bs=1 skip="$offset" count="$length" status=none
}
asked() { perl "$ROOT/test/tools/ask_signer.pl" "$GR_HOME/sign.sock" "$@"; }
refused_by_signer() {
	local want=$1 got
	shift
	got=$(asked "$@")
	[ "$got" = "$want" ] || { printf '%s: %s\n' "$*" "$got" >&2; return 1; }
}

@test "signer: a request like the daemon's gets a certificate, and a line in the ledger" {
	[ "$(asked issue "$NOW" thing.name good.der)" = 0 ]
	[ "$(jq -r .event home/ledger)" = signed ]
	[ "$(stat -c %a home/ledger home/sign.sock | xargs)" = '640 660' ]
}

@test "signer: weak keys, the authority's own key and name, and a date in the future are refused" {
	key weak RSA -pkeyopt rsa_keygen_bits:1024
	key curve EC -pkeyopt ec_paramgen_curve:secp256k1
	openssl pkey -in home/ca/ca.key -pubout -outform DER -out own.der
	subject ca '/CN=gr CA'
	[[ $(asked issue "$NOW" thing.name weak.der) == '1 '* ]]
	[[ $(asked issue "$NOW" thing.name curve.der) == '1 '* ]]
	refused_by_signer "1 the key to certify is the authority's own" issue "$NOW" \
		thing.name own.der
	refused_by_signer "1 the subject to certify is the authority's own" issue "$NOW" \
		ca.name good.der
	refused_by_signer "1 notBefore lies in the future by the signer's clock" issue \
		$(($(date +%s) + 120)) thing.name good.der
	[ ! -s home/ledger ]
}

@test "signer: bytes after a subject or a key are not signed" {
	printf x | cat good.der - >long.der
	printf x | cat thing.name - >long.name
	refused_by_signer '100 gr-signer: the request for a certificate is malformed' issue \
		"$NOW" thing.name long.der
	refused_by_signer '100 gr-signer: the request for a certificate is malformed' issue \
		"$NOW" long.name good.der
	head -c 100000 /dev/zero >big
	for question in 00 69 6900 6c 6c01ffffffff 7a 720000000030 73 63; do
		[[ $(asked raw "$question") == '100 '* ]]
	done
	[ "$(asked issue "$NOW" thing.name good.der)" = 0 ]	# it goes on
}

@test "signer: it writes lines of a ledger alone, and none that claims to be the signer's own" {
	none="100 $GR_HOME/ledger: what was to be added are no lines of a ledger"
	refused_by_signer "$none" lines '{"event":"signed","certificateId":"x"}
'
	refused_by_signer "$none" lines '{"event":"issued"}
{"event":"signed"}
'
	refused_by_signer "$none" lines 'junk
'
	refused_by_signer "$none" lines '{"event":"issued"}'
	refused_by_signer "$none" lines "$(printf '{"event":"x\rsigned"}\n.')"
	refused_by_signer "$none" lines '
'
	[ ! -s home/ledger ]
	refused_by_signer 0 lines '{"event":"issued"}
{"event":"survivor"}
'
	[ "$(wc -l <home/ledger)" -eq 2 ]
}

@test "signer: a ledger that is a link, or that others may write, is not written to" {
	gr-registry init
	for bad in 'ln -s ca/ca.key home/ledger' ': >home/ledger; chmod 666 home/ledger'; do
		rm -f home/ledger
		eval "$bad"
		before=$(sha256sum home/ca/ca.key)
		run -100 --separate-stderr gr-backendd
		[[ $stderr == "gr-backendd: $GR_HOME/ledger: "* ]]
		[ "$(sha256sum home/ca/ca.key)" = "$before" ]
	done
}
