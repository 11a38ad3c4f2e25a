# SPDX-License-Identifier: Apache-2.0
# The table of what can go wrong names tests that are there.
bats_require_minimum_version 1.5.0
load ../lib/helper

table=$ROOT/test/fault/WEAKNESSES.md

# named: the tests that the table names, as "FILE: NAME"
named() { grep -o '`test/[^`]*\.bats: [^`]*`' "$table" | tr -d '`' | sort -u; }

@test "weaknesses: the table has all forty-two, in order, each with a test" {
	[ "$(sed -n 's/^| W\([0-9]*\) .*/\1/p' "$table" | xargs)" = "$(seq 42 | xargs)" ]
	[ "$(grep '^| W' "$table" | grep -c '`test/')" -eq 42 ]
}

@test "weaknesses: each rule has a test" {
	sed -n '/^## The rules/,$p' "$table" | grep '^| ' |
		grep -vxF -e '| rule | test |' -e '| --- | --- |' >rules
	[ "$(wc -l <rules)" -gt 50 ]
	[ "$(grep -c '`test/' rules)" -eq "$(wc -l <rules)" ]
}

@test "weaknesses: every test that is named exists" {
	named >names
	[ "$(wc -l <names)" -gt 100 ]
	while read -r line; do
		grep -qF "@test \"${line#*: }\" {" "$ROOT/${line%%: *}" || {
			echo "no such test: $line"
			false
		}
	done <names
}

@test "weaknesses: every test that a mutant names exists" {
	sed -n 's/^Test: //p' "$ROOT"/test/mutants/*.patch | sort -u >names
	[ -s names ]
	while read -r line; do
		name=${line#*: }
		grep -qF -e "@test \"$name\" {" -e "@test \"${name//\"/\\\"}\" {" \
			"$ROOT/${line%%: *}" || {
			echo "no such test: $line"
			false
		}
	done <names
}
