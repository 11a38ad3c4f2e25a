# SPDX-License-Identifier: Apache-2.0
# Backups, and what becomes of devices when an old one is put back.
# W4, W17, W18: nobody is locked out.
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

# --- backup --------------------------------------------------------------------------------------

@test "backup: registry, ledger and CAs are complete and readable by the owner alone, while daemon and broker go on" {
	thing_new
	rotated a
	gr-registry backup b >out
	[ ! -s out ]
	(cd "$GR_HOME" && find ./ca ./trusted -type f ! -name '*.key') >want
	printf './%s\n' SHA256SUMS ledger registry.db time >>want
	(cd b && find . -type f) | sort | diff - <(sort want)
	(cd b && sha256sum --quiet -c SHA256SUMS)
	[ -z "$(find b -perm /077)" ]
	cmp b/ledger "$GR_HOME/ledger"
	for table in thing certificate principal rotation execution job policy \
		certificate_policy seen_key; do
		[ "$(sqlite3 b/registry.db "SELECT * FROM $table")" = \
			"$(sql "SELECT * FROM $table")" ]
	done
	[ "$(sqlite3 b/registry.db 'PRAGMA journal_mode; PRAGMA integrity_check' | xargs)" = \
		'delete ok' ]
	# reading it left nothing there
	[ "$(cd b && find . -type f | wc -l)" -eq "$(($(wc -l <b/SHA256SUMS) + 1))" ]
	is_taken
	run -0 --separate-stderr gr-registry backup -j b2
	[ "$stderr" = "gr-registry: b2: the authorities' private keys (1) are not in it, and without them no certificate can be issued after a restore on another machine; keep them elsewhere, or use --keys" ]
	json_is "$output" '{"backup":"b2","keys":false}'
}

@test "backup: the CAs' keys are included on request, under a passphrase" {
	echo 'correct horse' >passphrase
	run -0 --separate-stderr gr-registry backup -k passphrase b
	[ -z "$stderr" ]
	openssl pkey -in b/ca/ca.key -passin file:passphrase -out key.pem
	[ "$(openssl pkey -in key.pem -pubout)" = \
		"$(openssl pkey -in "$GR_HOME/ca/ca.key" -pubout)" ]
	grep -q 'BEGIN ENCRYPTED PRIVATE KEY' b/ca/ca.key
	run ! openssl pkey -in b/ca/ca.key -passin pass:wrong -noout
	[ "$(openssl asn1parse -in b/ca/ca.key | grep -c 'PBES2\|scrypt\|aes-256-cbc')" -eq 3 ]
	gr-registry backup -k - b2 <passphrase
	(cd b2 && sha256sum --quiet -c SHA256SUMS)
	: >passphrase
	run -100 --separate-stderr gr-registry backup -k passphrase b3
	[ "$stderr" = 'gr-registry: passphrase: its first line must be a passphrase of 1 to 1023 bytes' ]
	run -100 --separate-stderr gr-registry backup -k none b3
	[ "$stderr" = 'gr-registry: none: no such file' ]
	[ ! -e b3 ]
}

@test "backup: it never overwrites anything and never leaves half a backup" {
	mkdir b
	run -100 --separate-stderr gr-registry backup b
	[ "$stderr" = 'gr-registry: b: is there already' ]
	run -100 --separate-stderr gr-registry backup none/b
	[ "$stderr" = 'gr-registry: none/b.partial: No such file or directory' ]
	chmod 644 "$GR_HOME/ca/ca.key"
	echo x >passphrase
	run -100 gr-registry backup -k passphrase c
	[ ! -e c ] && [ ! -e c.partial ]
	# What an earlier life left behind is in nobody's way.
	mkdir -p d.partial/ca
	touch d.partial/x d.partial/ca/y
	gr-registry backup d
	[ ! -e d.partial ] && [ ! -e d/x ]
}

@test "backup: it is of one moment, however much is written meanwhile" {
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO thing SELECT 'big-' || i, 0 FROM n"
	(
		while [ ! -e stop ] &&
			sql "INSERT INTO thing VALUES ('x-' || hex(randomblob(8)), 0); INSERT INTO thing_group VALUES ('y-' || hex(randomblob(8)), 0)"; do
			:
		done
	) 3>&- &
	for i in 1 2 3; do
		gr-registry backup "b$i"
		[ "$(sqlite3 "b$i/registry.db" "SELECT (SELECT count(*) FROM thing WHERE name LIKE 'x-%') - (SELECT count(*) FROM thing_group WHERE name LIKE 'y-%') IN (0, 1)")" = 1 ]
		[ "$(sqlite3 "b$i/registry.db" 'PRAGMA integrity_check')" = ok ]
	done
	touch stop
	wait
}

