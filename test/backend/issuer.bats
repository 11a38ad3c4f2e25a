# SPDX-License-Identifier: Apache-2.0
# Issuer modes of the backend: private authorities, their chains, what becomes of retired
# certificates, and changing all of it while devices rotate. The programs of gr-ca alone are in
# gr-ca.bats, the algorithms in algorithms.bats.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/x509
load ../lib/shared-lab

setup_file() {
	lab_up
	cd "$BATS_FILE_TMPDIR" || return
	company root RSA-2048
	company sub RSA-2048 root
	gr-ca import -H "$PWD/lab/home" sub sub.key sub.pem
	gr-ca import -H "$PWD/lab/home" root root.key root.pem
}
setup() {
	lab_use
	BROKER=localhost:$PORT
}
teardown() {
	local pid
	# A child of bash that has not begun its program yet loses SIGTERM, and would be waited for
	# for ever.
	for pid in $(jobs -p); do kill -9 "$pid" 2>/dev/null || :; done
	wait
	own_lab_down
}

# issue MODE [AUTHORITY]...: as gr-ca mode, at the lab's broker
issue() { gr-ca mode -b "$BROKER" "$@" >mode; }
# no STATUS MESSAGE COMMAND...: of gr-ca, with that status, that one line, and nothing changed
no() {
	local before
	before=$(gr-ca mode)
	run "-$1" --separate-stderr "${@:3}"
	[ -z "$output" ] && [ "$stderr" = "gr-ca: $2" ] || {
		printf '%s\n' "$output" "$stderr" >&2
		return 1
	}
	[ "$(gr-ca mode)" = "$before" ]
}
# serial FILE
serial() { openssl x509 -in "$1" -noout -serial | sed 's/serial=//'; }
# listed FILE AUTHORITY: is the certificate on that CRL, and is the CRL good?
listed() {
	gr-ca crl "$2" >crl.pem || return
	openssl crl -in crl.pem -noout -text -CApath "$GR_HOME/trusted" >crl.text 2>&1
	grep -q "verify OK" crl.text || { cat crl.text >&2; return 2; }
	grep -q "Serial Number: $(serial "$1")\$" crl.text
}
# rotated NAME...: things, by a real driver each, one after the other
rotated() {
	local name
	for name; do
		as_thing "$name"
		cp "$CERT" "$name.old"
		cp "$KEY" "$name.old.key"
		job_new "$name-$BATS_TEST_NUMBER-$((++ROUND))"
		rotate.sh once
		execution_is SUCCEEDED "$name-$BATS_TEST_NUMBER-$ROUND"
		[ "$(certificate_id "$CERT")" != "$OLD" ]
		await only_is "$(certificate_id "$CERT")"
	done
}
ROUND=0

# --- the chain -----------------------------------------------------------------------------------

@test "chain: a device that asks gets all certificates between its own and the root, also when another CA issues by then" {
	issue private sub
	thing_new
	job_started
	key_new new
	accepted create "$(csr_of new '{certificateChain: true}')"
	body_is '["certificateChain","certificateId","certificatePem","executionNumber","jobId","timestamp"]' keys
	jq -r .certificatePem <<<"$BODY" >new.pem
	jq -r .certificateChain <<<"$BODY" | sed '/^$/d' >chain.pem
	cmp chain.pem "$BATS_FILE_TMPDIR/sub.own"
	openssl verify -x509_strict -purpose sslclient -CAfile "$BATS_FILE_TMPDIR/root.pem" \
		-untrusted chain.pem new.pem
	[ "$(openssl x509 -in new.pem -noout -issuer -nameopt oneline)" = \
		'issuer=O = Company, CN = sub' ]
	issue iot ca
	accepted create "$(csr_of new '{certificateChain: true}')"
	[ "$(jq -r .certificateChain <<<"$BODY" | sed '/^$/d')" = "$(cat chain.pem)" ]
	[ "$(jq -r .certificatePem <<<"$BODY")" = "$(cat new.pem)" ]
}

