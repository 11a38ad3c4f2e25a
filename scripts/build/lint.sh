#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh - what can be found wrong by reading alone: shell scripts, man pages, C. Any finding is a failure; `make lint`.
set -u

cd -- "$(dirname -- "$0")/../.." || exit 111
scripts/build/setup.sh lint || exit

failed=
check() {
	printf '  LINT %s\n' "$1"
	shift
	"$@" || failed=yes
}

# The C parts of each side see src/lib and their own room alone.
c_sources() {
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,performance,portability \
		--suppressions-list=scripts/build/cppcheck.suppress -D_POSIX_C_SOURCE=200809L -D__STDC_VERSION__=201112L \
		-Isrc/lib "-Isrc/$1" -j "$(nproc)" "src/$1"
}

# shellcheck disable=SC2016 # bad lines are text
# Bad ones show that the rule still finds what it is for.
operands() {
	for f; do
		awk -f scripts/build/operands.awk -- "$f" || operand_found=yes
	done
	[ -z "${operand_found:-}" ] || return
	for bad in 'gr-commit "$job"' 'x=$(gr-jobs-client get "$job")' 'rm -f "$x"' 'if ! gr-create -g "$n" $job; then' 'try sed -n p "$file"'; do
		! printf '%s\n' "$bad" | awk -f scripts/build/operands.awk >/dev/null || { printf 'operands.awk: not found: %s\n' "$bad"; return 1; }
	done
}

# licence FILE...: each says its licence above all else
licence() {
	for f; do
		head -n 2 -- "$f" | grep -q 'SPDX-License-Identifier: Apache-2\.0' || { printf '%s: names no licence: SPDX-License-Identifier: Apache-2.0\n' "$f"; unlicensed=yes; }
	done
	[ -z "${unlicensed:-}" ]
}

# shellcheck disable=SC2046 # no name of ours has a blank
check 'licences' licence $(find src -name '*.[ch]') scripts/*/*.sh scripts/*/*.awk share/hooks/* share/notify.d/* share/init/gr-recover share/completions/*
# Of the tests: whatever bats, a compiler, Perl or a shell reads.
# shellcheck disable=SC2046
check 'licences of tests' licence $(find test -type f -not -path '*/corpus/*' \( -name '*.bats' -o -name '*.bash' -o -name '*.[ch]' -o -name '*.pl' -o -perm -100 \))
set -- scripts/*/*.sh share/hooks/* share/notify.d/* share/init/gr-recover .ci/run
for f in test/run test/*/run test/fault/*-run test/fault/soak test/fault/cut/*.bash test/bench/*.bash test/jobs/check-rows test/jobs/crash-test test/jobs/rate test/debian/installed test/debian/bin/systemctl test/fuzz/count test/fuzz/table test/fuzz/coverage share/completions/gr.bash; do
	[ ! -f "$f" ] || set -- "$@" "$f"
done
check 'shell scripts' shellcheck -x "$@"
check 'operands' operands scripts/*/*.sh share/hooks/* share/notify.d/* share/init/gr-recover
check 'SQL' scripts/build/sql.sh
check 'rooms' scripts/build/rooms.sh
# shellcheck disable=SC2046 # no name of ours has a blank
check 'columns' awk -f scripts/build/columns.awk $(find src -name '*.[ch]') scripts/driver/*.sh
check 'man pages' mandoc -T lint -W warning man/*
for room in lib device backend; do
	check "src/$room" c_sources "$room"
done
[ -z "$failed" ]
