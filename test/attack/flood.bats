# SPDX-License-Identifier: Apache-2.0
# One device, or one that has lost its mind, asks for more than all others together:
# the others do not feel it.
bats_require_minimum_version 1.5.0

setup_file() {
	load ../lib/helper
	load ../lib/lab
	lab_up
	gcc -O1 -o "$BATS_FILE_TMPDIR/flood" "$ROOT/test/tools/flood.c" -lssl -lcrypto
}
teardown_file() { load ../lib/helper; load ../lib/lab; lab_down; }
setup() {
	load ../lib/helper
	load ../lib/lab
	lab_use
	thing_new "loud-$BATS_TEST_NUMBER"
	LOUD=$THING
	thing_new "quiet-$BATS_TEST_NUMBER"
	as_thing "$LOUD"
}
teardown() {
	[ -z "${STOPPED:-}" ] || kill -CONT "$STOPPED"
	for pid in ${HELPERS:-}; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" || :
	done
	[ ! -d lab ] || own_lab_down
}

# flood [OPTION...] TOPIC PAYLOAD...: by our thing; see tools/flood.c.
# Sets PUBLISHED, ACKNOWLEDGED, ANSWERS, CONNECTIONS.
flood() {
	local said
	said=$(timeout 600 "$BATS_FILE_TMPDIR/flood" -p "$PORT" \
		-a "$GR_HOME/ca/ca.pem" -c "$CERT" -k "$KEY" -i "$CLIENT" "$@") || return
	read -r _ PUBLISHED _ ACKNOWLEDGED _ ANSWERS _ CONNECTIONS <<<"${said//,/}"
}
# quiet_asks: a command for flood: the other thing asks once and has its answer
quiet_asks() {
	local t=quiet-$BATS_TEST_NUMBER
	printf "'%s' -p %s -a '%s' -c '%s' -k '%s' -i %s '\$aws/things/%s/jobs/get' '{}' >/dev/null" "$BATS_FILE_TMPDIR/ask" "$PORT" "$GR_HOME/ca/ca.pem" \
		"$LAB/things/$t/certificate.pem" "$LAB/things/$t/private.key" "$t" "$t"
}
# rate N: plugin_opt_request_rate, by a restart of our own lab's broker
rate() {
	sed -i '/request_rate/d' "$LAB/broker/mosquitto.conf"
	sed -i "/^plugin_opt_registry/a plugin_opt_request_rate $1" "$LAB/broker/mosquitto.conf"
	lab.sh stop "$LAB" broker 3>&-
	run lab.sh start "$LAB" broker 3>&-
}
# within_rate: what loud has had carried out is no more than the rate of 10 allows since BEGUN
within_rate() {
	local seconds=$(((${EPOCHREALTIME/./} - ${BEGUN/./}) / 1000000))
	[ "$(version)" -le $((50 + 10 * (seconds + 2))) ]
}
# at_last KIND PAYLOAD: accepted, when it is asked again: what waits of a flood, and what it has
# used up, have a request of the same thing dropped for a while
at_last() { WAIT=5 await accepted "$@"; }
version() { sql "SELECT version FROM execution WHERE thing = '$THING' AND job = '$J'"; }

@test "flood: 10,000 updates of one thing do not keep another thing's request from being answered; a few hundred of them are carried out" {
	job_new "$J"
	STOPPED=$(cat "$LAB/backend.pid")
	kill -STOP "$STOPPED"
	flood -n 10000 -l "kill -CONT $STOPPED; $(quiet_asks)" "$(topic "jobs/$J/update")" \
		'{"status":"IN_PROGRESS"}'
	[ "$ACKNOWLEDGED" -ge 10000 ]
	# A thousand may wait; the daemon takes 32 of those that it finds at one time.
	[ "$(version)" -lt 2000 ]
	[ "$ANSWERS" -lt 2000 ]
}

@test "flood: a dropped request has no answer and changes nothing, and later requests of the thing are answered" {
	own_lab
	rate 10
	thing_new loud
	job_new "$J"
	BEGUN=$EPOCHREALTIME
	flood -n 2000 "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}'
	[ "$ACKNOWLEDGED" -ge 2000 ]
	[ "$CONNECTIONS" -gt 1 ]	# it did not stop
	at_last jobs/get '{}'
	within_rate
	[ "$ANSWERS" -lt "$(version)" ]
	at_last "jobs/$J/update" '{"status":"IN_PROGRESS"}'
}

