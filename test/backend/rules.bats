# SPDX-License-Identifier: Apache-2.0
# rules.bats - the decisions of a rotation, asked for every combination of facts (tools/rules.c)
bats_require_minimum_version 1.5.0
load ../lib/helper

setup_file() {
	gcc -std=c11 -Wall -Wextra -Werror -I"$ROOT/src/backend" -o "$BATS_FILE_TMPDIR/rules" \
		"$ROOT/test/tools/rules.c" "$ROOT/src/backend/rules/rules.c"
}

# rules NAME [COMBINATIONS]: all combinations of the tables of that name say what the tables say
rules() {
	run -0 "$BATS_FILE_TMPDIR/rules" "$1"
	[ "$(awk '{ n += $2 } END { print n }' <<<"$output")" -eq "$2" ]
}

@test "rules: a certificate is OLD, NEW or without a part" {
	rules part 3
}

@test "rules: who asks speaks for the thing, over an ACTIVE certificate of the thing" {
	rules asker 32
}

@test "rules: create and commit need the newest execution, IN_PROGRESS, of a rotation" {
	rules execution 16
}

@test "rules: create again: the same certificate for the same key, none for a second key" {
	rules repeat 12
}

@test "rules: create: the first objection counts, and none that is found later changes it" {
	rules create 64
}

@test "rules: create: another certificate is explained, or keeps the thing from a new one" {
	rules other 32
}

@test "rules: commit: over NEW alone, not once it is decided for OLD, and when NEW is in use" {
	rules commit 72
}

@test "rules: a final status: without a rotation, of an open one, of a decided one" {
	rules final-status 4608
}

@test "rules: a create over what lost an earlier rotation turns that one around, of a device of ours" {
	rules turn 18
}

@test "rules: a session decides only after FAILED was said over NEW" {
	rules session 4
}

@test "rules: a later create settles the earlier rotation, and may retain its loser" {
	rules settlement 48
}

@test "rules: a device that went back: what else it was seen over and is ACTIVE is retained" {
	rules return 4
}

@test "rules: a first sight releases all but that certificate and the one before it" {
	rules sight 8
}

@test "rules: a success releases all but the survivor" {
	rules success 2
}

@test "rules: nothing is retired while it is retained or its survivor is not usable" {
	rules retirement 64
}

@test "rules: what was released is retired once its successor is usable" {
	rules release 4
}

@test "rules: what a private authority issued is revoked as well, once" {
	rules revocation 4
}

@test "rules: a quarantine ends with its time, unless the certificate was revived" {
	rules quarantine 12
}

@test "rules: a certificate has lost when the other one survives" {
	rules lost 9
}


@test "rules: they say what the model says, in each condition that it knows" {
	run -0 "$BATS_FILE_TMPDIR/rules" model <"$ROOT/test/model/transitions.expected"
	[ "$output" = "$(wc -l <"$ROOT/test/model/transitions.expected") transitions, 0 differ" ]
}

@test "rules: no database, no JSON, no clock, no memory" {
	cd "$BATS_TEST_TMPDIR"
	gcc -std=c11 -O0 -fno-builtin -c -I"$ROOT/src/backend" "$ROOT/src/backend/rules/rules.c"
	# they call nothing else, and keep nothing between two calls
	[ "$(nm -u rules.o | awk '$2 !~ /^_/ { print $2 }')" = strcmp ]
	[ -z "$(nm rules.o | awk '$2 ~ /^[bBdDC]$/')" ]
}
