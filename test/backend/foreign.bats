# SPDX-License-Identifier: Apache-2.0
# Devices that are not ours: they say their final word once, go back to a backup at any restart,
# and nobody tells the backend. What such a device may still go back to is not retired.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

setup() {
	lab_use
	DEVICE=another
	thing_new
	A=$OLD
	pair A
}

# pair NAME: the pair that we hold is kept as NAME.pem, NAME.key;
# on NAME: the device runs on that pair
pair() { cp "$CERT" "$1.pem" && cp "$KEY" "$1.key"; }
on() { CERT=$1.pem KEY=$1.key; }
# restarted NAME: the device comes back over that pair and is let in
restarted() {
	on "$1"
	turned
}
# shut_out NAME: the broker refuses it
shut_out() {
	on "$1"
	run -5 ask
}

# issued NAME JOB: over the pair that the device runs on it begins the job and gets NAME;
# the variable NAME is its id
issued() {
	J=$J0-$2
	job_started
	key_new "$1"
	accepted create "$(csr_of "$1")"
	jq -r .certificatePem <<<"$BODY" >"$1.pem"
	printf -v "$1" %s "$(certificate_id "$1.pem")"
}
# event TOPIC PAYLOAD PRINCIPAL: for a handler alone
event() {
	jq -nc --arg topic "$(topic "$1")" --argjson payload "$2" --arg principal "$3" \
		--arg client "$CLIENT" \
		'{topic: $topic, principal: $principal, clientId: $client, payload: $payload}'
}
canceled() { gr-jobs cancel -f "$J" >/dev/null; }
granted() { accepted commit "{\"jobId\":\"$J\"}"; }

# has NAME...: just these are attached to the thing, and ACTIVE
has() {
	local name ids=
	for name; do ids+="${!name}ACTIVE"$'\n'; done
	sql_is "SELECT p.certificate || c.status FROM principal p JOIN certificate c ON c.id = p.certificate WHERE p.thing = '$THING' ORDER BY 1" \
		"$(printf %s "$ids" | sort)"
}
# soon NAME...: the same, once the backend is done
soon() { await has "$@"; }
survivor_is() { sql_is "SELECT coalesce(survivor, '') FROM rotation WHERE new = '${!1}'" "$2"; }
no_alarm() { sql_is "SELECT count(*) FROM alarm WHERE thing = '$THING'" 0; }

# A is live; B was issued over it, and the device runs on B
on_trial() {
	J0=$J
	issued B 1
	restarted B
}

# --- a word that decides nothing -----------------------------------------------------------------

@test "another program: FAILED over NEW is accepted and decides nothing" {
	on_trial
	granted
	heard FAILED ''
	execution_is FAILED
	turned
	survivor_is B ''
	has A B
	restarted B
	has A B
	no_alarm
}

@test "another program: REJECTED over NEW is accepted and decides nothing" {
	on_trial
	granted
	heard REJECTED ''
	restarted B
	survivor_is B ''
	has A B
}

@test "another program: FAILED over NEW after TIMED_OUT is refused and decides nothing" {
	on_trial
	sql "UPDATE execution SET deadline = 1 WHERE job = '$J' AND status = 'IN_PROGRESS'"
	await execution_is TIMED_OUT
	say FAILED
	[ "$ANSWER" = rejected ]
	turned
	survivor_is B ''
	has A B
}

@test "another program: FAILED over OLD keeps OLD and retires NEW" {
	on_trial
	on A
	heard FAILED OLD
	soon A
	shut_out B
}

@test "our program: FAILED over NEW keeps OLD" {
	DEVICE=gr
	on_trial
	heard FAILED OLD
	soon A
}

@test "program replaced during a rotation: FAILED over NEW decides nothing, whichever program sends it" {
	on_trial
	DEVICE=gr
	heard FAILED ''
	restarted B
	has A B
	J0=$J0-b
	issued C 2
	survivor_is B NEW
	soon A B C
	restarted C
	DEVICE=another
	heard FAILED ''
	has B C
}

@test "another program: FAILED over NEW, then commit and SUCCEEDED, keeps NEW" {
	on_trial
	granted
	heard FAILED ''
	say SUCCEEDED
	[ "$ANSWER" = rejected ]
	survivor_is B NEW
	soon B
}

# --- what decides instead ------------------------------------------------------------------------

