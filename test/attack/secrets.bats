# Keys and PINs stay in the process: no core dump of it, and their text nowhere but in locked memory.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
}
teardown() { [ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null || :; }

# handles_secrets PROGRAM: it can read or write a private key, a PIN or a passphrase
handles_secrets() { nm "$BIN/$1" | grep -Eq ' T (key_from_pem|key_pem|pin_read|sealed_passphrase|secret_read)$'; }

@test "core: whatever reads a private key, a PIN or a passphrase forbids core dumps before it does anything else" {
	[ -z "${SANITIZE:-}" ] || return 0	# strace and the leak checker exclude each other
	count=0
	for program in "$BIN"/gr-*; do
		program=${program##*/}
		[[ $program != *.so ]] && handles_secrets "$program" || continue
		ulimit -c "$(ulimit -Hc)"
		strace -qq -o trace -e trace='openat,prlimit64' "$BIN/$program" --version >/dev/null
		grep -v 'ld.so\|/lib/' trace | grep -m 1 -q 'RLIMIT_CORE, {rlim_cur=1, rlim_max=1}' || { echo "$program" >&2; cat trace >&2; return 1; }
		count=$((count + 1))
	done
	[ "$count" -ge 10 ]
}

@test "core: a program that is ended by SIGABRT in the middle of its work leaves none" {
	[ "$(ulimit -Hc)" != 0 ] || skip 'core dumps are off here for everybody'
	ulimit -c "$(ulimit -Hc)"
	mkfifo csr
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	exec 7<>csr
	gr-ca issue-server -H "$PWD/home" x <csr 2>/dev/null 3>&- &
	PID=$!
	await grep -q 'Max core file size  *1  *1 ' "/proc/$PID/limits"
	kill -ABRT "$PID"
	run -134 wait "$PID"
	PID=
	[ -z "$(find . -name 'core*')" ]
}

@test "memory: the text of the authority's key is nowhere in the memory of a running gr-backendd but where it is locked" {
	[ -z "${SANITIZE:-}" ] || return 0	# it keeps what was freed
	gr-registry init -H "$PWD/home"
	daemon_alone
	sed '1d;$d' home/ca/ca.key >lines
	[ "$(wc -l <lines)" -ge 2 ]
	run -0 "$ROOT/test/unit/memory.pl" "$ALONE" lines
	[ "$output" = none ] || { echo "$output" >&2; return 1; }
	daemon_alone_end
}
