# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/session
}

teardown() {
	[ -z "${BROKER:-}" ] || kill -CONT "$BROKER"	# one of them is stopped
	stop_link
	stop_service
	stop_broker
}

service() { start_service awslabs/things/pump1/certificate/commit grant; }
grant() {
	local request
	read -r request
	printf '%s\n' "$request" >>requests
	answer awslabs/things/pump1/certificate/commit/accepted \
		"{\"clientToken\":$(jq .clientToken <<<"$request")}"
}

@test "link: says connected with the certificate's id, and ends with standard input" {
	start_broker
	configure pump1
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
	configure pump1
	start_link -o runtime=classic
	grep -q ' as pump1#gr ' broker.log
}

@test "link: a refusal of the broker is a no, an unreachable broker a temporary failure" {
	start_broker 'allow_anonymous false'
	configure pump1
	run -1 --separate-stderr gr-link </dev/null
	[ -z "$output" ]
	[ "$stderr" = "gr-link: localhost:$PORT: refused: not authorised (CONNACK 5): client id pump1, certificate $(certificate_id device.pem); the broker's log says why" ]
	stop_broker
	run -111 --separate-stderr gr-link </dev/null
	[ ! -e link.sock ]
}

@test "link: a connection on which nothing is acknowledged within requestTimeoutSeconds is given up" {
	start_broker
	configure pump1
	sed -i 's/^requestTimeoutSeconds.*/requestTimeoutSeconds = 1/' gr.conf
	start_link
	kill -STOP "$BROKER"
	run -111 --separate-stderr gr-jobs-client pending
	await process_is_gone "$LINK"
	exec 7>&-
	rc=0
	wait "$LINK" || rc=$?
	LINK=
	[ "$rc" -eq 111 ]
	[ "$(cat link.err)" = "gr-link: localhost:$PORT: the connection is lost: no acknowledgement within 1 s of: subscribe to \$aws/things/pump1/jobs/get/accepted" ]
}

@test "link: the broker's death ends it, with a line" {
	start_broker
	configure pump1
	start_link
	stop_broker
	rc=0
	wait "$LINK" || rc=$?
	LINK=
	[ "$rc" -eq 111 ]
	[ "$(cat link.err)" = "gr-link: localhost:$PORT: the broker closed the connection" ]
}

@test "link: sixteen clients at once each get the answer to their own request" {
	start_broker
	configure pump1
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

@test "link: a client that ends in the middle of a request disturbs no other" {
	start_broker
	configure pump1
	start_link
	gr-commit job-1 1 2>/dev/null 3>&- &
	client=$!
	await grep -q 'Received PUBLISH from pump1 ' broker.log
	kill -9 "$client"
	wait "$client" || :
	service
	run -0 gr-commit job-2 1
}

@test "link: the inherited lock does not outlive the driver in it" {
	start_broker
	configure pump1
	exec 9>lock
	flock 9
	start_link
	exec 9>&-
	run -0 flock -n lock true
}

@test "link: a stale socket is replaced, any other file is not" {
	start_broker
	configure pump1
	perl -MSocket -e 'socket(S,AF_UNIX,SOCK_STREAM,0); bind(S,sockaddr_un("link.sock"))'
	start_link
	service
	run -0 gr-commit job-1 1
	stop_link
	echo precious >file
	run -111 --separate-stderr gr-link -s file </dev/null
	[ "$(cat file)" = precious ]
}

@test "link: its socket's path may be longer than a socket address can hold" {
	start_broker
	configure pump1
	deep=$(printf 'd%.0s' {1..150})
	mkdir "$deep"
	start_link -s "$PWD/$deep/link.sock"
	service
	GR_LINK_SOCKET=$PWD/$deep/link.sock run -0 gr-commit job-1 1
}

@test "link: malformed data from a client ends that client alone" {
	start_broker
	configure pump1
	start_link
	perl -MSocket -e 'for my $junk ("\377\377\377\377", "\0\0\0\1x", "\0\0\0\3xyz", "\0\0\0\3x\0\0", "\0\0\0\7pa/#\0{}", "p" x 300000) {
		socket(S,AF_UNIX,SOCK_STREAM,0); connect(S,sockaddr_un("link.sock")) or die; $SIG{PIPE} = "IGNORE";
		syswrite S, $junk; shutdown S, 1; sysread S, my $b, 99; close S }'
	service
	run -0 gr-commit job-1 1
}

