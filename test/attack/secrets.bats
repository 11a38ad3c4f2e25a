# SPDX-License-Identifier: Apache-2.0
# Keys and PINs stay in the process: no core dump of it,
# and their text nowhere but in locked memory.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/device
}
teardown() {
	[ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null || :
	down
}

# handles_secrets PROGRAM: it can read or write a private key, a PIN or a passphrase
handles_secrets() {
	nm "$BIN/$1" | grep -Eq ' T (key_from_pem|key_pem|pin_read|sealed_passphrase|secret_read)$'
}

@test "core dumps: each program that reads a private key, a PIN or a passphrase forbids them before it does anything else" {
	[ -z "${SANITIZE:-}" ] || return 0	# strace and the leak checker exclude each other
	count=0
	for program in "$BIN"/gr-*; do
		program=${program##*/}
		[[ $program != *.so ]] && handles_secrets "$program" || continue
		ulimit -c "$(ulimit -Hc)"
		strace -qq -o trace -e trace='openat,prlimit64' "$BIN/$program" \
			--version >/dev/null
		grep -v 'ld.so\|/lib/' trace |
			grep -m 1 -q 'RLIMIT_CORE, {rlim_cur=1, rlim_max=1}' ||
			{ echo "$program" >&2; cat trace >&2; return 1; }
		count=$((count + 1))
	done
	[ "$count" -ge 10 ]
}

@test "core dumps: a program that SIGABRT ends in the middle of its work leaves none" {
	[ "$(ulimit -Hc)" != 0 ] || skip 'core dumps are off here for everybody'
	ulimit -c "$(ulimit -Hc)"
	mkfifo csr
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	exec 7<>csr
	gr-ca issue-server -H "$PWD/home" x <csr 2>/dev/null 3>&- &
	PID=$!
	await grep -q 'Max core file size  *1  *1 ' "/proc/$PID/limits"
	kill -ABRT "$PID"
	rc=0
	wait "$PID" || rc=$?
	PID=
	[ "$rc" -eq 134 ]
	[ -z "$(find . -name 'core*')" ]
}

# secrets_of KEY-FILE: the lines of its PEM, and its private number
secrets_of() {
	sed '1d;$d' "$1"
	printf 'hex:'
	openssl pkey -in "$1" -noout -text | sed -n '/^priv:/,/^pub:/p' |
		grep '^ ' | tr -d ' :\n' | tail -c 64
	echo
}
# holds_nothing PID FILE
holds_nothing() {
	run -0 "$ROOT/test/tools/memory_secrets.pl" "$1" "$2"
	[ "$output" = none ] || { echo "$output" >&2; return 1; }
}

@test "memory: the search for secrets finds one in unlocked memory" {
	echo 'a line of a secret' >lines
	echo hex:00112233445566778899aabbccddeeff >>lines
	perl -e '$| = 1; my $x = join "", "a line", " of a secret"; my $y = reverse pack("H*", join "", "0011223344556677", "8899aabbccddeeff"); print "up\n"; sleep 600' >up 3>&- &
	PID=$!
	await grep -q up up
	run -0 "$ROOT/test/tools/memory_secrets.pl" "$PID" lines
	[ "${#lines[@]}" -ge 2 ]
}

@test "memory: a CA's key is nowhere in gr-backendd, and in gr-signer in locked memory alone" {
	[ -z "${SANITIZE:-}" ] || return 0	# it keeps what was freed
	gr-registry init -H "$PWD/home"
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	secrets_of home/ca/ca.key >lines
	[ "$(wc -l <lines)" -ge 3 ]
	daemon_alone
	await grep -q 'no broker there' daemon.log
	holds_nothing "$ALONE" lines
	holds_nothing "$(pgrep -P "$ALONE" -x gr-signer)" lines
	daemon_alone_end
}

@test "memory: the device's key is in locked memory alone in a running gr-link" {
	[ -z "${SANITIZE:-}" ] || return 0
	lab
	as thing-1
	secrets_of "$PWD/lab/things/thing-1/private.key" >lines
	mkfifo in
	gr-link -s "$PWD/link.sock" <in >out 3>&- &
	PID=$!
	exec 8>in
	await grep -q connected out
	holds_nothing "$PID" lines
}
