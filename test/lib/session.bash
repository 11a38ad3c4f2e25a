# SPDX-License-Identifier: Apache-2.0
# session.bash - a plain Mosquitto with mutual TLS, throwaway CAs and devices,
# in the test's own folder.

# make_ca NAME: NAME.pem, NAME.key
make_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.pem" -subj "/CN=$1" -days 30 2>/dev/null
}

# issue_pair NAME SUBJECT CA [DAYS [SAN]]: NAME.pem, NAME.key, NAME.csr
issue_pair() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
		-out "$1.csr" -subj "$2" 2>/dev/null
	printf 'subjectAltName=%s\n' "${5:-DNS:unused}" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" \
		-set_serial "0x$(openssl rand -hex 8)" \
		-days "${4:-30}" -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}

# start_broker [LINE...]: a broker for localhost and 127.0.0.1 (trusts ca.pem);
# sets PORT and BROKER.
start_broker() {
	[ -f ca.pem ] || make_ca ca
	[ -f server.pem ] || issue_pair server /CN=localhost ca 30 DNS:localhost,IP:127.0.0.1
	local attempt
	for attempt in 1 2 3 4 5; do
		PORT=$(free_port)
		{
			printf '%s\n' 'per_listener_settings false' 'set_tcp_nodelay true' \
				"user $(id -un)" "log_dest file $PWD/broker.log" \
				'log_type all' "listener $PORT 127.0.0.1" "cafile $PWD/ca.pem" \
				"certfile $PWD/server.pem" "keyfile $PWD/server.key" \
				'require_certificate true'
			printf '%s\n' "${@:-allow_anonymous true}"
		} >broker.conf
		: >broker.log
		mosquitto -c broker.conf >broker.out 2>&1 3>&- &
		BROKER=$!
		await broker_settled
		if grep -q ' running$' broker.log; then return 0; fi
		wait "$BROKER" || :
	done
	cat broker.out broker.log >&2
	return 1
}
broker_settled() { ! kill -0 "$BROKER" 2>/dev/null || grep -q ' running$' broker.log; }

stop_broker() {
	[ -n "${BROKER:-}" ] || return 0
	kill "$BROKER" 2>/dev/null || :
	wait "$BROKER" 2>/dev/null || :
	BROKER=
}

# configure THING [NAME]: gr.conf for the thing with the pair NAME (default device,
# made if missing).
configure() {
	local name=${2:-device}
	[ -f "$name.pem" ] || issue_pair "$name" "/CN=$1" ca
	printf '%s\n' "thingName = $1" "privateKeyPath = $PWD/$name.key" \
		"certificateFilePath = $PWD/$name.pem" \
		"rootCaPath = $PWD/ca.pem" 'iotDataEndpoint = localhost' "iotDataPort = $PORT" \
		'requestTimeoutSeconds = 120' >gr.conf
	export GR_CONF=$PWD/gr.conf GR_STATE=$PWD
}

# start_link [OPTION...]: gr-link on link.sock, held by descriptor 7; sets LINK.
start_link() {
	rm -f link.in link.out
	mkfifo link.in
	gr-link "$@" <link.in >link.out 2>link.err 3>&- &
	LINK=$!
	exec 7>link.in
	await link_settled
	export GR_LINK_SOCKET=$PWD/link.sock
	kill -0 "$LINK"
}
link_settled() { [ -s link.out ] || ! kill -0 "$LINK" 2>/dev/null; }

stop_link() {
	[ -n "${LINK:-}" ] || return 0
	exec 7>&-
	wait "$LINK" || :
	LINK=
}

# start_service REQUEST COMMAND: a foreign backend;
# for each message on the topic REQUEST, COMMAND gets it on standard input.
start_service() {
	[ -f service.pem ] || issue_pair service /CN=service ca
	mkfifo service.in
	mosquitto_sub -h localhost -p "$PORT" --cafile ca.pem --cert service.pem \
		--key service.key -i service -t "$1" >service.in 3>&- 7>&- &
	SERVICE=$!
	while read -r request; do printf '%s\n' "$request" | "$2"; done <service.in 3>&- 7>&- &
	ANSWERING=$!
	await grep -q 'Sending SUBACK to service' broker.log
}

# answer TOPIC PAYLOAD: as the foreign backend.
answer() {
	mosquitto_pub -h localhost -p "$PORT" --cafile ca.pem --cert service.pem \
		--key service.key -q 1 -t "$1" -m "$2"
}

stop_service() {
	[ -n "${SERVICE:-}" ] || return 0
	kill -KILL "$SERVICE" "$ANSWERING" 2>/dev/null || :
	wait "$SERVICE" "$ANSWERING" 2>/dev/null || :
	SERVICE=
}
