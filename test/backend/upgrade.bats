# SPDX-License-Identifier: Apache-2.0
# A registry of any earlier version is upgraded, whole or not at all, and says so.
# test/registries/ holds the tables of each version, and of each form that one had before it was
# released.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	export GR_HOME=$PWD/home
	mkdir -p home/shared
	FILE=home/shared/registry.db
	OURS='PRAGMA application_id = 0x67726462'
}
teardown() { daemon_alone_end; }

# old FORM: a registry of that form, with a few rows, in place of the one that is there
old() {
	rm -rf home/shared/*
	sqlite3 "$FILE" ".read $ROOT/test/registries/$1.sql" ".read $ROOT/test/registries/rows.sql"
}
# declared FILE: the tables, indexes and triggers
declared() { sqlite3 "$1" "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"; }
# fresh: what a new registry declares, in ./fresh
fresh() {
	GR_HOME=$PWD/new gr-registry init
	declared new/shared/registry.db >fresh
}
# current: the version that a new registry has
current() { sqlite3 new/shared/registry.db "SELECT value FROM meta WHERE key = 'version'"; }
# words: white space counts for nothing
words() { tr -s '[:space:]' ' '; }
# columns FILE TABLE
columns() { sqlite3 "$1" "SELECT name FROM pragma_table_info('$2') ORDER BY name"; }
# kept TABLE COPY: what the table had is what it has; a key may have another name
kept() {
	local names
	names=$(comm -12 <(columns "$FILE" "$1") <(columns "$2" "$1") | grep -vx spki | paste -sd ,)
	diff <(sqlite3 "$2" "SELECT $names FROM $1 ORDER BY 1, 2") \
		<(sqlite3 "$FILE" "SELECT $names FROM $1 ORDER BY 1, 2")
}

@test "upgrade: each form that a registry ever had becomes what a new one is, and keeps its rows" {
	local form table copy
	fresh
	for form in "$ROOT"/test/registries/[0-9]*.sql; do
		form=$(basename "$form" .sql)
		[ "${form%[a-z]}" != "$(current)" ] || continue
		echo "form $form"
		old "$form"
		run -0 --separate-stderr gr-registry list-things
		[ -z "$stderr" ]
		declared "$FILE" | diff fresh -
		sql_is "SELECT value FROM meta WHERE key = 'version'" \
			"$(sqlite3 new/shared/registry.db "SELECT value FROM meta WHERE key = 'version'")"
		sql_is "PRAGMA integrity_check" ok
		sql_is "PRAGMA foreign_key_check" ""
		copy=$FILE.version-${form%[a-z]}
		[ -s "$copy" ]
		for table in thing certificate principal policy certificate_policy thing_group \
			member revoked job job_target execution rotation session outbox alarm; do
			kept "$table" "$copy"
		done
		sql_is "SELECT seq FROM sqlite_sequence WHERE name = 'execution'" 9
		sql_is "SELECT status, count FROM tally WHERE job = '' AND count ORDER BY 1" \
			$'IN_PROGRESS|1\nSUCCEEDED|1'
		sql_is "SELECT sum(certificates) FROM expiry" 2
		run -0 gr-jobs describe-execution job-1 thing-1
	done
}

@test "upgrade: tables that differ from those of the version on record have a version of their own" {
	fresh
	old "$(current)"
	diff <(declared "$FILE" | words) <(words <fresh) || {
		echo "count SCHEMA_VERSION up; test/registries/$(current).sql stays as it is" >&2
		false
	}
}

@test "upgrade: before it the whole registry is copied, with its version in the copy's name" {
	old 2a
	sqlite3 "$FILE" .dump >dump
	gr-registry list-things >out
	sqlite3 "$FILE.version-2" .dump | diff dump -
	[ "$(stat -c %a "$FILE.version-2")" = 600 ]
	[ "$(find home/shared -type f | sort | xargs)" = "$FILE $FILE.version-2" ]
}

@test "upgrade: without a copy nothing is changed" {
	old 1g
	sqlite3 "$FILE" .dump >dump
	mkdir "$FILE.version-1.new"
	run -111 --separate-stderr gr-registry list-things
	[[ $stderr == *"$FILE: not upgraded, because no copy could be made first"* ]]
	sqlite3 "$FILE" .dump | diff dump -
	rmdir "$FILE.version-1.new"
	run -0 gr-registry list-things
}

@test "upgrade: what cannot be copied leaves all as it was" {
	old 1g
	sqlite3 "$FILE" "PRAGMA ignore_check_constraints = ON; UPDATE certificate SET status = 'LOST' WHERE id = 'retired'"
	sqlite3 "$FILE" .dump >dump
	run -111 --separate-stderr gr-registry list-things
	[[ $stderr == *"$FILE: CHECK constraint failed"* ]]
	sqlite3 "$FILE" .dump | diff dump -
}

@test "upgrade: many programs at once upgrade once" {
	local n
	fresh
	old 1m
	for n in 1 2 3 4 5 6; do
		gr-registry list-things >"out$n" 2>"err$n" &
	done
	wait
	[ "$(cat out? | sort -u | wc -l)" -eq 2 ]
	[ -z "$(cat err?)" ]
	declared "$FILE" | diff fresh -
}

@test "upgrade: a registry that has no log yet gets it as soon as nobody writes to it" {
	gr-registry init
	sqlite3 "$FILE" "PRAGMA journal_mode = DELETE"
	mkfifo holding
	sqlite3 "$FILE" <holding >held 3>&- &
	exec 7>holding
	echo "BEGIN IMMEDIATE; SELECT count(*) FROM thing;" >&7
	await [ -s held ]
	gr-registry list-things >out 2>err 3>&- 7>&- &
	sleep 0.5
	exec 7>&-
	wait $!
	[ ! -s err ]
	[ "$(sqlite3 "$FILE" "PRAGMA journal_mode")" = wal ]
}

@test "upgrade: a job keeps its time-out, and what its rollout reached" {
	old 1g
	sqlite3 "$FILE" "UPDATE job SET timeout_minutes = 7 WHERE id = 'job-1'"
	gr-jobs describe -j job-1 >job.json
	[ "$(jq -c .timeoutConfig job.json)" = '{"inProgressTimeoutInMinutes":7}' ]
	[ "$(jq -r .status job.json)" = IN_PROGRESS ]
	[ "$(jq -c .jobProcessDetails.numberOfInProgressThings job.json)" = 1 ]
	gr-jobs describe -j job-0 | jq -e 'has("timeoutConfig") | not'
	sql_is "SELECT released, done FROM rollout WHERE job = 'job-1'" '1|1'
}

@test "upgrade: open rotations keep what their device may go back to" {
	old 1m
	gr-registry list-things >out
	sql_is "SELECT group_concat(not_ours) FROM rotation" 0,1
	sql_is "SELECT count(*) FROM certificate WHERE seen IS NOT NULL" 2
}

@test "upgrade: the daemon serves a registry of the first days" {
	old 1g
	gr-ca init -a ECDSA-P256
	sqlite3 "$FILE" "UPDATE execution SET deadline = 3000 WHERE id = 2"
	daemon_alone
	await sql_is "SELECT status FROM execution WHERE id = 2" TIMED_OUT
	daemon_alone_end
	[ "$(grep -vc 'no broker there' daemon.log)" -eq 0 ]
}

@test "upgrade: a version that never was is 100, and one that is newer" {
	old 3b
	sqlite3 "$FILE" "UPDATE meta SET value = 0 WHERE key = 'version'"
	run -100 --separate-stderr gr-registry list-things
	[ "$stderr" = "gr-registry: $PWD/$FILE: has version 0, which no gr ever made: put back a backup" ]
	sqlite3 "$FILE" "UPDATE meta SET value = 99 WHERE key = 'version'"
	run -100 --separate-stderr gr-registry list-things
	[[ $stderr == "gr-registry: $PWD/$FILE: registry version 99 is newer than this program's "*'; nothing was touched; use the programs of the gr that upgraded it' ]]
}

@test "upgrade: a daemon that runs meanwhile ends with one line, and changes nothing" {
	old 3b
	gr-ca init -a ECDSA-P256
	daemon_alone
	await grep -q 'no broker there' daemon.log
	sqlite3 "$FILE" "UPDATE meta SET value = 5 WHERE key = 'version'; UPDATE execution SET deadline = 3000 WHERE id = 2"
	await process_is_gone "$ALONE"
	run -111 wait "$ALONE"
	ALONE=
	[ "$(grep -v 'no broker there' daemon.log)" = "gr-backendd: $PWD/$FILE: was upgraded to version 5 while this program, which knows version 4, was running; start it again as the gr that upgraded it" ]
	sql_is "SELECT status FROM execution WHERE id = 2" IN_PROGRESS
	run -100 --separate-stderr gr-backendd
	[[ $stderr == *"registry version 5 is newer than this program's 4; nothing was touched; "* ]]
}
