# SPDX-License-Identifier: Apache-2.0
# The ledger's file: a chain of lines, which is missed when it is moved away, and goes on.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/ledger
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-registry init
	LEDGER=$GR_HOME/ledger
}
teardown() {
	[ ! -d lab ] || own_lab_down
}

# thing NAME: registered, which writes two lines, by a signer that is started for it
thing() {
	THING=$1 key_new "$1"
	gr-registry register "$1" "$1.csr" >"$1.pem"
}

@test "ledger: each line carries the hash of the line before, the first one none" {
	thing a
	thing b
	[ "$(head -n 1 "$LEDGER" | jq -r .previous)" = "$NO_LINE" ]
	chain_is_whole "$LEDGER"
	[ "$(wc -l <"$LEDGER")" -ge 4 ]
	[ "$(stat -c %a "$LEDGER.end")" = 600 ]
}

@test "ledger: one of a version without hashes is continued from its last line" {
	thing a
	sed -i 's/,"previous":"[0-9a-f]*"}$/}/' "$LEDGER"
	rm "$LEDGER.end"
	cp "$LEDGER" old
	run -0 --separate-stderr thing b
	[ -z "$stderr" ]
	cmp -n "$(stat -c %s old)" old "$LEDGER"
	tail -n +"$(wc -l <old)" "$LEDGER" >joint
	chain_is_whole joint
}

@test "ledger: a torn last line is no part of the chain, a whole one without its newline is" {
	thing a
	tail -n 1 "$LEDGER" >last
	printf '{"event":"torn' >>"$LEDGER"
	thing b
	grep -c torn "$LEDGER"
	sed '/torn/d' "$LEDGER" >rest
	chain_is_whole rest
	truncate -s -1 "$LEDGER"
	run -0 --separate-stderr thing c
	[ -z "$stderr" ]
	sed '/torn/d' "$LEDGER" >rest
	chain_is_whole rest
	[ "$(jq -s length rest)" -eq "$(wc -l <rest)" ]
}

@test "ledger: a file that was moved away between two programs is missed, and continued" {
	thing a
	mv "$LEDGER" "$LEDGER.1"
	run -0 --separate-stderr thing b
	[[ $stderr == "gr-signer: $LEDGER: was moved away, removed or emptied; "* ]]
	[[ $stderr == *" $(hash_of_last "$LEDGER.1" | head -c 16)..."* ]]
	cat "$LEDGER.1" "$LEDGER" >both
	chain_is_whole both
	run -0 --separate-stderr thing c
	[ -z "$stderr" ]
	# Put together again they are the ledger.
	cat "$LEDGER.1" "$LEDGER" >both
	cat both >"$LEDGER"
	run -0 --separate-stderr thing d
	[ -z "$stderr" ]
}

@test "ledger: lines that were cut off, or a file put in its place, are missed" {
	thing a
	thing b
	for harm in 'head -n 1 old >"$LEDGER"' 'rm "$LEDGER"; head -n 2 old >"$LEDGER"' \
		'sed "s/\"event\":\"registered\"/\"event\":\"Registered\"/" old >"$LEDGER"' \
		': >"$LEDGER"'; do
		cp "$LEDGER" old
		end=$(hash_of_last old)
		eval "$harm"
		chmod 640 "$LEDGER"
		run -0 --separate-stderr thing "x$((++n))"
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "gr-signer: $LEDGER: "*"; keep the file that has them, a restore needs it" ]]
		grep -q "\"previous\":\"$end\"}$" "$LEDGER"
	done
}

@test "ledger: a daemon whose ledger is moved, removed or emptied says so at once, with an alarm, and goes on" {
	own_lab
	LEDGER=$GR_HOME/ledger
	ask_build
	thing_new
	n=0
	for harm in 'mv "$LEDGER" "$LEDGER.$n"' 'rm "$LEDGER"' ': >"$LEDGER"' \
		'cp "$LEDGER" x; mv x "$LEDGER"; truncate -s 100 "$LEDGER"'; do
		n=$((n + 1))
		await test -s "$LEDGER"
		end=$(hash_of_last "$LEDGER")
		eval "$harm"
		# nobody asks for anything
		await sql_is "SELECT count(*) FROM alarm WHERE kind = 'ledger' AND text LIKE '%${end:0:16}%'" 1
		grep -q "gr-signer: $LEDGER: .*${end:0:16}" "$LAB/backend.log"
		J=j-$n
		rotation_begun
		grep -q "\"previous\":\"$end\"}$" "$LEDGER"
		grep -q "\"certificateId\":\"$NEW\"" "$LEDGER"
		say FAILED
	done
}

@test "ledger: a daemon says so also where another program was the first to write to the new file" {
	own_lab
	LEDGER=$GR_HOME/ledger
	thing one
	end=$(hash_of_last "$LEDGER")
	kill -STOP "$(cat "$LAB/backend.pid")"
	mv "$LEDGER" "$LEDGER.1"
	run -0 --separate-stderr thing two
	[[ $stderr == *"was moved away"*"${end:0:16}"* ]]
	kill -CONT "$(cat "$LAB/backend.pid")"
	await sql_is "SELECT count(*) FROM alarm WHERE kind = 'ledger' AND text LIKE '%${end:0:16}%'" 1
	cat "$LEDGER.1" "$LEDGER" >whole
	chain_is_whole whole
}