# --- an old one put back -------------------------------------------------------------------------

@test "restore: devices that rotated since are not locked out, and nothing is retired before the operator says so" {
	thing_new one
	thing_new two
	as_thing one
	rotated one-a
	gr-registry backup b
	rotated one-b
	B=$NEW
	rotated one-c
	C=$NEW
	as_thing two
	rotated two-a
	TWO=$NEW
	thing_new three	# registered since
	THREE=$OLD
	restore b >out
	[ "$(cat out)" = "put back as of $(cat b/time); from the ledger: 4 certificate(s), 3 survivor(s), 0 revocation(s)"$'\n''nothing is retired until gr-registry resume-retirement' ]
	for who in "one one-c $C" "two two-a $TWO"; do
		set -- $who
		as_thing "$1"
		CERT=$PWD/$2.pem KEY=$PWD/$2.key
		is_taken
		sql_is "SELECT status FROM certificate WHERE id = '$3'" ACTIVE
		sql_is "SELECT group_concat(policy) FROM certificate_policy WHERE certificate = '$3'" rotation
	done
	as_thing three
	is_taken
	sql_is "SELECT thing_group FROM member WHERE thing = 'three'" all
	# The reconciler knows what lost, and leaves it alone.
	turned
	sql_is "SELECT status || (SELECT count(*) FROM principal WHERE thing = 'one') FROM certificate WHERE id = '$B'" ACTIVE3
	sql_is "SELECT count(*) FROM rotation WHERE thing = 'one' AND survivor = 'NEW' AND retired IS NULL" 2
	gr-registry alarms |
		grep -q $'\trestored\t-\t.*nothing is retired until gr-registry resume-retirement'
	# Now it may.
	run -0 gr-registry resume-retirement -j
	json_is "$output" '{"retirement":"resumed"}'
	THING=one
	await only_is "$C"
	THING=two
	await only_is "$TWO"
	THING=three
	only_is "$THREE"
	[ "$(gr-registry alarms | grep -c restored)" -eq 0 ]
	run -1 --separate-stderr gr-registry resume-retirement
	[ "$stderr" = 'gr-registry: retirement is not paused' ]
	# And rotations go on.
	as_thing one
	CERT=$PWD/one-c.pem KEY=$PWD/one-c.key OLD=$C
	rotated one-d
}

@test "restore: a rotation under way can end either way" {
	thing_new one
	thing_new two
	gr-registry backup b
	for t in one two; do
		as_thing "$t"
		J=job-$t
		job_started
		key_new "$t"
		accepted create "$(csr_of "$t")"
		jq -r .certificatePem <<<"$BODY" >"$t.pem"
	done
	CERT=$PWD/two.pem KEY=$PWD/two.key
	accepted commit '{"jobId":"job-two"}'
	restore b
	gr-registry resume-retirement
	# The jobs are gone with the backup; the word counts all the same.
	as_thing one
	J=job-one
	both_stay
	request "jobs/$J/update" '{"status":"FAILED"}'
	[ "$(jq -r .executionState.statusDetails.survivor <<<"$BODY")" = OLD ]
	await only_is "$OLD"
	as_thing two
	both_stay
	J=job-three
	CERT=$PWD/two.pem KEY=$PWD/two.key NEW=$(certificate_id two.pem)
	job_started
	key_new two-b
	accepted create "$(csr_of two-b)"	# over NEW: that is what it lives on
	await sql_is "SELECT count(*) FROM certificate WHERE id = '$OLD'" 0
}

@test "restore: an execution whose final status came since the backup has ended" {
	thing_new
	job_new j
	gr-registry backup b
	J=j
	accepted jobs/j/update '{"status":"IN_PROGRESS"}'
	rotation_asked
	over_new
	accepted commit '{"jobId":"j"}'
	heard SUCCEEDED NEW
	restore b
	execution_is SUCCEEDED j
	sql_is "SELECT status FROM job WHERE id = 'j'" COMPLETED
}

