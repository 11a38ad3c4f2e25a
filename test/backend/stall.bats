# SPDX-License-Identifier: Apache-2.0
# Rotations that do not begin: an alarm where the thing is there, and none where it is away.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	own_lab
	ask_build
}
teardown() {
	[ -z "${CLIENTS:-}" ] || kill -KILL $CLIENTS 2>/dev/null || :
	[ -z "${DAEMON:-}" ] || kill "$DAEMON" 2>/dev/null || :
	own_lab_down
}

# minute MS: from here on the backend's minute is as long; two hours are 120 of them
minute() {
	backend stop
	echo "$1" >"$LAB/minute"
	backend start
}
# here: a client of the thing that does nothing
here() {
	mosquitto_sub -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" \
		--key "$KEY" -i "$CLIENT" -t "things/$THING/news" >/dev/null 2>&1 </dev/null 3>&- &
	CLIENTS="${CLIENTS:-} $!"
	await sql_is "SELECT live FROM session WHERE thing = '$THING'" 1
}
stalled() {
	sql "SELECT coalesce(group_concat(thing || ' ' || text || ' ' || count, '; '), '') FROM alarm WHERE kind = 'not-begun' AND text NOT LIKE 'job watched-%'"
}
stalled_is() { [ "$(stalled)" = "$1" ] || { stalled >&2; return 1; }; }
says() {
	printf '%s job %s, execution %s: QUEUED for long although the thing was connected: it does not begin; its own log says why 1' "$1" "$2" "$3"
}
# later: the daemon has looked at everything since: a thing that was connected all along
# has its alarm
later() {
	thing_new "witness-$1"
	here
	job_new "watched-$1"
	await sql_is "SELECT count(*) FROM alarm WHERE text LIKE 'job watched-$1,%'" 1
}

@test "stall: a thing that is connected and does not begin is an alarm, once an execution" {
	minute 10
	thing_new here-1
	here
	job_new j1
	await stalled_is "$(says here-1 j1 1)"
	[[ $(gr-registry alarms) == *not-begun* ]]
	grep -q 'alarm: not-begun: thing here-1' "$LAB/backend.log"
	later 1
	# A restart of the daemon makes no second one.
	minute 10
	later 2
	stalled_is "$(says here-1 j1 1)"
	gr-jobs cancel-execution -f j1 here-1
	as_thing here-1
	job_new j2
	await stalled_is "$(says here-1 j1 1); $(says here-1 j2 1)"
}

@test "stall: a thing that was connected for a moment after the job was made, and does not begin, is an alarm" {
	minute 10
	thing_new
	job_new j1
	here
	kill -KILL $CLIENTS
	await stalled_is "$(says "$THING" j1 1)"
}

@test "stall: there is no alarm where the thing was not connected since, where the job is no rotation, or where one is under way" {
	minute 10
	thing_new away
	here
	kill -KILL $CLIENTS
	await sql_is "SELECT live FROM session WHERE thing = 'away'" 0
	job_new j1
	thing_new never
	job_new j2
	thing_new other
	here
	echo '{"operation":"reboot"}' >other.json
	gr-jobs create -d other.json -t thing/other j3 >/dev/null
	thing_new busy
	here
	job_new j4
	accepted jobs/j4/update '{"status":"IN_PROGRESS"}'
	job_new j5
	later 1
	stalled_is ''
	# What stands so is visible all the same.
	[[ $(gr-jobs describe-execution j1 away) == \
		*$'\nthing\tnot connected since it was queued'* ]]
	[[ $(gr-jobs describe-execution j2 never) == \
		*$'\nthing\tnot connected since it was queued'* ]]
	[[ $(gr-jobs describe-execution j5 busy) == *$'\nthing\tconnected, not begun'* ]]
	sql "UPDATE execution SET queued = queued - 2 * 86400000 WHERE job = 'j1'; UPDATE session SET since = since - 3 * 86400000 WHERE thing = 'away'"
	gr-report |
		grep -q '1 execution(s) have been QUEUED for more than a day; their things have not connected since'
}

@test "stall: -b sets the time until the alarm, in minutes" {
	run -100 --separate-stderr gr-backendd -b x
	[[ $stderr == *'--begin: x: '* ]]
	backend stop
	gr-backendd -H "$GR_HOME" -s "$LAB/home/shared/broker.sock" -m 1000 \
		-b 1 >ready 2>log 3>&- &
	DAEMON=$!
	await grep -q ready ready
	thing_new
	here
	job_new j1
	await stalled_is "$(says "$THING" j1 1)"
}

@test "stall: of many things that wait, each has its alarm" {
	minute 10
	sql "BEGIN; WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO thing SELECT printf('many-%05d', i), 1 FROM n; COMMIT"
	echo '{"operation":"ROTATE_CERTIFICATE"}' >doc
	gr-registry create-thing-group many
	sql "INSERT INTO member SELECT 'many', name FROM thing WHERE name LIKE 'many-%'"
	gr-jobs create -t thinggroup/many all >/dev/null
	await sql_is "SELECT count(*) FROM execution WHERE job = 'all'" 2500
	thing_new zz-last
	here
	job_new j1
	await stalled_is "$(says zz-last j1 1)"
}
