# SPDX-License-Identifier: Apache-2.0
# The engine that makes single faults, on a tree with one program, one script and two tests.
bats_require_minimum_version 1.5.0
load ../lib/helper

setup() {
	mkdir -p tree/{src/lib,scripts/driver,test/lib,test/mutate}
	cd tree
	cp "$ROOT"/test/mutate/{run,faults,map,cover.c} test/mutate
	echo '# none' >test/mutate/explained
	cat >Makefile <<'END'
all: bin/sum
build/lib/sum.o: src/lib/sum.c
	@mkdir -p build/lib && $(CC) $(CFLAGS) -c -o $@ $<
bin/sum: build/lib/sum.o
	@mkdir -p bin && $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<
END
	cat >src/lib/sum.c <<'END'
/* sum.c - 1 + 1 */
#include <stdio.h>
#include <stdlib.h>

static void usage(void)
{
	exit(100 + 0);
}

int main(int argc, char *argv[])
{
	if (argc != 3)
		abort();
	while (argc < 3)
		clearerr(stdin);	/* usage: 1 < 2 */
	return printf("%d\n", atoi(argv[1]) + atoi(argv[2])) * 0;
}
END
	cat >scripts/driver/say.sh <<'END'
# say.sh - adds one
add() {
	sum "$1" 1
}
unused() {
	echo 5
}
END
	printf 'PATH=%s/bin:$PATH\n' '${BATS_TEST_FILENAME%/test/*}' >test/lib/helper.bash
	# No line but those of this file may begin with @test.
	printf '%s\n' 'load lib/helper' 'sound() { [ "$1" -lt 128 ] || echo "status $1"; }' \
		'@test "sum: two and (three) are five" { run sum 2 3; sound "$status"; [ "$output" = 5 ]; }' \
		'@test "say: it adds one" { . "${BATS_TEST_FILENAME%/test/*}/scripts/driver/say.sh"; [ "$(add 3)" = 4 ]; }' \
		>test/sum.bats
	git init -q . && git add -A
}

mutate() { PATIENCE=60 run test/mutate/run -j 2 "$@"; echo "$output"; }
# name OLD NEW: of the fault that makes the one of the other
name() {
	test/mutate/faults list src/lib/sum.c scripts/driver/say.sh |
		old=$1 new=$2 awk -F '\t' '$5 == ENVIRON["old"] && $6 == ENVIRON["new"] { print $1 }'
}
verdict() { awk -F '\t' -v name="$1" '$1 == name { print $3 }' build/mutate/results; }

@test "mutate: what a test notices is told from what none does; a crash and a hang are named" {
	printf='return printf("%d\n", atoi(argv[1]) + atoi(argv[2])) * 0;'
	wrong=$(name "$printf" "${printf/ + / - }")
	crash=$(name 'if (argc != 3)' 'if (argc == 3)')
	hang=$(name 'while (argc < 3)' 'while (!(argc < 3))')
	equal=$(name 'clearerr(stdin); /* usage: 1 < 2 */' '; /* usage: 1 < 2 */')
	shell=$(name 'sum "$1" 1' ':')
	unused=$(name 'echo 5' 'echo 6')
	mutate "$wrong" "$crash" "$hang" "$equal" "$shell" "$unused"
	[ "$status" -eq 1 ]
	[ "$(verdict "$wrong")" = failed ]
	[ "$(verdict "$crash")" = crashed ]
	[ "$(verdict "$hang")" = time ]
	[ "$(verdict "$equal")" = equal ]
	[ "$(verdict "$shell")" = failed ]
	[ "$(verdict "$unused")" = survived ]
	[[ "$output" == *"SURVIVED	$unused scripts/driver/say.sh:6 unused"*'no test runs the line'* ]]
	[[ "${lines[-1]}" == 'seed 1: '*' 1 a program crash, 1 took too long; '*' survived'* ]]
}

@test "mutate: a run goes on where it was, also when lines have moved; a survivor can be explained" {
	mutate scripts/driver/say.sh
	[ "$status" -eq 1 ]
	[[ "$output" == *SURVIVED*SURVIVED* ]]
	sort build/mutate/results >before
	sed -i '1a # another line' scripts/driver/say.sh
	awk -F '\t' '$3 == "survived" { print $1, $2; print "\tnobody uses it" }' \
		build/mutate/results >>test/mutate/explained
	mutate scripts/driver/say.sh
	[ "$status" -eq 1 ]	# more than 5 %
	[[ "$output" != *SURVIVED* && "$output" == *explained* && "$output" == *', 0 of them'* ]]
	sort build/mutate/results | cmp - before
}

@test "mutate: a seed gives one order, another seed another one; usage and texts stay as they are" {
	test/mutate/faults list src/lib/sum.c >list
	not grep -E 'exit|#include' list
	[ "$(wc -l <list)" -ge 10 ]
	mutate -s 1 -n 1 -j 1 scripts/driver/say.sh
	first=$(cut -f 1 build/mutate/results)
	rm build/mutate/results
	mutate -s 1 -n 1 -j 1 scripts/driver/say.sh
	[ "$(cut -f 1 build/mutate/results)" = "$first" ]
	rm build/mutate/results
	mutate -s 3 -n 1 -j 1 scripts/driver/say.sh
	[ "$(cut -f 1 build/mutate/results)" != "$first" ]
}
