# SPDX-License-Identifier: Apache-2.0
# The certificate authority: made once, its key never shown, certificates for the broker.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/x509
	export GR_HOME=$PWD/home
}

# no STATUS MESSAGE COMMAND...: that status, that one line, nothing else
no() {
	run "-$1" --separate-stderr "${@:3}"
	[ -z "$output" ] && [ "$stderr" = "gr-ca: $2" ] || {
		printf '%s\n' "$output" "$stderr" >&2
		return 1
	}
}

request_for() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key \
		-subj "/CN=$1" -out server.csr 2>/dev/null
}

@test "gr-ca: without a verb, with an unknown one or misused it is 100" {
	run -100 --separate-stderr gr-ca
	[ -z "$output" ]
	run -100 --separate-stderr gr-ca revoke
	[ "${stderr_lines[0]}" = 'gr-ca: revoke: no such command' ]
	for words in 'init one two' 'init -x' 'init -a' 'init -n a --aws-name' 'import' \
		'import a b' 'list extra' 'show -a ca' 'issue-server' \
		'issue-server a b c' 'mode a b c' 'mode -d 3 iot' \
		'mode -s SHA256WITHRSA iot' 'crl one two'; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-ca $words
		[ -z "$output" ]
		[[ $stderr == *'usage: gr-ca '* ]]
	done
	[ ! -e home ]
	run -0 gr-ca --help
	run -0 gr-ca --version
	for verb in init import list show mode issue-server crl; do
		run -0 gr-ca "$verb" --help
		[[ ${lines[0]} == "usage: gr-ca $verb "* ]]
	done
}

@test "init: makes a key for its owner alone, and a certificate that everybody may read" {
	run -0 gr-ca init -n 'my CA'
	[ -z "$output" ]
	[ "$(stat -c %a home/ca)" = 750 ]	# the group may know what is public
	[ "$(stat -c %a home/ca/ca.key)" = 600 ]
	[ "$(stat -c %a home/ca/ca.pem)" = 644 ]
	openssl x509 -in home/ca/ca.pem -noout -text -nameopt oneline >text
	grep -q 'Subject: CN = my CA$' text
	grep -q 'Issuer: CN = my CA$' text
	grep -q 'Public-Key: (2048 bit)' text
	grep -A1 'Basic Constraints: critical' text | grep -q 'CA:TRUE'
	grep -A1 'Key Usage: critical' text | grep -qx ' *Certificate Sign, CRL Sign'
	openssl verify -x509_strict -CAfile home/ca/ca.pem home/ca/ca.pem
	[ "$(openssl x509 -in home/ca/ca.pem -noout -pubkey)" = \
		"$(openssl pkey -in home/ca/ca.key -pubout)" ]
	[ "$(ls -A home/ca | xargs)" = 'ca.key ca.pem mode.json' ]
}

@test "init: makes each allowed kind of key; another kind is 100" {
	for algorithm in RSA-3072 ECDSA-P256 ECDSA-P384 ECDSA-P521; do
		gr-ca init -H "$PWD/$algorithm" -a "$algorithm"
		openssl verify -x509_strict -CAfile "$algorithm/ca/ca.pem" "$algorithm/ca/ca.pem"
	done
	openssl x509 -in ECDSA-P384/ca/ca.pem -noout -text | grep -q 'ASN1 OID: secp384r1'
	run -100 gr-ca init -a RSA-1024
	[ ! -e home ]
}

@test "init: calling it a second time is 1 and changes nothing" {
	gr-ca init -a ECDSA-P256
	cp home/ca/ca.key key
	cp home/ca/ca.pem pem
	run -1 --separate-stderr gr-ca init -a ECDSA-P256
	[ "$stderr" = "gr-ca: $PWD/home/ca: holds a certificate authority already; gr-ca init NAME makes another one beside it" ]
	cmp home/ca/ca.key key
	cmp home/ca/ca.pem pem
	rm home/ca/ca.pem
	run -1 gr-ca init -a ECDSA-P256
	cmp home/ca/ca.key key
}

