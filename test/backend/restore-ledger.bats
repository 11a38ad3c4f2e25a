# SPDX-License-Identifier: Apache-2.0
# A backup is put back only if the ledger joins it, and if nobody is cut off unasked.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/ledger
	ask_build
	own_lab
	LEDGER=$GR_HOME/ledger
}
teardown() {
	own_lab_down
}

# Without the present registry the ledger is all there is.
registry_is_lost() {
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	rm "$GR_HOME"/shared/registry.db*
}
goes_on() {
	lab.sh start "$LAB" broker 3>&-
	lab.sh start "$LAB" backend 3>&-
}
# lines_are_missing ARGUMENT...: a restore that is refused for that, and changes nothing
lines_are_missing() {
	run -100 --separate-stderr gr-registry restore "$@"
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"--ledger"*"; --no-ledger goes on "* ]]
	[ ! -e "$GR_HOME/.restored.db" ]
}

@test "restore: a ledger that was moved away after the backup is continued by the new one" {
	thing_new one
	gr-registry backup b
	mv "$LEDGER" "$LEDGER.1"
	rotated a
	ONE=$NEW
	thing_new two
	restore b
	is_taken
	as_thing one
	CERT=$PWD/a.pem KEY=$PWD/a.key
	is_taken
	gr-registry resume-retirement
	await only_is "$ONE"
	# The same backup once more.
	restore b
	is_taken
	gr-registry resume-retirement
	await only_is "$ONE"
}

@test "restore: what stands in a ledger that was moved away is asked for, and read from there" {
	thing_new one
	gr-registry backup b
	rotated a
	mv "$LEDGER" "$LEDGER.1"
	thing_new two
	mv "$LEDGER" "$LEDGER.2"
	thing_new three
	registry_is_lost
	lines_are_missing b
	[[ $stderr == "gr-registry: $LEDGER: line 1 continues a line (SHA-256 $(hash_of_last "$LEDGER.2" | head -c 16)...) that is in none of the ledgers: "* ]]
	lines_are_missing -l "$LEDGER.2" b
	[[ $stderr == *"$LEDGER.2: line 1 "* ]]
	lines_are_missing -l "$LEDGER.1" b
	lines_are_missing -l "$LEDGER.2" -l "$LEDGER.1" b	# the wrong order
	[ ! -e "$GR_HOME/shared/registry.db" ]
	run -0 gr-registry restore -l "$LEDGER.1" -l "$LEDGER.2" b
	goes_on
	for t in three two; do
		as_thing "$t"
		is_taken
	done
	as_thing one
	CERT=$PWD/a.pem KEY=$PWD/a.key
	is_taken
}

@test "restore: a ledger that was cut off, or changed in the middle, is refused" {
	thing_new one
	rotated a
	gr-registry backup b
	rotated b-1
	rotated c
	registry_is_lost
	cp "$LEDGER" whole
	n=$(wc -l <b/ledger)
	# shorter than the backup's
	head -n $((n - 1)) whole >"$LEDGER"
	lines_are_missing b
	[[ $stderr == "gr-registry: the backup's ledger ends with a line "* ]]
	# lines are gone from the middle, or changed
	for harm in "$((n + 2))d" "$((n + 1)),$((n + 2))d" '2,'"$((n + 1))d" \
		"$((n + 2))s/\"event\"/\"Event\"/"; do
		sed "$harm" whole >"$LEDGER"
		lines_are_missing b
	done
	# what is missing before the backup's last line, the backup knows
	sed 2d whole >"$LEDGER"
	run -0 gr-registry restore b
	rm "$GR_HOME"/shared/registry.db*
	# a copy that is whole
	head -n $((n - 1)) whole >"$LEDGER"
	run -0 gr-registry restore -l whole b
	goes_on
	is_taken
}

@test "restore: a ledger that begins anew is refused" {
	thing_new one
	gr-registry backup b
	rotated a
	backend stop
	mv "$LEDGER" "$LEDGER.1"
	rm "$LEDGER.end"
	backend start
	thing_new two
	registry_is_lost
	lines_are_missing b
	lines_are_missing -l "$LEDGER.1" b
	[[ $stderr == "gr-registry: $LEDGER: begins anew, and nothing shows that it continues "* ]]
	run -0 gr-registry restore -l "$LEDGER.1" --no-ledger b
	goes_on
	is_taken
	as_thing one
	CERT=$PWD/a.pem KEY=$PWD/a.key
	is_taken
}

@test "restore: a ledger of a version without hashes joins its backup, and what continues it" {
	thing_new one
	backend stop
	sed -i 's/,"previous":"[0-9a-f]*"}$/}/' "$LEDGER"
	rm "$LEDGER.end"
	gr-registry backup b
	backend start
	rotated a
	mv "$LEDGER" "$LEDGER.1"
	rotated b-1
	registry_is_lost
	lines_are_missing b
	run -0 gr-registry restore -l "$LEDGER.1" b
	goes_on
	is_taken
}