@test "another program: FAILED over NEW, then a session over OLD, keeps OLD" {
	on_trial
	heard FAILED ''
	on A
	turned
	survivor_is B OLD
	soon A
	shut_out B
	grep -q '"event":"survivor".*"thingName":"'"$THING"'".*"survivor":"OLD"' "$GR_HOME/ledger"
}

@test "another program: a session over OLD decides nothing without FAILED before it" {
	on_trial
	restarted A
	survivor_is B ''
	has A B
}

@test "another program: a session over OLD that began before FAILED decides nothing, also when the broker reports it again" {
	own_lab
	thing_new
	A=$OLD
	pair A
	J0=$J
	issued B 1
	hold_session "$THING" A
	CLIENT="$THING#gr"
	on B
	heard FAILED ''
	lab.sh stop "$LAB" backend
	lab.sh start "$LAB" backend
	ask "$(topic jobs/get)" '{}' >/dev/null
	sql_is "SELECT live FROM session WHERE thing = '$THING'" 1
	survivor_is B ''
	has A B
	let_go
	CLIENT=$THING
	on A
	ask "$(topic jobs/get)" '{}' >/dev/null
	survivor_is B OLD
}
# hold_session CLIENT NAME: stays connected over that pair until let_go
hold_session() {
	stdbuf -oL mosquitto_sub -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" \
		--cert "$2.pem" --key "$2.key" -i "$1" -q 1 -d \
		-t "$(topic jobs/notify)" >held 2>&1 3>&- &
	HELD=$!
	await grep -q '^Subscribed (mid' held
}
let_go() {
	kill -KILL "$HELD"
	wait "$HELD" || :
}

@test "another program: FAILED over NEW, then create over NEW, keeps NEW" {
	on_trial
	heard FAILED ''
	issued C 2
	survivor_is B NEW
	survivor_is C ''
	has A B C
	no_alarm
}

# --- what is kept --------------------------------------------------------------------------------

@test "another program: after a cancellation during the trial and a create over NEW, OLD is kept without an alarm or a finding" {
	on_trial
	canceled
	issued C 2
	survivor_is B NEW
	turned
	has A B C
	no_alarm
	gr-audit >findings || [ $? -eq 1 ]
	! grep -F "$THING	" findings
	run -0 gr-registry history "$THING"
	[[ $output == *"kept certificate           $A: the device may still go back to it"* ]]
	[ "$(gr-registry history -j "$THING" |
		jq -rs 'flatten | map(.keptCertificateId // empty) | join(" ")')" = "$A" ]
}

@test "another program: a device that goes back to the kept OLD is accepted and gets a certificate" {
	on_trial
	canceled
	issued C 2
	restarted A
	heard FAILED ''		# of the second job, which no longer means anything to it
	execution_is FAILED
	issued D 3
	survivor_is C OLD
	soon A B D
	no_alarm
	restarted D
	granted
	heard SUCCEEDED NEW
	soon D
	shut_out A
	shut_out B
}

@test "another program: a device that goes back to OLD without a message succeeds in its next rotation" {
	on_trial
	canceled
	issued C 2
	restarted A
	canceled
	issued D 3
	soon A B D
	restarted D
	granted
	heard SUCCEEDED NEW
	soon D
	sql_is "SELECT count(*) FROM rotation WHERE thing = '$THING' AND retired IS NULL" 0
	sql_is "SELECT count(*) FROM kept WHERE thing = '$THING'" 0
}

@test "kept certificate: it is retired when the thing first connects with a certificate issued over another one" {
	on_trial
	canceled
	issued C 2
	has A B C
	restarted C
	soon B C
	shut_out A
	on C
	canceled
	issued D 3
	has B C D
}

@test "kept certificate: it is retired when a later rotation succeeds" {
	on_trial
	canceled
	issued C 2
	canceled
	issued D 3
	survivor_is C OLD
	soon A B D
	# Of its session over D nobody heard: the daemon was away.
	event commit "{\"jobId\":\"$J\"}" "$D" | gr-commit-certificate >/dev/null
	event "jobs/$J/update" '{"status":"SUCCEEDED"}' "$D" | gr-job-terminal >/dev/null
	soon D
}

@test "kept certificate: one that the thing never connected with is not kept" {
	J0=$J
	issued B 1
	canceled
	issued C 2
	survivor_is B OLD
	soon A C
	shut_out B
}