# speak PERL: as a program that uses the session;
# say KIND, TOPIC sends a frame on $s, hear reads one into $kind and $text
speak() {
	perl -MSocket -e '
		sub join_link { socket(my $s,AF_UNIX,SOCK_STREAM,0); connect($s,sockaddr_un("link.sock")) or die; $s }
		sub say_ { my ($s, $kind, $topic) = @_; syswrite $s, pack "N/a*", "$kind$topic\0" }
		sub part { my ($s, $n) = @_; my $b = ""; while (length $b < $n) { sysread($s, $b, $n - length $b, length $b) or return "" } $b }
		sub hear { my ($s) = @_; my $head = part($s, 4) or return "end"; my $b = part($s, unpack "N", $head); $b =~ s/\0(.)?//s; $b }
		sub ask { my ($s, @what) = @_; say_ $s, @what; hear $s }
		'"$1"
}

@test "link: the seventeenth client is told why it is refused" {
	start_broker
	configure pump1
	start_link
	run -0 speak 'push @s, join_link for 1..17; print hear($s[16]), "\n", hear($s[16])'
	[ "$output" = $'f16 programs use the session already\nend' ]
	[ "$(cat link.err)" = 'gr-link: a client is refused: 16 programs use the session already' ]
	run -0 speak \
		'push @s, join_link for 1..16; pop @s; $t = join_link; print ask($t, "l", "a")'
}

@test "link: a filter of a client that has ended is unsubscribed when its place is needed" {
	start_broker
	configure pump1
	start_link
	for round in 1 2 3; do
		run -0 speak '$s = join_link; print ask($s, "l", "'$round'/$_") for 1..32'
		[ "$output" = "$(printf 'd%.0s' {1..32})" ]
	done
	[ "$(grep -c 'Received UNSUBSCRIBE from pump1' broker.log)" -eq 64 ]
	[ ! -s link.err ]
	service
	run -0 gr-commit job-1 1
}

@test "link: a filter is subscribed once for all clients, and stays for the next one" {
	start_broker
	configure pump1
	start_link
	for round in 1 2 3; do
		run -0 speak 'for (1..8) { push @s, join_link; print ask($s[-1], "l", "same"), ask($s[-1], "s", "same"), ask($s[-1], "l", "same") }'
	done
	[ "$(grep -c 'Received SUBSCRIBE from pump1$' broker.log)" -eq 1 ]
}

@test "link: a filter beyond the limit is refused with a line, to the client too" {
	start_broker
	configure pump1
	start_link
	run -0 speak '$s = join_link; ask($s, "l", "$_") for 1..32; $t = join_link; print ask($t, "s", "more"), ask($t, "l", "32"), ask($s, "l", "7")'
	[ "$output" = 'fmore: no room: the clients want 32 other filtersdd' ]
	[ "$(cat link.err)" = 'gr-link: more: no room: the clients want 32 other filters' ]
}

@test "link: a client with malformed requests is disconnected with a line that names it" {
	start_broker
	configure pump1
	start_link
	speak 'print "$$\n"; $s = join_link; syswrite $s, "\377\377\377\377"; hear $s' >pid
	[ "$(cat link.err)" = "gr-link: the client with process id $(cat pid) is dropped: it does not speak our protocol" ]
}

@test "link: the session ends with DISCONNECT, also when a signal ends gr-link" {
	start_broker
	configure pump1
	for signal in TERM INT; do
		start_link
		kill -$signal "$LINK"
		rc=0
		wait "$LINK" || rc=$?
		[ "$rc" -eq 0 ]
		exec 7>&-
	done
	LINK=
	await eval '[ "$(grep -c "Received DISCONNECT from pump1$" broker.log)" -eq 2 ]'
	[ ! -s link.err ]
}

@test "link: a socket that cannot be reached is a failure that names it" {
	PORT=1
	make_ca ca
	configure pump1
	GR_LINK_SOCKET=$PWD/none.sock run -111 --separate-stderr gr-commit job-1 1
	[ "$stderr" = "gr-commit: GR_LINK_SOCKET: $PWD/none.sock: No such file or directory; no gr-link listens there" ]
	GR_LINK_SOCKET=$PWD/gr.conf run -111 --separate-stderr gr-commit job-1 1
	[ "$stderr" = "gr-commit: GR_LINK_SOCKET: $PWD/gr.conf: Connection refused; no gr-link listens there" ]
}

@test "link: GR_STATE that is not there is made" {
	start_broker
	configure pump1
	export GR_STATE=$PWD/state
	run -0 gr-link </dev/null
	[ "$(stat -c '%a %F' state)" = '700 directory' ]
	GR_STATE=/nowhere/at/all run -111 --separate-stderr gr-link </dev/null
	[ "$stderr" = "gr-link: GR_STATE: /nowhere/at/all: No such file or directory" ]
}

@test "link: its memory stays under 12 MB" {
	[ -z "${SANITIZE:-}" ] || return 0
	start_broker
	configure pump1
	service
	start_link
	run -0 gr-commit job-1 1
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/$LINK/status")" -lt 12288 ]
}

