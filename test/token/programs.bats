# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/token
load ../lib/store

# Keys in a token, without a network: SoftHSM, and the shim where it has to be a worse token
# than it is.

setup_file() { shim_build "$BATS_FILE_TMPDIR"; }
setup() { token_new; }

# one_line TEXT: the last run wrote this line, whatever program, and nothing on standard output
one_line() {
	[ -z "$output" ] && [ "${#stderr_lines[@]}" -eq 1 ] && [[ $stderr == gr-*": $1" ]] || {
		echo "$output|$stderr" >&2
		return 1
	}
}

# --- URIs ----------------------------------------------------------------------------------------

@test "uri: a PIN in it is refused on the command line, in the environment and in gr.conf, and not printed" {
	uri='pkcs11:token=gr;object=device?pin-value=4711'
	line='privateKeyPath: pkcs11 URI: pin-value has no place here; write the PIN to a file and name that with pin-source or pkcs11PinSource'
	run -100 --separate-stderr gr-config -o runtime=none -o "privateKeyPath=$uri"
	one_line "$line"
	GR_PRIVATE_KEY_PATH=$uri run -100 --separate-stderr gr-config -o runtime=none
	one_line "$line"
	echo "privateKeyPath = $uri" >gr.conf
	run -100 --separate-stderr gr-config -C gr.conf -o runtime=none
	one_line "$line"
	# Found even where another source goes before it.
	GR_PRIVATE_KEY_PATH=/key run -100 --separate-stderr gr-config -C gr.conf -o runtime=none
	one_line "$line"
	for option in '-k' '-l -k'; do
		# shellcheck disable=SC2086
		run -100 --separate-stderr gr-keygen $option \
			'pkcs11:token=gr;object=a;pin-value=4711'
		[[ $stderr == *'pin-value has no place here'* ]] && [[ $stderr != *4711* ]]
	done
	run -100 --separate-stderr gr-probe -o thingName=t -o runtime=none \
		-o iotDataEndpoint=localhost -o rootCaPath=/dev/null \
		--key "$uri" --certificate /dev/null
	[[ $stderr != *4711* ]]
	run -100 --separate-stderr gr-csr -k "$uri" -s /CN=x -o runtime=none
	one_line "key: pkcs11 URI: ${line#*: pkcs11 URI: }"
}
@test "uri: what is no URI of a key is refused with the attribute that is wrong" {
	while IFS='|' read -r uri why; do
		run -100 --separate-stderr gr-config -o runtime=none -o "privateKeyPath=$uri"
		one_line "privateKeyPath: pkcs11 URI: $why"
	done <<-'END'
		pkcs11:token|token is not of the form name=value
		pkcs11:colour=blue|colour is not an attribute that this version knows
		pkcs11:token=a;token=b|token stands there twice
		pkcs11:object=|object is empty
		pkcs11:object=%zz|object is badly encoded or too long
		pkcs11:object=a%00b|object holds a NUL
		pkcs11:token=123456789012345678901234567890123|token is badly encoded or too long
		pkcs11:slot-id=x|slot-id is not a number
		pkcs11:object=a;type=data|type data: not private, public or cert
		pkcs11:object=a?pin-source=%7ccat|pin-source names a command; name a file
		pkcs11:object=a;module-path=/x|module-path is not an attribute that this version knows
	END
}
@test "uri: privateKeyPath names a private key by its label, without an id, since the id changes" {
	make_token_device
	while IFS='|' read -r setting why; do
		run -100 --separate-stderr gr-config --check -o "$setting"
		[[ "$stderr" == *"$why"* ]] || { echo "$setting: $stderr" >&2; return 1; }
	done <<-'END'
		privateKeyPath=pkcs11:token=gr|privateKeyPath: pkcs11:token=gr: names no object; add object=LABEL
		privateKeyPath=pkcs11:object=device;type=cert|its type is that of another object
		privateKeyPath=pkcs11:object=device;id=%01|names an id, and each key has one of its own; leave it out
		certificateFilePath=pkcs11:object=device;type=private|its type is that of another object
		pkcs11Slot=first|pkcs11Slot: first: not a slot's number
		pkcs11Token=123456789012345678901234567890123|labels of tokens have at most 32 characters
	END
	run -100 --separate-stderr gr-install-cert adopt -o privateKeyPath="$PWD/key.pem"
	[[ $stderr == *"a certificate in a token goes with a key in it; privateKeyPath is a file" ]]
}

# --- a first key ---------------------------------------------------------------------------------

