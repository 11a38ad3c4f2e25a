# SPDX-License-Identifier: Apache-2.0
# servers.bash - the backend's machine in chaos: its servers, its clock, its disk.
# shellcheck shell=bash disable=SC2154,SC2034,SC2015,SC2013
# LAB, work, preload and DRAWN are the others'.

# by_backend COMMAND...: on the backend's machine, by its clock and on its disk
by_backend() {
	env WRONG_CLOCK="$LAB/clock" DISK_FULL="$LAB/full" LD_PRELOAD="$preload" \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@"
}
gr-jobs() { by_backend gr-jobs "$@"; }
gr-registry() { by_backend gr-registry "$@"; }
gr-ca() { by_backend gr-ca "$@"; }
server_start() { by_backend lab.sh start "$LAB" "$1" >>"$LAB/starts" 2>&1 3>&- 9>&-; }

# None is made where it was moved away.
sql() {
	sqlite3 -cmd '.timeout 20000' "file:$HOME_DIR/shared/registry.db?mode=rw" "$1"
}

# hold: nobody else starts servers until release
hold() {
	touch "$LAB/held"
	flock "$LAB/servers" true
}
release() { rm -f "$LAB/held"; }
stop_servers() {
	hold
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
}
# 1: one of them does not start
start_servers() {
	server_start broker && server_start backend || return 1
	release
}

# clock_is SECONDS: wrong by so many; in one piece, an empty file would be another time again
clock_is() {
	echo "$1" >"$LAB/clock.new"
	mv "$LAB/clock.new" "$LAB/clock"
}

# lies COMMAND DRAWN...: the server is down for some seconds; stop or kill
lies() {
	hold
	lab.sh "$1" "$LAB" "$2"
	a_while 4
	server_start "$2" || return
	release
}
event_broker_stopped() { lies stop broker; }
event_broker_killed() { lies kill broker; }
event_daemon_stopped() { lies stop backend; }
event_daemon_killed() { lies kill backend; }

# another_boot: what is on record of the boot's own clock counts no more
another_boot() {
	sql "UPDATE meta SET value = 'another-$SECONDS' WHERE key IN ('timer_boot', 'clock_boot')"
}
event_power_cut() {
	hold
	lab.sh kill "$LAB" backend
	lab.sh kill "$LAB" broker
	another_boot
	start_servers
}

# Under the running servers, and back.
jump() {
	clock_is "$1"
	a_while 8
	clock_is 0
	right_again
}
# The page: within five seconds the daemon says that it is right again.
right_again() {
	local n
	has_alarm clock || return 0
	for ((n = 0; n < 100; n++)); do
		grep -q 'is right again' "$LAB/backend.log" && return
		sleep 0.2
	done
	tell 'the daemon does not say that the clock is right again'
}
event_clock_ahead() {
	one_of 3600 86400 5184000 315360000
	tell "by $DRAWN s"
	jump "$DRAWN"
}
event_clock_behind() {
	one_of 3600 86400 5184000 315360000
	tell "by $DRAWN s"
	jump "-$DRAWN"
}
# It comes up wrong, and is put right while the servers run.
event_clock_at_boot() {
	stop_servers
	another_boot
	one_of 600 86400 2592000 -600 -86400 315360000
	tell "by $DRAWN s"
	clock_is "$DRAWN"
	start_servers || return
	a_while 8
	clock_is 0
}

event_disk_full() {
	touch "$LAB/full"
	a_while 8
	rm "$LAB/full"
}

on_older() { sqlite3 -cmd '.timeout 20000' older.db "$@"; }

# The registry as an earlier version would have left it: that version's tables, with the rows of
# today, as far as it had a place for them.
event_upgraded() {
	local form triggers
	local file=$HOME_DIR/shared/registry.db
	one_of 2b 3a 3b
	form=$DRAWN
	tell "from form $form"
	stop_servers
	rm -f older.db
	on_older ".read $ROOT/test/registries/$form.sql" || return
	triggers=$(on_older "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema WHERE type = 'trigger'")
	on_older "SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'" >triggers.sql
	{
		echo "PRAGMA foreign_keys = OFF; ATTACH '$file' AS today; BEGIN; $triggers"
		on_older "ATTACH '$file' AS today;
			SELECT printf('DELETE FROM %s; INSERT INTO %s (%s) SELECT %s FROM today.%s;', m.name, m.name, group_concat(t.name), group_concat(t.name), m.name)
			FROM sqlite_schema m JOIN pragma_table_info(m.name) o JOIN pragma_table_info(m.name, 'today') t ON t.name = o.name
			WHERE m.type = 'table' AND m.name <> 'meta' GROUP BY m.name" || return
		echo "INSERT OR REPLACE INTO meta SELECT * FROM today.meta WHERE key <> 'version';"
		cat triggers.sql
		echo 'COMMIT; DETACH today; PRAGMA journal_mode = WAL;'
	} >older.sql
	on_older ".bail on" ".read older.sql" >/dev/null || return
	rm -f "$file"*
	mv older.db "$file"
	start_servers && [ -s "$file.version-${form%[a-z]}" ] && rm "$file".version-*
}

event_validity() {
	one_of '-d 7 private' '-d 60 private' 'iot ca'
	tell "$DRAWN"
	# shellcheck disable=SC2086 # words
	gr-ca mode -H "$HOME_DIR" -b "localhost:$(cat "$LAB/port")" $DRAWN >/dev/null
}

# Another authority issues from now on, once the broker takes it.
event_authority() {
	local name=next-$SECONDS
	[ "$(find "$HOME_DIR/ca" -name '*.key' | wc -l)" -lt 4 ] || return 0
	gr-ca init -H "$HOME_DIR" -n "CA $name" -a ECDSA-P256 "$name" &&
		gr-ca mode -H "$HOME_DIR" -b "localhost:$(cat "$LAB/port")" private "$name" >/dev/null
}