@test "flood: another thing's request is answered during a flood of any kind of request" {
	local get update create commit
	job_started
	key_new new
	key_new other "/O=gr lab/CN=somebody else"
	csr_of new >csr
	csr_of other >wrong
	head -c 131072 /dev/zero >zeros
	head -c 200000 /dev/zero >larger
	get=$(topic jobs/get) update=$(topic "jobs/$J/update") create=$(topic create) commit=$(topic commit)
	flood -d "$(quiet_asks)" "$create" @csr
	flood -d "$(quiet_asks)" "$create" @wrong "$commit" "{\"jobId\":\"$J\"}" \
		"$(topic request)" '{}'
	flood -d "$(quiet_asks)" "$update" '{"status":"IN_PROGRESS"}' "$get" '{}' \
		"$(topic jobs/start-next)" '{}'
	flood -d "$(quiet_asks)" "$get" @zeros "$get" @larger
	flood -d "$(quiet_asks)" "\$aws/things/$THING/shadow/get" '{}' \
		"\$aws/things/$THING/jobs/no/such" '{}'
}

@test "flood: a client that is disconnected and reconnects again and again does not disturb another thing" {
	own_lab
	rate 10	# however slow the machine is: this is exceeded
	thing_new "quiet-$BATS_TEST_NUMBER"
	thing_new loud
	timeout 600 "$BATS_FILE_TMPDIR/flood" -p "$PORT" -a "$GR_HOME/ca/ca.pem" -c "$CERT" \
		-k "$KEY" -i "$CLIENT" in/x '{}' >out 3>&- &
	HELPERS=$!
	for _ in 1 2 3; do sh -c "$(quiet_asks)"; done
	await grep -q "gr-broker: connections with certificate $OLD are closed: the thing makes more than plugin_opt_request_rate allows" "$LAB/broker/log"
	for _ in 1 2 3; do sh -c "$(quiet_asks)"; done
}

# dropped_over N: by the metrics, which are written anew all the time
dropped_over() { [ "$(sed -n 's/^gr_dropped_total{limit="rate"} //p' gr.prom)" -gt "$1" ]; }

@test "flood: a client that reconnects again and again is one line in the broker's log, one alarm, and counted in the metrics" {
	own_lab
	rate 10
	thing_new loud
	backend stop
	gr-backendd -H "$GR_HOME" -s "$GR_HOME/shared/broker.sock" -m 1000 -c 0 \
		-M "$PWD/gr.prom" >own.log 2>&1 3>&- &
	HELPERS=$!
	await grep -q '^ready$' own.log
	flood -n 2000 "$(topic jobs/get)" '{}'
	await dropped_over 300
	await sql_is "SELECT kind FROM alarm WHERE thing = 'loud'" flooding
	[ "$(grep -c "gr-broker: loud with certificate $OLD is disconnected: it goes on although its requests are dropped$" "$LAB/broker/log")" -eq 1 ]
	[ "$(grep -c "gr-broker: requests of loud with certificate $OLD are dropped: the thing asks for more than plugin_opt_request_rate allows$" "$LAB/broker/log")" -eq 1 ]
	[ "$(grep -c 'alarm: flooding: thing loud' own.log)" -eq 1 ]
}