@test "restore: what only the present registry knows is taken in" {
	thing_new one
	thing_new two
	gr-registry backup b
	gr-registry create-policy later "$ROOT/share/policies/rotation.json"
	rotated a
	TWO=$NEW
	as_thing one
	J=open
	job_started
	rotation_asked	# under way
	THING=three key_new three
	gr-registry register -p later -g all three three.csr >three.pem
	rm "$LEDGER"
	await sql_is "SELECT count(*) > 0 FROM alarm WHERE kind = 'ledger'" 1
	lines_are_missing b
	restore --no-ledger b >out
	grep -qx 'from the registry that was there: 3 certificate(s), 0 survivor(s)' out
	sql_is "SELECT survivor FROM rotation WHERE thing = 'two'" NEW
	both_stay
	over_new
	is_taken
	say FAILED
	custody_is survivor OLD
	as_thing two
	CERT=$PWD/a.pem KEY=$PWD/a.key
	is_taken
	sql_is "SELECT group_concat(policy) FROM principal p JOIN certificate_policy USING (certificate) WHERE thing = 'three'" later
	sql_is "SELECT thing_group FROM member WHERE thing = 'three'" all
	gr-registry resume-retirement
	await only_is "$TWO"
}

@test "restore: a survivor that only the present registry knows is taken in" {
	J=j
	rotation_begun
	gr-registry backup b
	over_new
	accepted commit '{"jobId":"j"}'
	heard SUCCEEDED NEW
	await only_is "$NEW"
	rm "$LEDGER"
	restore --no-ledger b >out
	grep -qx 'from the registry that was there: 0 certificate(s), 1 survivor(s)' out
	custody_is survivor NEW
	is_taken
	gr-registry resume-retirement
	await only_is "$NEW"
}

@test "restore: who would be cut off is named before anything is done" {
	thing_new one
	thing_new two
	gr-registry update-certificate "$OLD" INACTIVE
	gr-registry backup b
	sql "UPDATE certificate SET status = 'ACTIVE' WHERE id = '$OLD'"	# not in the ledger
	is_taken
	remember
	run -1 --separate-stderr gr-registry restore b
	[ "${#stderr_lines[@]}" -eq 2 ]
	[ "${stderr_lines[0]}" = "gr-registry: two: would be cut off: its certificate ${OLD:0:16}... would be INACTIVE" ]
	[ "${stderr_lines[1]}" = 'gr-registry: 1 thing(s) would be cut off, nothing was changed; restore --cut-off 1 goes on all the same' ]
	run -1 --separate-stderr gr-registry restore -j b
	json_is "$output" '{"thingName":"two","certificateId":"'"$OLD"'","status":"INACTIVE"}'
	is_unchanged
	is_taken
	[ ! -e "$GR_HOME/.restored.db" ]
	restore --cut-off 1 b >out
	grep -qx '1 thing(s) are cut off' out
	is_refused
	as_thing one
	is_taken
}

@test "restore: a thing whose certificate stands in lines that are missing is named" {
	thing_new one
	gr-registry backup b
	J=j
	job_started
	rotation_asked
	over_new
	accepted commit '{"jobId":"j"}'
	mv "$LEDGER" "$LEDGER.1"
	heard SUCCEEDED NEW
	registry_is_lost
	lines_are_missing b
	run -1 --separate-stderr gr-registry restore --no-ledger b
	[[ $stderr == *"gr-registry: one: would be cut off: its certificate ${NEW:0:16}... would be not registered"* ]]
	[ ! -e "$GR_HOME/shared/registry.db" ]
	run -0 gr-registry restore -l "$LEDGER.1" b
	goes_on
	is_taken
}

@test "restore: one that is refused leaves nothing behind" {
	thing_new one
	echo secret >passphrase
	gr-registry backup -k passphrase b
	gr-registry backup plain
	rotated a
	echo wrong >wrong
	head -n 1 "$LEDGER" >short
	for words in b '-k passphrase b' '-k wrong --no-ledger b' '-k passphrase -l none b' \
		'-k passphrase -l short b' '-k passphrase none'; do
		run --separate-stderr gr-registry restore -H "$PWD/new" $words
		[ "$status" -eq 100 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[ ! -e new ]
	done
	# one that names a thing
	sed '/"issued"/d' "$LEDGER" >torn
	run -1 --separate-stderr gr-registry restore -H "$PWD/new" -k passphrase -l torn --no-ledger b
	[ ! -e new ]
}

@test "restore: a backup without the authorities' keys says what to do, as daemon and gr-ca do" {
	gr-registry backup b
	run -0 --separate-stderr gr-registry restore -H "$PWD/new" --no-ledger b
	[[ ${stderr_lines[0]} == "gr-registry: $PWD/new/ca/ca.key: is not there, and the backup was made without the authorities' keys; "*": put the key there from where you keep it, or make another authority with gr-ca init NAME and let it issue with gr-ca mode" ]]
	run -100 --separate-stderr gr-backendd -H "$PWD/new"
	[ "$stderr" = "gr-backendd: $PWD/new/ca: of the authority ca only one of ca.key and ca.pem is there; put the other one there from where you keep it, or make another authority with gr-ca init NAME and let it issue with gr-ca mode" ]
	run -1 --separate-stderr gr-ca init -H "$PWD/new"
	[ "$stderr" = "gr-ca: $PWD/new/ca: holds a certificate authority already; gr-ca init NAME makes another one beside it" ]
	cp "$GR_HOME/ca/ca.key" new/ca/ca.key
	THING=x key_new x
	gr-registry register -H "$PWD/new" x x.csr >x.pem
}