@test "restore: certificates revoked or made INACTIVE since the backup stay so" {
	thing_new revoked
	REVOKED=$OLD
	thing_new inactive
	INACTIVE=$OLD
	gr-registry backup b
	gr-registry update-certificate "$REVOKED" REVOKED
	gr-registry update-certificate "$INACTIVE" INACTIVE
	restore b
	sql_is "SELECT count(*) FROM revoked WHERE certificate = '$REVOKED'" 1
	sql_is "SELECT status FROM certificate WHERE id = '$INACTIVE'" INACTIVE
	is_refused
	as_thing revoked
	is_refused
}

@test "restore: clients whose certificate is no longer valid are disconnected, and the daemon learns which things are connected" {
	thing_new out
	OUT=$OLD
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$OUT'"
	gr-registry backup b
	sql "UPDATE certificate SET status = 'ACTIVE' WHERE id = '$OUT'"
	mosquitto_sub -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" \
		--key "$KEY" -i out -t "$(topic jobs/notify)" >out.log 2>&1 3>&- &
	stays=$!
	await sql_is "SELECT live FROM session WHERE thing = 'out'" 1
	thing_new in
	mosquitto_sub -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" \
		--key "$KEY" -i in -t "$(topic jobs/notify)" >in.log 2>&1 3>&- &
	goes=$!
	await sql_is "SELECT live FROM session WHERE thing = 'in'" 1
	restore --cut-off 1 b
	await grep -q 'a backup of the registry was put back' "$LAB/backend.log"
	await sql_is "SELECT live FROM session WHERE thing = 'in'" 1
	await grep -q "dropping the clients of certificate $OUT" "$LAB/broker/log"
	kill -KILL "$stays" "$goes"
	wait "$stays" "$goes" || :
}

