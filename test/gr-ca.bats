# The certificate authority: made once, its key never shown, certificates for the broker.
bats_require_minimum_version 1.5.0

setup() {
	load lib/helper
	load lib/lab
	export GR_HOME=$PWD/home
}

request_for() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -subj "/CN=$1" -out server.csr 2>/dev/null; }

@test "gr-ca: without a verb, with an unknown one or misused it is 100" {
	run -100 --separate-stderr gr-ca
	[ -z "$output" ]
	run -100 --separate-stderr gr-ca revoke
	[ "${stderr_lines[0]}" = 'gr-ca: revoke: no such verb' ]
	for words in 'init extra' 'init -x' 'init -a' 'show extra' 'issue-server' 'issue-server a b c'; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-ca $words
		[ -z "$output" ]
		[[ $stderr == *'usage: gr-ca '* ]]
	done
	[ ! -e home ]
	run -0 gr-ca --help
	run -0 gr-ca --version
	for verb in init issue-server show; do
		run -0 gr-ca "$verb" --help
		[[ ${lines[0]} == "usage: gr-ca $verb "* ]]
	done
}

@test "init: makes a key for us alone and a certificate that everybody may read" {
	run -0 gr-ca init -n 'my CA'
	[ -z "$output" ]
	[ "$(stat -c %a home/ca)" = 700 ]
	[ "$(stat -c %a home/ca/ca.key)" = 600 ]
	[ "$(stat -c %a home/ca/ca.pem)" = 644 ]
	openssl x509 -in home/ca/ca.pem -noout -text >text
	grep -q 'Subject: CN = my CA$' text
	grep -q 'Issuer: CN = my CA$' text
	grep -q 'Public-Key: (2048 bit)' text
	grep -A1 'Basic Constraints: critical' text | grep -q 'CA:TRUE'
	grep -A1 'Key Usage: critical' text | grep -qx ' *Certificate Sign, CRL Sign'
	openssl verify -x509_strict -CAfile home/ca/ca.pem home/ca/ca.pem
	[ "$(openssl x509 -in home/ca/ca.pem -noout -pubkey)" = "$(openssl pkey -in home/ca/ca.key -pubout)" ]
	[ "$(ls -A home/ca | xargs)" = 'ca.key ca.pem' ]
}

@test "init: with each of the named keys; another name is 100" {
	for algorithm in RSA-3072 ECDSA-P256 ECDSA-P384; do
		gr-ca init -H "$PWD/$algorithm" -a "$algorithm"
		openssl verify -x509_strict -CAfile "$algorithm/ca/ca.pem" "$algorithm/ca/ca.pem"
	done
	openssl x509 -in ECDSA-P384/ca/ca.pem -noout -text | grep -q 'ASN1 OID: secp384r1'
	run -100 gr-ca init -a RSA-1024
	[ ! -e home ]
}

@test "init: a second time is 1 and changes nothing" {
	gr-ca init -a ECDSA-P256
	cp home/ca/ca.key key
	cp home/ca/ca.pem pem
	run -1 --separate-stderr gr-ca init -a ECDSA-P256
	[ "$stderr" = "gr-ca: $PWD/home/ca: holds a certificate authority already" ]
	cmp home/ca/ca.key key
	cmp home/ca/ca.pem pem
	rm home/ca/ca.pem
	run -1 gr-ca init -a ECDSA-P256
	cmp home/ca/ca.key key
}

@test "init: a folder that cannot be made is 111" {
	echo >home
	run -111 --separate-stderr gr-ca init -a ECDSA-P256
	[ "${#stderr_lines[@]}" -eq 1 ]
	run -111 --separate-stderr gr-ca init -a ECDSA-P256 -H "$PWD/none/home"
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "show: the certificate, and nothing of the key" {
	gr-ca init -a ECDSA-P256
	gr-ca show | cmp - home/ca/ca.pem
	rc=0
	gr-ca show >/dev/full || rc=$?
	[ "$rc" -eq 111 ]
}

@test "show: no authority is 100" {
	run -100 --separate-stderr gr-ca show
	[ "$stderr" = "gr-ca: $PWD/home/ca: no certificate authority there; gr-ca init makes one" ]
	[ -z "$output" ]
}

@test "issue-server: for a name and for an address" {
	gr-ca init -a ECDSA-P256
	for host in broker.example 192.0.2.7 2001:db8::7; do
		request_for "$host"
		gr-ca issue-server "$host" server.csr >server.pem
		openssl verify -x509_strict -purpose sslserver -CAfile home/ca/ca.pem server.pem
		run ! openssl verify -purpose sslclient -CAfile home/ca/ca.pem server.pem
		[ "$(openssl x509 -in server.pem -noout -pubkey)" = "$(openssl pkey -in server.key -pubout)" ]
	done
	openssl verify -verify_ip 2001:db8::7 -CAfile home/ca/ca.pem server.pem
	gr-ca issue-server broker.example <server.csr >server.pem
	openssl verify -verify_hostname broker.example -CAfile home/ca/ca.pem server.pem
	run ! openssl verify -verify_hostname other.example -CAfile home/ca/ca.pem server.pem
	end=$(date -d "$(openssl x509 -in server.pem -noout -enddate | cut -d = -f 2)" +%s)
	[ $((end - $(date +%s))) -gt $((824 * 86400)) ]
	[ $((end - $(date +%s))) -le $((825 * 86400)) ]
}

@test "issue-server: a CSR that is missing, weak, broken or forged is 100, and nothing is printed" {
	gr-ca init -a ECDSA-P256
	request_for x
	sed '5s/./A/' server.csr >forged.csr
	openssl req -new -newkey rsa:1024 -nodes -keyout weak.key -subj /CN=x -out weak.csr 2>/dev/null
	echo junk >junk.csr
	: >empty.csr
	for csr in none.csr junk.csr empty.csr weak.csr forged.csr home/ca/ca.pem; do
		run -100 --separate-stderr gr-ca issue-server x "$csr"
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "gr-ca: $csr: "* ]]
	done
}

@test "issue-server: a host that would say more than one name is 100" {
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

@test "init: the folder that the backend's lies in must exist" {
	run -111 --separate-stderr gr-ca init -H "$PWD/none/home"
	[[ $stderr == "gr-ca: $PWD/none/home: No such file or directory; "*'must exist' ]]
}

@test "show: needs the certificate alone" {
	gr-ca init -a ECDSA-P256
	rm home/ca/ca.key
	gr-ca show | cmp - home/ca/ca.pem
}
