bats_require_minimum_version 1.5.0

setup() {
	load lib/helper
	load lib/session
}

teardown() {
	[ -z "${BROKER:-}" ] || kill -CONT "$BROKER"	# one of them is stopped
	stop_link
	stop_service
	stop_broker
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

service() { start_service awslabs/things/pump1/certificate/commit grant; }
grant() {
	local request
	read -r request
	printf '%s\n' "$request" >>requests
	answer awslabs/things/pump1/certificate/commit/accepted "{\"clientToken\":$(jq .clientToken <<<"$request")}"
}

@test "link: says connected with the certificate's id, and ends with standard input" {
	start_broker
	device pump1
	start_link
	[ "$(cat link.out)" = "connected $(certificate_id device.pem)" ]
	[ "$(stat -c '%a %F' link.sock)" = '600 socket' ]
	grep -q ' as pump1 ' broker.log
	exec 7>&-
	rc=0
	wait "$LINK" || rc=$?
	LINK=
	[ "$rc" -eq 0 ]
	[ ! -s link.err ]
	await grep -q 'Client pump1 disconnected.$' broker.log
}

@test "link: beside a nucleus it is T#gr" {
	start_broker
	device pump1
	start_link -o runtime=classic
	grep -q ' as pump1#gr ' broker.log
}

@test "link: refused by the broker is a no, nobody there is silence" {
	start_broker 'allow_anonymous false'
	device pump1
	run -1 --separate-stderr gr-link </dev/null
	[ -z "$output" ]
	[ "$stderr" = "gr-link: localhost:$PORT: refused: not authorised (CONNACK 5): client id pump1, certificate $(certificate_id device.pem); the broker's log says why" ]
	stop_broker
	run -111 --separate-stderr gr-link </dev/null
	[ ! -e link.sock ]
}

@test "link: W26 a connection on which nothing is acknowledged within requestTimeoutSeconds is lost" {
	start_broker
	device pump1
	sed -i 's/^requestTimeoutSeconds.*/requestTimeoutSeconds = 1/' gr.conf
	start_link
	kill -STOP "$BROKER"
	run -111 --separate-stderr gr-jobs-client pending
	await is_gone "$LINK"
	exec 7>&-
	rc=0
	wait "$LINK" || rc=$?
	LINK=
	[ "$rc" -eq 111 ]
	[ "$(cat link.err)" = "gr-link: localhost:$PORT: the connection is lost: no acknowledgement within 1 s of: publish to \$aws/things/pump1/jobs/get" ]
}

@test "link: the broker's death ends it, with a line" {
	start_broker
	device pump1
	start_link
	stop_broker
	rc=0
	wait "$LINK" || rc=$?
	LINK=
	[ "$rc" -eq 111 ]
	[ "$(cat link.err)" = "gr-link: localhost:$PORT: the broker closed the connection" ]
}

@test "link: sixteen borrowers at once each get the answer to their own request" {
	start_broker
	device pump1
	service
	start_link
	for i in {1..16}; do
		{ gr-commit "job-$i" 1 && echo "$i"; } >>done 2>>errors 3>&- &
		pids="$pids $!"
	done
	wait $pids
	[ ! -s errors ]
	[ "$(wc -l <done)" -eq 16 ]
	[ "$(jq -r .jobId requests | sort -u | wc -l)" -eq 16 ]
	[ "$(grep -c ' as pump1 ' broker.log)" -eq 1 ]
	[ "$(grep -c 'Received SUBSCRIBE from pump1$' broker.log)" -eq 2 ]
}

@test "link: a borrower that goes away in the middle harms nobody" {
	start_broker
	device pump1
	start_link
	gr-commit job-1 1 2>/dev/null 3>&- &
	borrower=$!
	await grep -q 'Received PUBLISH from pump1 ' broker.log
	kill -9 "$borrower"
	wait "$borrower" || :
	service
	run -0 gr-commit job-2 1
}

@test "link: the inherited lock does not outlive the driver in it" {
	start_broker
	device pump1
	exec 9>lock
	flock 9
	start_link
	exec 9>&-
	run -0 flock -n lock true
}

@test "link: a stale socket is replaced, any other file is not" {
	start_broker
	device pump1
	perl -MSocket -e 'socket(S,AF_UNIX,SOCK_STREAM,0); bind(S,sockaddr_un("link.sock"))'
	start_link
	service
	run -0 gr-commit job-1 1
	stop_link
	echo precious >file
	run -111 --separate-stderr gr-link -s file </dev/null
	[ "$(cat file)" = precious ]
}

@test "link: its socket may lie deeper than a socket's name can say" {
	start_broker
	device pump1
	deep=$(printf 'd%.0s' {1..150})
	mkdir "$deep"
	start_link -s "$PWD/$deep/link.sock"
	service
	GR_LINK_SOCKET=$PWD/$deep/link.sock run -0 gr-commit job-1 1
}

@test "link: garbage from a borrower ends that borrower alone" {
	start_broker
	device pump1
	start_link
	perl -MSocket -e 'for my $junk ("\377\377\377\377", "\0\0\0\1x", "\0\0\0\3xyz", "\0\0\0\3x\0\0", "\0\0\0\7pa/#\0{}", "p" x 300000) {
		socket(S,AF_UNIX,SOCK_STREAM,0); connect(S,sockaddr_un("link.sock")) or die; $SIG{PIPE} = "IGNORE";
		syswrite S, $junk; shutdown S, 1; sysread S, my $b, 99; close S }'
	service
	run -0 gr-commit job-1 1
}

@test "link: the seventeenth borrower is sent away" {
	start_broker
	device pump1
	start_link
	run -0 perl -MSocket -e 'for (1..17) { socket(my $s,AF_UNIX,SOCK_STREAM,0); connect($s,sockaddr_un("link.sock")) or die; push @s, $s }
		sysread $s[16], my $b, 1; print defined $b && $b eq "" ? "away" : "kept"'
	[ "$output" = away ]
	[ "$(cat link.err)" = 'gr-link: a borrower is sent away: there are 16 already' ]
}

@test "link: an unreachable link is a failure that names the socket" {
	PORT=1
	make_ca ca
	device pump1
	GR_LINK_SOCKET=$PWD/none.sock run -111 --separate-stderr gr-commit job-1 1
	[ "$stderr" = "gr-commit: GR_LINK_SOCKET: $PWD/none.sock: No such file or directory; no gr-link listens there" ]
	GR_LINK_SOCKET=$PWD/gr.conf run -111 --separate-stderr gr-commit job-1 1
	[ "$stderr" = "gr-commit: GR_LINK_SOCKET: $PWD/gr.conf: Connection refused; no gr-link listens there" ]
}

@test "link: GR_STATE that is not there is made" {
	start_broker
	device pump1
	export GR_STATE=$PWD/state
	run -0 gr-link </dev/null
	[ "$(stat -c '%a %F' state)" = '700 directory' ]
	GR_STATE=/nowhere/at/all run -111 --separate-stderr gr-link </dev/null
	[ "$stderr" = "gr-link: GR_STATE: /nowhere/at/all: No such file or directory" ]
}

@test "link: stays under 12 MB" {
	[ -z "${SANITIZE:-}" ] || return 0
	start_broker
	device pump1
	service
	start_link
	run -0 gr-commit job-1 1
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/$LINK/status")" -lt 12288 ]
}
