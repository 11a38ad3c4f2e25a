#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh - checks shell scripts, manual pages and C sources without running them. Any finding is a
# failure. `make lint` runs it.
set -u

cd -- "$(dirname -- "$0")/../.." || exit 111
scripts/build/setup.sh lint || exit

failed=
# check NAME COMMAND...: prints the name, runs the command, notes whether it failed.
check() {
	printf '  LINT %s\n' "$1"
	shift
	"$@" || failed=yes
}

# c_sources lib|device|backend: runs cppcheck on src/lib or one side, which includes only files of
# src/lib and its own.
c_sources() {
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
		--enable=warning,performance,portability \
		--suppressions-list=scripts/build/cppcheck.suppress \
		-D_POSIX_C_SOURCE=200809L -D__STDC_VERSION__=201112L \
		-Isrc/lib "-Isrc/$1" -j "$(nproc)" "src/$1"
}

# accepts_bad_lines: prints a line that operands.awk should find but does not. Such a line shows
# that the rule itself is broken.
# shellcheck disable=SC2016 # bad lines are text
accepts_bad_lines() {
	for bad in 'gr-commit "$job"' 'x=$(gr-jobs-client get "$job")' 'rm -f "$x"' \
		'if ! gr-create -g "$n" $job; then' 'try sed -n p "$file"'; do
		if printf '%s\n' "$bad" | awk -f scripts/build/operands.awk >/dev/null; then
			printf 'operands.awk: does not find: %s\n' "$bad"
			return 0
		fi
	done
	return 1
}

# operands FILE...: an operand that is a variable must come after "--".
operands() {
	for f; do
		awk -f scripts/build/operands.awk -- "$f" || operand_found=yes
	done
	[ -z "${operand_found:-}" ] && ! accepts_bad_lines
}

# licence FILE...: each file names its licence in its first two lines.
licence() {
	spdx='SPDX-License-Identifier: Apache-2.0'
	for f; do
		if ! head -n 2 -- "$f" | grep -qF "$spdx"; then
			printf '%s: the first two lines do not hold %s\n' "$f" "$spdx"
			unlicensed=yes
		fi
	done
	[ -z "${unlicensed:-}" ]
}

# hasty FILE...: a limit is there to end what hangs. One of less than ten minutes also ends what is
# alive, on a busy machine.
hasty() {
	grep -nE '\b(timeout|gr-cut .*-t) ([0-9]{1,2}|[1-5][0-9]{2})\b' -- "$@" |
		grep -v 'gr-cut -t 1 sleep 600$' || return 0
	echo 'a limit of less than ten minutes'
	return 1
}

shared='share/hooks/* share/notify.d/* share/init/gr-recover'
# shellcheck disable=SC2046,SC2086 # no name of ours has a blank
check 'licences' licence $(find src -name '*.[ch]') scripts/*/*.sh scripts/*/*.awk \
	$shared share/completions/*
# Of the tests: what bats, a compiler, Spin, Perl or a shell reads.
# shellcheck disable=SC2046
check 'licences of tests' licence $(find test -type f -not -path '*/corpus/*' \
	\( -name '*.bats' -o -name '*.bash' -o -name '*.[ch]' -o -name '*.pml' -o -name '*.pl' \
	-o -perm -100 \))
# shellcheck disable=SC2086
set -- scripts/*/*.sh $shared .ci/run
for f in test/run test/*/run test/fault/*-run test/fault/soak test/fault/chaos \
	test/fault/cut/*.bash test/fault/world/*.bash \
	test/bench/*.bash test/jobs/check-rows test/jobs/crash-test test/jobs/rate \
	test/debian/installed test/debian/bin/systemctl test/fuzz/count test/fuzz/table \
	test/fuzz/coverage share/completions/gr.bash; do
	[ ! -f "$f" ] || set -- "$@" "$f"
done
check 'shell scripts' shellcheck -x "$@"
# shellcheck disable=SC2086
check 'operands' operands scripts/*/*.sh $shared
check 'SQL' scripts/build/sql.sh
check 'rooms' scripts/build/rooms.sh
# shellcheck disable=SC2046 # no name of ours has a blank
check 'columns' awk -f scripts/build/columns.awk $(find src test -name '*.[ch]') scripts/*/*.sh
# A test may hold a title, a message or a statement of SQL that is longer; its comments may not.
# shellcheck disable=SC2046
check 'columns of comments' awk -v only='^\t*#' -f scripts/build/columns.awk \
	$(find test -type f -not -path '*/corpus/*' \
	\( -name '*.bats' -o -name '*.bash' -o -name '*.pl' -o -perm -100 \))
# shellcheck disable=SC2046
check 'limits of tests' hasty $(find test -name '*.bats' -o -name '*.bash')
check 'man pages' mandoc -T lint -W warning man/*
for room in lib device backend; do
	check "src/$room" c_sources "$room"
done
[ -z "$failed" ]
