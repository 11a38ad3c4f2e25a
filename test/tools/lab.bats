# SPDX-License-Identifier: Apache-2.0
# The throwaway world: what it takes for its own, and what it leaves alone.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
}
teardown() {
	[ ! -e lab/.gr-lab ] || lab.sh down lab
}

# refuses STATUS TEXT COMMAND...: one line with that text, nothing printed
refuses() {
	local status_wanted=$1 text=$2
	shift 2
	run "-$status_wanted" --separate-stderr "$@"
	[ -z "$output" ] && [ "${#stderr_lines[@]}" -eq 1 ] && [[ $stderr == *"$text"* ]] || {
		printf 'out: %s\nerr: %s\n' "$output" "$stderr" >&2
		return 1
	}
}
up() { lab.sh up -n 0 -a ECDSA-P256 "$@" lab >port 3>&-; }
ours() { pgrep -f " $PWD/lab/"; }

@test "up: a directory that is not empty is refused and stays as it is" {
	mkdir lab
	echo mine >lab/file
	refuses 100 'not empty' lab.sh up lab
	[ "$(ls -A lab)" = file ]
	refuses 100 'no lab there' lab.sh down lab
	mkdir lab/home
	refuses 100 'no lab there' lab.sh down lab
	[ "$(cat lab/file)" = mine ]
}

@test "up: an empty directory is used; down removes it" {
	mkdir lab
	up
	[ "$(cat port)" = "$(cat lab/port)" ]
	refuses 100 'a lab is there already' lab.sh up lab
	lab.sh down lab
	[ ! -e lab ]
	not ours
}

@test "up: options are checked before anything starts" {
	for words in '-n x' '-n -1' '-n 100001' '-n 99999999999999999999' '-m 0' '-m 1s' \
		'-m 4294967296'; do
		# shellcheck disable=SC2086 # an option and its value
		refuses 100 'not a number from' lab.sh up $words lab
		[ ! -e lab ]
	done
	for name in RSA-1024 RSA-x ECDSA-P224 ''; do
		refuses 100 'no such key algorithm' lab.sh up -a "$name" lab
		[ ! -e lab ]
	done
}

@test "up: a path with blanks or too long for the socket is refused" {
	refuses 100 'blanks' lab.sh up 'a lab'
	[ ! -e 'a lab' ]
	mkdir 'in here'
	cd 'in here'
	refuses 100 'blanks' lab.sh up lab
	cd ..
	long=$(printf "%0$((84 - ${#PWD} - 1))d" 0)
	refuses 100 'too long' lab.sh up "$long"
	[ ! -e "$long" ]
}

@test "up: the longest path works" {
	top=$(mktemp -d /tmp/lab.XXXXXX)
	long=$top/$(printf "%0$((83 - ${#top} - 1))d" 0)
	run -0 lab.sh up -n 0 -a ECDSA-P256 "$long" 3>&-
	lab.sh down "$long"
	rmdir "$top"
}

@test "up: a folder that cannot be made is 111, one line" {
	: >file
	refuses 111 lab.sh lab.sh up file
	refuses 111 lab.sh lab.sh up file/lab
	refuses 111 lab.sh lab.sh up none/lab
}

# wrap PROGRAM BODY: in place of the real one, for this lab
wrap() {
	mkdir -p fake/bin
	ln -s "$BIN"/* fake/bin/
	ln -s "$ROOT/share" fake/share
	rm fake/bin/lab.sh "fake/bin/$1"
	cp "$BIN/lab.sh" fake/bin/
	printf '#!/bin/sh\n%s\n' "$2" >"fake/bin/$1"
	chmod +x "fake/bin/$1"
}

@test "up: one that fails leaves nothing running and nothing behind" {
	wrap gr-registry "[ \"\$1\" != register ] || exit 111; exec $BIN/gr-registry \"\$@\""
	run -111 fake/bin/lab.sh up -a ECDSA-P256 lab 3>&-
	[ ! -e lab ]
	not ours
	mkdir lab
	run -111 fake/bin/lab.sh up -a ECDSA-P256 lab 3>&-
	[ -d lab ]
	[ -z "$(ls -A lab)" ]
	not ours
}

@test "up: one that is interrupted leaves nothing running and nothing behind" {
	wrap gr-backendd ": >$PWD/waits; while :; do sleep 0.1; done"
	fake/bin/lab.sh up -a ECDSA-P256 lab >out 2>&1 3>&- &
	await test -e waits
	kill -TERM $!
	rc=0
	wait $! || rc=$?
	[ "$rc" -eq 143 ]
	[ ! -e lab ]
	not ours
}

@test "start: a running server is left alone" {
	up
	for server in broker backend; do
		before=$(cat "lab/$server.pid")
		run -0 --separate-stderr lab.sh start lab "$server"
		[[ $stderr == *"the $server is running already" ]]
		[ "$(cat "lab/$server.pid")" = "$before" ]
		kill -0 "$before"
		lab.sh kill lab "$server"
		run -0 --separate-stderr lab.sh start lab "$server" 3>&-
		[ -z "$stderr" ]
		[ "$(cat "lab/$server.pid")" != "$before" ]
	done
}

@test "start: a broker whose port another process has for a moment comes back on it" {
	up
	lab.sh stop lab broker
	perl -MSocket -e 'socket S, AF_INET, SOCK_STREAM, 0; bind S, sockaddr_in($ARGV[0], INADDR_ANY) or die; listen S, 1; open F, ">", "taken"; sleep 600' \
		"$(cat lab/port)" 3>&- &
	taker=$!
	await [ -e taken ]
	lab.sh start lab broker 3>&- &
	await grep -q 'Address already in use' lab/broker/log
	kill "$taker"
	wait $!
	grep -q ' running$' lab/broker/log
}

@test "add: an unknown algorithm makes nothing" {
	up
	refuses 100 'no such key algorithm' lab.sh add -a RSA-1 lab pump
	[ ! -e lab/things/pump ]
}
