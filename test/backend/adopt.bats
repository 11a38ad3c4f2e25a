# SPDX-License-Identifier: Apache-2.0
# A backend with an older copy of the registry: devices come with a certificate of our own
# authority that the copy does not know. By hand it is taken in again; a thing that has several
# certificates afterwards can be settled.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/ledger
	ask_build
	own_lab
	J=j
}
teardown() {
	own_lab_down
}

# older_copy: the thing rotates to ./a.pem, and registry and ledger are as before; sets LIVE
older_copy() {
	thing_new
	gr-registry backup b
	rotated a
	LIVE=$NEW
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	rm "$GR_HOME/ledger" "$GR_HOME"/shared/registry.db*
	gr-registry restore --no-ledger b
	lab.sh start "$LAB" broker
	lab.sh start "$LAB" backend
	CERT=$PWD/a.pem KEY=$PWD/a.key
}
has_alarm() { [ "$(alarms "$1")" -ge 1 ]; }

@test "adopt-certificate: a device whose certificate the copy does not know is taken again, and its next rotation leaves one certificate" {
	older_copy
	is_refused
	run -0 --separate-stderr gr-registry adopt-certificate -j "$THING" a.pem
	json_is "$output" '{"thingName":"'"$THING"'","certificateId":"'"$LIVE"'"}'
	is_taken
	has_alarm adopted
	sql_is "SELECT group_concat(policy) FROM certificate_policy WHERE certificate = '$LIVE'" rotation
	grep -q '"event":"adopted".*"certificateId":"'"$LIVE"'"' "$GR_HOME/ledger"
	gr-registry resume-retirement
	J=next
	rotation_begun
	mv new.pem next.pem
	mv new.key next.key
	CERT=next.pem KEY=next.key
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
	await sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 1
	only_is "$NEW"
}

@test "settle: a thing that has several certificates keeps the one that is named" {
	older_copy
	gr-registry adopt-certificate "$THING" <a.pem
	gr-registry resume-retirement
	run -0 gr-registry settle -j "$THING" "$LIVE"
	json_is "$output" '{"thingName":"'"$THING"'","certificateId":"'"$LIVE"'"}'
	await sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 1
	only_is "$LIVE"
	is_taken
	run -1 gr-registry settle "$THING" "$OLD"
	[ "$output" = "gr-registry: $OLD: no certificate that $THING can use; it must be ACTIVE, attached and not expired" ]
	run -100 gr-registry settle "$THING" other
	only_is "$LIVE"
}

@test "settle: certificates that nothing explains, and an open rotation, end in one certificate" {
	thing_new
	rotation_begun
	sql "UPDATE rotation SET survivor = 'OLD', decided = 1, retired = 1 WHERE thing = '$THING'"
	J=second
	gr-registry settle "$THING" "$OLD"
	await sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 1
	only_is "$OLD"
	is_taken
	rotation_begun
	gr-registry settle "$THING" "$NEW"
	await sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 1
	only_is "$NEW"
	custody_is survivor NEW
}

@test "adopt-certificate: what was adopted is in the ledger, and a restore from it takes it in" {
	older_copy
	gr-registry backup b2
	gr-registry adopt-certificate "$THING" a.pem
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	gr-registry restore b2
	sql_is "SELECT count(*) FROM principal WHERE thing = '$THING' AND certificate = '$LIVE'" 1
	sql_is "SELECT group_concat(certificate) FROM (SELECT certificate FROM kept
		WHERE thing = '$THING' ORDER BY certificate = '$OLD')" "$LIVE,$OLD"
	sql_is "SELECT group_concat(policy) FROM certificate_policy WHERE certificate = '$LIVE'" rotation
	lab.sh start "$LAB" broker
	lab.sh start "$LAB" backend
	is_taken
}

