# SPDX-License-Identifier: Apache-2.0
# Authorities whose key is in a token: made there or found there, never out of it,
# and away at times.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/x509
	load ../lib/token
	export GR_HOME=$PWD/home
	token_new
	HOW=(--module "$MODULE" --pin-source "$PWD/token/pin")
}
teardown() { own_lab_down; }

# init NAME [OPTION...]: an authority of that name and label in the token
init() { gr-ca init -k "pkcs11:token=gr;object=$1" "${HOW[@]}" "${@:2}" "$1"; }
# no STATUS MESSAGE COMMAND...: that status, that one line, nothing else
no() {
	run "-$1" --separate-stderr "${@:3}"
	[ -z "$output" ] && [ "$stderr" = "gr-ca: $2" ] || {
		printf '%s\n' "$output" "$stderr" >&2
		return 1
	}
}
server_csr() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key \
		-subj /CN=x -out server.csr 2>/dev/null
}
# issued NAME: it signs, and the certificate and its CRL verify
issued() {
	gr-ca issue-server -c "$1" x server.csr >server.pem
	openssl verify -x509_strict -CAfile "home/ca/$1.pem" server.pem
}
unplug() { mv token/tokens token/away; }
plug() { mv token/away token/tokens; }

@test "init: makes a key in the token that signs and never leaves it; the folder holds its URI alone" {
	run -0 gr-ca init --key 'pkcs11:token=gr;object=ca' "${HOW[@]}"
	[ -z "$output" ]
	[ "$(object_names)" = 'Private ca
Public ca' ]
	is_closed ca
	pkcs11 --list-objects --type privkey | grep -qx '  Usage:      sign'
	[ "$(stat -c %a home/ca/ca.key)" = 600 ]
	[ "$(wc -l <home/ca/ca.key)" -eq 1 ]
	[[ $(cat home/ca/ca.key) == "pkcs11:token=gr;object=ca;id=%"*";type=private?module-path=$MODULE&pin-source=$PWD/token/pin" ]]
	[ "$(ls -A home/ca | xargs)" = '.token ca.key ca.pem mode.json' ]
	openssl verify -x509_strict -CAfile home/ca/ca.pem home/ca/ca.pem
	[ "$(gr-ca mode)" = $'mode=iot\nauthority=ca' ]
	server_csr
	issued ca
}

@test "init: each kind of key signs with each digest of its family: certificates, the CRL, its own" {
	server_csr
	gr-registry init
	for pair in RSA-2048:RSA RSA-3072:RSA ECDSA-P256:ECDSA ECDSA-P384:ECDSA \
		ECDSA-P521:ECDSA; do
		algorithm=${pair%:*}
		rm -f home/ca/mode.json
		init "$algorithm" -a "$algorithm"
		is_closed "$algorithm"
		issued "$algorithm"
		for hash in 256 384 512; do
			gr-ca mode -s "SHA${hash}WITH${pair#*:}" private >/dev/null
			gr-ca issue-server x server.csr >server.pem
			openssl verify -x509_strict -CAfile "home/ca/$algorithm.pem" server.pem
			openssl x509 -in server.pem -noout -text |
				grep -Eq "Signature Algorithm: (sha${hash}WithRSAEncryption|ecdsa-with-SHA${hash})"
			gr-ca crl >crl.pem
			openssl crl -in crl.pem -noout -CAfile "home/ca/$algorithm.pem" 2>crl.log
			grep -qx 'verify OK' crl.log
		done
	done
}

@test "init: an incomplete key URI is 100, and nothing is made" {
	no 100 '--module (module-path): missing; it is needed with --key' \
		gr-ca init -k 'pkcs11:token=gr;object=ca'
	no 100 '--pin-source (pin-source): missing; it is needed with --key' \
		gr-ca init -k 'pkcs11:token=gr;object=ca' --module "$MODULE"
	no 100 '--pin-source (pin-source): pin: not an absolute path' \
		gr-ca init -k 'pkcs11:token=gr;object=ca' --module "$MODULE" --pin-source pin
	no 100 '--pin-source (pin-source): fd:3: not an absolute path' \
		gr-ca init -k 'pkcs11:token=gr;object=ca' --module "$MODULE" --pin-source fd:3
	no 100 '--module (module-path): /x: the URI says it already' \
		gr-ca init -k "pkcs11:token=gr;object=ca?module-path=$MODULE" --module /x
	no 100 '--key: pkcs11:token=gr: name a private key by its label, object=LABEL' \
		gr-ca init -k 'pkcs11:token=gr' "${HOW[@]}"
	no 100 '--key: pkcs11:object=ca: say which token, token=LABEL' \
		gr-ca init -k 'pkcs11:object=ca' "${HOW[@]}"
	run -100 --separate-stderr gr-ca init -k 'pkcs11:token=gr;object=ca?pin-value=471108-Pin' \
		"${HOW[@]}"
	[ -z "$output" ]
	[[ $stderr != *471108* ]]
	for words in '--module /x' '--pin-source /x' '--existing' "-k pkcs11:token=gr;object=ca --module $MODULE --pin-source /x --existing -a RSA-2048"; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-ca init $words
		[[ $stderr == *'usage: gr-ca init '* ]]
	done
	[ ! -e home ]
	[ -z "$(objects)" ]
}

@test "init: an existing key of that label is used with --existing alone, and two of one label are told apart by id" {
	pkcs11 --keypairgen --key-type EC:prime256v1 --usage-sign --label ca --id 01 >/dev/null
	no 100 'pkcs11:token=gr: a private key with this label is there already' init ca
	[ ! -e home/ca/ca.key ]
	init ca --existing
	[ "$(object_names | grep -c Private)" -eq 1 ]
	[[ $(cat home/ca/ca.key) == "pkcs11:token=gr;object=ca;id=%01;type=private?"* ]]
	[ "$(gr-ca mode | head -n 1)" = mode=private ]
	server_csr
	issued ca
	pkcs11 --keypairgen --key-type EC:prime256v1 --usage-sign --label ca --id 02 >/dev/null
	gr-ca issue-server x server.csr >server.pem
	openssl verify -x509_strict -CAfile home/ca/ca.pem server.pem
	export GR_HOME=$PWD/other
	no 100 'pkcs11:token=gr: more than one private key is called ca' init ca --existing
	no 100 'pkcs11:token=gr: no private key none is there' init none --existing
	gr-ca init -k 'pkcs11:token=gr;object=ca;id=%02' "${HOW[@]}" --existing
	gr-ca issue-server x server.csr >server.pem
	openssl verify -x509_strict -CAfile other/ca/ca.pem server.pem
}

@test "import: takes a key that is in the token, with its certificates; a wrong key is found by its first signature" {
	company root RSA-2048
	company sub ECDSA-P384 root
	openssl pkcs8 -topk8 -nocrypt -in sub.key -outform DER -out sub.der
	pkcs11 --write-object sub.der --type privkey --label sub --id 07 --usage-sign >/dev/null
	pkcs11 --keypairgen --key-type EC:secp384r1 --usage-sign --label strange --id 08 >/dev/null
	no 100 'certificate: cannot be signed: pkcs11:token=gr: no signature: what the token made does not verify: the key is another one' \
		gr-ca import -k 'pkcs11:token=gr;object=strange' "${HOW[@]}" sub sub.pem
	[ ! -e home/ca/sub.key ]
	gr-ca import -k 'pkcs11:token=gr;object=sub' "${HOW[@]}" sub sub.pem
	[[ $(cat home/ca/sub.key) == "pkcs11:token=gr;object=sub;id=%07;type=private?"* ]]
	server_csr
	gr-ca issue-server -c sub x server.csr >server.pem
	openssl verify -x509_strict -CAfile root.pem -untrusted sub.pem server.pem
	cp home/ca/sub.key reference
	no 100 'reference: holds the URI of a key in a token; give it with --key' \
		gr-ca import again reference sub.pem
	run -100 gr-ca import -k 'pkcs11:token=gr;object=sub' "${HOW[@]}" sub sub.key sub.pem
	run -100 gr-ca import "${HOW[@]}" sub sub.key sub.pem
}

@test "import: the same CA's key moves from its file into the token" {
	gr-ca init -a RSA-2048
	openssl pkcs8 -topk8 -nocrypt -in home/ca/ca.key -outform DER -out ca.der
	pkcs11 --write-object ca.der --type privkey --label ca --id 09 --usage-sign >/dev/null
	cp home/ca/ca.pem ca.pem
	gr-ca import -k 'pkcs11:token=gr;object=ca' "${HOW[@]}" ca ca.pem
	cmp home/ca/ca.pem ca.pem
	[ "$(grep -c PRIVATE home/ca/ca.key)" -eq 0 ]
	server_csr
	gr-ca issue-server x server.csr >server.pem
	openssl verify -x509_strict -CAfile ca.pem server.pem
}

@test "token away: signing is 111, list, show and mode work without it, and signing works once it is back" {
	init ca
	server_csr
	gr-registry init
	unplug
	mkdir token/tokens
	for command in 'issue-server x server.csr' crl; do
		# shellcheck disable=SC2086 # several words
		no 111 'pkcs11:token=gr: there is no such token at the moment' gr-ca $command
	done
	[ "$(gr-ca list | cut -f 1-3)" = $'ca\tiot\tRSA-2048' ]
	gr-ca show | cmp - home/ca/ca.pem
	[ "$(gr-ca mode -s SHA384WITHRSA private | sed -n 3p)" = signingAlgorithm=SHA384WITHRSA ]
	rmdir token/tokens
	plug
	issued ca
}

@test "PIN: one that was refused is not tried again by any program until its file changes" {
	init ca
	server_csr
	shim_build "$BATS_FILE_TMPDIR"
	shim_use
	sed -i "s|$TOKEN_MODULE|$MODULE|" home/ca/ca.key
	echo 0000 >token/pin
	no 100 "pkcs11:token=gr: PIN from $PWD/token/pin: the PIN is wrong (0xa0)" \
		gr-ca issue-server x server.csr
	for _ in 1 2 3; do
		no 100 "pkcs11:token=gr: the PIN from $PWD/token/pin was refused before and is not tried again; write the right one there" gr-ca issue-server x server.csr
	done
	[ "$(shim_count C_Login)" -eq 1 ]
	printf '%s\n' "$TOKEN_PIN" >token/pin
	issued ca
	[ "$(ls home/ca/.token)" = token.lock ]
}

@test "key file: in one that others may write the module is not used" {
	init ca
	server_csr
	chmod 620 home/ca/ca.key
	no 100 "$PWD/home/ca/ca.key: others than its owner may use it (mode 620); chmod 600 it" \
		gr-ca issue-server x server.csr
	chmod 600 home/ca/ca.key
	sed -i 's/?.*//' home/ca/ca.key
	no 100 "$PWD/home/ca/ca.key: says no module-path, the PKCS#11 module of the token; gr-ca import --key names it" gr-ca issue-server x server.csr
	echo 'pkcs11:token=gr;object=ca?module-path=/etc/passwd&pin-source=/none' >home/ca/ca.key
	run -100 --separate-stderr gr-ca issue-server x server.csr
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "backup: it has the key's URI and says that the key itself is not in it; restore puts the URI back" {
	init ca
	gr-ca init -a ECDSA-P256 second
	gr-registry init
	server_csr
	cp home/ca/ca.key reference
	run -0 --separate-stderr gr-registry backup plain
	[[ ${stderr_lines[0]} == "gr-registry: ca/ca.key: the key is in a token: pkcs11:token=gr;object=ca;id="*";type=private; the backup says where, and does not hold the key itself" ]]
	[[ ${stderr_lines[1]} == "gr-registry: plain: the authorities' private keys (1) are not in it"* ]]
	cmp plain/ca/ca.key reference
	[ ! -e plain/ca/second.key ]
	[ ! -e plain/ca/.token ] && [ ! -e plain/ca/token.lock ]
	echo passphrase >pass
	run -0 --separate-stderr gr-registry backup -k pass sealed
	cmp sealed/ca/ca.key reference
	grep -q ENCRYPTED sealed/ca/second.key
	touch home/ledger
	cp home/ledger ledger
	for from in plain sealed; do
		rm -rf home
		[ "$from" = sealed ] || rm -f plain/ca/second.key
		run -0 --separate-stderr gr-registry restore -l ledger -k pass "$from"
		[[ $stderr == *"$PWD/home/ca/ca.key: the key is in a token: pkcs11:token=gr;object=ca;"* ]]
		cmp home/ca/ca.key reference
		[ "$(stat -c %a home/ca/ca.key)" = 600 ]
		issued ca
	done
	gr-ca issue-server -c second x server.csr >server.pem
}

@test "manual: the examples of gr-ca(1) with a token run as they stand" {
	awk '/^With the key in a token/ { on = 1 } /^\.Ed/ { on = 0 } on && !/^[.W]/' \
		"$ROOT/man/gr-ca.1" |
		sed 's/[\\]e$/\\/' >lines
	[ "$(grep -c '^gr-ca' lines)" -eq 2 ]
	sed "s|/etc/gr/ca.pin|$PWD/token/pin|; s|^softhsm2-util .*|& --pin $TOKEN_PIN --so-pin 12345678 >/dev/null|" lines >commands
	company factory RSA-2048
	mv factory.pem factory-chain.pem
	openssl pkcs8 -topk8 -nocrypt -in factory.key -outform DER -out factory.der
	softhsm2-util --init-token --free --label gr-ca --pin "$TOKEN_PIN" \
		--so-pin 12345678 >/dev/null
	sed -i '/^softhsm2-util/d' commands
	pkcs11-tool --module "$MODULE" --token-label gr-ca --login --pin "$TOKEN_PIN" \
		--write-object factory.der --type privkey --label factory --id 01 \
		--usage-sign >/dev/null
	bash -eu commands
	[ "$(gr-ca list | cut -f 1 | xargs)" = 'ca factory' ]
	grep -q '^pkcs11:token=gr-ca;object=factory;' home/ca/factory.key
}

@test "daemon: it logs in once, does not answer while the token is away, and opens it again for the next request" {
	shim_build "$BATS_FILE_TMPDIR"
	shim_use
	BATS_FILE_TMPDIR=$BATS_TEST_TMPDIR
	gcc -O1 -o ask "$ROOT/test/tools/ask.c" -lmosquitto
	own_lab
	gr-ca init -k 'pkcs11:token=gr;object=hsm' --module "$MODULE" \
		--pin-source "$PWD/token/pin" -a ECDSA-P384 hsm
	gr-ca mode -b "localhost:$PORT" -s SHA384WITHECDSA private hsm
	shim_rules
	for n in 1 2 3; do
		thing_new "thing-$n"
		J=job-$n
		rotation_begun
		openssl x509 -in new.pem -noout -text |
			grep -q 'Signature Algorithm: ecdsa-with-SHA384'
		openssl verify -x509_strict -CAfile "$GR_HOME/ca/hsm.pem" new.pem
	done
	# lab.sh registers each thing with a program of its own
	[ "$(shim_count C_Login)" -eq 4 ]
	thing_new thing-4
	J=job-4
	job_started
	key_new new
	shim_rules 'deny C_SignInit 32' 'deny C_OpenSession e0'
	ask "$(topic create)" "$(csr_of new)" >asked 3>&- &
	asking=$!
	await grep -hq 'pkcs11:token=gr: no session: there is no token in the slot' "$LAB"/*.log
	kill "$asking"
	wait "$asking" || [ $? -eq 143 ]
	[ ! -s asked ]
	shim_rules
	await accepted create "$(csr_of new)"
	[ "$(shim_count C_Login)" -eq 1 ]
}
