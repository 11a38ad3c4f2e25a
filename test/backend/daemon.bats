# SPDX-License-Identifier: Apache-2.0
# The daemon: what it survives, what it never loses, what it reports.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

setup() {
	lab_use
	DAEMON= OTHER_BROKER=
}
teardown() {
	exec 5>&-
	[ -z "$OTHER_BROKER" ] || kill -KILL "$OTHER_BROKER" 2>/dev/null || :
	[ -z "$DAEMON" ] || kill -KILL "$DAEMON" 2>/dev/null || :
	own_lab_down
}

# daemon_start [OPTION...]: by hand, in the lab's place. DAEMON_RUNNER goes before it.
daemon_start() {
	: >daemon.log	# else the last one's "ready" could be taken for its own
	# shellcheck disable=SC2086 # a command with its arguments
	${DAEMON_RUNNER:-} gr-backendd -H "$GR_HOME" -s "$LAB/home/shared/broker.sock" \
		"$@" >daemon.log 2>&1 3>&- 5>&- &
	DAEMON=$!
	await grep -q '^ready$' daemon.log
}
# daemon_end: with 0, or the test fails
daemon_end() {
	local rc=0
	kill -TERM "$DAEMON"
	wait "$DAEMON" || rc=$?
	DAEMON=
	[ "$rc" -eq 0 ] || { cat daemon.log >&2; return "$rc"; }
}

# lock_registry: another writer is in the middle of its transaction, until unlock_registry
lock_registry() {
	mkfifo writer
	sqlite3 "$GR_HOME/shared/registry.db" <writer >writer.out 3>&- &
	exec 5>writer
	printf 'BEGIN IMMEDIATE;\n.print locked\n' >&5
	await grep -q locked writer.out
}
unlock_registry() {
	printf 'COMMIT;\n' >&5
	exec 5>&-
}

# --- options and start ---------------------------------------------------------------------------

@test "backendd: misuse is 100, --help and --version are 0" {
	for options in -x extra '-m 0' '-m x' '-q -1' '-q' '-m' '-c x' '-c -1' '-c'; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-backendd $options
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
	run -0 gr-backendd --help
	[[ ${lines[0]} == 'usage: gr-backendd '* ]]
	run -0 gr-backendd --version
}

@test "backendd: a folder that is no backend's is 100, with one line" {
	run -100 --separate-stderr gr-backendd -H "$PWD/none"
	[ "${#stderr_lines[@]}" -eq 1 ]
	gr-ca init -H "$PWD/half" -a ECDSA-P256
	run -100 --separate-stderr gr-backendd -H "$PWD/half"
	[[ $stderr == *'gr-registry init makes a registry' ]]
}

@test "backendd: a registry of somebody else is 100 and stays as it is" {
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	mkdir home/shared
	sqlite3 home/shared/registry.db 'CREATE TABLE x (y); INSERT INTO x VALUES (1)'
	cp home/shared/registry.db before
	run -100 --separate-stderr gr-backendd -H "$PWD/home"
	[ "$stderr" = "gr-backendd: $PWD/home/shared/registry.db: not a gr registry; gr-registry init makes one" ]
	cmp home/shared/registry.db before
	printf '%2000s' x >home/shared/registry.db
	run -100 --separate-stderr gr-backendd -H "$PWD/home"
	[ "$stderr" = "gr-backendd: $PWD/home/shared/registry.db: file is not a database" ]
}

@test "backendd: a registry of a newer version is 100 and nothing is touched" {
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	gr-registry init -H "$PWD/home"
	sqlite3 home/shared/registry.db "UPDATE meta SET value = 99 WHERE key = 'version'"
	cp home/shared/registry.db before
	run -100 --separate-stderr gr-backendd -H "$PWD/home"
	[[ $stderr == \
		*"registry version 99 is newer than this program's "*'; nothing was touched; '* ]]
	cmp home/shared/registry.db before
}

