# SPDX-License-Identifier: Apache-2.0
# Whether the tests cover the rows of share/doc/jobs-api.md.
bats_require_minimum_version 1.5.0
load ../lib/helper

check() { "$ROOT/test/jobs/check-rows" "$@"; }

@test "rows: each row of jobs-api.md is tested by name, or left out with a reason" {
	check "$ROOT"/test/*/*.bats
}

@test "rows: the check finds rows that are missing, duplicate or unknown" {
	printf '| row | rule |\n| --- | --- |\n| thing a | x |\n| thing b | Not here: why |\n| thing c | x |\n| thing d | x |\n\n| other | x |\n' >page
	printf '@test "thing a: a fact" {\n@test "thing c: a fact" {\n@test "thing c: another" {\n@test "thing d: one" {\n@test "other: a fact" {\n' >some.bats
	run -0 check -r page some.bats
	[ -z "$output" ]
	sed -i '/thing d/d' some.bats
	run -1 check -r page some.bats
	[ "$output" = 'thing d: is neither tested nor left out' ]
	sed -i 's/^| thing d .*/| thing d | Not here |\n| thing a | again |/; s/^| thing c .*/| thing c | Not here: why |/' page
	printf '@test "thing f: a fact" {\n' >>some.bats
	run -1 check -r page some.bats
	[ "$(sort <<<"$output")" = 'thing a: stands twice
thing c: is tested, and not here
thing d: is not here, without a reason
thing f: is tested and no row' ]
}