@test "adopt-certificate: of another authority, revoked, known, or no certificate: refused, and nothing changes" {
	older_copy
	no_line() {
		local want=$1
		shift
		run -1 --separate-stderr "$@"
		[ "$stderr" = "gr-registry: $want" ]
	}
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout foreign.key \
		-out foreign.pem -subj "/CN=$THING" 2>/dev/null
	no_line "$(certificate_id foreign.pem): was not issued by an authority in $GR_HOME/ca" \
		gr-registry adopt-certificate "$THING" foreign.pem
	no_line "none: no such thing" gr-registry adopt-certificate none a.pem
	no_line "$OLD: is registered already" \
		gr-registry adopt-certificate "$THING" "$LAB/things/$THING/certificate.pem"
	sql "INSERT INTO revoked (certificate, thing, serial, revoked) VALUES ('$LIVE', 'x', '1', 1)"
	no_line "$LIVE: is revoked, which cannot be undone" gr-registry adopt-certificate "$THING" a.pem
	sql "DELETE FROM revoked"
	echo junk >junk
	run -100 gr-registry adopt-certificate "$THING" junk
	run -100 gr-registry adopt-certificate "$THING" missing
	only_is "$OLD"
	is_refused
}

# --- from the connection ------------------------------------------------------------------------

# connecting RC: ends so, see tools/ask.c
connecting() {
	local rc=0
	ask "$(topic jobs/get)" '{}' >/dev/null 2>&1 || rc=$?
	[ "$rc" -eq "$1" ] || { echo "ask: $rc" >&2; return 1; }
}
# hears_nothing: the broker closes the connection without an answer. That is no no: a device that
# hears one may give the certificate up.
hears_nothing() { connecting 6; }
hears_no() { connecting 5; }
# not_taken_in REASON: nor will it be
not_taken_in() {
	hears_nothing
	await sql_is "SELECT count(*) FROM alarm WHERE kind = 'unknown-certificate' AND text LIKE '%$1'" 1
	only_is "$OLD"
}

@test "adopt-by-connection: a device with a certificate that the copy does not know is taken in by connecting, and never hears a no" {
	older_copy
	hears_no
	run -0 --separate-stderr gr-registry adopt-by-connection -t 1
	[[ $output = 'unknown certificates of ours are taken in until '????-??-??T* ]]
	[ "$(alarms adopting '')" = 1 ]
	hears_nothing
	await sql_is "SELECT count(*) FROM principal WHERE certificate = '$LIVE'" 1
	is_taken
	has_alarm adopted
	sql_is "SELECT group_concat(policy) FROM certificate_policy WHERE certificate = '$LIVE'" rotation
	grep -q '"event":"adopted".*"certificateId":"'"$LIVE"'"' "$GR_HOME/ledger"
	grep -q '"event":"adopting".*"hours":1' "$GR_HOME/ledger"
	gr-registry settle "$THING" "$LIVE"
	gr-registry resume-retirement
	await only_is "$LIVE"
	is_taken
}

@test "adopt-by-connection: it ends by itself, or by hand: then it is a no again" {
	older_copy
	gr-registry adopt-by-connection
	sql "UPDATE meta SET value = 1 WHERE key = 'adopting'"
	await sql_is "SELECT count(*) FROM meta WHERE key = 'adopting'" 0
	[ "$(alarms adopting '')" = 0 ]
	hears_no
	run -0 --separate-stderr gr-registry adopt-by-connection -j
	jq -e '.adopting and .until' <<<"$output"
	run -0 --separate-stderr gr-registry adopt-by-connection -j -t 0
	json_is "$output" '{"adopting":false}'
	[ "$(alarms adopting '')" = 0 ]
	hears_no
	only_is "$OLD"
	run -100 gr-registry adopt-by-connection -t 721
	run -100 gr-registry adopt-by-connection -t soon
	run -100 gr-registry adopt-by-connection "$THING"
}

@test "adopt-by-connection: time that is over takes nobody in, also before the daemon has looked" {
	older_copy
	gr-registry adopt-by-connection
	lab.sh stop "$LAB" backend
	sql "UPDATE meta SET value = 1 WHERE key = 'adopting'"
	hears_nothing
	lab.sh start "$LAB" backend
	await hears_no
	only_is "$OLD"
}

