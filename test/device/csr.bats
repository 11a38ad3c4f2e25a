# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store

setup() {
	mkdir -p dev
	make_device
	make_pair dev/private.key dev/cert.pem "/O=Acme/CN=thing1"
	gr-install-cert adopt >/dev/null
}

@test "csr: it has the subject of the live certificate and the key of the next generation" {
	gr-keygen -g 2
	gr-csr -g 2 >csr.pem
	openssl req -in csr.pem -noout -verify
	[ "$(openssl req -in csr.pem -noout -subject)" = \
		"$(openssl x509 -in dev/cert.pem -noout -subject)" ]
	[ "$(openssl req -in csr.pem -noout -pubkey)" = \
		"$(openssl pkey -in "$STORE/2/private.key" -pubout)" ]
}
@test "csr: generation and signing algorithm come from the journal" {
	gr-journal put phase=creating-certificate new=2 keyAlgorithm=RSA-2048 \
		signingAlgorithm=SHA384WITHRSAANDMGF1
	gr-keygen
	gr-csr >csr.pem
	openssl req -in csr.pem -noout -text >text
	grep -q 'Signature Algorithm: rsassaPss' text
	grep -qi 'Hash Algorithm: sha384' text
}
@test "csr: EC keys name their curve" {
	gr-keygen -g 2
	gr-csr -g 2 | openssl req -noout -text | grep -q 'ASN1 OID: prime256v1'
}
@test "csr: an algorithm of the other family is refused" {
	gr-keygen -g 2
	run -100 --separate-stderr gr-csr -g 2 -o signingAlgorithm=SHA256WITHRSA
	[ "$stderr" = "gr-csr: $STORE/2: its key does not go with signingAlgorithm SHA256WITHRSA" ]
	[ -z "$output" ]
}
@test "csr: without a key none is made" {
	run -100 --separate-stderr gr-csr -g 2
	[ "$stderr" = "gr-csr: $STORE/2: holds no private key; run gr-keygen" ]
}
@test "csr: without -g and without a journal it is 100 and says what to give" {
	run -100 --separate-stderr gr-csr
	[ "$stderr" = "gr-csr: which generation? The journal has no new; give -g N" ]
}
@test "csr: a full disk is not a success" {
	gr-keygen -g 2
	run -111 bash -c 'gr-csr -g 2 >/dev/full'
}