@test "chain: a device that does not ask gets none, and directly below a root there is none" {
	issue private sub
	thing_new
	for members in '{}' '{certificateChain: false}' '{certificateChain: "true"}' \
		'{certificateChain: null}'; do
		J=$J-
		job_started "$J"
		key_new new
		accepted create "$(csr_of new "$members")"
		body_is null .certificateChain
	done
	issue private root
	J=$J-
	job_started "$J"
	key_new new
	accepted create "$(csr_of new '{certificateChain: true}')"
	body_is '["certificateId","certificatePem","executionNumber","jobId","timestamp"]' keys
	jq -r .certificatePem <<<"$BODY" >new.pem
	openssl verify -CAfile "$BATS_FILE_TMPDIR/root.pem" new.pem
}

# commented LENGTH: an authority whose certificate bears a remark of that length
commented() {
	cp "$BATS_FILE_TMPDIR"/root.{key,pem} .
	company "remark-$1" RSA-2048 root "nsComment=$(printf "%0$1d" 0)"
	gr-ca import "remark-$1" "remark-$1.key" "remark-$1.pem"
	issue private "remark-$1"
}
@test "chain: an answer of 5000 bytes arrives at a client that takes no more, and a larger one is refused with its size" {
	thing_new
	job_started
	key_new new
	commented 500
	accepted create "$(csr_of new '{certificateChain: true}')"
	topic=$(topic create)/accepted
	size=$((8 + ${#topic} + ${#BODY}))
	# A byte of DER takes 4/3 characters, and a line of 64 of them two for its end.
	more=$(((4992 - size) * 64 * 3 / 66 / 4))
	commented $((500 + more))
	J=$J-2
	job_started "$J"
	key_new second
	stdbuf -oL mosquitto_sub -h localhost -p "$PORT" -V mqttv5 -D connect maximum-packet-size \
		5000 -i "$THING#gr" --cafile "$GR_HOME/ca/ca.pem" \
		--cert "$CERT" --key "$KEY" -q 1 -t "$topic" -d -C 1 >lite 2>&1 3>&- &
	lite=$!
	await grep -q '^Subscribed' lite
	accepted create "$(csr_of second '{certificateChain: true}')"
	size=$((8 + ${#topic} + ${#BODY}))
	[ "$size" -le 5000 ] && [ "$size" -gt 4980 ] || { echo "$size" >&2; return 1; }
	wait "$lite"
	grep -qxF "$BODY" lite
	commented $((530 + more))
	J=$J-3
	job_started "$J"
	key_new third
	remember
	request create "$(csr_of third '{certificateChain: true}')"
	[ "$ANSWER" = rejected ]
	why=$(jq -r .errorMsg <<<"$BODY")
	[[ $why == 'with the certificateChain the answer would be a packet of 50'??' bytes, and devices take 5000: ask without it, or have the authority use EC keys' ]] ||
		{ echo "$why" >&2; return 1; }
	is_unchanged
	accepted create "$(csr_of third)"
	body_is null .certificateChain
	execution_is IN_PROGRESS
}

@test "chain: a device that asks stores it behind its certificate; where it cannot have it, the job's reason says why" {
	issue private sub
	thing_new
	echo "certificateChain = on" >>"$GR_CONF"
	echo "issuerCaPath = $BATS_FILE_TMPDIR/root.pem" >>"$GR_CONF"
	rotated "$THING"
	[ "$(grep -c BEGIN "$CERT")" -eq 2 ]
	openssl verify -CAfile "$BATS_FILE_TMPDIR/root.pem" -untrusted "$CERT" "$CERT"
	sed '1,/END/d' "$CERT" | cmp - "$BATS_FILE_TMPDIR/sub.own"
	rotated "$THING"
	[ "$(grep -c BEGIN "$CERT")" -eq 2 ]
	kept=$(certificate_id "$CERT")
	commented 2500
	job_new "$J"
	run rotate.sh once
	execution_is FAILED
	[[ $(sql "SELECT details ->> 'DeviceFailureReason' FROM execution WHERE job = '$J'") == *'with the certificateChain the answer would be a packet of '* ]]
	[ "$(certificate_id "$CERT")" = "$kept" ]
	only_is "$kept"
	gr-probe
}

# --- validity ------------------------------------------------------------------------------------

@test "validity: the days of the mode, but never past the end of the authority or of what stands above it" {
	issue -d 20 private sub
	thing_new
	rotated "$THING"
	ends_after "$CERT" $((20 * 86400))
	issue -d 90 private sub
	rotated "$THING"
	[ "$(openssl x509 -in "$CERT" -noout -enddate)" = \
		"$(openssl x509 -in "$BATS_FILE_TMPDIR/root.pem" -noout -enddate)" ]
	key_new first '/CN=other'
	gr-registry register "other-$THING" first.csr >first.pem
	[ "$(openssl x509 -in first.pem -noout -enddate)" = \
		"$(openssl x509 -in "$BATS_FILE_TMPDIR/root.pem" -noout -enddate)" ]
}

@test "validity: an authority that has expired issues nothing, and the device learns why" {
	company brief ECDSA-P256
	gr-ca import brief brief.key brief.pem
	issue private brief
	thing_new
	job_started
	key_new new
	openssl x509 -req -in brief.csr -signkey brief.key -days 0 -extfile brief.ext \
		-out "$GR_HOME/ca/brief.pem" 2>/dev/null
	await_expiry "$GR_HOME/ca/brief.pem"
	refused create "$(csr_of new)" 'authority brief: has expired; nothing can be issued by it'
	key_new late '/CN=late'
	run -1 --separate-stderr gr-registry register late late.csr
	[ "$stderr" = 'gr-registry: late: authority brief: has expired; nothing can be issued by it' ]
	no 100 'authority brief: has expired' gr-ca mode -b "$BROKER" private brief
	issue iot ca
	accepted create "$(csr_of new)"
}

# --- retirement is revocation --------------------------------------------------------------------

# put_back FILE: into the registry by hand, as the thing's only certificate
put_back() {
	local id
	id=$(certificate_id "$1")
	sql "DELETE FROM principal WHERE thing = '$THING';
		INSERT OR REPLACE INTO certificate (id, status, pem, spki, not_after, created) VALUES ('$id', 'ACTIVE', readfile('$PWD/$1'), 'x', 4e12, 0);
		INSERT INTO principal VALUES ('$id', '$THING', 0);
		INSERT OR REPLACE INTO certificate_policy VALUES ('$id', 'rotation');"
}

@test "retired: a certificate of mode private is revoked; the broker refuses it even when it is put back by hand" {
	issue private sub
	thing_new
	rotated "$THING"
	rotated "$THING"
	cp "$THING.old" once.pem
	cp "$THING.old.key" once.key
	sql_is "SELECT authority || ' ' || reason FROM revoked WHERE certificate = '$(certificate_id once.pem)'" 'sub superseded'
	listed once.pem sub
	grep -A5 "Serial Number: $(serial once.pem)\$" crl.text | grep -q 'Superseded'
	not listed "$CERT" sub
	cat "$BATS_FILE_TMPDIR/sub.pem" crl.pem >with-crl.pem
	run -2 openssl verify -crl_check -CAfile with-crl.pem once.pem
	[[ $output == *'certificate revoked'* ]]
	openssl verify -crl_check -CAfile with-crl.pem "$CERT"
	put_back once.pem
	run -1 --separate-stderr gr-probe --certificate once.pem --key once.key
	[[ $stderr == *refused* ]]
	gr-registry history "$THING" >/dev/null
	listed once.pem sub
}

@test "retired: a certificate of mode iot is not revoked, and is accepted again when put back" {
	issue iot ca
	thing_new
	rotated "$THING"
	sql_is "SELECT count(*) FROM revoked WHERE thing = '$THING'" 0
	not listed "$THING.old" ca
	run -1 gr-probe --certificate "$THING.old" --key "$THING.old.key"
	put_back "$THING.old"
	gr-probe --certificate "$THING.old" --key "$THING.old.key"
}

@test "retired: the mode in which a certificate was issued counts, not the present one" {
	issue iot ca
	thing_new
	issue private sub
	rotated "$THING"
	not listed "$THING.old" ca
	issue iot ca
	rotated "$THING"
	listed "$THING.old" sub
	issue private ca
	rotated "$THING"
	not listed "$THING.old" ca
	issue iot ca
	rotated "$THING"
	listed "$THING.old" ca
}

@test "retired: a new certificate that lost its trial is revoked as well" {
	issue private sub
	thing_new
	rotation_begun
	heard FAILED OLD
	await sql_is "SELECT reason FROM revoked WHERE certificate = '$NEW'" cessationOfOperation
	listed new.pem sub
	only_is "$OLD"
}

@test "retired: in quarantine it is REVOKED, and gr-registry does not revive it" {
	issue private sub
	thing_new
	backend stop
	gr-backendd -H "$GR_HOME" -s "$LAB/home/shared/broker.sock" >daemon 2>&1 3>&- &
	daemon=$!
	await grep -q ready daemon
	rotated "$THING"
	rotated "$THING"
	id=$(certificate_id "$THING.old")
	[ "$(gr-registry describe-certificate "$id" | cut -f 2,3)" = $'REVOKED\t-' ]
	run -1 --separate-stderr gr-registry update-certificate "$id" ACTIVE
	[ "$stderr" = "gr-registry: $id: revoked, which cannot be undone; the thing needs another certificate" ]
	kill "$daemon"
	wait "$daemon"
	backend start
}

# --- another authority, and the broker -----------------------------------------------------------

# server_pair NAME HOST [gr-ca issue-server OPTION...]: NAME.pem, NAME.key
server_pair() {
	private_key "$1.key" ECDSA-P256
	openssl req -new -key "$1.key" -subj "/CN=$2" | gr-ca issue-server "${@:3}" "$2" >"$1.pem"
}
# broker_with LINE...: a Mosquitto with server.pem on a free port; sets OTHER
broker_with() {
	local try
	for try in 1 2 3 4 5; do
		OTHER=$((20000 + RANDOM % 20000))
		printf '%s\n' "user $(id -un)" 'allow_anonymous true' "listener $OTHER 127.0.0.1" \
			'require_certificate true' "certfile $PWD/server.pem" \
			"keyfile $PWD/server.key" "log_dest file $PWD/other.log" "$@" >other.conf
		: >other.log
		PATH=$PATH:/usr/sbin mosquitto -c other.conf >/dev/null 2>&1 3>&- &
		await grep -q ' running$\|Error' other.log
		! grep -q ' running$' other.log || return 0
	done
	cat other.log >&2
	return 1
}

@test "mode: a CA that the broker does not accept is 1, with that reason, and changes nothing" {
	issue iot ca
	server_pair server localhost
	company stranger ECDSA-P256
	gr-ca import stranger stranger.key stranger.pem
	for tls in tlsv1.2 tlsv1.3; do
		broker_with "cafile $GR_HOME/ca/ca.pem" "tls_version $tls"
		no 1 "localhost:$OTHER: the broker does not take certificates of this authority: unknown CA" gr-ca mode -b "localhost:$OTHER" private stranger
		kill %% && wait %% || :
		broker_with "capath $GR_HOME/trusted" "tls_version $tls"
		gr-ca mode -b "localhost:$OTHER" private stranger
		issue iot ca
		kill %% && wait %% || :
	done
}

# serve_tls VERSION CAPATH: OpenSSL's own server, for that version alone, on a free port;
# sets OTHER
serve_tls() {
	local try
	for try in 1 2 3 4 5; do
		OTHER=$((20000 + RANDOM % 20000))
		: >server.out
		openssl s_server -accept "127.0.0.1:$OTHER" "-$1" -cert server.pem \
			-key server.key -Verify 3 -verify_return_error -CApath "$2" \
			<silence >server.out 2>&1 3>&- 4>&- &
		await grep -q 'ACCEPT\|error' server.out
		! grep -q ACCEPT server.out || return 0
	done
	return 1
}
@test "mode: TLS 1.2 alone, TLS 1.3 alone: the broker's verdict is understood" {
	issue iot ca
	server_pair server localhost
	company tried ECDSA-P256
	gr-ca import tried tried.key tried.pem
	mkdir none
	mkfifo silence
	exec 4<>silence
	for version in tls1_2 tls1_3; do
		serve_tls "$version" none
		no 1 "localhost:$OTHER: the broker does not take certificates of this authority: unknown CA" gr-ca mode -b "localhost:$OTHER" private tried
		kill %% && wait %% || :
		serve_tls "$version" "$GR_HOME/trusted"
		gr-ca mode -b "localhost:$OTHER" private tried
		kill %% && wait %% || :
		issue iot ca
	done
}

@test "mode: a broker whose own certificate is not known, or bears another name, is 100 and changes nothing" {
	issue iot ca
	company public ECDSA-P256
	private_key server.key ECDSA-P256
	openssl req -new -key server.key -subj /CN=localhost -out server.csr
	openssl x509 -req -in server.csr -CA public.pem -CAkey public.key -set_serial 7 -days 9 \
		-extfile <(echo subjectAltName=DNS:localhost) -out server.pem 2>/dev/null
	company fresh ECDSA-P256
	gr-ca import fresh fresh.key fresh.pem
	broker_with "capath $GR_HOME/trusted"
	run -100 --separate-stderr gr-ca mode -b "localhost:$OTHER" private fresh
	[[ $stderr == "gr-ca: localhost:$OTHER: the broker's own certificate does not verify: unable to get "*'; name its CA with -r' ]]
	no 100 "127.0.0.1:$OTHER: the broker's own certificate does not verify: IP address mismatch; name its CA with -r" \
		gr-ca mode -b "127.0.0.1:$OTHER" -r public.pem private fresh
	gr-ca mode -b "localhost:$OTHER" -r public.pem private fresh
	run -111 gr-ca mode -b "localhost:$OTHER" -r none.pem iot ca
	[ "$(gr-ca mode | sed -n 2p)" = authority=fresh ]
}

is_back() { [ "$(grep -c '^ready$' "$LAB/backend.log")" -eq 2 ]; }
@test "mode: an authority of the same name as the old one waits until the broker has been restarted" {
	own_lab
	BROKER=localhost:$PORT
	thing_new one
	gr-probe
	gr-ca init -n 'gr lab CA' twin
	no 1 "$BROKER: the broker does not take certificates of this authority: unknown CA" \
		gr-ca mode -b "$BROKER" iot twin
	rotated one
	lab.sh stop "$LAB" broker
	lab.sh start "$LAB" broker 3>&-
	await is_back
	issue iot twin
	rotated one
	openssl verify -CAfile "$GR_HOME/ca/twin.pem" "$CERT"
}

# --- changes under way ---------------------------------------------------------------------------

# fleet NAME...: their drivers, which run until the test ends
fleet() {
	local name
	for name; do
		lab.sh add -a ECDSA-P256 "$LAB" "$name" 3>&-
		as_thing "$name"
		rotate.sh run >"$name.log" 2>&1 3>&- &
	done
}
# wave JOB NAME...: a rotation for each; told at once when the last has ended
wave() {
	local -a targets
	mapfile -t targets < <(printf -- '-t\nthing/%s\n' "${@:2}")
	gr-jobs create "${targets[@]}" "$1" >/dev/null
}
# ended JOB: no execution is left
ended() {
	sql_is "SELECT count(*) FROM execution WHERE job = '$1' AND status IN ('QUEUED', 'IN_PROGRESS')" 0 2>/dev/null
}
all_succeeded() {
	sql_is "SELECT group_concat(DISTINCT status) FROM execution WHERE job = '$1'" SUCCEEDED
}
# sound NAME AUTHORITY-PATTERN...: one certificate, taken by the broker, verified up to its root,
# of one of these
sound() {
	as_thing "$1"
	await only_is "$OLD"
	sql_is "SELECT authority IN ('$2', '${3:-$2}') FROM certificate WHERE id = '$OLD'" 1
	openssl verify -x509_strict -CApath "$GR_HOME/trusted" -purpose sslclient "$CERT"
	[ "$(openssl x509 -in "$CERT" -noout -pubkey)" = "$(openssl pkey -in "$KEY" -pubout)" ]
	[ "$(gr-probe)" = "$OLD" ]
}

# issued_as ORIGIN: all certificates of devices, "authority private"
issued_as() {
	sql_is "SELECT group_concat(DISTINCT authority || ' ' || private) FROM certificate" "$1"
}

@test "under way: rotations go on while the mode changes from iot to private and back, and nobody is restarted" {
	own_lab
	BROKER=localhost:$PORT
	company other ECDSA-P384
	gr-ca import other other.key other.pem
	pids=$(cat "$LAB/backend.pid" "$LAB/broker.pid")
	things=(one two three four)
	fleet "${things[@]}"
	drivers=$(jobs -p)
	for round in 1 2; do
		wave "wild-$round" "${things[@]}"
		until ended "wild-$round"; do
			issue private ca
			issue -s SHA512WITHECDSA -d 3 private other
			issue -s SHA384WITHRSA private ca
			issue iot ca
		done
	done
	for name in "${things[@]}"; do sound "$name" ca other; done
	issue -s SHA512WITHECDSA private other
	wave steady-private "${things[@]}"
	await ended steady-private
	for name in "${things[@]}"; do sound "$name" other; done
	issued_as 'other 1'
	issue iot ca
	wave steady-iot "${things[@]}"
	await ended steady-iot
	for name in "${things[@]}"; do sound "$name" ca; done
	issued_as 'ca 0'
	sql_is "SELECT group_concat(DISTINCT status) || count(*) FROM execution" SUCCEEDED16
	[ "$(cat "$LAB/backend.pid" "$LAB/broker.pid")" = "$pids" ]
	[ "$(jobs -rp)" = "$drivers" ]
	grep -v '^ready$' "$LAB/backend.log" | diff - /dev/null
	# What private authorities issued and devices have left is on their lists,
	# and nothing else is.
	for authority in ca other; do
		gr-ca crl "$authority" | openssl crl -noout -text >text
		[ "$(grep -c 'Serial Number' text || :)" -eq \
			"$(sql "SELECT count(*) FROM revoked WHERE authority = '$authority'")" ]
	done
	[ "$(sql "SELECT count(*) FROM revoked WHERE authority = 'other'")" -ge 4 ]
}

@test "under way: the authority is replaced with old and new trusted side by side, without a signal to anybody" {
	own_lab
	BROKER=localhost:$PORT
	pids=$(cat "$LAB/backend.pid" "$LAB/broker.pid")
	issue private ca
	things=(one two three four)
	fleet "${things[@]}"
	for name in "${things[@]}"; do
		gr-ca show >"$name.issuers"
		echo "issuerCaPath = $PWD/$name.issuers" >>"$LAB/things/$name/gr.conf"
	done
	wave before "${things[@]}"
	await ended before
	all_succeeded before
	company root RSA-2048
	company new ECDSA-P256 root
	gr-ca import new new.key new.pem
	# A device that knows only the old one keeps what it has, and says why.
	issue private new
	wave early one
	await ended early
	[ "$(sql "SELECT status FROM execution WHERE job = 'early'")" = FAILED ]
	[[ $(sql "SELECT details ->> 'DeviceFailureReason' FROM execution WHERE job = 'early'") == *'unable to get local issuer certificate'* ]]
	sound one ca
	for name in "${things[@]}"; do gr-ca show --all >"$name.issuers"; done
	wave half one two
	await ended half
	all_succeeded half
	for name in one two; do sound "$name" new; done
	for name in three four; do sound "$name" ca; done
	[ "$(gr-ca list | cut -f 1,2,5)" = $'ca\t-\t2\nnew\tprivate\t2' ]
	# The old authority still revokes: what one and two left behind,
	# and a device that is cut off.
	as_thing four
	gr-registry update-certificate -r keyCompromise "$OLD" REVOKED
	run -1 gr-probe
	listed "$CERT" ca
	wave rest three
	await ended rest
	all_succeeded rest
	sound three new
	[ "$(gr-ca list | cut -f 1,2,5)" = $'ca\t-\t0\nnew\tprivate\t3' ]
	gr-ca crl ca | openssl crl -noout -text >text
	[ "$(grep -c 'Serial Number' text)" -eq \
		"$(sql "SELECT count(*) FROM revoked WHERE authority = 'ca'")" ]
	[ "$(grep -c 'Serial Number' text)" -ge 8 ]
	[ "$(cat "$LAB/backend.pid" "$LAB/broker.pid")" = "$pids" ]
}

@test "under way: while the mode cannot be read nothing is issued, and the device asks again" {
	own_lab
	BROKER=localhost:$PORT
	thing_new one
	job_started
	key_new new
	cp "$GR_HOME/ca/mode.json" kept
	echo junk >"$GR_HOME/ca/mode.json"
	run -111 gr-create -o requestTimeoutSeconds=1 "$J" 1 new.csr
	grep -qx "gr-backendd: $GR_HOME/ca/mode.json: damaged; mend it, or remove it and choose anew with gr-ca mode" "$LAB/backend.log"
	sql_is 'SELECT count(*) FROM rotation' 0
	mv kept "$GR_HOME/ca/mode.json"
	gr-create "$J" 1 new.csr >new.pem
	openssl verify -CAfile "$GR_HOME/ca/ca.pem" new.pem
}