@test "our program: a certificate that a later create settled against is retired" {
	DEVICE=gr
	on_trial
	canceled
	issued C 2
	soon B C
}

@test "kept certificate: jobs canceled one after the other leave at most three certificates, and one after a success" {
	local before=A name n=0
	J0=$J
	for name in B C D E F; do
		n=$((n + 1))
		issued "$name" "$n"
		[ "$(sql "SELECT count(*) FROM principal WHERE thing = '$THING'")" -le 3 ]
		restarted "$before"
		restarted "$name"
		[ "$(sql "SELECT count(*) FROM principal WHERE thing = '$THING'")" -le 3 ]
		canceled
		before=$name
	done
	issued G 9
	restarted G
	granted
	heard SUCCEEDED NEW
	soon G
	no_alarm
}

@test "kept certificate: gr-audit --rotate still finds its thing" {
	own_lab
	thing_new
	A=$OLD
	pair A
	on_trial
	canceled
	issued C 2
	heard FAILED OLD
	soon A B
	sql "UPDATE certificate SET created = 1 WHERE id = '$B'"
	run -1 --separate-stderr gr-audit -c old -a 365 --rotate
	await sql_is \
		"SELECT count(*) FROM execution WHERE thing = '$THING' AND status = 'QUEUED'" 1
}

@test "kept certificate: it is in a backup, and the ledger is enough to keep it after a restore" {
	own_lab
	thing_new
	A=$OLD
	pair A
	J0=$J
	gr-registry backup before
	issued B 1
	turned
	restarted B
	canceled
	issued C 2
	has A B C
	gr-registry backup after
	for copy in after before; do
		gr-registry restore "$copy"
		has A B C
		gr-registry resume-retirement >/dev/null
		await requests_are_heard
		has A B C
		sql_is "SELECT certificate FROM kept WHERE successor IS NULL" "$A"
	done
	restarted A
}
requests_are_heard() { accepted jobs/get '{}' 2>/dev/null; }

@test "kept certificate: one that an operator attaches to another thing stays there" {
	on_trial
	canceled
	issued C 2
	gr-registry detach-thing-principal "$THING" "$A" >/dev/null
	gr-registry create-thing "$THING-b" >/dev/null
	gr-registry attach-thing-principal "$THING-b" "$A" >/dev/null
	restarted C
	granted
	heard SUCCEEDED NEW
	soon C
	await sql_is "SELECT count(*) FROM kept WHERE thing = '$THING'" 0
	sql_is "SELECT count(*) FROM rotation WHERE thing = '$THING' AND retired IS NULL" 0
	sql_is "SELECT p.thing || c.status FROM principal p JOIN certificate c ON c.id = p.certificate WHERE c.id = '$A'" "$THING-bACTIVE"
}

@test "registry: one of the version before is upgraded, and its open rotations keep their certificates" {
	on_trial
	canceled
	sqlite3 "$GR_HOME/shared/registry.db" ".backup 1.db"
	sqlite3 1.db "PRAGMA foreign_keys = OFF; DROP TABLE kept; DROP INDEX rotation_copy; ALTER TABLE certificate DROP COLUMN seen; ALTER TABLE rotation DROP COLUMN failed;
		ALTER TABLE rotation DROP COLUMN not_ours; UPDATE meta SET value = 1 WHERE key = 'version'"
	mkdir -p copy/shared
	cp 1.db copy/shared/registry.db
	GR_HOME=$PWD/copy before_notices_had_columns
	gr-registry list-things -H copy | grep -q "$THING"
	diff <(sqlite3 copy/shared/registry.db "SELECT name FROM pragma_table_info('rotation') UNION SELECT name FROM pragma_table_info('certificate') UNION SELECT name FROM sqlite_schema" | sort) \
		<(sqlite3 "$GR_HOME/shared/registry.db" "SELECT name FROM pragma_table_info('rotation') UNION SELECT name FROM pragma_table_info('certificate') UNION SELECT name FROM sqlite_schema" | sort)
	[ "$(sqlite3 copy/shared/registry.db "SELECT value FROM meta WHERE key = 'version'")" = 4 ]
	[ "$(sqlite3 copy/shared/registry.db "SELECT not_ours FROM rotation WHERE new = '$B'")" = \
		1 ]
	[ "$(sqlite3 copy/shared/registry.db "SELECT count(*) FROM certificate WHERE id IN ('$A', '$B') AND seen IS NOT NULL")" = 2 ]
}
