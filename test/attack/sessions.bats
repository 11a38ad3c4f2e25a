# SPDX-License-Identifier: Apache-2.0
# sessions.bats - one certificate, or nobody's, against the broker itself:
# sessions, queues, sizes, silence

bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/broker

setup_file() { gcc -O1 -o "$BATS_FILE_TMPDIR/crowd" "$ROOT/test/tools/crowd.c" -lmosquitto; }

teardown() {
	# One that was stopped does not hear TERM.
	[ -z "${CROWDS:-}" ] || kill -KILL $CROWDS
	listeners_stop
	[ -z "${BROKER:-}" ] || broker_stop
}

# broker_of FILES: a broker that may have so many open,
# and tells every second how much memory it has taken.
broker_of() {
	ulimit -S -n "$1"
	BROKER_LINES='sys_interval 1'
	world_make "$BATS_TEST_TMPDIR/world"
	broker_start
	ulimit -S -n "$(ulimit -H -n)"
	mkfifo hold
	exec 7<>hold
}

# crowd NAME ARGUMENT...: over the credentials of that name; CROWD is what it says.
# It holds its sessions until the test ends.
crowd() {
	local name=$1
	shift
	crowds=$((${crowds:-0} + 1))
	"$BATS_FILE_TMPDIR/crowd" -p "$PORT" -a "$WORLD/ca.pem" -c "$WORLD/$name.pem" \
		-k "$WORLD/$name.key" "$@" <hold >"crowd.$crowds" 3>&- 7>&- &
	CROWD_PID=$!
	CROWDS="${CROWDS:-} $!"
	await test -s "crowd.$crowds"
	CROWD=$(cat "crowd.$crowds")
}

comes_in() { as_device pub "$1" "$2" -q 1 -t free/x -m x; }
# No answer at all: nothing that could be taken for a verdict on the certificate.
is_silent_to() {
	run -7 as_device pub "$1" "$2" "${@:3}" -q 1 -t free/x -m x
	[[ $output != *refused* && $output != *Refused* ]]
}

# heap [maximum]: bytes that the broker has taken, after all that was said before.
heap() {
	as_backend sub -t '$SYS/broker/uptime' -C 3 >/dev/null
	as_backend sub -t "\$SYS/broker/heap/${1:-current} size" \
		-t "\$SYS/broker/heap/${1:-current}" -C 1
}

@test "sessions: one certificate cannot use up the broker's connections" {
	broker_of 200
	thing_make pump
	thing_make other
	crowd pump 'pump#s' 250
	echo "$CROWD"
	comes_in other other
	[ "$CROWD" = 'taken 5 refused 0 closed 245' ]
}

@test "sessions: a sixth session of a certificate gets no answer; a newer session replaces an older one of its client id" {
	broker_of 1000
	thing_make pump
	crowd pump 'pump#s' 5
	[ "$CROWD" = 'taken 5 refused 0 closed 0' ]
	is_silent_to pump 'pump#x'
	is_silent_to pump 'pump#x' -V mqttv5
	await grep -q "gr-broker: pump#x with certificate $ID is not let in: .*five sessions" \
		"$WORLD/log"
	# The one that is there does not go: its end of the connection says nothing any more.
	kill -STOP "$CROWD_PID"
	comes_in pump 'pump#s3'
	# Now it is gone, with the newer one.
	comes_in pump 'pump#x'
}

@test "sessions: a device rotates whatever other sessions of its certificate are connected" {
	broker_of 1000
	thing_make pump
	crowd pump 'pump#s' 6
	[ "$CROWD" = 'taken 5 refused 0 closed 1' ]
	comes_in pump pump
	comes_in pump 'pump#gr'
	# It is let in, since it is thrown out.
	is_silent_to pump 'pump#probe'
	await grep -q "gr-broker: pump#probe with certificate $ID is disconnected for publishing" \
		"$WORLD/log"
	is_silent_to pump 'pump#2'
}

@test "sessions: a certificate has at most five kept sessions, and nothing piles up for them" {
	broker_of 1000
	thing_make pump
	before=$(heap)
	crowd pump -K -d -t 'free/#' 'pump#z' 300
	echo "3.1.1: $CROWD"
	crowd pump -K -5 -d -t 'free/#' 'pump#y' 300
	echo "5: $CROWD"
	seq 2000 | as_device pub pump pump -q 1 -l -t free/pump
	after=$(heap)
	echo "heap: from $before to $after"
	[ $((after - before)) -lt 5000000 ]
	[ "$(cat crowd.1)" = 'taken 0 refused 300 closed 0' ]
	[ "$(cat crowd.2)" = 'taken 5 refused 0 closed 295' ]
}

@test "sessions: for a kept session only the first messages are queued" {
	broker_of 1000
	thing_make pump
	for client in pump 'pump#gr' 'pump#2' 'pump#3' 'pump#4' 'pump#5' 'pump#6'; do
		as_device sub pump "$client" -c -q 1 -E -t 'free/#'
	done
	crowd pump -K 'pump#7' 1
	[ "$CROWD" = 'taken 0 refused 0 closed 1' ]
	before=$(heap)
	head -c 100000 /dev/zero | tr '\0' x >big
	for _ in {1..40}; do cat big; echo; done | as_device pub pump 'pump#x' -q 1 -l -t free/pump
	after=$(heap)
	echo "heap: from $before to $after"
	# 4 MB were said.
	[ $((after - before)) -lt 2500000 ]
	# What is kept is the beginning.
	as_device sub pump pump -c -q 1 -t 'free/#' -C 10 -W 60 >got
	[ "$(wc -l <got)" -eq 10 ]
}

@test "sessions: a message of a hundred megabytes is refused before it is read" {
	broker_of 1000
	thing_make pump
	truncate -s 100000000 huge
	for _ in 1 2 3 4; do
		run as_device pub pump pump -q 1 -f huge -t free/pump
		[ "$status" -ne 0 ]
	done
	highest=$(heap maximum)
	echo "heap: at most $highest"
	[ "$highest" -lt 20000000 ]
	head -c 131072 /dev/zero | tr '\0' x | as_device pub pump pump -q 1 -s -t free/pump
}

@test "sessions: connections that send nothing use no place of the backend, and are closed" {
	BROKER_THINGS=10
	broker_of 300
	thing_make pump
	perl -MIO::Socket::INET -e '
		my @held;
		for (1 .. 400) { my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) or last; push @held, $s }
		printf "%d\n", scalar @held; $| = 1; print ""; open STDOUT, ">", "/dev/null"; <STDIN>' \
		"$PORT" <hold >silent 3>&- 7>&- &
	silent=$!
	LISTENERS="${LISTENERS:-} $silent"
	await test -s silent
	cat silent
	for _ in 1 2 3 4 5; do as_backend pub -q 1 -t free/x -m x; done
	crowd pump pump#s 1
	[ "$CROWD" = 'taken 0 refused 0 closed 1' ]
	kill "$silent"
	wait "$silent" || :
	await comes_in pump pump
}