# A service that publishes its answers as anybody does: they reach subscribers alone.
# Each comes twice.
plain_get() {
	local request token
	read -r request
	token=$(jq -c '{clientToken}' <<<"$request")
	for n in 1 2; do
		answer '$aws/things/pump1/jobs/j1/get/accepted' \
			"$(jq -c '. + {execution: {jobId: "j1", status: "QUEUED"}}' <<<"$token")"
	done
}

@test "link: answers of Jobs that a broker delivers to subscribers alone arrive, with the link and without" {
	start_broker
	configure pump1
	start_service '$aws/things/pump1/jobs/j1/get' plain_get
	start_link
	run -0 gr-jobs-client get j1
	[ "${lines[0]}" = jobId=j1 ]
	stop_link
	unset GR_LINK_SOCKET
	run -0 gr-jobs-client get j1
	[ "${lines[0]}" = jobId=j1 ]
}

# start_list_of_ten: a service that lists ten jobs of other agents,
# as AWS IoT does with any number of them
start_list_of_ten() {
	issue_pair service /CN=service ca
	mkfifo service.in
	mosquitto_sub -h localhost -p "$PORT" --cafile ca.pem --cert service.pem \
		--key service.key -i service -v -t '$aws/things/pump1/jobs/get' \
		-t '$aws/things/pump1/jobs/+/get' >service.in 3>&- &
	SERVICE=$!
	list_ten <service.in 3>&- &
	ANSWERING=$!
	await grep -q 'Sending SUBACK to service' broker.log
}
list_ten() {
	local topic request job
	while read -r topic request; do
		job=${topic#*/jobs/} job=${job%get} job=${job%/}
		if [ -z "$job" ]; then
			jq -c '{clientToken, inProgressJobs: [], queuedJobs: [range(1; 11) | {jobId: "o\(.)"}]}' <<<"$request"
		else
			jq -c --arg job "$job" \
				'{clientToken, execution: {jobId: $job, status: "QUEUED", jobDocument: {operation: "reboot"}}}' \
				<<<"$request"
		fi >reply
		answer "$topic/accepted" "$(cat reply)"
	done
}

@test "link: the driver of a device behind ten jobs of other agents says once which they are" {
	start_broker
	configure pump1
	printf '%s\n' 'watchdog = off' 'refusalWindowSeconds = 1' >>gr.conf
	start_list_of_ten
	run -0 --separate-stderr rotate.sh once
	[[ $stderr == *'the service lists 10 pending jobs, none of them a rotation to take'*'In front stand: o1 o2 o3 o4 o5 o6 o7 o8 o9 o10' ]]
	run -0 --separate-stderr rotate.sh once
	[ -z "$stderr" ]
}