@test "init: a folder that cannot be made is 111, and a file in its place 100" {
	echo >home
	run -100 --separate-stderr gr-ca init -a ECDSA-P256
	[ "${#stderr_lines[@]}" -eq 1 ]
	run -111 --separate-stderr gr-ca init -a ECDSA-P256 -H "$PWD/none/home"
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "show: prints the certificate, and nothing of the key" {
	gr-ca init -a ECDSA-P256
	gr-ca show | cmp - home/ca/ca.pem
	rc=0
	gr-ca show >/dev/full || rc=$?
	[ "$rc" -eq 111 ]
}

@test "show: without a CA it is 100" {
	run -100 --separate-stderr gr-ca show
	[ "$stderr" = "gr-ca: $PWD/home/ca: no certificate authority issues there; gr-ca init makes one, gr-ca mode chooses one" ]
	[ -z "$output" ]
}

@test "issue-server: issues for a name and for an address" {
	gr-ca init -a ECDSA-P256
	for host in broker.example 192.0.2.7 2001:db8::7; do
		request_for "$host"
		gr-ca issue-server "$host" server.csr >server.pem
		openssl verify -x509_strict -purpose sslserver -CAfile home/ca/ca.pem server.pem
		run ! openssl verify -purpose sslclient -CAfile home/ca/ca.pem server.pem
		[ "$(openssl x509 -in server.pem -noout -pubkey)" = \
			"$(openssl pkey -in server.key -pubout)" ]
	done
	openssl verify -verify_ip 2001:db8::7 -CAfile home/ca/ca.pem server.pem
	gr-ca issue-server broker.example <server.csr >server.pem
	openssl verify -verify_hostname broker.example -CAfile home/ca/ca.pem server.pem
	run ! openssl verify -verify_hostname other.example -CAfile home/ca/ca.pem server.pem
	end=$(date -d "$(openssl x509 -in server.pem -noout -enddate | cut -d = -f 2)" +%s)
	[ $((end - $(date +%s))) -gt $((794 * 86400)) ]
	[ $((end - $(date +%s))) -le $((795 * 86400)) ]
}

@test "issue-server: a CSR that is missing, weak, broken or forged is 100, and nothing is printed" {
	gr-ca init -a ECDSA-P256
	request_for x
	sed '5{s/^A/B/;t;s/./A/}' server.csr >forged.csr
	openssl req -new -newkey rsa:1024 -nodes -keyout weak.key -subj /CN=x \
		-out weak.csr 2>/dev/null
	echo junk >junk.csr
	: >empty.csr
	for csr in none.csr junk.csr empty.csr weak.csr forged.csr home/ca/ca.pem; do
		run -100 --separate-stderr gr-ca issue-server x "$csr"
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "gr-ca: $csr: "* ]]
	done
}

