# SPDX-License-Identifier: Apache-2.0
# What is said while gr-backendd is away: it counts once the daemon is back,
# and a device need not say it twice.
bats_require_minimum_version 1.5.0

setup_file() {
	load ../lib/helper
	load ../lib/lab
	ask_build
}
setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/once
	own_lab
	J=job-$BATS_TEST_NUMBER COMMIT="{\"jobId\":\"$J\"}" QOS=1
	thing_new
}
teardown() { own_lab_down; }

@test "away: a device that sends each message once rotates while the daemon is stopped and started" { the_rotation stop; }
@test "away: a device that sends each message once rotates while the daemon is killed and started" { the_rotation kill; }
@test "away: a device that sends each message once at QoS 0 rotates while the daemon is stopped and started" { QOS=0 the_rotation stop; }
@test "away: a device that sends each message once at QoS 0 rotates while the daemon is killed and started" { QOS=0 the_rotation kill; }
@test "away: a device that sends each message once rotates while daemon and broker are stopped and started" { the_rotation broker; }
@test "away: a device that sends each message once at QoS 0 rotates while daemon and broker are stopped and started" { QOS=0 the_rotation broker; }
@test "away: a device that sends each message once at QoS 2 rotates while the daemon is stopped and started" { QOS=2 the_rotation stop; }

# --- the broker ----------------------------------------------------------------------------------

broker() { lab.sh "$1" "$LAB" broker 3>&-; }
# said KIND PAYLOAD: at $QOS, and the broker has it; the connection ends then
said() { ask -q "$QOS" "=$(topic "$1")" "$2"; }
# final_word_waits: a rotation up to its last word, which is said to nobody
final_word_waits() {
	rotation_begun
	over_new
	accepted commit "$COMMIT"
	backend stop
	said "jobs/$J/update" '{"status":"SUCCEEDED"}'
}

@test "away: a final status sent while the daemon is away counts, though the broker is stopped and started meanwhile" {
	final_word_waits
	broker stop
	[ "$(stat -c %a "$LAB/broker/mosquitto.db")" = 600 ]
	broker start
	backend start
	await execution_is SUCCEEDED
	as_ever
}

@test "away: a final status sent while the daemon is away counts, though the broker reads its configuration again meanwhile" {
	final_word_waits
	broker stop
	broker start
	kill -HUP "$(cat "$LAB/broker.pid")"
	await grep -q 'Reloading config' "$LAB/broker/log"
	ask "+$(topic jobs/notify)"	# the turn of the broker's loop is over
	backend start
	await execution_is SUCCEEDED
	as_ever
}

@test "away: a thing with the daemon's name takes none of the daemon's messages" {
	final_word_waits
	us=$THING
	for name in gr-backendd backendd gr; do
		thing_new "$name"
		for CLIENT in "$name" "$name#gr"; do ask "+$(topic jobs/notify)"; done
	done
	as_thing "$us"
	backend start
	await execution_is SUCCEEDED
	only_is "$NEW"
}

@test "away: a broker that has lost the daemon's session acknowledges no request" {
	own_lab_down
	lab.sh up -n 0 -a ECDSA-P256 "$LAB" >/dev/null 3>&-
	PORT=$(cat "$LAB/port")
	thing_new
	backend stop
	broker kill
	rm -f "$LAB/broker/mosquitto.db"
	broker start
	run -6 said jobs/get '{}'
	QOS=0 run -6 ask -q 0 "=$(topic jobs/get)" '{}' "?nothing"
	grep -q 'gr-broker: .*gr-backendd has not subscribed yet' "$LAB/broker/log"
	backend start
	accepted jobs/get '{}'
}

# --- the registry --------------------------------------------------------------------------------

# thrice: it comes again, over a new connection each time, as long as it is not acknowledged
thrice() { [ "$(grep -c ' as gr/backendd (' "$LAB/broker/log")" -ge 4 ]; }

@test "killed: a final status that the daemon had handled and not recorded yet counts" {
	rotation_begun
	over_new
	accepted commit "$COMMIT"
	# A constraint that is looked at when the transaction ends.
	sql "CREATE TABLE late (x TEXT REFERENCES meta (key) DEFERRABLE INITIALLY DEFERRED);
		CREATE TRIGGER late AFTER UPDATE OF survivor ON rotation BEGIN INSERT INTO late VALUES ('none'); END"
	said "jobs/$J/update" '{"status":"SUCCEEDED"}'
	await thrice
	grep -q 'FOREIGN KEY' "$LAB/backend.log"
	backend kill
	execution_is IN_PROGRESS
	sql 'DROP TRIGGER late'
	backend start
	await execution_is SUCCEEDED
	as_ever
}

# --- how much may wait ---------------------------------------------------------------------------

resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$(cat "$LAB/broker.pid")/status"; }

# others_fill: 2 MB of each of 40 things
others_fill() {
	local n us=$THING
	head -c 131072 /dev/zero >zeros
	flood=()
	for _ in {1..20}; do flood+=('=$aws/things/other-N/jobs/get' @zeros); done
	for n in {1..40}; do
		thing_new "other-$n"
		ask "${flood[@]//other-N/other-$n}" || break
	done
	as_thing "$us"
}

@test "bound: 64 MB may wait for the daemon; more is not acknowledged until the daemon has caught up" {
	final_word_waits
	before=$(resident)
	others_fill
	over_new
	grep -q "gr-broker: requests are not taken and their connections closed, that of other-3[0-9] for one: too much waits for gr-backendd already" "$LAB/broker/log"
	# There may be room for some that are small.
	flood=()
	for _ in {1..200}; do flood+=("=$(topic jobs/get)" '{}'); done
	run -6 ask "${flood[@]}"
	run -6 ask -q 0 "=$(topic jobs/get)" '{}' '?nothing'
	# What is no request is nobody's business here.
	ask "+things/$THING/x" "=things/$THING/x" x
	# a sanitizer keeps what was freed
	[ -n "${SANITIZE:-}" ] || [ $(($(resident) - before)) -lt 200000 ]
	backend start
	await execution_is SUCCEEDED
	await accepted jobs/get '{}'
	as_ever
}

@test "bound: one thing may have 2 MB of that; its further requests are dropped, and others are answered" {
	thing_new loud
	thing_new quiet
	J=job-q
	job_new "$J"
	backend stop
	as_thing loud
	head -c 131072 /dev/zero >zeros
	flood=()
	# of which less than a hundred in a row are dropped
	for _ in {1..100}; do flood+=("=$(topic jobs/get)" @zeros); done
	before=$(resident)
	ask "${flood[@]}"
	[ -n "${SANITIZE:-}" ] || [ $(($(resident) - before)) -lt 20000 ]
	as_thing quiet
	said "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	backend start
	await execution_is IN_PROGRESS
	as_thing loud
	await accepted jobs/get '{}'
}

@test "bound: a message longer than 128 kB is refused and not kept" {
	backend stop
	head -c 131073 /dev/zero >zeros
	flood=()
	# of which less than a hundred in a row are dropped
	for _ in {1..100}; do flood+=("=$(topic jobs/get)" @zeros); done
	ask "${flood[@]}"
	broker stop
	[ "$(stat -c %s "$LAB/broker/mosquitto.db")" -lt 1000000 ]
	broker start
	backend start
	ask "$(topic jobs/get)" @zeros >messages
	grep -q '^[^ ]*/jobs/get/rejected .*"code":"InvalidJson"' messages || {
		cat messages
		return 1
	}
}
