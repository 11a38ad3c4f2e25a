# Whether the tests cover the specification of the Jobs service.
bats_require_minimum_version 1.5.0
load ../lib/helper

check() { "$ROOT/test/jobs/check-rows" "$@"; }

@test "rows: each row of the specification's tables is tested by name, or exempt with a reason" {
	check "$ROOT"/test/*.bats "$ROOT"/test/jobs/*.bats
}

@test "rows: the check finds what is missing, said twice or made up" {
	printf '# list\n1.1 a\n1.1 b\n1.1 c\n1.1 d\n' >ROWS
	printf '1.1 b\twhy\n' >EXEMPT
	printf '@test "1.1 a: a fact" {\n@test "1.1 c: a fact" {\n@test "1.1 c: another" {\n@test "1.1 d: one" {\n@test "other: a fact" {\n' >some.bats
	run -0 check -r ROWS -e EXEMPT some.bats
	[ -z "$output" ]
	sed -i /1.1.d/d some.bats
	run -1 check -r ROWS -e EXEMPT some.bats
	[ "$output" = '1.1 d: is neither tested nor exempt' ]
	printf '1.1 d\t\n1.1 c\twhy\n1.1 e\twhy\n' >>EXEMPT
	printf '@test "1.1 f: a fact" {\n' >>some.bats
	run -1 check -r ROWS -e EXEMPT some.bats
	[ "$(sort <<<"$output")" = '1.1 c: is tested and exempt
1.1 d: is exempt without a reason
1.1 e: is exempt and no row
1.1 f: is tested and no row' ]
}
