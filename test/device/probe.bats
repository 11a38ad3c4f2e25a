# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/session
}

teardown() {
	[ -z "${SILENT:-}" ] || kill "$SILENT" 2>/dev/null || :
	stop_broker
}

# silent_server MODE: sets PORT; "accept" takes connections and says nothing,
# "full" lets none be made.
silent_server() {
	rm -f silent.port
	perl -MSocket -e '
		socket(S, AF_INET, SOCK_STREAM, 0) or die; bind(S, sockaddr_in(0, INADDR_LOOPBACK)) or die;
		my $full = $ARGV[0] eq "full"; listen(S, $full ? 0 : 16) or die; my $port = (sockaddr_in(getsockname S))[0];
		my @fill; # a queue that is full drops the packets of whoever comes next
		if ($full) { for (1 .. 4) { socket(my $c, AF_INET, SOCK_STREAM | 2048, 0); connect($c, sockaddr_in($port, INADDR_LOOPBACK)); push @fill, $c } }
		open my $f, ">", "silent.tmp" or die; print $f $port; close $f; rename "silent.tmp", "silent.port";
		sleep 60 while 1' "$1" 3>&- &
	SILENT=$!
	await test -s silent.port
	PORT=$(cat silent.port)
}

@test "probe: a pair that the broker accepts is a yes, with the certificate's id" {
	start_broker
	configure pump1
	run -0 --separate-stderr gr-probe
	[ "$output" = "$(certificate_id device.pem)" ]
	[ -z "$stderr" ]
	grep -q ' as pump1#probe ' broker.log
}

@test "probe: a pair named by files is the one that is tried" {
	start_broker
	configure pump1
	issue_pair other /CN=pump1 ca
	run -0 gr-probe --certificate other.pem --key other.key
	[ "$output" = "$(certificate_id other.pem)" ]
}

@test "probe: CONNACK not authorised is a no, with the reason" {
	start_broker 'allow_anonymous false'
	configure pump1
	run -1 --separate-stderr gr-probe
	[ -z "$output" ]
	[ "$stderr" = "gr-probe: localhost:$PORT: refused: not authorised (CONNACK 5): client id pump1#probe, certificate $(certificate_id device.pem); the broker's log says why" ]
}

@test "probe: a certificate of an unknown CA is a no, each of fifty times, though the reset races the alert" {
	start_broker
	configure pump1
	make_ca other
	issue_pair foreign /CN=pump1 other
	for i in {1..50}; do
		run -1 --separate-stderr gr-probe --certificate foreign.pem --key foreign.key
		[ "$stderr" = "gr-probe: localhost:$PORT: our certificate is refused: unknown CA" ]
	done
}

@test "probe: over TLS 1.2 a certificate of an unknown CA is a no as well" {
	start_broker
	configure pump1
	make_ca other
	issue_pair foreign /CN=pump1 other
	printf '%s\n' 'openssl_conf = c' '[c]' 'ssl_conf = s' '[s]' 'system_default = d' '[d]' \
		'MaxProtocol = TLSv1.2' >tls12.cnf
	OPENSSL_CONF=$PWD/tls12.cnf run -1 --separate-stderr gr-probe --certificate foreign.pem \
		--key foreign.key
	[[ $stderr = *"our certificate is refused: unknown CA" ]]
	OPENSSL_CONF=$PWD/tls12.cnf run -0 gr-probe
}

@test "probe: an expired certificate is a no" {
	start_broker
	configure pump1
	issue_pair expired /CN=pump1 ca -1
	run -1 --separate-stderr gr-probe --certificate expired.pem --key expired.key
	[[ $stderr = *"our certificate is refused: certificate expired" ]]
}

@test "probe: a server whose CA we do not trust gives no verdict on us" {
	start_broker
	configure pump1
	make_ca other
	run -111 --separate-stderr gr-probe -o "rootCaPath=$PWD/other.pem"
	[[ $stderr = *"the server's certificate is not accepted: "*"; is rootCaPath $PWD/other.pem its CA's?" ]]
}

@test "probe: a server we cannot trust gives no verdict even when it would refuse us" {
	start_broker
	configure pump1
	make_ca other
	issue_pair foreign /CN=pump1 other
	run -111 --separate-stderr gr-probe -o "rootCaPath=$PWD/other.pem" \
		--certificate foreign.pem --key foreign.key
	[[ $stderr = *"the server's certificate is not accepted: "*"; is rootCaPath $PWD/other.pem its CA's?" ]]
}

@test "probe: a server certificate with another name gives no verdict; an IP address in it is a name too" {
	make_ca ca
	issue_pair server /CN=localhost ca 30 DNS:elsewhere.example,IP:127.0.0.1
	start_broker
	configure pump1
	run -111 --separate-stderr gr-probe
	[[ $stderr = *"the server's certificate is not accepted: hostname mismatch; is iotDataEndpoint localhost its name?" ]]
	run -0 gr-probe -o iotDataEndpoint=127.0.0.1
	issue_pair server /CN=localhost ca 30 DNS:localhost,DNS:127.0.0.1
	stop_broker
	start_broker
	configure pump1
	run -111 --separate-stderr gr-probe -o iotDataEndpoint=127.0.0.1
	[[ $stderr = *"the server's certificate is not accepted: IP address mismatch; is iotDataEndpoint 127.0.0.1 its name?" ]]
}

