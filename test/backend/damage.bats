# SPDX-License-Identifier: Apache-2.0
# A registry that is damaged answers with silence, never with a refusal.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/broker
	load ../lib/lab
	T=thing-1
}
teardown() {
	listeners_stop
	[ -z "${WORLD:-}" ] || broker_stop
	unset WORLD
	daemon_alone_end
}

# own_world: a broker with a registry in WORLD
own_world() {
	world_make "$PWD/world"
	broker_start
}
# edit FROM TO: once in the registry's file, while nobody has it open; the lengths are the same
edit() {
	broker_stop
	sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	[ "$(grep -oaF -- "$1" "$WORLD/shared/registry.db" | wc -l)" -ge 1 ]
	perl -0777 -pi -e 'BEGIN { ($f, $t) = splice @ARGV, 0, 2 } s/\Q$f\E/$t/' "$1" "$2" \
		"$WORLD/shared/registry.db"
	broker_start
}
closed() {
	run -7 as_device pub "$1" "$2" -q 1 -t "free/$T" -m x
	[[ $output == *'The connection was lost'* ]]
}
turned_away() { run -5 as_device pub "$1" "$2" -q 1 -t "free/$T" -m x; }

# build_flip: the program of test/tools/flip.c
build_flip() {
	local san=
	[ -z "${SANITIZE:-}" ] || san='-fsanitize=address,undefined -fno-omit-frame-pointer'
	# shellcheck disable=SC2086 # a list of flags
	gcc -std=c11 -D_POSIX_C_SOURCE=200809L -g $san -I"$ROOT/src/lib" -I"$ROOT/src/backend" \
		-o flip "$ROOT/test/tools/flip.c" \
		"$ROOT"/src/backend/broker/{identity,policies,certificate_dates}.c \
		"$(dirname "$BIN")/build/libgr-backend.a" "$(dirname "$BIN")/build/libgr-common.a" \
		-lsqlite3 -ljansson -lcrypto
}
# ids NAME: a common table NAME (i, id) of certificate ids that are the same each time
ids() {
	printf "%s (i, id) AS (SELECT value, printf('%%016x%%016x%%016x%%016x', value * 7919000000000001, value * 104729000000003, value * 1299709000007, value * 15485863000011) FROM generate_series(1, 150))" "$1"
}

@test "damage: a certificate whose status is damaged gets no answer, a line and a report" {
	own_world
	thing_make "$T"
	thing_make thing-2
	edit "$(sql "SELECT id FROM certificate WHERE id = (SELECT certificate FROM principal WHERE thing = '$T')")ACTIVE-" \
		"$(sql "SELECT certificate FROM principal WHERE thing = '$T'")ACTIVD-"
	listen in backend sub -t 'in/#'
	closed "$T" "$T"
	as_device pub thing-2 thing-2 -q 1 -t free/x -m x
	await got in "in/$(sql "SELECT certificate FROM principal WHERE thing = '$T'")/$(hex "$T")/gr/damaged {}"
	grep -q "$T with certificate .* gets no answer: the registry is damaged: " "$WORLD/log"
	not grep -q "refused $T" "$WORLD/log"
}

@test "damage: a thing, an attachment or a policy that is damaged is no refusal" {
	local id
	own_world
	thing_make "$T"
	id=$ID
	thing_make thing-2
	policy_allow other 'client/thing-3' 'topic/*'
	thing_make thing-3 other
	edit "$id$T" "${id}thing-0"
	closed "$T" "$T"
	edit client/thing-3 client/thing-7
	closed thing-3 thing-3
	closed "$T" "$T"
	as_device pub thing-2 thing-2 -q 1 -t free/x -m x
}

@test "damage: as long as damage is known, nobody is refused" {
	own_world
	thing_make "$T"
	sql "UPDATE certificate SET status = 'INACTIVE'"
	turned_away "$T" "$T"
	sql "INSERT INTO meta VALUES ('damaged', 'somewhere')"
	closed "$T" "$T"
	certificate_make stranger >/dev/null
	closed stranger stranger
	sql "DELETE FROM meta WHERE key = 'damaged'"
	turned_away "$T" "$T"
	turned_away stranger stranger
}