@test "backendd: a CA key and a CA certificate that do not match are 100" {
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	gr-ca init -H "$PWD/other" -a ECDSA-P256
	gr-registry init -H "$PWD/home"
	cp other/ca/ca.pem home/ca/ca.pem
	run -100 --separate-stderr gr-backendd -H "$PWD/home"
	[ "$stderr" = "gr-backendd: $PWD/home/ca: ca.key and ca.pem do not belong together" ]
}

@test "backendd: a ledger that cannot be written is 111" {
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	gr-registry init -H "$PWD/home"
	mkdir home/ledger
	run -111 --separate-stderr gr-backendd -H "$PWD/home"
	[[ $stderr == "gr-backendd: $PWD/home/ledger: cannot be opened for appending: "* ]]
}

@test "backendd: a second daemon in the same directory is 111 and does not disturb the first" {
	thing_new
	run -111 --separate-stderr gr-backendd -s "$LAB/home/shared/broker.sock"
	[ "$stderr" = "gr-backendd: $GR_HOME: another gr-backendd is running there" ]
	accepted jobs/get '{}'
}

@test "backendd: ends with 0 on SIGTERM and SIGINT, with or without a broker" {
	own_lab
	backend stop
	daemon_start
	daemon_end
	daemon_start
	kill -INT "$DAEMON"
	wait "$DAEMON"
	gr-backendd -H "$GR_HOME" -s "$PWD/none.sock" >lonely.log 2>&1 3>&- &
	DAEMON=$!
	await grep -q 'no broker there' lonely.log
	kill -TERM "$DAEMON"
	wait "$DAEMON"
	DAEMON=
}

@test "backendd: waits for the broker, and connects again when the broker was restarted" {
	own_lab
	thing_new
	lab.sh kill "$LAB" broker
	await grep -q 'connection to the broker lost' "$LAB/backend.log"
	lab.sh start "$LAB" broker 3>&-
	is_back() { [ "$(grep -c '^ready$' "$LAB/backend.log")" -eq 2 ]; }
	await is_back
	accepted jobs/get '{}'
	not grep -q 'takes our place' "$LAB/backend.log"
}

@test "backendd: says that another one took its place, and not only that the connection was lost" {
	own_lab
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	gr-registry init -H "$PWD/home"
	gr-backendd -H "$PWD/home" -s "$GR_HOME/shared/broker.sock" >second.log 2>&1 3>&- &
	DAEMON=$!
	await grep -q 'broker.sock: the broker had not ended, but closed our connection, as it does when another client .* takes our place' \
		"$LAB/backend.log"
	kill "$DAEMON"
	wait "$DAEMON"
	DAEMON=
}

@test "backendd: connects at most twice a second to a broker that refuses it" {
	printf 'user %s\nallow_anonymous false\nlistener 0 %s\n' "$(id -un)" "$PWD/sock" >conf
	mosquitto -c conf >broker.log 2>&1 3>&- &
	OTHER_BROKER=$!
	await test -S sock
	gr-ca init -H "$PWD/home" -a ECDSA-P256
	gr-registry init -H "$PWD/home"
	gr-backendd -H "$PWD/home" -s "$PWD/sock" >refused.log 2>&1 3>&- &
	DAEMON=$!
	# As the broker counts them: the daemon writes a line that comes again once a minute.
	# of two connections
	tries() { [ "$(grep -c 'not authorised' broker.log)" -ge $((2 * $1)) ]; }
	await tries 1
	start=$(date +%s%N)
	await tries 4
	took=$((($(date +%s%N) - start) / 1000000))
	[ "$took" -ge 1000 ]
}

@test "backendd: a message on a topic that is not the plugin's is dropped with a line" {
	own_lab
	thing_new
	cert=$(printf '%064d' 0)
	for t in in in/ in/x in/x/y/z "in/$cert" "in/$cert/" "in/$cert/zz/gr/connected" \
		"in/$cert/616/x" "in/$cert/00/x" "in/${cert/0/G}/61/x" "in/$cert//x" \
		"in/$cert/$(printf '61%.0s' {1..129})/x" "in/$cert/61/" "in/$cert/61/gr/none" \
		"in/$cert/61/\$aws/things/x/jobs/get"; do
		mosquitto_pub --unix "$LAB/home/shared/broker.sock" -q 1 -t "$t" -m x
	done
	accepted jobs/get '{}'
	await grep -qF "in/$cert/616/x: not a topic of the broker plugin" "$LAB/backend.log"
	sql_is 'SELECT count(*) FROM alarm' 0
}