@test "restore: the daemon's numbers go on, so that nothing is sent twice or not at all" {
	thing_new
	gr-registry backup b
	for i in 1 2 3; do job_new "since-$i"; done
	await sql_is 'SELECT count(*) FROM outbox' 0
	before=$(sql "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
	restore b
	[ "$(sql "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")" -gt "$before" ]
	[ "$(sql "SELECT value FROM meta WHERE key = 'policy_epoch'")" -gt \
		"$(sqlite3 b/registry.db "SELECT value FROM meta WHERE key = 'policy_epoch'")" ]
	run -0 story
	[ "$(story ; job_new j >/dev/null)" = '' ]
	job_new after
	is_taken
	await sql_is 'SELECT count(*) FROM outbox' 0
}

@test "restore: notifications and alarms of since then are not lost" {
	mkdir "$GR_HOME/notify.d"
	printf '#!/bin/sh\n[ -e %s/open ] || exit 1\ncat >>%s/got\n' \
		"$PWD" "$PWD" >"$GR_HOME/notify.d/all"
	chmod +x "$GR_HOME/notify.d/all"
	await sql_is 'SELECT count(*) FROM channel' 1
	thing_new
	gr-registry backup b
	job_new j
	accepted jobs/j/update '{"status":"FAILED"}'
	sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES ($(date +%s)000, 'x', 't', 'c', 'since')"
	restore b
	gr-registry alarms | grep -q since
	touch open
	await grep -q '"text":"since"' got
	await grep -q '"status":"FAILED"' got
	await grep -q '"kind":"restored"' got
}

# --- another machine -----------------------------------------------------------------------------

@test "restore: works into an empty directory, with the keys and a ledger kept elsewhere" {
	thing_new
	echo secret >passphrase
	gr-registry backup -k passphrase b
	rotated a
	cp "$GR_HOME/ledger" kept
	run -100 --separate-stderr gr-registry restore -H "$PWD/new" b
	[ "$stderr" = "gr-registry: $PWD/new/ca/ca.key: is not there, and the one in the backup is encrypted; --keys FILE names its passphrase" ]
	run -100 --separate-stderr gr-registry restore -H "$PWD/new" -k passphrase b
	[ "$stderr" = "gr-registry: $PWD/new/ledger: is not there, and devices that rotated since the backup would be locked out; --ledger FILE names a copy" ]
	[ ! -e new/shared/registry.db ]
	# What was cut off, or found the disk full, leaves no ledger that would pass for
	# the whole one.
	if [ -z "${SANITIZE:-}" ]; then
		run -111 strace -qq -o /dev/null -P "$PWD/new/ledger.new" \
			-e inject=fsync:error=ENOSPC \
			gr-registry restore -H "$PWD/new" -k passphrase -l kept b
		[[ $output == *ledger.new:\ No\ space\ left* ]]
		[ ! -e new/ledger ] && [ ! -e new/ledger.new ]
	fi
	mkdir -p -m 700 new
	head -c 100 kept >new/ledger.new
	run -0 gr-registry restore -j -H "$PWD/new" -k passphrase -l kept b
	json_is "$(tail -n 1 <<<"$output")" '{"ledgerLines":2,"newCertificates":1,"newSurvivors":1,"newRevocations":0,"takenInCertificates":0,"takenInSurvivors":0,"cutOff":0,"withoutPolicies":0,"unreadableLines":0}' 'del(.asOf)'
	cmp new/ledger kept
	[ "$(openssl pkey -in new/ca/ca.key -pubout)" = \
		"$(openssl pkey -in "$GR_HOME/ca/ca.key" -pubout)" ]
	[ "$(stat -c %a new/ca/ca.key new/shared/registry.db new/ledger new/ca new/trusted |
		xargs)" = '600 600 640 750 755' ]
	[ "$(cd new && find . -type f ! -name 'registry.db-*' | sort)" = "$(cd "$GR_HOME" &&
		find ca trusted ledger shared/registry.db -type f | sed 's,^,./,' | sort)" ]
	# The lab goes on with it.
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	rm -r "$GR_HOME"
	mv new "$GR_HOME"
	lab.sh start "$LAB" broker 3>&-
	lab.sh start "$LAB" backend 3>&-
	is_taken
	gr-registry resume-retirement
	await only_is "$NEW"
}

@test "restore: without a newer ledger it needs an option that says so" {
	thing_new
	gr-registry backup b
	rotated a
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	rm "$GR_HOME/ledger" "$GR_HOME"/shared/registry.db*
	run -100 gr-registry restore b
	run -0 gr-registry restore --no-ledger b
	cmp "$GR_HOME/ledger" b/ledger
	sql_is 'SELECT group_concat(id) FROM certificate' "$OLD"
}

@test "restore: a backup that is damaged, or none, is 100 and nothing is touched" {
	thing_new
	gr-registry backup b
	rotated a
	remember
	mkdir empty
	run -100 --separate-stderr gr-registry restore empty
	[ "$stderr" = 'gr-registry: empty: not a backup; there is no SHA256SUMS' ]
	for f in registry.db ledger ca/ca.pem time; do
		cp -r b bad
		printf x >>"bad/$f"
		run -100 --separate-stderr gr-registry restore bad
		[ "$stderr" = "gr-registry: bad/$f: not what was put into this backup" ]
		rm -r bad
	done
	cp -r b bad
	rm bad/ledger
	run -111 gr-registry restore bad
	sed -i 's,  ledger,  ../x,' bad/SHA256SUMS
	run -100 --separate-stderr gr-registry restore bad
	[ "$stderr" = 'gr-registry: bad/SHA256SUMS: not as it was written' ]
	is_unchanged
	[ ! -e "$GR_HOME/.restored.db" ]
}

@test "restore: into the folder of another authority, or with another passphrase, is 100" {
	echo secret >passphrase
	gr-registry backup -k passphrase b
	gr-ca init -H "$PWD/other"
	gr-registry init -H "$PWD/other"
	run -100 --separate-stderr gr-registry restore -H "$PWD/other" -k passphrase b
	[ "$stderr" = "gr-registry: $PWD/other/ca/ca.pem: another one than in the backup; is it the right directory?" ]
	echo wrong >passphrase
	run -100 --separate-stderr gr-registry restore -H "$PWD/new" -k passphrase --no-ledger b
	[[ $stderr == 'gr-registry: b/ca/ca.key: cannot be decrypted; is it another passphrase? ('* ]]
	[ -z "$(find new -type f)" ]
}

@test "restore: over a registry that is damaged it names what to do" {
	gr-registry backup b
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	rm -f "$GR_HOME"/shared/registry.db-*
	head -c 5000 /dev/urandom >"$GR_HOME/shared/registry.db"
	run -100 --separate-stderr gr-registry restore b
	[ "${stderr_lines[1]}" = "gr-registry: $GR_HOME/shared/registry.db: cannot be written over; stop broker and daemon and move it away" ]
	rm "$GR_HOME/shared/registry.db"
	run -0 gr-registry restore b
}

# --- the ledger ----------------------------------------------------------------------------------

@test "ledger: of two lines for one key the later one counts" {
	thing_new
	gr-registry backup b
	J=j
	job_started
	key_new new
	jq -nc --arg p "$OLD" --arg t "$(topic create)" \
		--arg c "$THING" --argjson payload "$(csr_of new)" \
		'{topic: $t, principal: $p, clientId: $c, payload: $payload}' >event
	# The first one's transaction is lost: it never left.
	backend stop
	sql '.backup saved'
	gr-create-certificate <event >/dev/null
	lab.sh stop "$LAB" broker
	rm -f "$GR_HOME"/shared/registry.db*
	mv saved "$GR_HOME/shared/registry.db"
	lab.sh start "$LAB" broker 3>&-
	backend start
	accepted create "$(csr_of new)"
	jq -r .certificatePem <<<"$BODY" >new.pem
	NEW=$(certificate_id new.pem)
	[ "$(grep -c '"event":"issued"' "$GR_HOME/ledger")" -eq 2 ]
	restore b
	over_new
	is_taken
	both_stay
	sql_is 'SELECT new FROM rotation' "$NEW"
	sql_is 'SELECT count(*) FROM certificate' 2
	sql_is "SELECT count(*) FROM certificate_policy WHERE certificate = '$NEW'" 1
}

@test "ledger: replaying a ledger from its beginning brings back nothing that was deleted" {
	thing_new
	FIRST=$OLD
	rotated a
	await certificate_is_gone "$FIRST"
	gr-registry backup b
	rotated b-1
	# Not the backup's own ledger, but one that tells all of it.
	{ echo '{"event":"note"}'; cat "$GR_HOME/ledger"; } >told
	cp told "$GR_HOME/ledger"
	restore b >out
	certificate_is_gone "$FIRST"
	sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 2
	is_taken
	grep -q '1 line(s) of the ledger could not be read' out
	gr-registry resume-retirement
	await only_is "$NEW"
}

@test "ledger: a torn line and unknown lines are skipped" {
	thing_new
	gr-registry backup b
	rotated a
	printf '{"event":"issued","thing\n\n{"event":"other"}\n{"event":"issued","thingName":"x y"}\n{"event":"survivor"' >>"$GR_HOME/ledger"
	restore b >out
	grep -q '3 line(s) of the ledger could not be read' out
	is_taken
}

@test "ledger: certificates that are restored without a policy are named" {
	thing_new
	gr-registry backup b
	gr-registry create-policy later "$ROOT/share/policies/rotation.json"
	THING=new key_new new
	gr-registry register -p later new new.csr >new.pem
	restore b >out
	grep -qx '1 of these certificates have no policy: create it and attach it' out
}

@test "restore: killed at any moment it leaves the old registry or the new one, and can be repeated" {
	thing_new
	gr-registry backup b
	rotated a
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	cp -r "$GR_HOME" saved
	# which nobody can look for in what is traced
	[ -z "${SANITIZE:-}" ] || export ASAN_OPTIONS=exitcode=86:detect_leaks=0
	for n in $(seq 1 6 400); do
		rm -rf "$GR_HOME"
		cp -r saved "$GR_HOME"
		rc=0
		strace -qq -f -o /dev/null -e trace=pwrite64,fdatasync,fsync,unlink,openat \
			-e "inject=pwrite64,fdatasync,fsync,unlink,openat:signal=SIGKILL:when=$n" \
			gr-registry restore b >/dev/null 2>&1 || rc=$?
		paused=$(sql "SELECT count(*) FROM meta WHERE key = 'retirement_paused'")
		sql_is "SELECT status FROM certificate WHERE id = '$NEW'" ACTIVE
		[ "$paused" -eq 1 ] || only_is "$NEW"
		[ "$rc" -ne 0 ] || break
		gr-registry restore b >/dev/null 2>&1
		sql_is "SELECT count(*) FROM meta WHERE key = 'retirement_paused'" 1
		sql_is "SELECT status FROM certificate WHERE id = '$NEW'" ACTIVE
		[ ! -e "$GR_HOME/.restored.db" ]
	done
	[ "$rc" -eq 0 ]
}