@test "damage: one bit, wherever it is, refuses no device and lets none in" {
	local seed
	build_flip
	GR_HOME=$PWD/home gr-registry init
	GR_HOME=$PWD/home gr-registry create-policy rotation "$ROOT/share/policies/rotation.json"
	export GR_HOME=$PWD/home
	sql "PRAGMA foreign_keys = OFF; CREATE TEMP TABLE c AS WITH $(ids n) SELECT * FROM n;
		INSERT INTO thing SELECT 'thing-' || i, 1 FROM c;
		INSERT INTO certificate (id, status, pem, spki, not_after, created, key_type)
			SELECT id, iif(i % 10 = 0, 'INACTIVE', 'ACTIVE'), printf('%.*c', 900, 'x'), id, 4e12, 1, 'x' FROM c;
		INSERT INTO principal SELECT id, 'thing-' || i, 1 FROM c WHERE i % 17;
		INSERT INTO certificate_policy SELECT id, 'rotation' FROM c WHERE i % 13;
		PRAGMA journal_mode = DELETE; VACUUM;
		SELECT iif(i % 10 AND i % 13 AND i % 17, 'yes ', 'no ') || id || ' thing-' || i FROM c" |
		grep -v delete >things
	[ "$(grep -c yes things)" -gt 100 ]
	run -0 --separate-stderr ./flip connect home/shared/registry.db things 0 0
	for seed in 1 2 3; do
		run -0 --separate-stderr ./flip connect home/shared/registry.db things "$seed" 150
		[ -z "$output" ]
		[[ $stderr == *' 0 wrong' ]]
	done
}

@test "damage: one bit, wherever it is, retires no certificate that survived" {
	local seed
	build_flip
	export GR_HOME=$PWD/home
	gr-registry init
	sql "PRAGMA foreign_keys = OFF; CREATE TEMP TABLE c AS WITH $(ids n) SELECT * FROM n;
		INSERT INTO thing SELECT 'thing-' || i, 1 FROM c WHERE i <= 75;
		INSERT INTO certificate (id, status, pem, spki, not_after, created, key_type)
			SELECT id, 'ACTIVE', printf('%.*c', 900, 'x'), id, 4e12, 1, 'x' FROM c;
		INSERT INTO principal SELECT id, 'thing-' || (1 + (i - 1) % 75), 1 FROM c;
		INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem, requested, survivor, decided, not_ours)
			SELECT o.i, 'thing-' || o.i, 'job-1', 1, 'thing-' || o.i, o.id, n.id, n.id, printf('%.*c', 500, 'x'), printf('%.*c', 900, 'x'), 1, iif(o.i % 3, 'NEW', 'OLD'), 2, o.i % 7 = 0
			FROM c o JOIN c n ON n.i = o.i + 75;
		SELECT 'yes ' || iif(survivor = 'NEW', new, old) || ' ' || thing FROM rotation;
		PRAGMA wal_checkpoint(TRUNCATE)" | grep yes >things
	[ "$(wc -l <things)" -eq 75 ]
	for seed in 1 2 3; do
		run -0 --separate-stderr ./flip retire home/shared/registry.db things "$seed" 60
		[ -z "$output" ]
		[[ ${stderr_lines[-1]} == *' 0 wrong' ]]
		run -0 --separate-stderr ./flip retire home/shared/registry.db things "$seed" 60 NEW
		[ -z "$output" ]
		[[ ${stderr_lines[-1]} == *' 0 wrong' ]]
	done
}

@test "damage: the daemon finds it at its start, says so, raises an alarm, and notices its end" {
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-registry init
	sql "INSERT INTO thing VALUES ('thing-1', 0), ('thing-2', 0)" >/dev/null
	sql "INSERT INTO thing_group VALUES ('group-1', 0); INSERT INTO member VALUES ('group-1', 'thing-1')"
	sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	cp home/shared/registry.db sound
	perl -0777 -pi -e 's/thing-1group-1/thing-0group-1/g' home/shared/registry.db
	not cmp -s sound home/shared/registry.db
	daemon_alone
	await sql_is "SELECT count(*) FROM meta WHERE key = 'damaged'" 1
	await grep -q 'home/shared/registry.db: is damaged: .*; restore a backup (gr-registry restore)' daemon.log
	[[ $(gr-registry alarms) == *damaged*'the registry is damaged, so that nobody is refused until a backup is restored: '* ]]
	daemon_alone_end
	cp sound home/shared/registry.db
	sql "INSERT INTO meta VALUES ('damaged', 'x')"
	daemon_alone
	await sql_is "SELECT count(*) FROM meta WHERE key = 'damaged'" 0
}