@test "adopt-by-connection: a certificate that does not name the thing it connects as is not taken in" {
	older_copy
	gr-registry adopt-by-connection
	lab.sh add -a ECDSA-P256 "$LAB" another
	CLIENT=another
	hears_nothing
	await sql_is "SELECT thing FROM alarm WHERE kind = 'unknown-certificate' AND text LIKE '%commonName is not the thing''s name'" another
	sql_is "SELECT count(*) FROM principal WHERE certificate = '$LIVE'" 0
	CLIENT=nobody
	hears_nothing
	await sql_is "SELECT count(*) FROM alarm WHERE thing = 'nobody'" 1
	CLIENT=$THING
	sql "UPDATE certificate SET pem = (SELECT pem FROM certificate c JOIN principal p ON p.certificate = c.id WHERE p.thing = 'another') WHERE id = '$OLD'"
	not_taken_in 'none of that subject for the thing'
}

@test "adopt-by-connection: of two that the copy does not know the older one is not taken in after the newer one" {
	older_copy
	gr-registry adopt-by-connection
	gcc -shared -fPIC -O1 -o clock.so "$ROOT/test/tools/clock.c"
	echo 86400 >tomorrow
	LD_PRELOAD=$PWD/clock.so WRONG_CLOCK=$PWD/tomorrow openssl req -x509 -key a.key \
		-subj "/O=gr lab/CN=$THING" -out later.pem
	sql "UPDATE certificate SET pem = '$(cat later.pem)' WHERE id = '$OLD'"
	not_taken_in 'the registry has a newer one'
}

@test "adopt-by-connection: one that was revoked, or that a rotation retired, hears its no" {
	older_copy
	gr-registry adopt-by-connection
	sql "INSERT INTO revoked (certificate, thing, serial, revoked) VALUES ('$LIVE', 'x', '1', 1)"
	hears_no
	sql "DELETE FROM revoked"
	sql "INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem, requested, survivor, decided, retired)
		VALUES (999999, '$THING', 'j', 1, '$THING', '$LIVE', '$OLD', '', '', '', 1, 'NEW', 2, 3)"
	hears_no
	only_is "$OLD"
}

@test "adopt-by-connection: a certificate that an operator deleted does not come back" {
	older_copy
	gr-registry adopt-certificate "$THING" a.pem
	gr-registry update-certificate "$LIVE" INACTIVE
	gr-registry detach-thing-principal "$THING" "$LIVE"
	gr-registry detach-policy rotation "$LIVE"
	gr-registry delete-certificate "$LIVE"
	gr-registry adopt-by-connection
	not_taken_in 'the registry had it, and it was deleted'
}

@test "adopt-by-connection: a certificate of another authority that the broker trusts is not taken in" {
	older_copy
	gr-registry adopt-by-connection
	openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -subj '/CN=another authority' \
		-out other.pem 2>/dev/null
	cp other.pem "$GR_HOME/trusted/$(openssl x509 -in other.pem -noout -hash).0"
	key_new theirs
	openssl x509 -req -in theirs.csr -CA other.pem -CAkey other.key -set_serial 7 -out theirs.pem
	CERT=theirs.pem KEY=theirs.key
	not_taken_in "was not issued by an authority in $GR_HOME/ca"
}

@test "adopt-by-connection: a restore ends it" {
	thing_new
	gr-registry adopt-by-connection
	gr-registry backup b
	restore b
	sql_is "SELECT count(*) FROM meta WHERE key = 'adopting'" 0
	[ "$(alarms adopting '')" = 0 ]
}

@test "adopt-certificate: one that is never used, and that a later create leaves behind, keeps the thing from no rotation" {
	older_copy
	# The device has gone back to what the copy knows, and forgets the other one.
	gr-registry adopt-certificate "$THING" a.pem
	gr-registry resume-retirement
	over_old
	is_taken
	for J in next third; do
		rotation_begun
		mv new.pem "$J.pem"
		mv new.key "$J.key"
		CERT=$J.pem KEY=$J.key
		accepted commit "{\"jobId\":\"$J\"}"
		heard SUCCEEDED NEW
		await sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 1
		only_is "$NEW"
	done
}