@test "ledger: a file that is moved between two lines loses none of them" {
	own_lab
	LEDGER=$GR_HOME/ledger
	ask_build
	J=j
	rotation_begun
	before=$(hash_of_last "$LEDGER")
	mv "$LEDGER" "$LEDGER.1"
	heard FAILED OLD
	cat "$LEDGER.1" "$LEDGER" >both
	chain_is_whole both
	[ "$(head -n 1 "$LEDGER" | jq -r '.event + .previous')" = "survivor$before" ]
}

@test "ledger: several signers write one chain" {
	own_lab
	LEDGER=$GR_HOME/ledger
	ask_build
	thing_new
	for i in 1 2 3; do
		J=j-$i
		job_started
		key_new "n$i"
		accepted create "$(csr_of "n$i")"
		lab.sh add -a ECDSA-P256 "$LAB" "other-$i" 3>&-
		say FAILED
	done
	chain_is_whole "$LEDGER"
	sql_is "SELECT count(*) FROM alarm WHERE kind = 'ledger'" 0
}

# --- copies of it --------------------------------------------------------------------------------

# copied TO...: a lab whose ledger is copied to these
copied() {
	own_lab
	LEDGER=$GR_HOME/ledger
	ask_build
	backend stop
	printf '%s\n' "$@" >"$LEDGER-to"
	backend start
	thing_new
}
# taker: a program that keeps what it gets, unless there is a file "full"
taker() {
	printf '#!/bin/sh\n[ ! -e %s/full ] || exit 1\nexec cat >>%s/got\n' "$PWD" "$PWD" >taker
	chmod 755 taker
}

@test "ledger-to: a file and a program have each line before the answer leaves" {
	taker
	copied "$PWD/copy" '# a comment' "|$PWD/taker"
	J=j
	job_started
	key_new new
	ask "$(topic create)" "$(csr_of new)" "!cp copy at-answer; cp got got-at-answer" >messages
	grep -q '"event":"issued"' at-answer
	cmp at-answer "$LEDGER"
	cmp got-at-answer "$LEDGER"
	[ "$(stat -c %a copy)" = 600 ]
	chain_is_whole copy
}

@test "ledger-to: a copy that cannot be written holds the answer back, with a line and an alarm" {
	taker
	copied "$PWD/copy" "|$PWD/taker"
	J=j
	job_started
	for harm in 'mv copy kept; mkdir copy' ': >full'; do
		eval "$harm"
		before=$(sql 'SELECT count(*) FROM certificate')
		sql 'DELETE FROM alarm'
		key_new new
		mosquitto_rr -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" \
			--cert "$CERT" --key "$KEY" -i "$THING" -q 1 -t "$(topic create)" \
			-e "$(topic create)/accepted" -m "$(csr_of new)" >answer 3>&- &
		asks=$!
		await sql_is "SELECT count(*) FROM alarm WHERE kind = 'ledger' AND text LIKE '%ledger-to%'" 1
		grep -q 'ledger-to: .*copy of the ledger fails' "$LAB/backend.log"
		sql_is 'SELECT count(*) FROM certificate' "$before"
		kill -9 "$asks"
		wait "$asks" || [ $? -eq 137 ]
		[ ! -s answer ]
		rm -rf full
		[ ! -d copy ] || { rmdir copy; mv kept copy; }
		await sql_is 'SELECT count(*) FROM certificate' "$((before + 1))"
		say FAILED
		J=$J-next
		job_started
	done
	await cmp copy "$LEDGER"
	sort -u got | diff - <(sort -u "$LEDGER")
}

@test "ledger-to: a copy goes on over a file that was moved, and one that was cut off is mended" {
	copied "$PWD/copy"
	J=j
	rotation_begun
	mv "$LEDGER" "$LEDGER.1"
	heard FAILED OLD
	cat "$LEDGER.1" "$LEDGER" | cmp - copy
	truncate -s -10 copy
	J=j-2
	rotation_begun
	cat "$LEDGER.1" "$LEDGER" | cmp - copy
	# A new place gets all that there is.
	mv copy copy.1
	heard FAILED OLD
	cmp copy "$LEDGER"
	chain_is_whole copy.1
}

@test "ledger-to: a program or file that others could change is not used" {
	taker
	mkdir open
	cp taker open/taker
	chmod 777 open
	ln -s "$GR_HOME/ca/ca.key" link
	for to in "|$PWD/open/taker" "$PWD/open/copy" "|taker" copy "|$PWD/none" "$PWD/link" \
		"|$PWD/open"; do
		echo "$to" >"$LEDGER-to"
		before=$(sha256sum home/ca/ca.key)
		run --separate-stderr thing x
		[ "$status" -eq 100 ] || [ "$status" -eq 111 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "gr-registry: ledger-to: "* || $stderr == "gr-registry: $LEDGER-to: "* ]]
		[ "$(sha256sum home/ca/ca.key)" = "$before" ]
		[ ! -e got ] && [ ! -e copy ] && [ ! -e open/copy ]
		rm x.*
	done
	echo "$PWD/copy" >"$LEDGER-to"
	chmod 666 "$LEDGER-to"
	run -100 --separate-stderr thing x
	[[ $stderr == *"ledger-to"* ]]
}
