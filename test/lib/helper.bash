# SPDX-License-Identifier: Apache-2.0
# helper.bash - what every test file loads: the programs first on PATH, a folder of its own, no settings from outside.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [ -n "${SANITIZE:-}" ]; then
	BIN=$ROOT/build/sanitize/bin
	# 86 is no exit status of ours: a sanitizer's finding can never pass for an expected failure.
	export ASAN_OPTIONS=exitcode=86:detect_leaks=1 UBSAN_OPTIONS=exitcode=86:print_stacktrace=1
else
	BIN=$ROOT/bin
fi
export PATH=$BIN:$PATH ROOT BIN
unset HOME GR_CONF GR_LINK_SOCKET GR_LOCK_FD
for name in $(compgen -e GR_ || :); do unset "$name"; done
umask 077
cd "${BATS_TEST_TMPDIR:-/tmp}" || exit 1