@test "probe: a port on which nobody listens gives no verdict" {
	PORT=$(free_port)
	make_ca ca
	configure pump1
	run -111 --separate-stderr gr-probe
	[ "$stderr" = "gr-probe: localhost:$PORT: Connection refused" ]
}

@test "probe: a host name that does not exist gives no verdict" {
	PORT=8883
	make_ca ca
	configure pump1
	run -111 --separate-stderr gr-probe -o iotDataEndpoint=no.such.host.invalid
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "probe: a server that never answers gives no verdict at the deadline" {
	make_ca ca
	silent_server accept
	configure pump1
	start=${EPOCHREALTIME/./}
	run -111 --separate-stderr gr-probe -o requestTimeoutSeconds=1
	spent=$((${EPOCHREALTIME/./} - start))
	[[ $stderr = *"no answer within the time allowed" ]]
	[ "$spent" -ge 900000 ]
	[ "$spent" -lt 10000000 ]
}

@test "probe: an address that drops packets gives no verdict at the deadline" {
	make_ca ca
	silent_server full
	configure pump1
	start=${EPOCHREALTIME/./}
	run -111 --separate-stderr gr-probe -o requestTimeoutSeconds=1
	spent=$((${EPOCHREALTIME/./} - start))
	[[ $stderr = *"no connection within the time allowed" ]]
	[ "$spent" -ge 900000 ]
	[ "$spent" -lt 10000000 ]
}

@test "probe: a server that closes the connection before CONNACK gives no verdict" {
	make_ca ca
	issue_pair server /CN=localhost ca 30 DNS:localhost
	PORT=$(free_port)
	configure pump1
	openssl s_server -accept "127.0.0.1:$PORT" -cert server.pem -key server.key \
		-CAfile ca.pem -Verify 1 -naccept 1 </dev/null >s.out 2>&1 3>&- &
	SILENT=$!
	await grep -q ACCEPT s.out
	run -111 --separate-stderr gr-probe -o requestTimeoutSeconds=5
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "probe: a key that is not the certificate's, and a missing pair, are 100" {
	start_broker
	configure pump1
	issue_pair other /CN=pump1 ca
	run -100 --separate-stderr gr-probe --certificate other.pem --key device.key
	[[ $stderr = "gr-probe: device.key: not the key of the certificate: "* ]]
	run -100 gr-probe --certificate other.pem --key missing.key
	run -100 gr-probe --certificate gr.conf --key device.key
	run -100 gr-probe --certificate other.pem
	run -100 gr-probe -g 7
	run -100 gr-probe -o thingName=a/b
	run -100 gr-probe -o iotDataPort=70000
}

@test "probe: a CA file that is missing, unreadable or malformed is named with its setting" {
	make_ca ca
	PORT=1
	configure pump1
	run -100 --separate-stderr gr-probe -o rootCaPath=/nowhere
	[ "$stderr" = "gr-probe: rootCaPath: /nowhere: No such file or directory" ]
	run -100 --separate-stderr gr-probe -o "rootCaPath=$PWD/gr.conf"
	[ "$stderr" = "gr-probe: rootCaPath: $PWD/gr.conf: holds no PEM certificates; name a file of CA certificates" ]
	[ "$(id -u)" -ne 0 ] || return 0	# root may read anything
	chmod 0 ca.pem
	run -111 --separate-stderr gr-probe
	[ "$stderr" = "gr-probe: rootCaPath: $PWD/ca.pem: Permission denied" ]
}

@test "probe: an answer that cannot be written is a failure" {
	start_broker
	configure pump1
	run -111 bash -c 'gr-probe >/dev/full'
}

@test "probe: --take-over connects as the thing itself, which ends the other session of that name, and sends DISCONNECT at once" {
	start_broker
	configure pump1
	mosquitto_sub -h localhost -p "$PORT" --cafile ca.pem --cert device.pem --key device.key \
		-i pump1 -t news >/dev/null 2>&1 3>&- &
	SILENT=$!
	await grep -q 'Sending SUBACK to pump1' broker.log
	run -0 --separate-stderr gr-probe --take-over -o runtime=lite
	[ "$output" = "$(certificate_id device.pem)" ]
	[ -z "$stderr" ]
	await grep -q 'Received DISCONNECT from pump1$' broker.log
	grep -q 'Client pump1 already connected, closing old connection' broker.log
	run -1 grep -e 'pump1#' -e 'PUBLISH' broker.log
	run -0 gr-probe --take-over --certificate device.pem --key device.key
}