# --- nothing is lost -----------------------------------------------------------------------------

@test "killed: what was answered is on record after the restart, at every step" {
	own_lab
	thing_new
	job_started
	killed() { backend kill && backend start; }
	killed
	rotation_asked
	killed
	accepted create "$(csr_of new)"
	body_is "\"$NEW\"" .certificateId
	over_new
	accepted commit "$COMMIT"
	killed
	custody_is 'committed > 0' 1
	heard SUCCEEDED NEW
	killed
	custody_is survivor NEW
	await certificate_is_gone "$OLD"
	only_is "$NEW"
}

@test "killed: a survivor that was written before the kill is acted on after it" {
	own_lab
	rotation_begun
	backend kill
	sql "UPDATE rotation SET survivor = 'OLD', decided = requested"
	backend start
	await certificate_is_gone "$NEW"
	only_is "$OLD"
}

@test "killed: after a torn line of the ledger the next line is whole" {
	own_lab
	backend kill
	printf '{"event":"torn' >>"$GR_HOME/ledger"
	backend start
	rotation_begun
	[ "$(grep -c '"event":"torn$' "$GR_HOME/ledger")" -eq 1 ]
	grep -v torn "$GR_HOME/ledger" | jq -es 'length > 0' >/dev/null
	grep -q "^{.*\"certificateId\":\"$NEW\"" "$GR_HOME/ledger"
}

@test "outbox: what was not published before the end is published after the restart, in order" {
	own_lab
	thing_new
	lab.sh kill "$LAB" broker
	gr-jobs create -t "thing/$THING" "$J"
	gr-jobs create -t "thing/$THING" "$J-2"
	gr-jobs cancel "$J"
	backend kill
	lab.sh start "$LAB" broker 3>&-
	ask "+$(topic jobs/notify)" "+$(topic jobs/notify-next)" \
		"!lab.sh start '$LAB' backend 3>&- 5>&-" "?$(topic jobs/notify)" \
		"?$(topic jobs/notify)" \
		"?$(topic jobs/notify)" "?$(topic jobs/notify-next)" >messages ||
		cat "$LAB/backend.log"
	sed 's/ .*//; s,.*/,,' messages | xargs >order
	[ "$(cat order)" = 'notify notify-next notify notify notify-next' ]
	json_is "$(message notify-next)" "\"$J-2\"" .execution.jobId
	await sql_is 'SELECT count(*) FROM outbox' 0
}

@test "outbox: an answer is stored in one transaction with the change that it reports" {
	own_lab
	sql "CREATE TABLE put (topic, rotations);
		CREATE TRIGGER keep AFTER INSERT ON outbox BEGIN INSERT INTO put VALUES (new.topic, (SELECT count(*) FROM rotation)); END"
	rotation_begun
	sql_is "SELECT count(*) FROM put WHERE topic LIKE 'out/%/$(topic "jobs/$J/update")/accepted'" 1
	sql_is "SELECT rotations FROM put WHERE topic = '$(topic create)/accepted'" 1
}

@test "outbox: an answer stored before the daemon ended reaches the device that still waits" {
	own_lab
	thing_new
	backend stop
	sql "INSERT INTO outbox (topic, payload) VALUES ('$(topic create)/accepted', '{\"left\":1}')"
	ask "+$(topic create)/accepted" "!lab.sh start '$LAB' backend 3>&- 5>&-" \
		"?$(topic create)/accepted" >messages
	[ "$(cat messages)" = "$(topic create)/accepted {\"left\":1}" ]
}

@test "outbox: what was sent stays until the broker confirms it, and is sent again to the next one" {
	own_lab
	thing_new
	kill -STOP "$(cat "$LAB/broker.pid")"
	gr-jobs create -t "thing/$THING" "$J"
	await sql_is "SELECT count(*) > 0 FROM outbox WHERE topic LIKE '%/jobs/notify-next'" 1
	# The daemon has put its things in order twice; what is old enough has gone.
	for _ in 1 2; do
		sql "INSERT INTO departure (certificate, at) VALUES ('x', 0)"
		await sql_is 'SELECT count(*) FROM departure WHERE at = 0' 0
	done
	lab.sh kill "$LAB" broker
	backend kill
	lab.sh start "$LAB" broker 3>&-
	ask "+$(topic jobs/notify-next)" "!lab.sh start '$LAB' backend 3>&- 5>&-" \
		"?$(topic jobs/notify-next)" >messages
	json_is "$(message notify-next)" "\"$J\"" .execution.jobId
}

@test "outbox: more rows than are sent at one time all go out" {
	own_lab
	thing_new
	backend stop
	sql "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO outbox (topic, payload) SELECT 'things/$THING/n', i FROM n"
	ask "+things/$THING/#" "!lab.sh start '$LAB' backend 3>&- 5>&-" "!sqlite3 -cmd '.timeout 10000' '$GR_HOME/shared/registry.db' \"INSERT INTO outbox (topic, payload) VALUES ('things/$THING/end', 'x')\"" \
		"?things/$THING/end" >messages
	grep "/n " messages | cut -d ' ' -f 2 | diff - <(seq 3000)
}

@test "locked registry: a request is answered once the other writer is done" {
	own_lab
	thing_new
	job_new "$J"
	lock_registry
	ask "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}' >answer 3>&- 5>&- &
	await grep -q " as $THING " "$LAB/broker/log"
	unlock_registry
	wait $!
	execution_is IN_PROGRESS
}

@test "locked registry: a request is answered though the lock lasts longer than one wait of the daemon" {
	own_lab
	thing_new
	job_new "$J"
	lock_registry
	ask "$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}' >answer 3>&- 5>&- &
	await grep -q 'database is locked' "$LAB/backend.log"
	unlock_registry
	wait $!
	[ "$(wc -l <answer)" -eq 1 ]
	execution_is IN_PROGRESS
}

@test "locked registry: the broker ends meanwhile, and the next broker is served" {
	own_lab
	thing_new
	read -r daemon <"$LAB/backend.pid"
	kill -STOP "$daemon"
	# With the stamp of the broker: the report of a session would come before it.
	for _ in 1 2 3; do echo '{}'; done |
		mosquitto_pub --unix "$LAB/home/shared/broker.sock" -q 1 -l \
			-t "in/$OLD/$(hex "$THING")/$(topic jobs/get)"
	lock_registry
	kill -CONT "$daemon"
	# it has read them and waits for its turn in the registry
	await grep -q nanosleep "/proc/$daemon/wchan"
	lab.sh kill "$LAB" broker
	unlock_registry
	lab.sh start "$LAB" broker 3>&- 5>&-
	accepted jobs/get '{}'
}

@test "commit fails: no answer leaves before what it tells of is on record, and nobody has to ask again" {
	own_lab
	rotation_begun
	# A constraint that is looked at when the transaction ends,
	# and a refusal that leaves an alarm.
	sql "CREATE TABLE late (x TEXT REFERENCES meta (key) DEFERRABLE INITIALLY DEFERRED);
		CREATE TRIGGER late AFTER INSERT ON alarm BEGIN INSERT INTO late VALUES ('none'); END"
	key_new second
	csr_of second >second.json
	ask "+$(topic create)/rejected" "+$(topic create)/accepted" \
		"=$(topic create)" @second.json \
		"!until [ \$(grep -c 'Client gr/backendd closed' '$LAB/broker/log') -ge 2 ]; do sleep 0.02; done" \
		"!sqlite3 -cmd '.timeout 10000' '$GR_HOME/shared/registry.db' 'SELECT 1 / (count(*) = 0) FROM alarm' | grep -qx 1" \
		"!sqlite3 -cmd '.timeout 10000' '$GR_HOME/shared/registry.db' 'DROP TRIGGER late'" \
		"?$(topic create)/rejected" "$(topic jobs/get)" '{}' >messages
	grep -q 'FOREIGN KEY constraint failed' "$LAB/backend.log"
	[ "$(grep -c /create/ messages)" -eq 1 ]
	[ "$(alarms second-key)" -eq 1 ]
}

@test "commit fails: sessions reported meanwhile are not forgotten" {
	own_lab
	rotation_begun
	over_new
	sql "CREATE TABLE late (x TEXT REFERENCES meta (key) DEFERRABLE INITIALLY DEFERRED);
		CREATE TRIGGER late AFTER UPDATE ON session BEGIN INSERT INTO late VALUES ('none'); END"
	mkfifo held
	ask "!cat held" 3>&- &
	exec 5>held
	await grep -q 'FOREIGN KEY' "$LAB/backend.log"
	sql 'DROP TRIGGER late'
	await sql_is "SELECT certificate FROM session WHERE thing = '$THING'" "$NEW"
	exec 5>&-
	wait $!
}

# --- who is there --------------------------------------------------------------------------------

connected() {
	[ "$(gr-registry list-things -j |
		jq -r ".[] | select(.thingName == \"$THING\") | .connected")" = "$1" ]
}

@test "session: list-things shows which things are connected" {
	own_lab
	thing_new
	connected false
	mkfifo held
	ask "!cat held" 3>&- &
	exec 5>held
	await connected true
	exec 5>&-
	wait $!
	await connected false
}

@test "session: one that ended while the daemon was away has ended" {
	own_lab
	thing_new
	mkfifo held
	ask "!cat held" 3>&- &
	exec 5>held
	await connected true
	backend kill
	exec 5>&-
	wait $!
	backend start
	await connected false
}

@test "session: one that goes on is known to the next daemon" {
	own_lab
	thing_new
	mkfifo held
	ask "!cat held" 3>&- &
	exec 5>held
	await connected true
	backend kill
	sql 'DELETE FROM session'
	backend start
	await connected true
	exec 5>&-
	wait $!
}

# --- alarms --------------------------------------------------------------------------------------

# shut_out: the broker refuses us
shut_out() { run -5 ask; }

@test "alarm: a retired certificate that connects raises one, once" {
	rotation_begun
	over_new
	accepted commit "$COMMIT"
	heard SUCCEEDED NEW
	await certificate_is_gone "$OLD"
	over_old
	for CLIENT in "$THING" "$THING#gr" "$THING#probe"; do shut_out; done
	await sql_is \
		"SELECT count FROM alarm WHERE kind = 'retired-used' AND certificate = '$OLD'" 3
	[ "$(alarms retired-used)" -eq 1 ]
	run -0 gr-registry alarms -j
	json_is "$output" '[{"kind":"retired-used","thingName":"'"$THING"'","certificateId":"'"$OLD"'","text":"a retired certificate tried to connect","count":3}]' \
		"map(select(.certificateId == \"$OLD\") | del(.at))"
}

@test "alarm: the new certificate of a rotation that was rolled back raises one when it connects" {
	rotation_begun
	heard FAILED OLD
	await certificate_is_gone "$NEW"
	over_new
	shut_out
	await sql_is \
		"SELECT count FROM alarm WHERE kind = 'retired-used' AND certificate = '$NEW'" 1
}

@test "alarm: an unregistered certificate of our CA raises one, once" {
	thing_new
	key_new unknown
	openssl x509 -req -in unknown.csr -CA "$GR_HOME/ca/ca.pem" -CAkey "$GR_HOME/ca/ca.key" \
		-set_serial 1 -days 2 -out unknown.pem 2>/dev/null
	id=$(certificate_id unknown.pem)
	CERT=unknown.pem KEY=unknown.key
	for CLIENT in "$THING" "$THING#gr"; do shut_out; done
	await sql_is "SELECT kind || count FROM alarm WHERE certificate = '$id'" \
		unknown-certificate2
	sql_is "SELECT count(*) FROM alarm WHERE certificate = '$id'" 1
}

@test "alarm: a certificate that an operator made INACTIVE, or a wrong client id, raises none" {
	own_lab
	thing_new
	CLIENT=other
	shut_out
	CLIENT=$THING
	gr-registry update-certificate "$OLD" INACTIVE
	shut_out
	gr-registry update-certificate "$OLD" ACTIVE
	turned
	sql_is 'SELECT count(*) FROM alarm' 0
}

# --- quarantine ----------------------------------------------------------------------------------

@test "quarantine: a retired certificate stays INACTIVE and detached, and is deleted when its days are over" {
	own_lab
	backend stop
	daemon_start -q 7
	rotation_begun
	over_new
	accepted commit "$COMMIT"
	heard SUCCEEDED NEW
	await custody_is 'retired > 0' 1
	sql_is "SELECT status || (SELECT count(*) FROM principal WHERE certificate = id) FROM certificate WHERE id = '$OLD'" INACTIVE0
	only_is "$NEW"
	over_old
	shut_out
	await sql_is \
		"SELECT count(*) FROM alarm WHERE kind = 'retired-used' AND certificate = '$OLD'" 1
	over_new
	# Six days later, then seven.
	sql "UPDATE certificate SET retired = retired - 6 * 86400000 WHERE id = '$OLD'"
	turned
	sql_is "SELECT status FROM certificate WHERE id = '$OLD'" INACTIVE
	sql "UPDATE certificate SET retired = retired - 86400000 WHERE id = '$OLD'"
	turned
	await certificate_is_gone "$OLD"
	daemon_end
}

@test "quarantine: a device put back to an old image is revived for one rotation" {
	own_lab
	backend stop
	daemon_start -q 7
	rotation_begun
	over_new
	accepted commit "$COMMIT"
	heard SUCCEEDED NEW
	await custody_is 'retired > 0' 1
	first=$NEW
	gr-registry update-certificate "$first" INACTIVE
	gr-registry detach-thing-principal "$THING" "$first"
	gr-registry attach-thing-principal "$THING" "$OLD"
	gr-registry update-certificate "$OLD" ACTIVE
	over_old
	# The days of a certificate that is in use again do not end.
	sql "UPDATE certificate SET retired = retired - 8 * 86400000 WHERE id = '$OLD'"
	sql_is "SELECT retired < unixepoch() * 1000 - 7 * 86400000 FROM certificate WHERE id = '$OLD'" 1
	turned
	sql_is "SELECT status FROM certificate WHERE id = '$OLD'" ACTIVE
	[ "$(cat daemon.log)" = ready ]
	J=$J-2
	job_started
	rotation_asked
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
	await sql_is "SELECT status FROM certificate WHERE id = '$OLD'" INACTIVE
	only_is "$NEW"
	daemon_end
}

# --- the whole of it -----------------------------------------------------------------------------

@test "memory: no error and no leak over rotations, refusals, reports and a lost broker" {
	[ -z "${SANITIZE:-}" ] || DAEMON_RUNNER=
	[ -n "${SANITIZE:-}" ] ||
		DAEMON_RUNNER='valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=86'
	own_lab
	backend stop
	daemon_start -q 0
	thing_new
	job_new "$J" -T 5
	accepted jobs/start-next '{"statusDetails":{"a":1.5},"stepTimeoutInMinutes":2}'
	rotation_asked
	refused create '{"jobId":"'"$J"'","csr":"x"}' 'csr is not a PEM PKCS#10 request'
	accepted create "$(csr_of new)"
	key_new second
	refused create "$(csr_of second)" \
		'this execution has a certificate for another key already'
	rejected jobs/get '{' InvalidJson
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"a":{}}}' \
		InvalidRequest
	rejected "jobs/$J/update" '{"status":"IN_PROGRESS","expectedVersion":9}' VersionMismatch
	accepted "jobs/$J/get" '{"includeJobDocument":true}'
	lab.sh stop "$LAB" broker
	lab.sh start "$LAB" broker 3>&-
	is_back() { [ "$(grep -c '^ready$' daemon.log)" -eq 2 ]; }
	await is_back
	over_new
	accepted commit "$COMMIT"
	request "jobs/$J/update" \
		'{"status":"SUCCEEDED","includeJobExecutionState":true,"includeJobDocument":true}'
	[ "$ANSWER" = accepted ]
	await certificate_is_gone "$OLD"
	over_old
	shut_out
	over_new
	say SUCCEEDED
	[ "$ANSWER" = rejected ]
	cp new.pem first.pem
	cp new.key first.key
	CERT=first.pem KEY=first.key J=$J-2
	job_started
	rotation_asked
	sql "UPDATE execution SET deadline = 1 WHERE job = '$J'"
	await execution_is TIMED_OUT
	say FAILED
	[ "$ANSWER" = rejected ]
	await certificate_is_gone "$NEW"
	daemon_end
	not grep -q '^==' daemon.log
}