@test "first key: it is made in the token under its label, with an id of its own, not extractable, for signing alone" {
	first_key pump -o keyAlgorithm=RSA-2048
	[[ $KEY_URI =~ ^pkcs11:token=gr\;object=pump\;id=(%[0-9a-f]{2}){16}$ ]]
	[ "$(objects)" = "Private pump $KEY_ID
Public pump $KEY_ID" ]
	is_closed pump
	[ "$(pkcs11 --list-objects --type privkey | grep Usage:)" = '  Usage:      sign' ]
	run -100 --separate-stderr first_key pump
	one_line 'pkcs11:token=gr: a private key with this label is there already'
	run -100 --separate-stderr first_key "other;id=$(sed 's/.*id=//' <<<"$KEY_URI")"
	one_line 'pkcs11:token=gr: a private key with this id is there already'
}
@test "first key: its CSR has the subject that was given, a named curve, and verifies" {
	first_key pump -o keyAlgorithm=ECDSA-P384
	first_csr '/O=Example \/ Co/CN=pump-1' -o signingAlgorithm=ECDSA-WITH-SHA512 >csr.pem
	openssl req -in csr.pem -noout -verify -text >text 2>&1
	grep -q "verify OK" text
	grep -q 'ASN1 OID: secp384r1' text
	grep -q 'Signature Algorithm: ecdsa-with-SHA512' text
	[ "$(openssl req -in csr.pem -noout -subject -nameopt oneline)" = \
		'subject=O = Example / Co, CN = pump-1' ]
	run -100 --separate-stderr first_csr 'CN=pump-1' -o signingAlgorithm=ECDSA-WITH-SHA256
	one_line '-s: CN=pump-1: not a subject like /O=Example/CN=pump-1'
	run -100 --separate-stderr first_csr /CN=pump-1 -o signingAlgorithm=SHA256WITHRSA
	one_line '-k: that key does not go with signingAlgorithm SHA256WITHRSA'
}
@test "algorithms: the token that will hold the next key is asked which ones it has" {
	run -0 gr-keygen -l
	[ "${#lines[@]}" -eq 5 ]
	make_token_device
	gr-keygen -l >softhsm
	[ "$(cat softhsm)" = "$output" ]
	shim_use 'lack 1040' 'lack d' 'lack 3'
	run -0 gr-keygen -l -o pkcs11Module="$MODULE"
	[ "$output" = 'RSA-2048 SHA256WITHRSA SHA384WITHRSA SHA512WITHRSA
RSA-3072 SHA256WITHRSA SHA384WITHRSA SHA512WITHRSA' ]
	run -100 --separate-stderr gr-keygen -k 'pkcs11:token=gr;object=new' \
		-o pkcs11Module="$MODULE" -o keyAlgorithm=ECDSA-P256
	one_line \
		'pkcs11:token=gr: ECDSA-P256: not supported; the token can make RSA-2048, RSA-3072'
}
@test "algorithms: RSA-PSS uses the token's own mechanism, or a raw operation, or is refused" {
	first_key pump -o keyAlgorithm=RSA-2048
	for lacking in '' d 3; do
		shim_use "lack ${lacking:-0}"
		for hash in 256 384 512; do
			first_csr /CN=x -o signingAlgorithm=SHA${hash}WITHRSAANDMGF1 |
				openssl req -noout -verify -text >text 2>&1
			grep -q "verify OK" text
			grep -q "Salt Length: $(printf 0x%02X $((hash / 8)))" text
		done
	done
	shim_use 'lack d' 'lack 3'
	run -100 --separate-stderr first_csr /CN=x -o signingAlgorithm=SHA256WITHRSAANDMGF1
	one_line 'pkcs11:token=gr: SHA256WITHRSAANDMGF1: not supported; the token can sign SHA256WITHRSA, SHA384WITHRSA, SHA512WITHRSA'
}
@test "signatures: one that the public key does not verify is not used" {
	first_key a -o keyAlgorithm=ECDSA-P256
	first_key b -o keyAlgorithm=ECDSA-P256
	first_csr /CN=b -o signingAlgorithm=ECDSA-WITH-SHA256 | openssl req -noout -pubkey >b.pub
	{ sed "s/object=b;id=[^;]*/object=a/" <<<"$KEY_URI"; cat b.pub; } >reference
	run -111 --separate-stderr gr-csr -k reference -s /CN=x \
		-o signingAlgorithm=ECDSA-WITH-SHA256 \
		-o pkcs11Module="$MODULE" -o pkcs11PinSource="$TOKEN_DIR/pin"
	one_line 'CSR: cannot be signed with ECDSA-WITH-SHA256: pkcs11:token=gr: no signature: what the token made does not verify: the key is another one'
}

# --- the store -----------------------------------------------------------------------------------

@test "adopt: takes what the token holds under the configured labels, and changes nothing in it" {
	make_token_device
	before=$(objects)
	gr-config --check
	[ "$(gr-install-cert adopt)" = 1 ]
	[ "$(gr-install-cert adopt)" = 1 ]
	[ "$(objects)" = "$before" ]
	gr-install-cert status >status
	grep -qx "generation 1 complete committed $(openssl x509 -in cert.pem -outform DER | sha256sum | cut -d ' ' -f 1) [0-9]* pkcs11:token=gr;object=device;id=$(sed 's/../%&/g' <<<"$KEY_ID");type=private" status
	gr-install-cert status --json |
		jq -e '.live == 1 and .healthy and (.generations[0].key | startswith("pkcs11:token=gr;object=device;"))'
	[ "$(stat -c %a state "$STORE" "$STORE/1" "$STORE/1/private.key" | tr '\n' ' ')" = \
		'700 700 700 600 ' ]
	if grep -q PRIVATE "$STORE/1/private.key"; then return 1; fi
}
@test "adopt: objects that cannot be used are refused with the reason, and nothing is changed" {
	make_token_device
	refused() {
		run -100 --separate-stderr gr-install-cert adopt "${@:2}"
		[ "$stderr" = "gr-install-cert: $1" ] || { echo "$stderr" >&2; return 1; }
		[ ! -e "$STORE" ]
	}
	key='pkcs11:token=gr;object=device;type=private'
	refused "pkcs11:token=gr;object=no;type=private: there is nothing to adopt: no such private key, or no certificate pkcs11:token=gr;object=device;type=cert" -o 'privateKeyPath=pkcs11:token=gr;object=no;type=private'
	id=$KEY_ID
	openssl x509 -in cert.pem -outform DER -out other.der
	pkcs11 --write-object other.der --type cert --label elsewhere --id 77 >/dev/null
	refused "$key: the certificate has another id (CKA_ID) than its private key; give both the same" \
		-o 'certificateFilePath=pkcs11:token=gr;object=elsewhere'
	first_key other -o keyAlgorithm=ECDSA-P256
	pkcs11 --set-id "$id" --type privkey --label other --id "$KEY_ID" >/dev/null
	refused "$key: another private key has the same id (CKA_ID); give each its own"
	pkcs11 --delete-object --type privkey --label other >/dev/null
	first_key device2 -o keyAlgorithm=ECDSA-P256
	refused "pkcs11:token=gr;object=device2: does not sign for the certificate: pkcs11:token=gr: no signature: what the token made does not verify: the key is another one" \
		-o 'privateKeyPath=pkcs11:token=gr;object=device2' \
		-o certificateFilePath="$PWD/cert.pem"
	[ ! -e .gr ]
	shim_use 'deny C_CopyObject 0x54' 'deny C_SetAttributeValue 0x10'
	refused "$key: the token can neither copy nor rename this key; let privateKeyPath name a file that holds the URI" -o pkcs11Module="$MODULE"
}
@test "keygen: the next key is beside the live one, under a name of its own, not extractable" {
	make_token_device
	gr-install-cert adopt
	[ "$(gr-keygen)" = 2 ]
	[ "$(object_names)" = "Certificate device
Private device
Private device.2
Public device
Public device.2" ]
	is_closed device.2
	[ "$(objects device.2 | cut -d ' ' -f 3 | sort -u | wc -l)" -eq 1 ]
	before=$(objects)
	[ "$(gr-keygen -g 2)" = 2 ]
	[ "$(objects)" = "$before" ]
	ca_certify 2 new.pem
	[ "$(openssl x509 -in new.pem -noout -pubkey)" = \
		"$(sed -n '/BEGIN/,$p' "$STORE/2/private.key")" ]
}
@test "keygen: a key made before a kill is found again; half a pair is made anew" {
	make_token_device
	gr-install-cert adopt
	shim_use
	gr-keygen -g 2 -o pkcs11Module="$MODULE" >/dev/null
	made=$(awk '$2 == "C_GenerateKeyPair" { print $1 }' shim/calls)
	gr-install-cert discard -g 2
	shim_rules "after $made"
	run -137 setsid --wait gr-keygen -g 3 -o pkcs11Module="$MODULE"
	before=$(objects device.3)
	[ "$(wc -l <<<"$before")" -eq 2 ]
	run -0 gr-keygen -g 3
	[ "$(objects device.3)" = "$before" ]
	shim_rules "after $made"
	run -137 setsid --wait gr-keygen -g 4 -o pkcs11Module="$MODULE"
	before=$(objects device.4)
	pkcs11 --delete-object --type pubkey --label device.4 >/dev/null
	run -0 gr-keygen -g 4
	[ "$(object_names device.4)" = "Private device.4
Public device.4" ]
	gr-csr -g 4 | openssl req -noout -verify
}
@test "keygen: a token whose keys cannot change their label is refused before anything is made" {
	make_token_device
	gr-install-cert adopt
	shim_use 'deny C_CopyObject 0x54' 'deny C_SetAttributeValue 0x10'
	run -100 --separate-stderr gr-keygen -g 2 -o pkcs11Module="$MODULE"
	one_line 'pkcs11:token=gr: the token can neither copy nor rename a key; let privateKeyPath name a file that holds the URI'
}

# switched: generation 2 bears the label, all of 1 has its own name.
switched() {
	[ "$(object_names)" = "Certificate device
Certificate device.1
Private device
Private device.1
Public device
Public device.1" ] || { object_names; return 1; }
	[ "$(objects | cut -d ' ' -f 3 | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" = \
		'3 3 ' ]
	[ "$(openssl dgst -sha256 <(pkcs11 --read-object --type cert --label device) |
		sed 's/.*= //')" = \
		"$(openssl x509 -in new.pem -outform DER | sha256sum | cut -d ' ' -f 1)" ]
	is_closed device
	is_closed device.1
	gr-config --check "$@"
}

@test "switch: the label passes to the new key and back, and the old objects are as they were" {
	make_token_trial
	before=$(objects 'device')
	parked=$(objects device.2)
	gr-install-cert activate
	switched
	gr-install-cert activate
	switched
	gr-install-cert rollback
	[ "$(objects device)" = "$before" ]
	[ "$(objects device.2)" = "$parked" ]
	gr-config --check
	gr-install-cert rollback
	gr-install-cert discard -g 2
	[ "$(objects)" = "$before" ]
}
@test "switch: with a token that cannot copy objects are renamed, with the same result" {
	make_token_trial
	before=$(objects)
	shim_use 'deny C_CopyObject 0x54'
	gr-install-cert activate -o pkcs11Module="$MODULE"
	switched -o pkcs11Module="$MODULE"
	[ "$(shim_count C_SetAttributeValue 0x0)" -ge 6 ]
	gr-install-cert rollback -o pkcs11Module="$MODULE"
	[ "$(objects)" = "$before" ]
}
@test "commit: one key pair and one certificate remain under the label; other objects stay" {
	first_key device.7
	put=$(objects)
	make_token_trial
	gr-install-cert activate
	gr-journal put --from trial phase=reporting
	gr-install-cert commit
	has_one_set device | true
	[ "$(object_names 'device(\.[12])?')" = "Certificate device
Private device
Public device" ]
	[ "$(objects 'device\.7')" = "$put" ]
	is_closed device
}
@test "switch: in a token that is full or fails half-way it is undone, and the next try succeeds" {
	make_token_trial
	before=$(objects)
	for n in 1 2 3 4 5 6; do
		shim_use "only $n C_CopyObject 0x31"
		run -111 --separate-stderr gr-install-cert activate -o pkcs11Module="$MODULE"
		one_line 'pkcs11:token=gr: an object cannot be copied: the token is full (0x31)'
		[ "$(readlink "$STORE/live")" = 1 ]
		[ "$(objects)" = "$before" ]
	done
	gr-install-cert activate
	switched
}
@test "switch: a copy that the token reports and did not make loses no object" {
	make_token_trial
	before=$(objects)
	# Three for the pair that gives the label up, three for the one that takes it.
	for n in 1 2 3 4 5 6; do
		shim_use "only $n C_CopyObject 0x0"
		run -111 --separate-stderr gr-install-cert activate -o pkcs11Module="$MODULE"
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == 'gr-install-cert: pkcs11:token=gr: the token says that it copied a '*', but there is no copy; nothing was destroyed' ]]
		[ "$(objects)" = "$before" ]
		[ "$(readlink "$STORE/live")" = 1 ]
	done
	gr-install-cert activate
	switched
}
@test "stage: a token that is full is a temporary error, and nothing of it stays" {
	make_token_device
	gr-install-cert adopt >/dev/null
	gr-journal put --from idle phase=creating-certificate job=job1 old=1 new=2
	gr-keygen >/dev/null
	ca_certify 2 new.pem
	before=$(objects)
	shim_use 'deny C_CreateObject 0x31'
	run -111 --separate-stderr gr-install-cert stage -o pkcs11Module="$MODULE" new.pem
	one_line 'pkcs11:token=gr: a certificate cannot be stored: the token is full (0x31)'
	[ "$(objects)" = "$before" ]
	gr-install-cert stage new.pem
	[ "$(object_names device.2)" = "Certificate device.2
Private device.2
Public device.2" ]
}
@test "switch: another key under the label is not replaced, and is adopted in idle" {
	make_token_trial
	gr-install-cert activate
	gr-install-cert rollback
	first_key stranger -o keyAlgorithm=ECDSA-P256
	first_csr /CN=thing1 -o signingAlgorithm=ECDSA-WITH-SHA256 | sign_csr stranger.pem
	# Somebody provisions the device again.
	for type in privkey pubkey cert; do
		pkcs11 --delete-object --type $type --label device >/dev/null
	done
	pkcs11-tool --module "$TOKEN_MODULE" --token-label gr --login --pin "$TOKEN_PIN" \
		--set-id "$KEY_ID" --type privkey --label stranger >/dev/null 2>&1 || :
	first_key device -o keyAlgorithm=ECDSA-P256
	first_csr /CN=thing1 -o signingAlgorithm=ECDSA-WITH-SHA256 | sign_csr again.pem
	put_certificate again.pem device
	run -100 --separate-stderr gr-install-cert activate
	one_line "pkcs11:token=gr: another private key is called device; rename it or run gr-install-cert adopt"
	gr-journal put --from trial --clear phase=idle
	[ "$(gr-install-cert adopt)" = 3 ]
	gr-install-cert status | grep -q "^generation 3 complete committed .*;object=device;"
	gr-config --check
	gr-install-cert recover
	[ "$(objects device)" = "$(objects device | sed "s/ [^ ]*$/ $KEY_ID/")" ]
}
@test "recover: finishes a switch that a kill interrupted, and opens no token when nothing is to be done" {
	make_token_trial
	shim_use
	for program in 'gr-install-cert recover' 'gr-install-cert status' 'gr-install-cert next' \
		'gr-journal get' 'gr-journal left'; do
		$program -o pkcs11Module="$MODULE" >/dev/null
	done
	[ "$(shim_count)" -eq 0 ]
	shim_rules 'deny C_DestroyObject 0x30'
	run -111 gr-install-cert activate -o pkcs11Module="$MODULE"
	run -1 --separate-stderr gr-install-cert status
	[[ $output == *$'\nlabel=pending\n'* ]]
	gr-install-cert status --json >status || [ $? -eq 1 ]
	jq -e '.healthy == false' status
	# That is no fault of the configuration: a driver has to come as far as recover.
	gr-config --check
	run -0 gr-install-cert recover
	[ "$output" = 'gr-install-cert: token: the label is that of generation 1' ]
	gr-config --check
	run -0 gr-install-cert recover
	[ -z "$output" ]
}
@test "recover: a trial past its deadline ends even while the token is away; the label is changed later" {
	make_token_trial
	gr-install-cert activate
	gr-journal arm 0
	mv token/tokens token/away
	mkdir token/tokens
	run -111 --separate-stderr gr-install-cert recover
	[ "$stderr" = 'gr-install-cert: pkcs11:token=gr: there is no such token at the moment' ]
	[ "$(gr-journal get phase)" = rolling-back ]
	rmdir token/tokens
	mv token/away token/tokens
	gr-install-cert recover
	[ "$(readlink "$STORE/live")" = 1 ]
	[ "$(object_names device)" = "Certificate device
Private device
Public device" ]
	gr-config --check
}
@test "certificate: it may be in a file while the key is in the token" {
	make_token_device
	mkdir dev
	cp cert.pem dev/cert.pem
	chmod 644 dev/cert.pem
	sed -i "s|^certificateFilePath.*|certificateFilePath = $PWD/dev/cert.pem|" gr.conf
	for type in cert; do pkcs11 --delete-object --type $type --label device >/dev/null; done
	gr-install-cert adopt
	[ "$(readlink dev/cert.pem)" = .gr/cert.pem/live/certificate.pem ]
	gr-journal put --from idle phase=creating-certificate job=job1 old=1 new=2
	gr-keygen
	ca_certify 2 new.pem
	gr-install-cert stage new.pem
	before=$(objects device)
	gr-install-cert activate
	cmp dev/cert.pem new.pem
	[ "$(object_names)" = "Private device
Private device.1
Public device
Public device.1" ]
	[ "$(stat -L -c %a dev/cert.pem)" = 644 ]
	gr-config --check
	gr-install-cert rollback
	[ "$(objects device)" = "$before" ]
	cmp dev/cert.pem cert.pem
}

# --- a file that refers to a key -----------------------------------------------------------------

@test "reference: privateKeyPath names a file that holds the URI; each key keeps its name, the file names the live one" {
	make_token_device
	mkdir dev
	cp cert.pem dev/cert.pem
	echo 'pkcs11:token=gr;object=device' >dev/key
	sed -i "s|^certificateFilePath.*|certificateFilePath = $PWD/dev/cert.pem|; s|^privateKeyPath.*|privateKeyPath = $PWD/dev/key|" gr.conf
	pkcs11 --delete-object --type cert --label device >/dev/null
	shim_use 'deny C_CopyObject 0x54' 'deny C_SetAttributeValue 0x10'
	sed -i "s|^pkcs11Module.*|pkcs11Module = $MODULE|" gr.conf
	gr-config --check
	gr-install-cert adopt
	gr-journal put --from idle phase=creating-certificate job=job1 old=1 new=2
	gr-keygen
	ca_certify 2 new.pem
	gr-install-cert stage new.pem
	gr-install-cert activate
	[ "$(head -n 1 dev/key)" = "$(head -n 1 dev/.gr/key/2/private.key)" ]
	[[ "$(head -n 1 dev/key)" == 'pkcs11:token=gr;object=device.2;'* ]]
	cmp dev/cert.pem new.pem
	gr-config --check
	gr-journal put phase=reporting
	gr-install-cert commit
	[ "$(object_names)" = "Private device.2
Public device.2" ]
	# The name of the next one: the stem stays.
	gr-keygen -g 3
	[ "$(object_names device.3)" = "Private device.3
Public device.3" ]
}
@test "nextKey: a key moves from a file into the token and back, and the old key is deleted where it was" {
	make_device
	gr-install-cert adopt
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" >>gr.conf
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
		-out ca.pem -subj /CN=ca -days 30 2>/dev/null
	move() {
		gr-journal put --from idle phase=creating-certificate job=job1 old="$1" new="$2"
		gr-keygen
		ca_certify "$2" new.pem
		gr-install-cert stage new.pem
		gr-install-cert activate
		gr-config --check
		gr-journal put phase=reporting
		gr-install-cert commit
		gr-journal put --from reporting --clear phase=idle
	}
	echo 'nextKey = pkcs11:token=gr' >>gr.conf
	move 1 2
	[ "$(object_names)" = "Private thing1.2
Public thing1.2" ]
	is_closed thing1.2
	if grep -rq 'PRIVATE KEY' dev; then return 1; fi
	sed -i 's/^nextKey.*/nextKey = file/' gr.conf
	move 2 3
	[ -z "$(objects)" ]
	dev_pair_matches
	grep -q 'BEGIN PRIVATE KEY' dev/private.key
}
@test "nextKey: it is refused with the reason where a runtime's own configuration names the key" {
	make_device
	gr-install-cert adopt
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" \
		'nextKey = pkcs11:token=gr' >>gr.conf
	for runtime in classic lite other; do
		line="nextKey: pkcs11:token=gr: the key cannot move: the runtime ($runtime) looks for it where its own configuration says"
		run -100 --separate-stderr gr-keygen -o runtime=$runtime
		one_line "$line"
		run -100 --separate-stderr gr-config --check -o runtime=$runtime
		one_line "$line"
	done
	run -100 --separate-stderr gr-keygen -o nextKey=/elsewhere
	one_line 'nextKey: /elsewhere: neither file nor a pkcs11 URI'
	run -100 --separate-stderr gr-keygen -o 'nextKey=pkcs11:token=gr;id=%01'
	one_line 'nextKey: pkcs11:token=gr;id=%01: names one object; leave out id and type'
	make_token_device
	gr-install-cert adopt
	run -100 --separate-stderr gr-keygen -o nextKey=file
	one_line 'nextKey: file: privateKeyPath is a URI, and keys stay in that token; to move them, let it name a file that holds the URI'
}

# --- PINs ----------------------------------------------------------------------------------------

@test "PIN: a wrong one is tried once by all programs together, until its source changes" {
	make_token_device
	gr-install-cert adopt
	shim_use
	sed -i "s|^pkcs11Module.*|pkcs11Module = $MODULE|" gr.conf
	echo 00000000 >token/pin
	run -100 --separate-stderr gr-keygen -g 2
	one_line "pkcs11:token=gr: PIN from $TOKEN_DIR/pin: the PIN is wrong (0xa0)"
	for program in 'gr-keygen -g 2' 'gr-csr -g 1' 'gr-config --check' "gr-keygen -l"; do
		# shellcheck disable=SC2086
		run -100 --separate-stderr $program
		one_line "pkcs11:token=gr: the PIN from $TOKEN_DIR/pin was refused before and is not tried again; write the right one there"
	done
	[ "$(shim_count C_Login)" -eq 1 ]
	echo "$TOKEN_PIN" >token/pin
	gr-keygen -g 2
	[ "$(shim_count C_Login)" -eq 2 ]
	[ "$(shim_count C_Login 0xa0)" -eq 1 ]
	[ "$(stat -c %a state)" = 700 ]
	if ls state/pin-refused.*; then return 1; fi
}
@test "PIN: killed right after the refusal, the next life does not try it again" {
	make_token_device
	shim_use
	sed -i "s|^pkcs11Module.*|pkcs11Module = $MODULE|" gr.conf
	echo 00000000 >token/pin
	run -100 gr-keygen -l
	after=$(awk '$2 == "C_Login" { print $1 + 1 }' shim/calls)
	rm state/pin-refused.*
	pkcs11 --list-objects >/dev/null	# a login that clears the token's own mark
	shim_rules "kill $after"
	run -137 setsid --wait gr-keygen -l
	shim_rules
	run -100 gr-keygen -l
	[ "$(shim_count C_Login)" -eq 0 ]
}
@test "PIN: it is not tried when the token reports that the last try is left" {
	make_token_device
	shim_use
	sed -i "s|^pkcs11Module.*|pkcs11Module = $MODULE|" gr.conf
	while IFS='|' read -r flag why; do
		shim_rules "flags $flag"
		run -100 --separate-stderr gr-config --check
		one_line "pkcs11:token=gr: $why"
		[ "$(shim_count C_Login)" -eq 0 ]
	done <<-'END'
		10000|somebody tried a wrong PIN; log in by hand once, then it is used again
		20000|one more wrong PIN locks the token, so no PIN is tried; log in by hand once
		40000|the PIN is locked; unlock it with the security officer's PIN
	END
}
@test "PIN: it comes from a file, a descriptor or a URI's pin-source; a file that everybody may read is refused" {
	make_token_device
	sed -i '/^pkcs11PinSource/d' gr.conf
	run -100 --separate-stderr gr-config --check
	one_line 'PIN: no source is set; write it to a file and name that with pkcs11PinSource'
	gr-config --check -o pkcs11PinSource="file://$TOKEN_DIR/pin"
	gr-config --check -o pkcs11PinSource=fd:7 7<token/pin
	gr-config --check -o pkcs11PinSource=fd:7 7< <(cat token/pin)
	GR_PRIVATE_KEY_PATH="pkcs11:token=gr;object=device?pin-source=file:$TOKEN_DIR/pin" \
		GR_CERTIFICATE_FILE_PATH="pkcs11:token=gr;object=device?pin-source=file:$TOKEN_DIR/pin" gr-config --check
	# gr-link closes what it does not know, and keeps that.
	run -111 --separate-stderr gr-link -o pkcs11PinSource=fd:7 -o iotDataEndpoint=127.0.0.1 \
		-o iotDataPort=1 7<token/pin
	[ "$stderr" = 'gr-link: 127.0.0.1:1: Connection refused' ]
	chmod 644 token/pin
	run -100 --separate-stderr gr-config --check -o pkcs11PinSource="$TOKEN_DIR/pin"
	one_line "PIN: $TOKEN_DIR/pin: everybody may read it; take that right away, chmod o="
	run -100 --separate-stderr gr-config --check -o pkcs11PinSource="$PWD/no"
	one_line "PIN: $PWD/no: no such file"
	: >empty
	run -100 --separate-stderr gr-config --check -o pkcs11PinSource="$PWD/empty"
	one_line "PIN: $PWD/empty: its first line is no PIN"
}
@test "PIN: gr-config writes it to a descriptor, and no other output has it" {
	make_token_device
	gr-config --pin-fd 7 7>handed
	[ "$(cat handed)" = "$TOKEN_PIN" ]
	{
		gr-config
		gr-config --explain
		gr-config --json
		gr-install-cert adopt
		gr-install-cert status --json
	} >all 2>&1
	if grep -q "$TOKEN_PIN" all; then return 1; fi
	if grep -rq "$TOKEN_PIN" state gr.conf; then return 1; fi
	run -100 --separate-stderr gr-config --pin-fd 8
	one_line '--pin-fd: descriptor 8: Bad file descriptor'
	run -100 gr-config --pin-fd 7 --json 7>handed
}

# --- tokens that fail ----------------------------------------------------------------------------

@test "token: one that is away, has no free session or does not answer is a temporary error in one line" {
	make_token_device
	gr-install-cert adopt
	run -111 --separate-stderr gr-keygen -o pkcs11PinSource="$TOKEN_DIR/pin" \
		-o 'privateKeyPath=pkcs11:token=other;object=device'
	[ "$stderr" = 'gr-keygen: pkcs11:token=other: there is no such token at the moment' ]
	shim_use
	sed -i "s|^pkcs11Module.*|pkcs11Module = $MODULE|" gr.conf
	while IFS='|' read -r rule why; do
		shim_rules "$rule"
		run -111 --separate-stderr gr-keygen -g 2 -o requestTimeoutSeconds=1
		one_line "pkcs11:token=gr: ${why/PINFILE/$TOKEN_DIR/pin}"
	done <<-'END'
		deny C_OpenSession 0xb1|no session: too many sessions (0xb1)
		deny C_GetSlotList 0x30|slots cannot be listed: device error (0x30)
		deny C_Login 0x32|PIN from PINFILE: the token was removed (0x32)
		deny C_GenerateKeyPair 0x31|ECDSA-P256: the token is full (0x31)
		hang C_FindObjects|the token does not answer within 2 s
		hang C_Login|the token does not answer within 2 s
	END
	[ "$(object_names)" = "Certificate device
Private device
Public device" ]
	shim_rules
	gr-keygen -g 2
}
@test "token: when more than one fits, none is used" {
	make_token_device
	softhsm2-util --init-token --free --label gr --pin 4711 --so-pin 12345678 >/dev/null
	run -100 --separate-stderr gr-config --check
	one_line 'pkcs11:token=gr: more than one token fits; name it by serial or slot-id'
	serial=$(pkcs11-tool --module "$TOKEN_MODULE" -L 2>/dev/null |
		awk '/serial num/ { print $4; exit }')
	run gr-config --check -o "privateKeyPath=pkcs11:serial=$serial;object=device" \
		-o "certificateFilePath=pkcs11:serial=$serial;object=device"
	[ "$status" -eq 0 ] || [[ $output == *'wrong'* ]]
}
@test "token: module and token are named where they are missing" {
	make_token_device
	sed -i '/^pkcs11Module/d' gr.conf
	run -100 --separate-stderr gr-config --check
	one_line "pkcs11Module: not set; set it in $PWD/gr.conf or as GR_PKCS11_MODULE"
	run -100 --separate-stderr gr-config --check -o pkcs11Module="$PWD/no.so"
	[ "$stderr" = "gr-config: pkcs11Module: $PWD/no.so: no such file" ]
	run -100 --separate-stderr gr-config --check \
		-o pkcs11Module="$(ldconfig -p | sed -n 's/.*libz.so.1 .*=> //p' | head -n 1)"
	[[ $stderr == *": not a PKCS#11 module" ]]
	slot=$(pkcs11-tool --module "$TOKEN_MODULE" -L 2>/dev/null |
		sed -n '1,/(0x/s/.*(\(0x[0-9a-f]*\)).*/\1/p')
	gr-config --check -o pkcs11Module="$TOKEN_MODULE" -o pkcs11Slot=$((slot)) \
		-o 'privateKeyPath=pkcs11:object=device;type=private' \
		-o 'certificateFilePath=pkcs11:object=device;type=cert'
}
@test "token: environment variables for its module come from gr.conf; those already set stay" {
	make_token_device
	echo "pkcs11Environment =  GR_TEST=1  SOFTHSM2_CONF=$SOFTHSM2_CONF" >>gr.conf
	env -u SOFTHSM2_CONF "$(command -v gr-config)" --check
	mkdir none
	echo "directories.tokendir = $PWD/none" >none.conf
	SOFTHSM2_CONF=$PWD/none.conf run -100 --separate-stderr gr-config --check
	one_line 'pkcs11:token=gr: there is no such token at the moment'
	for text in word =value 'A=1 word'; do
		run -100 --separate-stderr gr-config --check -o "pkcs11Environment=$text"
		one_line 'pkcs11Environment: not of the form NAME=value, with blanks between'
	done
}
@test "token: programs that use it at the same time do not disturb each other" {
	make_token_device
	gr-install-cert adopt
	for i in 1 2 3 4; do
		{
			for _ in 1 2 3 4 5 6 7 8; do gr-csr -g 1 >/dev/null || echo failed; done
		} >log.$i 2>&1 3>&- &
	done
	wait
	run cat log.*
	[ -z "$output" ]
}

# --- as a nucleus has it -------------------------------------------------------------------------

@test "classic: module, slot and PIN from its Pkcs11Provider; the PIN stays there" {
	load ../lib/nucleus
	make_token_device
	slot=$(pkcs11-tool --module "$TOKEN_MODULE" -L 2>/dev/null |
		sed -n '1,/(0x/s/.*(\(0x[0-9a-f]*\)).*/\1/p')
	mkdir -p ggc/config
	{
		log_nucleus
		log_line 5 changed system/thingName '"thing1"'
		log_line 5 changed system/privateKeyPath '"pkcs11:object=device;type=private"'
		log_line 5 changed system/certificateFilePath '"pkcs11:object=device;type=cert"'
		log_line 5 changed system/rootCaPath "\"$PWD/ca.pem\""
		log_line 5 changed services/aws.greengrass.Nucleus/configuration/iotDataEndpoint \
			'"localhost"'
		for item in name='"softhsm"' library="\"$TOKEN_MODULE\"" slot=$((slot)) \
			userPin="\"$TOKEN_PIN\""; do
			log_line 5 changed \
				"services/aws.greengrass.crypto.Pkcs11Provider/configuration/${item%%=*}" \
				"${item#*=}"
		done
	} >ggc/config/config.tlog
	printf '%s\n' 'keyAlgorithm = ECDSA-P256' 'signingAlgorithm = ECDSA-WITH-SHA256' \
		"greengrassRoot = $PWD/ggc" >gr.conf
	gr-config --explain >settings
	grep -qx "pkcs11Module=$TOKEN_MODULE	$PWD/ggc/config/config.tlog:[0-9]*" settings
	grep -qx "pkcs11Slot=$((slot))	$PWD/ggc/config/config.tlog:[0-9]*" settings
	grep -qx "pkcs11PinSource=greengrass	$PWD/ggc/config/config.tlog:[0-9]*" settings
	if grep -q "$TOKEN_PIN" settings; then return 1; fi
	gr-config --check
	gr-config --pin-fd 7 7>handed
	[ "$(cat handed)" = "$TOKEN_PIN" ]
	gr-install-cert adopt
	gr-keygen
	gr-csr -g 2 | openssl req -noout -verify
	# A PIN that was refused is tried again once somebody has set another one.
	shim_use
	log_line 6 changed services/aws.greengrass.crypto.Pkcs11Provider/configuration/userPin \
		'"00000000"' >>ggc/config/config.tlog
	for _ in 1 2; do run -100 gr-config --check -o pkcs11Module="$MODULE"; done
	[ "$(shim_count C_Login)" -eq 1 ]
	log_line 7 changed services/aws.greengrass.crypto.Pkcs11Provider/configuration/userPin \
		"\"$TOKEN_PIN\"" >>ggc/config/config.tlog
	gr-config --check -o pkcs11Module="$MODULE"
}
@test "lite: the pin-value of its URI is used, and printed nowhere" {
	load ../lib/nucleus
	make_token_device
	openssl x509 -in cert.pem -out lite.pem
	(
		make_lite
		lite_put <<-END
			5 system/thingName "thing1"
			5 system/privateKeyPath "pkcs11:token=gr;object=device;type=private;pin-value=$TOKEN_PIN"
			5 system/certificateFilePath "$PWD/lite.pem"
			5 system/rootCaPath "$PWD/ca.pem"
			5 services/aws.greengrass.NucleusLite/configuration/iotDataEndpoint "localhost"
		END
	)
	printf '%s\n' 'keyAlgorithm = ECDSA-P256' 'signingAlgorithm = ECDSA-WITH-SHA256' \
		"greengrassRoot = $PWD/ggc" "pkcs11Module = $MODULE" >gr.conf
	gr-config --explain >settings
	grep -q '^privateKeyPath=pkcs11:token=gr;object=device;type=private	' settings
	grep -q '^pkcs11PinSource=greengrass	' settings
	if grep -q "$TOKEN_PIN" settings; then return 1; fi
	gr-config --check
	gr-install-cert adopt
	[ "$(readlink lite.pem)" = .gr/lite.pem/live/certificate.pem ]
}