@test "flood: plugin_opt_request_rate bounds what a thing may ask, and 0 bounds nothing" {
	own_lab
	thing_new loud
	J=job-1
	job_new "$J"
	for value in -1 x 1000001 '1 0'; do
		rate "$value"
		grep -q "plugin_opt_request_rate: $value: not a number of requests from 0 to 1000000" "$LAB/broker/log"
	done
	rate 10
	await accepted jobs/get '{}'
	steps=()
	for _ in {1..90}; do steps+=("=$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}'); done
	BEGUN=$EPOCHREALTIME
	ask "${steps[@]}"
	at_last "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	within_rate
	grep -q "gr-broker: requests of loud with certificate $OLD are dropped: " "$LAB/broker/log"
	rate 0
	await accepted jobs/get '{}'
	for _ in {1..9}; do steps+=("${steps[@]:0:180}"); done
	ask "${steps[@]}"
	at_last jobs/get '{}'
	turned
	lines=$(grep -c 'are dropped: the thing asks for more' "$LAB/broker/log" || :)
	[ "$lines" -eq 0 ]
}

@test "flood: at most 128 messages of the daemon are in flight to the broker, and none is lost" {
	own_lab
	gcc -O1 -o "$BATS_TEST_TMPDIR/ask" "$ROOT/test/tools/ask.c" -lmosquitto
	backend stop
	for n in {1..10}; do
		thing_new "pump-$n"
		steps=()
		for _ in {1..30}; do steps+=("=$(topic jobs/get)" '{}'); done
		ask "${steps[@]}"
	done
	perl "$ROOT/test/tools/holdback.pl" "$PWD/between.sock" \
		"$GR_HOME/shared/broker.sock" "$PWD" 3>&- &
	HELPERS=$!
	await test -e most -a -S between.sock
	gr-backendd -H "$GR_HOME" -s "$PWD/between.sock" -c 0 >own.log 2>&1 3>&- &
	HELPERS="$HELPERS $!"
	at_least() { [ "$(cat sent)" -ge "$1" ]; }
	await at_least 128
	touch release
	await at_least 300
	[ "$(cat most)" -le 128 ]
	as_thing pump-1
	accepted jobs/get '{}'
}

@test "flood: the subject of a CSR is checked before its signature" {
	job_started
	key_new wrong "/O=gr lab/CN=somebody else"
	# The last bytes of a request are its signature.
	openssl req -in wrong.csr -outform DER -out der
	size=$(stat -c %s der)
	printf '\0\0\0\0' | dd of=der bs=1 seek=$((size - 6)) conv=notrunc status=none
	{
		echo '-----BEGIN CERTIFICATE REQUEST-----'
		base64 -w 64 der
		echo '-----END CERTIFICATE REQUEST-----'
	} >wrong.csr
	refused create "$(csr_of wrong)" 'the subject of csr is not the one on record'
}

# --- lines ---------------------------------------------------------------------------------------

@test "repeated lines: the first is written at once, then one a minute says how often it came again" {
	gcc -O1 -I"$ROOT/src/lib" -I"$ROOT/src/backend" -o repeat "$ROOT"/test/tools/log_repeats.c \
		"$ROOT"/src/backend/base/log_repeats.c
	run -0 ./repeat <<-END
		1 - a
		2 - a
		3 - b
		4 - a
		70 - a
		71 - a
		200 - a
	END
	[ "$output" = "a
b
a (2 more in the last 69 s)
a (2 more in the last 130 s)
a" ] || [ "$output" = "a
b
a (2 more in the last 69 s)
a (2 more in the last 130 s)
a (1 more in the last 60 s)" ]
}

@test "repeated lines: one client may cause eight different lines a minute, and others still have theirs" {
	gcc -O1 -I"$ROOT/src/lib" -I"$ROOT/src/backend" -o repeat "$ROOT"/test/tools/log_repeats.c \
		"$ROOT"/src/backend/base/log_repeats.c
	{
		seq -f '1 loud line-%.0f' 5000
		echo '2 quiet other'
	} | ./repeat >said
	[ "$(grep -c '^line-' said)" -eq 8 ]
	grep -qx other said
	grep -q 'too many different lines to write each (4992 more' said
	seq -f '1 - line-%.0f' 100000 | ./repeat >said
	[ "$(wc -l <said)" -le 4100 ]
}

@test "repeated lines: an alarm that repeats is one line in the daemon's log and one row, with a count and the last time" {
	own_lab
	id=$(printf 'ab%.0s' {1..32})
	for _ in {1..5}; do
		for _ in {1..20}; do printf '{}\n'; done |
			mosquitto_pub --unix "$GR_HOME/shared/broker.sock" -q 1 \
				-t "in/$id/78/gr/refused" -l
		seq 20 | mosquitto_pub --unix "$GR_HOME/shared/broker.sock" -q 1 -t in/nobody -l
	done
	await sql_is "SELECT count FROM alarm WHERE kind = 'unknown-certificate'" 100
	sql_is 'SELECT count(*) FROM alarm' 1
	[ "$(grep -c 'alarm: unknown-certificate' "$LAB/backend.log")" -eq 1 ]
	[ "$(grep -c 'in/nobody: not a topic of the broker plugin' "$LAB/backend.log")" -eq 1 ]
	# What was counted is said at the end as well.
	backend stop
	grep -q 'in/nobody: not a topic of the broker plugin (99 more ' "$LAB/backend.log"
}
