# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store

setup() { make_device; }
teardown() { end_holder; }
adopted() { gr-install-cert adopt >/dev/null; }

@test "keygen: before adoption it makes nothing and says what to do" {
	run -100 --separate-stderr gr-keygen
	[ "$stderr" = "gr-keygen: $PWD/dev/private.key: not adopted yet; run gr-install-cert adopt" ]
	[ ! -e dev/.gr ]
}
@test "keygen: without a journal it takes the next free generation" {
	adopted
	[ "$(gr-keygen)" = 2 ]
	[ "$(gr-keygen)" = 3 ]
}
@test "keygen: the journal's new generation gets the key; a second call keeps it" {
	adopted
	gr-journal put phase=creating-certificate new=7
	[ "$(gr-keygen)" = 7 ]
	before=$(sha256sum "$STORE/7/private.key")
	[ "$(gr-keygen)" = 7 ]
	[ "$(sha256sum "$STORE/7/private.key")" = "$before" ]
}
@test "keygen: the journal's algorithm goes before the configured one" {
	adopted
	gr-journal put phase=creating-certificate new=2 keyAlgorithm=RSA-2048
	gr-keygen
	openssl pkey -in "$STORE/2/private.key" -noout -text | grep -q '2048 bit'
}
@test "keygen: each algorithm makes the key that it names" {
	adopted
	for pair in RSA-2048='2048 bit' ECDSA-P256=P-256 ECDSA-P384=P-384 ECDSA-P521=P-521; do
		n=$(gr-keygen -o keyAlgorithm="${pair%%=*}")
		openssl pkey -in "$STORE/$n/private.key" -noout -text | grep -q "${pair#*=}"
	done
}
@test "keygen: the new key has the mode of the key before" {
	chmod 400 dev/private.key
	adopted
	gr-keygen
	[ "$(stat -c %a "$STORE/2/private.key")" = 400 ]
}
@test "keygen: a group that could read the key still can" {
	chmod 640 dev/private.key
	adopted
	(umask 077 && gr-keygen)
	[ "$(stat -c %a "$STORE/2/private.key")" = 640 ]
	[ "$(stat -c %a dev/.gr "$STORE" "$STORE/1" "$STORE/2" | sort -u)" = 750 ]
}
@test "keygen: the live generation keeps its key" {
	adopted
	before=$(sha256sum "$STORE/1/private.key")
	run -100 --separate-stderr gr-keygen -g 1
	[ "$stderr" = "gr-keygen: $STORE/1: in use; it keeps its key" ]
	[ "$(sha256sum "$STORE/1/private.key")" = "$before" ]
}
@test "keygen: an unknown algorithm leaves nothing behind" {
	adopted
	run -100 gr-keygen -o keyAlgorithm=DSA
	[ ! -e "$STORE/2" ]
}
@test "keygen: while another process holds the lock it is 111 and names that process" {
	adopted
	hold_lock
	run -111 --separate-stderr gr-keygen
	[ "$stderr" = "gr-keygen: $GR_STATE/lock: held by process $HOLDER" ]
}
@test "keygen: generation 0 and generations that are no number are refused" {
	adopted
	run -100 gr-keygen -g 0
	run -100 gr-keygen -g x
	run -100 gr-keygen extra
}