@test "issue-server: a host text that holds more than one name is 100" {
	gr-ca init -a ECDSA-P256
	request_for x
	for host in 'a,DNS:b' '' 'a b' $'a\nb' '@section' 'a/b'; do
		run -100 --separate-stderr gr-ca issue-server "$host" server.csr
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "issue-server: serial numbers are long and never the same" {
	gr-ca init -a ECDSA-P256
	request_for x
	for n in {1..20}; do
		gr-ca issue-server x server.csr | openssl x509 -noout -serial
	done | sed 's/serial=//' >serials
	[ "$(sort -u serials | wc -l)" -eq 20 ]
	[ "$(awk 'length($0) < 32' serials | wc -l)" -eq 0 ]
}

@test "init: a name longer than 64 characters is 100 and makes nothing" {
	name=$(printf '%064d' 0)
	run -100 --separate-stderr gr-ca init -a ECDSA-P256 -n "${name}0"
	[ "$stderr" = "gr-ca: --name: ${name}0: not 1 to 64 characters" ]
	run -100 gr-ca init -a ECDSA-P256 -n ''
	[ ! -e home ]
	gr-ca init -a ECDSA-P256 -n "${name%0}ü"
}

@test "init: the directory above the backend's must exist" {
	run -111 --separate-stderr gr-ca init -H "$PWD/none/home"
	[[ $stderr == "gr-ca: $PWD/none/home: No such file or directory; "*'must exist' ]]
}

@test "show: works without the key" {
	gr-ca init -a ECDSA-P256
	rm home/ca/ca.key
	gr-ca show | cmp - home/ca/ca.pem
}

# --- several authorities -------------------------------------------------------------------------

@test "init: a second CA has a name and does not issue yet" {
	gr-ca init -a ECDSA-P256
	gr-ca show >first
	gr-ca init -n 'Next CA' -a ECDSA-P384 next
	[ "$(stat -c %a home/ca/next.key)" = 600 ]
	gr-ca show | cmp - first
	gr-ca show next | openssl x509 -noout -subject -nameopt oneline |
		grep -qx 'subject=CN = Next CA'
	cat home/ca/ca.pem home/ca/next.pem | cmp - <(gr-ca show --all)
	gr-ca show next ca | cmp - <(cat home/ca/next.pem home/ca/ca.pem)
	no 1 "$PWD/home/ca: holds a certificate authority next already" \
		gr-ca init -a ECDSA-P256 next
	no 100 "$PWD/home/ca: no certificate authority none there; gr-ca list shows which there are" gr-ca show none
	for name in a/b .. 'a b' '' "$(printf '%065d' 0)"; do
		no 100 "$name: not a name for an authority; use 1 to 64 letters, digits, - or _" \
			gr-ca init -a ECDSA-P256 "$name"
	done
}

@test "init: with --aws-name the issuer is written as in certificates of AWS IoT" {
	gr-ca init --aws-name -a ECDSA-P256
	[ "$(gr-ca show | openssl x509 -noout -subject -nameopt oneline)" = 'subject=OU = Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US' ]
	gr-ca show | openssl x509 -out ca.pem
	openssl verify -x509_strict -CAfile ca.pem ca.pem
}

@test "list: shows each CA, which one issues in which mode, and how many devices have its certificates" {
	run -0 gr-ca list
	[ -z "$output" ]
	gr-ca init -n one
	gr-ca init -n two -a ECDSA-P521 next
	[ "$(gr-ca list | cut -f 1-3,5-6)" = $'ca\tiot\tRSA-2048\t0\tCN=one\nnext\t-\tECDSA-P521\t0\tCN=two' ]
	gr-registry init
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key \
		-subj /CN=a -out a.csr 2>/dev/null
	gr-registry register a a.csr >/dev/null
	[ "$(gr-ca list | cut -f 1,5)" = $'ca\t1\nnext\t0' ]
}

@test "trusted: the broker's directory holds all CA certificates, under the names that OpenSSL looks for" {
	gr-ca init -n one -a ECDSA-P256
	gr-ca init -n one -a ECDSA-P256 twin
	company root ECDSA-P256
	company sub ECDSA-P256 root
	gr-ca import sub sub.key sub.pem
	[ "$(stat -c %a home/trusted)" = 755 ]
	[ "$(stat -c %a home/trusted/* | sort -u)" = 644 ]
	[ "$(ls home/trusted | wc -l)" -eq 4 ]
	hash=$(openssl x509 -in home/ca/ca.pem -noout -hash)
	cmp "home/trusted/$hash.0" home/ca/ca.pem
	cmp "home/trusted/$hash.1" home/ca/twin.pem
	for authority in ca twin sub; do
		request_for x
		gr-ca issue-server -c "$authority" x server.csr | openssl x509 -out server.pem
		openssl verify -purpose sslserver -CApath home/trusted server.pem
	done
}

# --- authorities of others -----------------------------------------------------------------------

@test "import: takes a root, RSA or EC, unchanged" {
	for algorithm in RSA-2048 RSA-4096 ECDSA-P256 ECDSA-P384 ECDSA-P521; do
		name=root-$algorithm
		company "$name" "$algorithm"
		run -0 gr-ca import "$name" "$name.key" "$name.pem"
		[ -z "$output" ]
		[ "$(stat -c %a "home/ca/$name.key")" = 600 ]
		[ "$(openssl pkey -in "home/ca/$name.key" -pubout)" = \
			"$(openssl pkey -in "$name.key" -pubout)" ]
		gr-ca show "$name" | cmp - "$name.pem"
	done
	[ "$(gr-ca list | cut -f 2 | sort -u)" = - ]
}

@test "import: takes an intermediate with its chain; what it issues chains to the root" {
	company root RSA-2048
	company middle ECDSA-P384 root
	company issuing ECDSA-P256 middle
	gr-ca import issuing issuing.key issuing.pem
	gr-ca show issuing | cmp - issuing.pem
	request_for x
	gr-ca issue-server -c issuing x server.csr >server.pem
	[ "$(grep -c BEGIN server.pem)" -eq 3 ]
	openssl verify -x509_strict -purpose sslserver -CAfile root.pem \
		-untrusted server.pem server.pem
}

@test "import: a certificate whose devices the broker would not accept is 100 and leaves nothing" {
	company root ECDSA-P256
	company sub ECDSA-P256 root
	sed -i 's/CA:TRUE/CA:TRUE,pathlen:0/' root.ext
	openssl x509 -req -in root.csr -signkey root.key -days 30 -extfile root.ext \
		-out tight.pem 2>/dev/null
	openssl x509 -req -in sub.csr -CA tight.pem -CAkey root.key -set_serial 5 -days 30 \
		-extfile sub.ext -out tight-sub.own 2>/dev/null
	cat tight-sub.own tight.pem >tight-sub.pem
	company server ECDSA-P256 root extendedKeyUsage=serverAuth
	flawed() {
		printf '%s\n' "$@" >flawed.ext
		openssl x509 -req -in root.csr -signkey root.key -days 30 -extfile flawed.ext \
			-out flawed.pem 2>/dev/null
	}
	not_for() { no 100 "x: cannot certify devices: $1" gr-ca import x "$2" "$3"; }
	not_for "its certificates do not go up to a self-signed one, which the broker needs" \
		sub.key sub.own
	not_for 'path length constraint exceeded' sub.key tight-sub.pem
	not_for 'unsuitable certificate purpose' server.key server.pem
	cat sub.own root.pem root.pem >twice.pem
	not_for 'the chain has a certificate that is not part of it' sub.key twice.pem
	flawed basicConstraints=CA:FALSE subjectKeyIdentifier=hash
	not_for "its certificate is not a CA's (basicConstraints CA:TRUE)" root.key flawed.pem
	flawed basicConstraints=critical,CA:TRUE keyUsage=keyCertSign subjectKeyIdentifier=hash
	not_for 'its keyUsage must allow keyCertSign and cRLSign' root.key flawed.pem
	openssl req -x509 -new -key root.key -subj /CN=x -days 30 -config <(printf '[req]\ndistinguished_name=n\nx509_extensions=e\n[n]\n[e]\nbasicConstraints=CA:TRUE\nsubjectKeyIdentifier=none\n') -out bare.pem
	not_for 'its certificate has no subjectKeyIdentifier' root.key bare.pem
	openssl x509 -req -in root.csr -signkey root.key -days 0 -extfile sub.ext \
		-out old.pem 2>/dev/null
	await_expiry old.pem
	not_for 'certificate has expired' root.key old.pem
	[ -z "$(ls -A home/ca)" ]
	[ ! -e home/trusted ]
}

@test "import: a key that others may read, that is weak or encrypted, or that does not match is 100" {
	company root ECDSA-P256
	company other ECDSA-P256
	chmod 640 root.key
	no 100 "root.key: others than its owner may use it (mode 640); chmod 600 it" \
		gr-ca import x root.key root.pem
	no 100 "root.pem: its first certificate does not belong to the key in other.key" \
		gr-ca import x other.key root.pem
	company weak RSA-1024
	no 100 'weak.key: the RSA key is shorter than 2048 bits' gr-ca import x weak.key weak.pem
	private_key koblitz.key ECDSA-P256
	openssl ecparam -name secp256k1 -genkey -noout -out koblitz.key
	no 100 'koblitz.key: the EC key is on none of the curves P-256, P-384, P-521' \
		gr-ca import x koblitz.key root.pem
	openssl pkey -in other.key -aes256 -passout pass:x -out locked.key
	run -100 --separate-stderr gr-ca import x locked.key other.pem </dev/null
	[[ $stderr == 'gr-ca: locked.key: not an unencrypted PEM private key: '* ]]
	no 100 'none.key: no such file' gr-ca import x none.key other.pem
	no 100 'none.pem: no such file' gr-ca import x other.key none.pem
	echo junk >junk.pem
	no 100 'junk.pem: holds no PEM certificate' gr-ca import x other.key junk.pem
	[ -z "$(ls -A home/ca)" ]
}

@test "import: the name or the key of another CA is 1; a renewed certificate of the same key replaces the old one" {
	company root ECDSA-P256
	company other ECDSA-P256
	gr-ca import root root.key root.pem
	no 1 "$PWD/home/ca: holds a certificate authority root already" \
		gr-ca import root other.key other.pem
	no 1 'again: its key is that of an authority here already, root' \
		gr-ca import again root.key root.pem
	openssl x509 -req -in root.csr -signkey root.key -days 60 -extfile root.ext \
		-out renewed.pem 2>/dev/null
	gr-ca import root root.key renewed.pem
	gr-ca show root | cmp - renewed.pem
	[ "$(ls home/trusted | wc -l)" -eq 2 ]
}

@test "key: one that others may read does not sign" {
	gr-ca init -a ECDSA-P256
	chmod 604 home/ca/ca.key
	request_for x
	no 100 "$PWD/home/ca/ca.key: others than its owner may use it (mode 604); chmod 600 it" \
		gr-ca issue-server x server.csr
}

# --- modes ---------------------------------------------------------------------------------------

@test "mode: it starts as iot for an RSA CA, as private for an EC CA" {
	gr-ca init
	[ "$(gr-ca mode)" = $'mode=iot\nauthority=ca' ]
	gr-ca init -H "$PWD/ec" -a ECDSA-P384
	[ "$(gr-ca mode -H "$PWD/ec")" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA256WITHECDSA\nvalidityDays=7' ]
	rm home/ca/mode.json
	for words in '' iot; do
		no 100 "$PWD/home/ca: no certificate authority issues there; gr-ca init makes one, gr-ca mode chooses one" gr-ca mode $words
	done
	rm -r home
	no 100 "$PWD/home/ca: no certificate authority issues there; gr-ca init makes one, gr-ca mode chooses one" gr-ca mode
	no 100 "$PWD/home/ca: No such file or directory; gr-ca init makes an authority" \
		gr-ca mode iot
	[ ! -e home ]
}

@test "mode: what is not given stays as it is; iot always signs with SHA-256 and RSA" {
	gr-ca init
	[ "$(gr-ca mode -s SHA512WITHRSA -d 30 private)" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA512WITHRSA\nvalidityDays=30' ]
	[ "$(gr-ca mode)" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA512WITHRSA\nvalidityDays=30' ]
	[ "$(gr-ca mode private)" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA512WITHRSA\nvalidityDays=30' ]
	[ "$(gr-ca mode -s SHA384WITHRSA private)" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA384WITHRSA\nvalidityDays=30' ]
	[ "$(gr-ca mode -d 9)" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA384WITHRSA\nvalidityDays=9' ]
	[ "$(gr-ca mode -s SHA256WITHRSA)" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA256WITHRSA\nvalidityDays=9' ]
	[ "$(gr-ca mode iot)" = $'mode=iot\nauthority=ca' ]
	no 100 'mode is iot, where algorithm and days are fixed: gr-ca mode ... private' gr-ca mode -d 9
	[ "$(gr-ca mode private)" = $'mode=private\nauthority=ca\nsigningAlgorithm=SHA256WITHRSA\nvalidityDays=7' ]
	[ "$(gr-ca mode iot)" = $'mode=iot\nauthority=ca' ]
	[ "$(stat -c %a home/ca/mode.json)" = 640 ]
}

@test "mode: values that do not fit together are 100 with those that would, and change nothing" {
	gr-ca init
	gr-ca mode >before
	rsa='SHA256WITHRSA, SHA384WITHRSA, SHA512WITHRSA'
	ec='SHA256WITHECDSA, SHA384WITHECDSA, SHA512WITHECDSA'
	no 100 "signing algorithm SHA256WITHECDSA does not go with the key of authority ca; allowed are $rsa" gr-ca mode -s SHA256WITHECDSA private
	no 100 "signing algorithm ECDSA-WITH-SHA256: unknown; allowed are $rsa, $ec" \
		gr-ca mode -s ECDSA-WITH-SHA256 private
	no 100 'aws: not a mode; iot or private' gr-ca mode aws
	for days in 0 7301 x ''; do
		run -100 --separate-stderr gr-ca mode -d "$days" private
		[[ $stderr == 'gr-ca: --days: '* ]]
	done
	gr-ca init -a ECDSA-P256 ec
	no 100 "signing algorithm SHA256WITHRSA does not go with the key of authority ec; allowed are $ec" gr-ca mode -s SHA256WITHRSA private ec
	no 100 'mode iot signs with SHA256WITHRSA, and authority ec has no RSA key; use mode private, or an authority with one' gr-ca mode iot ec
	gr-ca mode | cmp - before
}

@test "mode: another CA must be accepted by the broker first; the first CA need not" {
	company root ECDSA-P256
	gr-ca import root root.key root.pem
	gr-ca mode private root
	gr-ca init ca
	[ "$(gr-ca mode | head -n 2)" = $'mode=private\nauthority=root' ]
	no 100 'authority ca: the broker must take it before it issues; say with -b HOST:PORT where the broker is' gr-ca mode iot ca
	no 100 'localhost: not of the form HOST:PORT' gr-ca mode -b localhost iot ca
	run -111 --separate-stderr gr-ca mode -b localhost:1 iot ca
	[[ $stderr == 'gr-ca: localhost:1: no verdict of the broker: '* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[ "$(gr-ca mode | head -n 2)" = $'mode=private\nauthority=root' ]
}

@test "mode: a file that is damaged is 100 and issues nothing" {
	gr-ca init
	request_for x
	for text in '' '{}' '{"mode":"iot"}' '{"mode":"aws","authority":"ca"}' \
		'{"mode":"iot","authority":"../ca"}' '{"mode":"private","authority":"ca"}' \
		'{"mode":"private","authority":"ca","signingAlgorithm":"SHA256WITHRSA","validityDays":0}' \
		'{"mode":"private","authority":"ca","signingAlgorithm":"MD5"}' \
		'{"mode":"iot","authority":"ca","more":1}'; do
		printf %s "$text" >home/ca/mode.json
		no 100 "$PWD/home/ca/mode.json: damaged; mend it, or remove it and choose anew with gr-ca mode" gr-ca issue-server x server.csr
	done
	rm home/ca/mode.json
	gr-ca mode iot ca
	gr-ca issue-server x server.csr >server.pem
}

# --- revocation lists ----------------------------------------------------------------------------

@test "crl: a CA that revoked nothing has an empty CRL; numbers grow, dates are as given" {
	gr-ca init
	gr-ca init -a ECDSA-P384 ec
	gr-registry init
	gr-ca crl >one.pem
	gr-ca crl -d 1 >two.pem
	openssl crl -in one.pem -noout -CAfile home/ca/ca.pem >verdict 2>&1
	grep -q 'verify OK' verdict
	[ "$(openssl crl -in one.pem -noout -issuer -nameopt RFC2253)" = 'issuer=CN=gr CA' ]
	number() { printf '%d\n' "0x$(openssl crl -in "$1" -noout -crlnumber | sed 's/.*=0x//')"; }
	[ "$(number two.pem)" -gt "$(number one.pem)" ]
	age() {
		echo $(($(date -d "$(openssl crl -in "$1" -noout -nextupdate | cut -d = -f 2)" +%s) - $(date -d "$(openssl crl -in "$1" -noout -lastupdate | cut -d = -f 2)" +%s)))
	}
	[ "$(age one.pem)" -eq $((7 * 86400)) ]
	[ "$(age two.pem)" -eq 86400 ]
	openssl crl -in one.pem -noout -text >text
	text_has text 'No Revoked Certificates.'
	text_has text 'Signature Algorithm: sha256WithRSAEncryption'
	gr-ca crl ec | openssl crl -noout -text >text
	text_has text 'Signature Algorithm: ecdsa-with-SHA256'
	rc=0
	gr-ca crl >/dev/full || rc=$?
	[ "$rc" -eq 111 ]
	run -100 gr-ca crl none
	run -100 gr-ca crl -d 0
	mv home/shared/registry.db elsewhere
	run -100 gr-ca crl
}
