# SPDX-License-Identifier: Apache-2.0
# helper.bash - what every test file loads: the programs first on PATH, a folder of its own,
# no settings from outside.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [ -n "${SANITIZE:-}" ]; then
	BIN=$ROOT/build/sanitize/bin
	# 86 is no exit status of ours: a sanitizer's finding can never pass for
	# an expected failure.
	export ASAN_OPTIONS=exitcode=86:detect_leaks=1 UBSAN_OPTIONS=exitcode=86:print_stacktrace=1
else
	BIN=$ROOT/bin
fi
export PATH=$BIN:$PATH ROOT BIN
unset HOME GR_CONF GR_LINK_SOCKET GR_LOCK_FD
for name in $(compgen -e GR_ || :); do unset "$name"; done
umask 077
cd "${BATS_TEST_TMPDIR:-/tmp}" || exit 1

# await COMMAND...: until it succeeds; the limit only ends a hang.
await() {
	local n
	type -t "$1" >/dev/null || { echo "await: there is no $1" >&2; return 1; }
	for ((n = 0; n < 3000; n++)); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.02
	done
	echo "gave up waiting for: $*" >&2
	return 1
}

# not COMMAND...: succeeds when it fails (a bare "!" is not looked at by bats).
not() {
	if "$@"; then
		echo "should have failed: $*" >&2
		return 1
	fi
}

# process_is_gone PID: it has ended; its parent may not have noticed yet.
process_is_gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# Below 20000 there are neither the ports of labs nor those that Linux gives to clients.
free_port() {
	perl -MSocket -e 'do { $port = 10000 + int rand 10000; socket S, AF_INET, SOCK_STREAM, 0 } until bind S, sockaddr_in($port, INADDR_LOOPBACK); print $port'
}

# certificate_id [FILE]: of the certificate in FILE, or of the one that the device T holds.
certificate_id() {
	openssl x509 -in "${1:-$T/certificate.pem}" -outform DER | sha256sum | cut -d ' ' -f 1
}

# sqlite3 ARGUMENT...: waits while a program of ours writes
sqlite3() { command sqlite3 -cmd '.timeout 600000' "$@"; }

# sql STATEMENTS: in the registry of the backend that the test has.
sql() { sqlite3 "${WORLD:-${GR_HOME:-$HOME_DIR}}/shared/registry.db" "$1"; }

# hex TEXT
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }

# boot_seconds: since this machine was started
boot_seconds() { cut -d . -f 1 /proc/uptime; }