@test "backendd: a socket path that is too long is 100 at once" {
	run -100 --separate-stderr timeout 600 gr-backendd -H "$GR_HOME" -s "/$(printf '%0107d' 0)"
	[[ $stderr == *': longer than the 107 bytes'* ]]
	run -100 --separate-stderr gr-backendd -m 0
	[ "$stderr" = 'gr-backendd: --minute: 0: not a number from 1 to 4294967295' ]
}

# --- connections that the broker closes ----------------------------------------------------------

# thrown_out N [CLIENT]: our thing publishes N times where it may not,
# and loses its connection each time
thrown_out() {
	local n
	for ((n = 0; n < $1; n++)); do
		CLIENT=${2:-$THING} run -6 ask "=\$aws/things/other/jobs/get" '{}'
	done
}
closings() { sql "SELECT coalesce(sum(count), 0) FROM total WHERE name = 'closings'"; }
closings_are() { [ "$(closings)" -eq "$1" ]; }

@test "disconnected: a client that is disconnected again and again is one alarm, whose count goes up" {
	own_lab
	thing_new
	thrown_out 4
	await closings_are 4
	sql_is 'SELECT count(*) FROM alarm' 0
	thrown_out 3
	await closings_are 7
	sql_is "SELECT kind || ' ' || thing || ' ' || certificate || ' ' || count FROM alarm" \
		"thrown-out $THING $OLD 3"
	# Another topic, another client of the thing: it stays one.
	CLIENT=$THING#x run -6 ask "=\$aws/things/$THING/jobs/get" '{}'
	await closings_are 8
	sql_is "SELECT count(*) || ' ' || max(count) FROM alarm" '1 4'
	run -0 gr-registry alarms
	[[ $output == *thrown-out*"$THING"*"$OLD"*"client $THING is disconnected again and again, now for publishing on \$aws/things/other/jobs/get: this is a request of another thing"* ]]
	grep -q "alarm: thrown-out: thing $THING" "$LAB/backend.log"
	run -0 gr-registry history "$THING"
	[[ $output == \
		"alarm thrown-out, 4 times, last at "*": client $THING is disconnected again and again"* ]]
	# What others do is theirs.
	thing_new "$THING-b"
	thrown_out 1
	await closings_are 9
	sql_is "SELECT count(*) FROM alarm" 1
}

@test "disconnected: clients are counted in the metrics by rule, per minute of the backend's clock" {
	own_lab
	thing_new
	backend stop
	: >daemon.log
	gr-backendd -H "$GR_HOME" -s "$LAB/home/shared/broker.sock" -m 100 \
		-M "$PWD/gr.prom" >daemon.log 2>&1 3>&- &
	DAEMON=$!
	await grep -q '^ready$' daemon.log
	thrown_out 2
	CLIENT=$THING#x run -6 ask "=$(topic jobs/get)" '{}'
	await grep -qxF \
		'gr_connections_closed_total{rule="this is a request of another thing"} 2' gr.prom
	await grep -qxF \
		'gr_connections_closed_total{rule="this client id may not rotate its thing"} 1' \
		gr.prom
	# Ten minutes are a second here: some closings each now and then are no news.
	for n in 1 2; do
		sleep 1
		thrown_out 1
	done
	await closings_are 5
	sql_is 'SELECT count(*) FROM alarm' 0
	daemon_end
}
