# SPDX-License-Identifier: Apache-2.0
# gr-broker.bats - the plugin in a real broker: who may connect, publish, subscribe, receive

bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/broker

setup_file() {
	world_make "$BATS_FILE_TMPDIR/world"
	broker_start
}

teardown_file() {
	world_use "$BATS_FILE_TMPDIR/world"
	broker_stop
}

# Every test has things of its own, so that all can use one broker at the same time.
setup() {
	world_use "$BATS_FILE_TMPDIR/world"
	T=t$BATS_TEST_NUMBER
}

teardown() {
	listeners_stop
	[ -z "${OWN_BROKER:-}" ] || broker_stop
}

# own_world: for a test that does something to broker or registry as a whole.
own_world() {
	world_make "$BATS_TEST_TMPDIR/world"
	broker_start
	OWN_BROKER=yes
}

connects() { as_device pub "$1" "$2" -q 1 -t "free/$T" -m x; }
refused() {
	run -5 as_device pub "$1" "$2" -q 1 -t "free/$T" -m x
	[[ $output == *'Connection Refused: not authorised'* ]]
}
# The broker closes the connection instead of answering.
closed() {
	run -7 as_device pub "$@"
	[[ $output == *'The connection was lost'* ]]
}
subscribes() {
	run -0 as_device sub "$1" "$2" -E -t "$3"
	[[ $output != *denied* ]]
}
not_subscribes() {
	run -0 as_device sub "$1" "$2" -E -t "$3"
	[[ $output == *'All subscription requests were denied'* ]]
}
# reply CLIENT_ID TOPIC PAYLOAD: what the backend does to answer one client.
reply() { as_backend pub -q 1 -t "out/$(hex "$1")/$2" -m "$3"; }

# --- connecting ----------------------------------------------------------------------------------

@test "connect: the thing's own client ids are taken, with either protocol version" {
	thing_make "$T"
	for client in "$T" "$T#gr" "$T#probe2" "$T#a-Z0" "$T#$(printf 'x%.0s' {1..32})"; do
		connects "$T" "$client"
		as_device pub "$T" "$client" -V mqttv5 -q 1 -t "free/$T" -m x
	done
	run -0 as_device sub "$T" "$T#probe" -t x -E
	[[ $output == *denied* ]]
}

@test "connect: any other client id is refused" {
	thing_make "$T"
	thing_make "${T}0"
	for client in "${T}0" "x$T" "${T}gr" "$T#" "$T#a_b" "$T#a#b" \
		"$T#$(printf 'x%.0s' {1..33})" "$T/x" "$T+" \
		gr-backend "$(printf 'x%.0s' {1..200})"; do
		refused "$T" "$client"
	done
}

@test "connect: with protocol version 5 a refusal is reason 135" {
	thing_make "$T"
	run -135 as_device pub "$T" "other" -V mqttv5 -q 1 -t a -m x
}

@test "connect: a certificate of our CA that is not registered is refused" {
	certificate_make "$T" >/dev/null
	refused "$T" "$T"
}

@test "connect: a certificate that is INACTIVE, revoked, detached or of another thing is refused" {
	thing_make "$T-inactive"
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
	refused "$T-inactive" "$T-inactive"
	thing_make "$T-revoked"
	sql "INSERT INTO revoked (certificate, thing, serial, revoked) VALUES ('$ID', '$T-revoked', '1', 0)"
	refused "$T-revoked" "$T-revoked"
	thing_make "$T-detached"
	sql "DELETE FROM principal WHERE certificate = '$ID'"
	refused "$T-detached" "$T-detached"
	thing_make "$T-moved"
	sql "UPDATE principal SET thing = '$T-detached' WHERE certificate = '$ID'"
	refused "$T-moved" "$T-moved"
	connects "$T-moved" "$T-detached"
}

@test "connect: iot:Connect decides over the client id" {
	policy_allow "$T" 'client/${iot:Connection.Thing.ThingName}' 'topic/*'
	thing_make "$T" "$T"
	connects "$T" "$T"
	refused "$T" "$T#gr"
	thing_make "$T-none" "no-such-policy"
	refused "$T-none" "$T-none"
}

@test "connect: a user name is no credential" {
	thing_make "$T"
	refused_as=$ID
	certificate_make "$T-alien" >/dev/null
	run -5 as_device pub "$T-alien" "$T" -u "$refused_as" -P x -q 1 -t a -m x
	run -5 as_device pub "$T-alien" "$T" -u gr-backend -P x -q 1 -t a -m x
	as_device pub "$T" "$T" -u gr-backend -P x -q 1 -t "free/$T" -m x
	closed "$T" "$T" -u gr-backend -P x -q 1 -t "in/$T" -m x
}

@test "connect: a listener without certificates lets nobody in, whatever name is given" {
	WORLD=$BATS_TEST_TMPDIR/world
	world_make "$WORLD"
	thing_make "$T"
	PLAIN_LISTENER=yes broker_start
	OWN_BROKER=yes
	for user in gr-backend "$ID" "$WORLD/shared/broker.sock"; do
		run -5 timeout -k 2 60 mosquitto_pub -h 127.0.0.1 -p "$PLAIN_PORT" -i "$T" \
			-u "$user" -P x -q 1 -t a -m x
	done
	run -5 timeout -k 2 60 mosquitto_pub -h 127.0.0.1 -p "$PLAIN_PORT" -i "$T" -q 1 -t a -m x
}

@test "connect: without a registry the connection is closed without a refusal, until the registry is there" {
	own_world
	thing_make "$T"
	connects "$T" "$T"
	mv "$WORLD/shared/registry.db" "$WORLD/away"
	await grep -q 'the registry cannot be read' "$WORLD/log"
	run -7 as_device pub "$T" "$T" -q 1 -t a -m x
	[[ $output == *'The connection was lost'* ]]
	[[ $output != *efused* ]]
	mv "$WORLD/away" "$WORLD/shared/registry.db"
	await connects "$T" "$T"
}

@test "connect: a broker that starts before its registry serves as soon as it is there" {
	WORLD=$BATS_TEST_TMPDIR/world
	world_make "$WORLD"
	thing_make "$T"
	mv "$WORLD/shared/registry.db" "$WORLD/away"
	broker_start
	OWN_BROKER=yes
	run -7 as_device pub "$T" "$T" -q 1 -t a -m x
	echo 'CREATE TABLE other (x);' | sqlite3 "$WORLD/shared/registry.db"
	run -7 as_device pub "$T" "$T" -q 1 -t a -m x
	mv "$WORLD/away" "$WORLD/shared/registry.db"
	await connects "$T" "$T"
}

@test "connect: a registry of an unknown version is not used" {
	own_world
	thing_make "$T"
	registry_replace "UPDATE meta SET value = 99 WHERE key = 'version'"
	await grep -q 'cannot be read: the schema has a version' "$WORLD/log"
	run -7 as_device pub "$T" "$T" -q 1 -t a -m x
}

@test "connect: a registry that is upgraded meanwhile is silence, with one line, and ends no session" {
	own_world
	thing_make "$T"
	listen in backend sub -t "in/$ID/#"
	listen device.log device sub "$T" "$T" -t "free/#"
	await got in "in/$ID/$(hex "$T")/gr/connected {\"ipAddress\":\"127.0.0.1\"}"
	sql "UPDATE meta SET value = 99 WHERE key = 'version'; UPDATE certificate SET status = 'INACTIVE'"
	run -7 as_device pub "$T" "$T#2" -q 1 -t a -m x
	run -7 as_device pub "$T" "$T#3" -q 1 -t a -m x
	[ "$(grep -c 'cannot be read: the schema has a version that this broker does not know: restart the broker with the plugin of the gr that upgraded the registry' "$WORLD/log")" -eq 1 ]
	not grep -q refused "$WORLD/log"
	not grep -q 'gr/disconnected' in
}

@test "connect: who takes whose place is in the log" {
	thing_make "$T"
	certificate_register "$T-b" "$T" all
	listen older device sub "$T" "$T" -t "free/#"
	await grep -q '^Subscribed (mid' older
	as_device pub "$T-b" "$T" -q 1 -t "free/$T" -m x
	await grep -q "gr-broker: $T from 127.0.0.1 with certificate $ID takes the place of its session from 127.0.0.1 with $(certificate_id "$WORLD/$T.pem")" "$WORLD/log"
	listeners_stop
}

@test "connect: a broker without file descriptors says so, and when there are some again" {
	local n fd fds=()
	BROKER_RUNNER='prlimit --nofile=64'
	own_world
	thing_make "$T"
	connects "$T" "$T"
	for ((n = 0; n < 80; n++)); do
		exec {fd}<>"/dev/tcp/127.0.0.1/$PORT" || break
		fds+=("$fd")
	done
	await grep -q 'gr-broker: the 64 file descriptors are used up: further connections are closed, whatever reason Mosquitto names; raise LimitNOFILE' "$WORLD/log"
	for fd in "${fds[@]}"; do exec {fd}>&-; done
	await grep -q 'gr-broker: there are file descriptors for connections again' "$WORLD/log"
	await connects "$T" "$T"
}

# --- being dropped -------------------------------------------------------------------------------

# dropped_within_a_second CREDENTIALS SQL: SQL ends the live session of that thing.
dropped_within_a_second() {
	local start stop
	listen in backend sub -t "in/$ID/#"
	listen device.log device sub "$1" "$1" -t "free/#"
	await got in "in/$ID/$(hex "$1")/gr/connected {\"ipAddress\":\"127.0.0.1\"}"
	start=${EPOCHREALTIME/./}
	sql "$2"
	await got in "in/$ID/$(hex "$1")/gr/disconnected {}"
	stop=${EPOCHREALTIME/./}
	[ $((stop - start)) -lt 1000000 ]
	refused "$1" "$1"
}

@test "drop: a certificate set INACTIVE loses its connection within a second and cannot come back" {
	thing_make "$T"
	dropped_within_a_second "$T" "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
}

@test "drop: a certificate that is revoked loses its connection within a second" {
	thing_make "$T"
	dropped_within_a_second "$T" "INSERT INTO revoked (certificate, thing, serial, revoked) VALUES ('$ID', '$T', '1', 0)"
}

@test "drop: a certificate that is detached loses its connection within a second" {
	thing_make "$T"
	dropped_within_a_second "$T" "DELETE FROM principal WHERE certificate = '$ID'"
}

@test "drop: a certificate that is deleted loses its connection within a second" {
	thing_make "$T"
	dropped_within_a_second "$T" "DELETE FROM certificate WHERE id = '$ID'"
}

@test "drop: one certificate among hundreds that change loses its connection as well" {
	thing_make "$T"
	dropped_within_a_second "$T" "BEGIN;
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) INSERT INTO departure (certificate) SELECT 'x' || i FROM n;
		UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'; COMMIT"
}

@test "drop: all sessions of the certificate are closed, those of others stay" {
	thing_make "$T"
	id=$ID
	certificate_register "$T-new" "$T" all
	listen in backend sub -t "in/+/+/gr/disconnected"
	listen a device sub "$T" "$T" -t 'free/#'
	listen b device sub "$T" "$T#gr" -t 'free/#'
	listen c device sub "$T-new" "$T#x" -t 'free/#'
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$id'"
	await got in "in/$id/$(hex "$T")/gr/disconnected {}"
	await got in "in/$id/$(hex "$T#gr")/gr/disconnected {}"
	as_backend pub -t "free/$T" -m still
	await got c "free/$T still"
	[ "$(got_count in "in/$ID/$(hex "$T#x")/gr/disconnected {}")" -eq 0 ]
}

@test "drop: a client that is disconnected cannot publish or receive anything more" {
	thing_make "$T"
	listen wills backend sub -t "free/#"
	listen in backend sub -t "in/$ID/#"
	listen device.log device sub "$T" "$T" -t x --will-topic "free/$T" --will-payload boo
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
	await got in "in/$ID/$(hex "$T")/gr/disconnected {}"
	as_backend pub -t "free/$T" -m end
	await got wills "free/$T end"
	[ "$(got_count wills "free/$T boo")" -eq 0 ]
}

@test "drop: a session that is kept keeps its subscriptions, for the thing's next certificate" {
	thing_make "$T"
	id=$ID
	certificate_register "$T-new" "$T" all
	listen in backend sub -t "in/$id/#"
	listen old device sub "$T" "$T" -c -q 1 -t "free/$T"
	sql "BEGIN; DELETE FROM certificate_policy WHERE certificate = '$id'; UPDATE certificate SET status = 'INACTIVE' WHERE id = '$id'; COMMIT"
	await got in "in/$id/$(hex "$T")/gr/disconnected {}"
	listeners_stop
	as_backend pub -q 1 -t "free/$T" -m waiting
	listen new device sub "$T-new" "$T" -c -q 1 -t "free/$T/other"
	await got new "free/$T waiting"
	as_backend pub -q 1 -t "free/$T" -m still
	await got new "free/$T still"
}

@test "drop: a change of the database that leaves the certificate usable drops nobody" {
	thing_make "$T"
	listen device.log device sub "$T" "$T" -t 'free/#'
	sql "BEGIN; UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'; UPDATE certificate SET status = 'ACTIVE' WHERE id = '$ID'; COMMIT"
	thing_make "$T-marker"
	listen in backend sub -t "in/$ID/#"
	listen marker device sub "$T-marker" "$T-marker" -t x
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
	await got in "in/$ID/$(hex "$T-marker")/gr/disconnected {}"
	as_backend pub -t "free/$T" -m still
	await got device.log "free/$T still"
	[ "$(grep -c 'sending CONNECT' device.log)" -eq 1 ]
}

@test "drop: when the registry is replaced, every live session is checked again" {
	own_world
	thing_make "$T"
	id=$ID
	thing_make "$T-good"
	listen in backend sub -t "in/#"
	listen bad device sub "$T" "$T" -t 'free/#'
	listen good device sub "$T-good" "$T-good" -t 'free/#'
	registry_replace "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$id'; DELETE FROM departure"
	await got in "in/$id/$(hex "$T")/gr/disconnected {}"
	as_backend pub -t free/x -m still
	await got good 'free/x still'
	[ "$(grep -c 'sending CONNECT' good)" -eq 1 ]
}

# --- requests ------------------------------------------------------------------------------------

@test "request: each of the six kinds reaches the backend with the certificate and the client id" {
	thing_make "$T"
	listen in backend sub -t "in/$ID/#"
	for client in "$T" "$T#gr"; do
		for topic in "\$aws/things/$T/jobs/get" "\$aws/things/$T/jobs/start-next" \
			"\$aws/things/$T/jobs/job-1/get" "\$aws/things/$T/jobs/\$next/get" \
			"\$aws/things/$T/jobs/job-1/update" \
			"awslabs/things/$T/certificate/create" \
			"awslabs/things/$T/certificate/commit"; do
			as_device pub "$T" "$client" -q 1 -t "$topic" -m '{"x":1}'
			await got in "in/$ID/$(hex "$client")/$topic {\"x\":1}"
		done
	done
}

@test "request: the RETAIN flag is cleared" {
	policy_put "$T" '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iot:Connect","iot:Publish"],"Resource":"*"}}'
	thing_make "$T" "$T"
	listen in backend sub -t "in/$ID/#"
	as_device pub "$T" "$T" -q 1 -r -t "\$aws/things/$T/jobs/get" -m kept
	await got in "in/$ID/$(hex "$T")/\$aws/things/$T/jobs/get kept"
	listen late backend sub -t "in/$ID/#" -t "\$aws/#"
	as_device pub "$T" "$T" -q 1 -t "\$aws/things/$T/jobs/start-next" -m end
	await got late "in/$ID/$(hex "$T")/\$aws/things/$T/jobs/start-next end"
	lacks late kept
}

@test "request: what a device adds by MQTT 5 is stripped, so that it cannot forge a stamp" {
	thing_make "$T"
	listen in backend sub -V mqttv5 -t "in/$ID/#" -F '%t %p [%P] [%R]'
	as_device pub "$T" "$T" -V mqttv5 -q 1 -t "\$aws/things/$T/jobs/get" -m x \
		-D publish user-property principal FORGED -D publish response-topic "in/$ID/x"
	await grep -qF "jobs/get x" in
	got in "in/$ID/$(hex "$T")/\$aws/things/$T/jobs/get x [] []"
}

@test "request: one for another thing, or on another topic, closes the connection and reaches nobody" {
	thing_make "$T"
	thing_make "${T}0"
	listen in backend sub -t 'in/#' -t '$aws/#' -t 'awslabs/#'
	for topic in "\$aws/things/${T}0/jobs/get" "awslabs/things/${T}0/certificate/create" \
		"\$aws/things/${T}0/jobs/notify" "\$aws/things/${T}0/shadow/get" \
		"\$aws/things/${T}0/greengrassv2/health/json" "\$aws/things/$T" "\$aws/rules" \
		"awslabs/things/$T/certificate/create/accepted" "awslabs/things/$T" \
		"\$aws/events/job/x/completed" "\$aws" awslabs "\$aws/things//jobs/get"; do
		closed "$T" "$T" -q 1 -t "$topic" -m forged
		run ! as_device pub "$T" "$T" -V mqttv5 -q 1 -t "$topic" -m forged
	done
	as_device pub "${T}0" "${T}0" -q 1 -t "\$aws/things/${T}0/jobs/get" -m end
	await grep -q ' end$' in
	lacks in ' forged$'
}

@test "request: only T, T#gr and the further connections of a nucleus may ask" {
	thing_make "$T"
	listen in backend sub -t "in/$ID/#" -t '$aws/#'
	for client in "$T#2" "$T#3" "$T#17"; do
		as_device pub "$T" "$client" -q 1 -t "\$aws/things/$T/jobs/get" -m "from $client"
		as_device pub "$T" "$client" -q 1 -t "awslabs/things/$T/certificate/create" \
			-m "from $client"
		await got in "in/$ID/$(hex "$client")/\$aws/things/$T/jobs/get from $client"
		await got in \
			"in/$ID/$(hex "$client")/awslabs/things/$T/certificate/create from $client"
		subscribes "$T" "$client" "\$aws/things/$T/jobs/notify-next"
	done
	for client in "$T#other" "$T#probe" "$T#GR" "$T#gr2" "$T#0" "$T#1" "$T#02" \
		"$T#2a" "$T#-2"; do
		closed "$T" "$client" -q 1 -t "\$aws/things/$T/jobs/get" -m forged
		closed "$T" "$client" -q 1 -t "awslabs/things/$T/certificate/create" -m forged
	done
	as_device pub "$T" "$T" -q 1 -t "\$aws/things/$T/jobs/get" -m end
	await grep -q ' end$' in
	lacks in ' forged$'
}

@test "request: the policy must allow it as well" {
	policy_allow "$T" 'client/*' 'topic/free/*'
	thing_make "$T" "$T"
	closed "$T" "$T" -q 1 -t "\$aws/things/$T/jobs/get" -m x
	as_device pub "$T" "$T" -q 1 -t "free/$T" -m x
}

# --- what nobody serves --------------------------------------------------------------------------

# Topics that runtimes publish on as a matter of course,
# and answers that a thing has no business to give itself.
lost_topics() {
	LOST=("\$aws/things/$T/greengrassv2/health/json" "\$aws/things/$T/jobs/notify"
		"\$aws/things/$T/jobs/notify-next-namespace-n"
		"\$aws/things/$T/jobs/get/accepted" "\$aws/things/$T/jobs/j/update/rejected"
		"\$aws/things/$T/shadow/get/accepted" "\$aws/things/$T/shadow/update/delta"
		"\$aws/things/$T/shadow/name/n/other" "\$aws/things/$T/jobs" "\$aws/things/$T/"
		"\$aws/things/$T/defender/metrics/json"
		"\$aws/things/$T/jobs/$(printf 'x%.0s' {1..600})/get"
		"\$aws/rules/r/awslabs/things/$T/certificate/create")
}

@test "unserved topic: a message below the thing's own name that nobody serves is accepted and reaches nobody" {
	thing_make "$T"
	thing_make "${T}0"
	lost_topics
	listen all backend sub -t '#' -t 'in/#' -t 'out/#' -t '$aws/#' -t '$gr/#' -t '$gr/nowhere'
	listen own device sub "$T" "$T#gr" -t '#' -t "\$aws/#" -t "\$aws/things/$T/jobs/#" \
		-t '$gr/#' -t "free/$T"
	listen other device sub "${T}0" "${T}0" -t '#' -t "\$aws/#" -t '$gr/#' -t "free/$T"
	for topic in "${LOST[@]}"; do
		for client in "$T" "$T#2" "$T#x"; do
			as_device pub "$T" "$client" -q 1 -r -t "$topic" -m lost
			as_device pub "$T" "$client" -V mqttv5 -q 1 -r -t "$topic" \
				-m lost >out 2>&1
			[ ! -s out ]
		done
	done
	listen late backend sub -t '#' -t '$aws/#' -t '$gr/#'
	as_backend pub -t "free/$T" -m end
	for file in all own other late; do
		await got "$file" "free/$T end"
		lacks "$file" ' lost$'
	done
	closed "$T" "$T#probe" -q 1 -t "${LOST[0]}" -m lost
}

@test "unserved topic: a will on it reaches nobody either" {
	thing_make "$T"
	lost_topics
	listen all backend sub -t '#' -t 'in/#' -t '$aws/#' -t '$gr/#'
	for topic in "${LOST[@]:0:6}" "\$aws/rules/r/x" "\$aws/things/$T/shadow/get" \
		"\$aws/things/$T/jobs/\$next/namespace-n/get"; do
		will_of "$T" "$topic"
	done
	will_of "$T" "free/$T"
	await got all "free/$T will $T"
	[ "$(grep -c " will $T\$" all)" -eq 1 ]
}

@test "unserved topic: the policies decide, and their refusal does not close the connection" {
	policy_put "$T" '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":["arn:aws:iot:r:a:client/*","arn:aws:iot:r:a:topic/free/*"]}]}'
	thing_make "$T" "$T"
	lost_topics
	listen all backend sub -t '#' -t 'in/#' -t '$aws/#' -t '$gr/#'
	for topic in "${LOST[@]:0:6}" "\$aws/rules/r/x" "\$aws/things/$T/shadow/update" \
		"\$aws/things/$T/jobs/\$next/namespace-n/get" "\$aws/things/$T/jobs/x/y"; do
		as_device pub "$T" "$T" -q 1 -t "$topic" -m lost
		run -0 as_device pub "$T" "$T" -V mqttv5 -q 1 -t "$topic" -m lost
		[[ $output == *'Not authorized'* ]]
	done
	grep -qF "gr-broker: $T with certificate $ID may not publish on ${LOST[0]}: no policy statement allows iot:Publish here" "$WORLD/log"
	as_device pub "$T" "$T" -q 1 -t "free/$T" -m end
	await got all "free/$T end"
	lacks all ' lost$'
}

# --- what is refused, and who is told ------------------------------------------------------------

# logged TOPIC RULE WHAT: of our thing
logged() {
	grep -qxF "${4:-$T} with certificate $ID $3 $1: $2" \
		<(sed -n 's/^.*gr-broker: //p' "$WORLD/log")
}

@test "log: a publish that closes the connection is written with client, certificate, topic and rule" {
	policy_put "$T" \
		'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iot:Connect","iot:Publish"],"Resource":"*"},
		{"Effect":"Deny","Action":"iot:Publish","Resource":"arn:aws:iot:r:a:topic/secret/*"}]}'
	thing_make "$T" "$T"
	closed "$T" "$T" -q 1 -t in/x -m x
	logged in/x 'the topic is between broker and backend' 'is disconnected for publishing on'
	closed "$T" "$T" -q 1 -t "\$aws/things/${T}0/jobs/get" -m x
	logged "\$aws/things/${T}0/jobs/get" 'this is a request of another thing' \
		'is disconnected for publishing on'
	closed "$T" "$T" -q 1 -t '$aws/events/x' -m x
	logged '$aws/events/x' \
		'no request has this topic, and all else that begins with $ or awslabs/ is closed' \
		'is disconnected for publishing on'
	closed "$T" "$T#x" -q 1 -t "\$aws/things/$T/jobs/get" -m x
	logged "\$aws/things/$T/jobs/get" 'this client id may not rotate its thing' \
		'is disconnected for publishing on' "$T#x"
	closed "$T" "$T#probe" -q 1 -t free/x -m x
	logged free/x 'T#probe may connect and nothing else' \
		'is disconnected for publishing on' "$T#probe"
	closed "$T" "$T" -q 1 -t secret/x -m x
	logged secret/x 'a policy denies iot:Publish here' 'is disconnected for publishing on'
	closed "$T" "$T" -q 1 -r -t free/x -m x
	logged free/x 'no policy statement allows iot:RetainPublish here' \
		'is disconnected for publishing on'
}

@test "log: a refused subscription and a refused will are written with the rule" {
	policy_allow "$T" 'client/*' 'topicfilter/free/*'
	thing_make "$T" "$T"
	not_subscribes "$T" "$T" other/x
	logged other/x 'no policy statement allows iot:Subscribe here' 'may not subscribe to'
	not_subscribes "$T" "$T" "\$aws/things/${T}0/jobs/#"
	logged "\$aws/things/${T}0/jobs/#" 'these are rotation topics of another thing' \
		'may not subscribe to'
	will_of "$T" in/x
	logged in/x 'the topic is between broker and backend' 'is disconnected for publishing on'
	await logged in/x 'the topic is between broker and backend' 'may not leave a will on'
	not_subscribes "$T" "$T" '$share/g/x'
	logged '$share/g/x' '$share is closed' 'may not subscribe to'
	will_of "$T" other/will
	await logged other/will 'no policy statement allows iot:Publish here' \
		'may not leave a will on'
}

@test "log: repeated lines are left out for a while, and one certificate cannot fill the log" {
	thing_make "$T"
	start=$SECONDS
	for n in 1 2 3; do closed "$T" "$T" -q 1 -t in/again -m x; done
	# A while is ten seconds, and the machine may be slow.
	[ "$(grep -c "gr-broker: $T with certificate $ID .*in/again:" "$WORLD/log")" -le \
		$((1 + (SECONDS - start) / 10)) ]
	run -0 as_device sub "$T" "$T" -E $(printf -- '-t in/%s ' {1..200})
	lines=$(grep -c "gr-broker: $T with certificate $ID " "$WORLD/log")
	[ "$lines" -ge 8 ]
	[ "$lines" -le $((8 * (1 + (SECONDS - start) / 10))) ]
	# Others have lines of their own all the while.
	thing_make "${T}0"
	closed "${T}0" "${T}0" -q 1 -t in/x -m x
	logged in/x 'the topic is between broker and backend' \
		'is disconnected for publishing on' "${T}0"
}

@test "log: characters of a topic that are not plain text are escaped, and a long topic is cut" {
	thing_make "$T"
	closed "$T" "$T" -q 1 -t $'in/\xe2\x80\xaeb\\\xc3\xa4' -m x
	logged 'in/\xe2\x80\xaeb\x5c\xc3\xa4' 'the topic is between broker and backend' \
		'is disconnected for publishing on'
	closed "$T" "$T" -q 1 -t "in/$(printf 'y%.0s' {1..3000})" -m x
	grep -q "gr-broker: $T with certificate $ID is disconnected for publishing on in/yyy*[.][.][.]: the topic" "$WORLD/log"
	[ "$(grep 'in/yyy' "$WORLD/log" | grep gr-broker: | awk '{ print length($0) }')" -lt 500 ]
}

@test "log: a client that is disconnected for its certificate is named" {
	thing_make "$T"
	listen in backend sub -t "in/$ID/#"
	listen a device sub "$T" "$T" -t 'free/#'
	listen b device sub "$T" "$T#2" -t 'free/#'
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
	await got in "in/$ID/$(hex "$T#2")/gr/disconnected {}"
	for client in "$T" "$T#2"; do
		grep -qF "gr-broker: $client with certificate $ID is dropped: the certificate is not ACTIVE" "$WORLD/log"
	done
}

@test "report: each connection that a publish closes is reported once" {
	thing_make "$T"
	listen in backend sub -q 1 -t "in/$ID/+/gr/thrown-out" -t "in/$ID/+/gr/disconnected"
	for n in 1 2 3; do
		closed "$T" "$T" -q 1 -t $'in/\xe2\x80\xae' -m x
	done
	as_device pub "$T" "$T" -q 1 -t "\$aws/things/$T/greengrassv2/health/json" -m x
	run -0 as_device sub "$T" "$T#end" -E -t in/x
	await got in "in/$ID/$(hex "$T#end")/gr/disconnected {}"
	[ "$(grep -c '^in/.*/gr/thrown-out' in)" -eq 3 ]
	[ "$(got_count in "in/$ID/$(hex "$T")/gr/thrown-out {\"topic\":\"in/\\\\xe2\\\\x80\\\\xae\",\"reason\":\"the topic is between broker and backend\"}")" -eq 3 ]
}

# --- publishing ----------------------------------------------------------------------------------

@test "publish: topics between broker and backend, and all that begin with a dollar, are refused" {
	thing_make "$T"
	listen in backend sub -t 'in/#' -t 'out/#' -t in -t '$x/#'
	for topic in "in/$ID/$(hex "$T")/\$aws/things/$T/jobs/get" in out in/x \
		"out/$(hex "$T")/a" '$x/y' '$CONTROL/x' '$'; do
		closed "$T" "$T" -q 1 -t "$topic" -m forged
	done
	as_device pub "$T" "$T" -q 1 -t "\$aws/things/$T/jobs/get" -m end
	await grep -q ' end$' in
	lacks in ' forged$'
}

@test "publish: for a topic that only resembles a refused one the policy decides" {
	thing_make "$T"
	for topic in "inn/$T" "outer/$T" "x/in/$T" "awslabsx/$T" "/in/$T"; do
		as_device pub "$T" "$T" -q 1 -t "$topic" -m x
	done
}

@test "publish: the policy decides, and a client is disconnected for what it does not allow" {
	policy_allow "$T" 'client/*' 'topic/free/${iot:Connection.Thing.ThingName}/*'
	thing_make "$T" "$T"
	listen got backend sub -t 'free/#'
	closed "$T" "$T" -q 1 -t "free/${T}0/a" -m forged
	as_device pub "$T" "$T" -q 1 -t "free/$T/a" -m x
	await got got "free/$T/a x"
	lacks got forged
}

@test "publish: RETAIN needs iot:RetainPublish" {
	policy_put "$T" '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iot:Connect","iot:Publish"],"Resource":"*"}}'
	thing_make "$T" "$T"
	as_device pub "$T" "$T" -q 1 -t "free/$T" -m x
	closed "$T" "$T" -q 1 -r -t "free/$T" -m x
}

@test "publish: T#probe may not, whatever the policy says" {
	thing_make "$T"
	closed "$T" "$T#probe" -q 1 -t "free/$T" -m x
}

@test "publish: a changed policy applies to an open session" {
	policy_allow "$T" 'client/*' 'topic*'
	thing_make "$T" "$T"
	listen device.log device sub "$T" "$T" -t "free/$T/#"
	as_backend pub -t "free/$T/a" -m before
	await got device.log "free/$T/a before"
	policy_allow "$T" 'client/*' 'topic*/free/*/b'
	listen in backend sub -t "in/$ID/#"
	# The plugin looks every 50 ms.
	await round_without_a device.log
}

# One message on each of two topics; true when only the one on b arrives.
round_without_a() {
	round=$((${round:-0} + 1))
	as_backend pub -q 1 -t "free/$T/a" -m "$round"
	as_backend pub -q 1 -t "free/$T/b" -m "$round"
	await got "$1" "free/$T/b $round"
	! got "$1" "free/$T/a $round"
}

# --- subscribing ---------------------------------------------------------------------------------

@test "subscribe: in, out, shared subscriptions and \$CONTROL are refused" {
	thing_make "$T"
	for filter in 'in/#' in 'in/+/+/gr/connected' 'out/#' out "out/$(hex "$T")/#" \
		'$share/g/free/#' '$share/g/in/#' '$CONTROL/#'; do
		not_subscribes "$T" "$T" "$filter"
	done
}

@test "subscribe: rotation topics are those of one's own thing, named literally" {
	thing_make "$T"
	for filter in "\$aws/things/$T/jobs/#" "\$aws/things/$T/jobs/+/get/accepted" \
		"awslabs/things/$T/certificate/create/+" "\$aws/things/$T/jobs/notify-next"; do
		subscribes "$T" "$T" "$filter"
		subscribes "$T" "$T#gr" "$filter"
		not_subscribes "$T" "$T#other" "$filter"
		not_subscribes "$T" "$T#probe" "$filter"
	done
	for filter in "\$aws/things/${T}0/jobs/#" '$aws/things/+/jobs/#' '$aws/+/x/jobs/#' \
		'$aws/things/+/+/get' 'awslabs/things/+/certificate/#' \
		"awslabs/+/$T-/certificate/create/accepted"; do
		not_subscribes "$T" "$T" "$filter"
	done
}

@test "subscribe: the policy decides, by the text of the filter" {
	policy_allow "$T" 'client/*' 'topicfilter/free/${iot:Connection.Thing.ThingName}/*'
	thing_make "$T" "$T"
	subscribes "$T" "$T" "free/$T/a"
	subscribes "$T" "$T" "free/$T/#"
	not_subscribes "$T" "$T" "free/+/a"
	not_subscribes "$T" "$T" '#'
}

@test "subscribe: T#probe may not, T#other may on topics that are not of a rotation" {
	thing_make "$T"
	not_subscribes "$T" "$T#probe" "free/$T"
	subscribes "$T" "$T#other" "free/$T"
}

# reload N: SIGHUP for the N-th time; when the broker serves again it is through.
reload() {
	kill -HUP "$BROKER"
	await reloaded "$1"
	as_backend pub -q 1 -t reloaded -m "$1"
}
reloaded() { [ "$(grep -c 'Reloading config' "$WORLD/log")" -eq "$1" ]; }

# --- receiving -----------------------------------------------------------------------------------

@test "receive: a wildcard brings nothing that passes between broker and backend" {
	thing_make "$T"
	listen all device sub "$T" "$T" -t '#' -t '+/+/+/gr/connected' -t '+/#'
	connects "$T" "$T#x"
	as_backend pub -t "out/$(hex nobody)/x" -m secret
	as_backend pub -t "in/x" -m secret
	as_backend pub -t "free/$T" -m end
	await got all "free/$T end"
	lacks all '^in/\|^out/'
}

@test "receive: a wildcard brings no rotation topics of other things" {
	thing_make "$T"
	listen all device sub "$T" "$T" -t '$aws/#' -t '+/things/#' -t "\$aws/things/#"
	listen other device sub "$T" "$T#other" -t '$aws/#' -t '+/things/#'
	for topic in "\$aws/things/${T}0/jobs/notify" \
		"awslabs/things/${T}0/certificate/create/accepted"; do
		as_backend pub -t "$topic" -m secret
	done
	as_backend pub -t "\$aws/things/$T/jobs/notify" -m mine
	as_backend pub -t "awslabs/things/$T/certificate/create/accepted" -m mine
	as_backend pub -t "\$aws/things/$T/end" -m end
	await got all "\$aws/things/$T/end end"
	await got other "\$aws/things/$T/end end"
	got all "\$aws/things/$T/jobs/notify mine"
	got all "awslabs/things/$T/certificate/create/accepted mine"
	lacks all secret
	lacks other 'secret\|mine'
}

@test "receive: iot:Receive decides on each delivery" {
	policy_put "$T" \
		'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"},
		{"Effect":"Deny","Action":"iot:Receive","Resource":"arn:aws:iot:r:a:topic/free/secret/*"}]}'
	thing_make "$T" "$T"
	listen got device sub "$T" "$T" -t 'free/#'
	as_backend pub -t "free/secret/$T" -m no
	as_backend pub -t "free/$T" -m end
	await got got "free/$T end"
	lacks got secret
}

@test "receive: a queue for an absent client is kept across SIGHUP and checked when it comes back" {
	own_world
	policy_allow "$T" 'client/*' 'topicfilter/*' 'topic/*'
	thing_make "$T" "$T"
	as_device sub "$T" "$T" -c -q 1 -E -t 'free/#'
	as_device sub "$T" "$T#v5" -V mqttv5 -x 600 -c -q 1 -E -t 'free/#'
	listen live device sub "$T" "$T#live" -t 'free/#'
	reload 1
	as_backend pub -q 1 -t free/a -m kept
	as_backend pub -q 1 -t free/b -m kept
	await got live 'free/b kept'
	policy_allow "$T" 'client/*' 'topicfilter/*' 'topic/free/b'
	as_device sub "$T" "$T" -c -q 1 -v -t 'free/#' -C 1 -W 30 >got
	[ "$(cat got)" = 'free/b kept' ]
	[ "$(grep -c 'sending CONNECT' live)" -eq 1 ]
}

@test "receive: SIGHUP drops a live session whose certificate is gone, and no other" {
	own_world
	thing_make "$T"
	id=$ID
	thing_make "$T-good"
	listen in backend sub -t 'in/#'
	listen bad device sub "$T" "$T" -t 'free/#'
	listen good device sub "$T-good" "$T-good" -t 'free/#'
	reload 1
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$id'"
	reload 2
	await got in "in/$id/$(hex "$T")/gr/disconnected {}"
	mv "$WORLD/shared/registry.db" "$WORLD/away"
	await grep -q 'the registry cannot be read' "$WORLD/log"
	reload 3
	as_backend pub -t free/x -m still
	await got good 'free/x still'
	[ "$(grep -c 'sending CONNECT' good)" -eq 1 ]
	[ "$(grep -c 'sending CONNECT' in)" -eq 1 ]
	[ "$(got_count in \
		"in/$ID/$(hex "$T-good")/gr/connected {\"ipAddress\":\"127.0.0.1\"}")" -eq 1 ]
}

@test "receive: a retained message outlives the certificate that published it" {
	thing_make "$T"
	as_device pub "$T" "$T" -q 1 -r -t "free/$T" -m kept
	sql "DELETE FROM principal WHERE certificate = '$ID'; UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
	thing_make "$T-reader"
	as_device sub "$T-reader" "$T-reader" -t "free/$T" -v -C 1 -W 30 >got
	[ "$(cat got)" = "free/$T kept" ]
}

# --- replies to one client -----------------------------------------------------------------------

@test "reply: the client gets one copy, subscribed once, twice or not at all" {
	thing_make "$T"
	topic="\$aws/things/$T/jobs/get/accepted"
	listen none device sub "$T" "$T" -t "free/$T"
	reply "$T" "$topic" one
	as_backend pub -t "free/$T" -m end
	await got none "free/$T end"
	[ "$(got_count none "$topic one")" -eq 1 ]

	for version in mqttv311 mqttv5; do
		listen both device sub "$T" "$T#gr" -V "$version" -q 1 \
			-t "\$aws/things/$T/jobs/#" -t "\$aws/things/$T/jobs/get/+" -t "free/$T"
		reply "$T#gr" "$topic" "two $version"
		as_backend pub -t "free/$T" -m "end $version"
		await got both "free/$T end $version"
		[ "$(got_count both "$topic two $version")" -eq 1 ]
	done
	[ "$(grep -c "^.aws.* two" none || :)" -eq 0 ]
}

@test "reply: nobody else sees it, under either topic" {
	thing_make "$T"
	listen twin device sub "$T" "$T#gr" -t "\$aws/things/$T/jobs/#" -t '#' -t "free/$T"
	listen own device sub "$T" "$T" -t "\$aws/things/$T/jobs/#" -t '#' -t "free/$T"
	reply "$T" "\$aws/things/$T/jobs/get/accepted" mine
	as_backend pub -t "free/$T" -m end
	await got own "free/$T end"
	await got twin "free/$T end"
	[ "$(got_count own "\$aws/things/$T/jobs/get/accepted mine")" -eq 1 ]
	lacks twin 'mine$'
}

@test "reply: the policy's iot:Receive and the refused topics apply to it" {
	policy_put "$T" '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"},
		{"Effect":"Deny","Action":"iot:Receive","Resource":"arn:aws:iot:r:a:topic/*/jobs/get/accepted"}]}'
	thing_make "$T" "$T"
	listen got device sub "$T" "$T" -t "free/$T"
	reply "$T" "\$aws/things/$T/jobs/get/accepted" no
	reply "$T" "\$aws/things/${T}0/jobs/get/rejected" no
	reply "$T" "in/x" no
	reply "$T" "\$aws/things/$T/jobs/get/rejected" yes
	as_backend pub -t "free/$T" -m end
	await got got "free/$T end"
	got got "\$aws/things/$T/jobs/get/rejected yes"
	lacks got ' no$'
}

@test "reply: one for an absent client, or on a malformed topic, is dropped" {
	thing_make "$T"
	listen got device sub "$T" "$T" -t '#'
	for topic in "out/$(hex "$T")" "out/$(hex "$T")/" "out//x" "out/zz/x" "out/616/x" \
		"out/00/x" "out/$(hex nobody)/x" "out/$(printf '61%.0s' {1..200})/x"; do
		as_backend pub -q 1 -t "$topic" -m no
	done
	as_backend pub -q 1 -r -t "out/$(hex "$T")/free/$T" -m kept
	as_backend pub -q 1 -t "free/$T" -m end
	await got got "free/$T end"
	lacks got ' no$'
	[ "$(got_count got "free/$T kept")" -eq 1 ]
	listen late backend sub -t 'out/#' -t "free/$T"
	as_backend pub -t "free/$T" -m end
	await got late "free/$T end"
	lacks late kept
}

@test "reply: it arrives before a notification that was sent later" {
	thing_make "$T"
	listen got device sub "$T" "$T" -q 1 -t "\$aws/things/$T/jobs/notify-next"
	gcc -o burst "$ROOT/test/tools/burst.c"
	list=()
	for n in {1..50}; do
		list+=("out/$(hex "$T")/\$aws/things/$T/jobs/j/update/accepted"
			"$n" "\$aws/things/$T/jobs/notify-next" "$n")
	done
	./burst "$WORLD/shared/broker.sock" "${list[@]}"
	await got got "\$aws/things/$T/jobs/notify-next 50"
	grep '^.aws' got | sed 's/.*jobs.//' >order
	for n in {1..50}; do
		printf 'j/update/accepted %s\nnotify-next %s\n' "$n" "$n"
	done | diff - order
}

# --- wills ---------------------------------------------------------------------------------------

# will_of CLIENT_ID TOPIC: that client connects with the will,
# and loses its connection by publishing what is closed.
will_of() { closed "$T" "$1" --will-topic "$2" --will-payload "will $T" -q 1 -t in/x -m x; }

@test "will: on an allowed topic it is delivered" {
	thing_make "$T"
	listen got backend sub -t 'free/#'
	will_of "$T" "free/$T"
	await got got "free/$T will $T"
}

@test "will: on closed topics, requests and other things' topics it reaches nobody" {
	thing_make "$T"
	listen got backend sub -t '#' -t 'in/#' -t '$aws/#' -t 'awslabs/#' -t '$x/#' -t "free/$T"
	listen own device sub "$T" "$T#gr" -t '#' -t "\$aws/things/$T/jobs/#" -t "free/$T"
	for topic in "in/$ID/$(hex "$T")/\$aws/things/$T/jobs/get" "\$aws/things/$T/jobs/get" \
		"awslabs/things/$T/certificate/commit" "\$aws/things/${T}0/jobs/get" \
		"\$aws/things/$T/jobs/notify" '$x/y' "out/$(hex "$T#gr")/x"; do
		will_of "$T" "$topic"
	done
	will_of "$T#probe" "free/probe-$T"
	will_of "$T#other" "\$aws/things/$T/jobs/get"
	will_of "$T" "free/$T"
	await got got "free/$T will $T"
	await got own "free/$T will $T"
	# Mosquitto 2.1 delivers once for each subscription that fits.
	[ "$(grep " will $T\$" got | sort -u)" = "free/$T will $T" ]
	[ "$(grep " will $T\$" own | sort -u)" = "free/$T will $T" ]
}

@test "will: the policy decides" {
	policy_allow "$T" 'client/*' 'topic/free/${iot:ClientId}'
	thing_make "$T" "$T"
	listen got backend sub -t 'free/#'
	will_of "$T" "free/x$T"
	will_of "$T" "free/$T"
	await got got "free/$T will $T"
	[ "$(got_count got "free/x$T will $T")" -eq 0 ]
}

@test "will: when a newer session takes the client id over, the rules are the same" {
	thing_make "$T"
	listen got backend sub -t 'in/#' -t '$aws/#' -t 'free/#'
	for topic in "\$aws/things/$T/jobs/get" "in/$T" "\$aws/things/$T/jobs/notify" "free/$T"; do
		device_command sub "$T" "$T" -t x --will-topic "$topic" --will-payload "will $T" -d
		: >older	# what the one before said is no sign of this one
		"${COMMAND[@]}" >older 2>&1 3>&- &
		LISTENERS="${LISTENERS:-} $!"
		older=$!
		await grep -q '^Subscribed (mid' older
		# The older one would come back and take over in turn.
		kill -STOP "$(pgrep -P "$older")"
		connects "$T" "$T"
		kill -KILL "$(pgrep -P "$older")"
	done
	await got got "free/$T will $T"
	[ "$(grep -c " will $T\$" got)" -eq 1 ]
}

@test "will: when the broker ends, the rules are the same" {
	own_world
	thing_make "$T"
	listen got backend sub -t 'in/#' -t '$aws/#' -t 'free/#'
	listen a device sub "$T" "$T" -t x --will-topic "\$aws/things/$T/jobs/get" \
		--will-payload "will $T"
	listen b device sub "$T" "$T#gr" -t "\$aws/things/$T/jobs/#" -t 'free/#' \
		--will-topic "free/$T" --will-payload "will $T"
	OWN_BROKER=
	broker_stop
	await got got "free/$T will $T"
	[ "$(grep -c " will $T\$" got)" -eq 1 ]
	lacks b "jobs/get will $T\$"
}

@test "will: a request that was meant to be retained leaves nothing in the broker" {
	own_world
	thing_make "$T"
	closed "$T" "$T" --will-topic "\$aws/things/$T/jobs/get" --will-payload will \
		--will-retain -q 1 -t in/x -m x
	listen older device sub "$T" "$T" -t x --will-topic "\$aws/things/$T/jobs/start-next" \
		--will-payload will --will-retain
	kill -STOP "$(pgrep -P "$LISTENER")"
	connects "$T" "$T"
	kill -KILL "$(pgrep -P "$LISTENER")"
	as_device pub "$T" "$T" -q 1 -r -t "free/kept" -m x
	OWN_BROKER=
	broker_stop
	grep -qa free/kept "$WORLD/mosquitto.db"
	lacks "$WORLD/mosquitto.db" jobs/
}

@test "will: a delayed one is checked when it is sent" {
	policy_put "$T" '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"},
		{"Effect":"Deny","Action":"iot:Publish","Resource":"arn:aws:iot:r:a:topic/free/${iot:Certificate.Subject.CommonName}/*"}]}'
	thing_make "$T" "$T"
	listen got backend sub -t 'free/#' -t '$aws/#'
	for topic in "free/$T/x" "\$aws/things/$T/jobs/get" "free/$T"; do
		client=$T#w$((n++))
		[ "$topic" = "free/$T" ] || [ "$topic" = "free/$T/x" ] || client=$T
		run as_device pub "$T" "$client" -V mqttv5 -D connect session-expiry-interval 60 \
			-D will will-delay-interval 1 \
			--will-topic "$topic" --will-payload "will $T" -q 1 -t in/x -m x
		[ "$status" -ne 0 ]
	done
	await got got "free/$T will $T"
	[ "$(grep -c " will $T\$" got)" -eq 1 ]
}

# --- reports -------------------------------------------------------------------------------------

@test "report: the start and the end of every session" {
	thing_make "$T"
	listen in backend sub -q 1 -t "in/$ID/#"
	for client in "$T" "$T#gr" "$T#probe"; do
		as_device sub "$T" "$client" -E -t x || :
		await got in "in/$ID/$(hex "$client")/gr/disconnected {}"
		[ "$(got_count in "in/$ID/$(hex "$client")/gr/connected {\"ipAddress\":\"127.0.0.1\"}")" -eq 1 ]
	done
}

@test "report: a session that ends at once has a start as well" {
	thing_make "$T"
	listen in backend sub -q 1 -t "in/$ID/#"
	# CONNECT and DISCONNECT in one TLS record: the broker reads both in one turn of its loop.
	{
		printf '\x10%b\0\4MQTT\4\2\0\x3c\0%b%s\xe0\0' \
			"$(printf '\\x%02x' $((12 + ${#T})))" "$(printf '\\x%02x' ${#T})" "$T"
		await got in "in/$ID/$(hex "$T")/gr/disconnected {}"
	} |
		timeout 600 openssl s_client -quiet -connect "localhost:$PORT" \
			-CAfile "$WORLD/ca.pem" -cert "$WORLD/$T.pem" \
			-key "$WORLD/$T.key" >/dev/null 2>&1 || :
	grep -o '^in/.*/gr/[a-z]*' in >order
	printf '%s\n' "in/$ID/$(hex "$T")/gr/connected" "in/$ID/$(hex "$T")/gr/disconnected" |
		diff - order
}

@test "report: a session that is taken over ends before the new one starts" {
	thing_make "$T"
	id=$ID
	certificate_register "$T-new" "$T" all
	listen in backend sub -q 1 -t "in/$id/#" -t "in/$ID/#"
	listen a device sub "$T" "$T" -t x
	kill -STOP "$(pgrep -P "$LISTENER")"
	connects "$T-new" "$T"
	kill -KILL "$(pgrep -P "$LISTENER")"
	await got in "in/$ID/$(hex "$T")/gr/disconnected {}"
	grep -o '^in/.*/gr/[a-z]*' in >order
	printf '%s\n' "in/$id/$(hex "$T")/gr/connected" "in/$id/$(hex "$T")/gr/disconnected" \
		"in/$ID/$(hex "$T")/gr/connected" "in/$ID/$(hex "$T")/gr/disconnected" |
		diff - order
}

@test "report: a backend that subscribes, and nobody else, gets a report of all live sessions" {
	own_world
	for n in {1..3}; do
		thing_make "$T-$n"
		listen "d$n" device sub "$T-$n" "$T-$n" -t "free/#"
	done
	listen one backend sub -q 1 -t 'in/#'
	listen two backend sub -q 1 -t 'in/#'
	for n in {1..3}; do
		await grep -q "/$(hex "$T-$n")/gr/connected" two
	done
	listen three backend sub -t 'in/+/#'
	connects "$T-1" "$T-1#end"
	await grep -q "/$(hex "$T-1#end")/gr/disconnected" three
	[ "$(grep -c '^in/.*/gr/connected' three)" -eq 1 ]
}

@test "report: a refused certificate is reported with the reason, once in ten seconds" {
	thing_make "$T"
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
	listen in backend sub -t "in/$ID/#"
	for n in 1 2 3; do refused "$T" "$T"; done
	refused "$T" "$T#gr"
	await got in "in/$ID/$(hex "$T#gr")/gr/refused {\"certificateId\":\"$ID\",\"reason\":\"the certificate is not ACTIVE\"}"
	[ "$(got_count in "in/$ID/$(hex "$T")/gr/refused {\"certificateId\":\"$ID\",\"reason\":\"the certificate is not ACTIVE\"}")" -eq 1 ]
}

@test "report: an unregistered certificate, or a wrong client id, is reported as well" {
	thing_make "$T"
	listen in backend sub -t "in/#"
	refused "$T" "other-$T"
	await got in "in/$ID/$(hex "other-$T")/gr/refused {\"certificateId\":\"$ID\",\"reason\":\"the client id does not belong to the certificate's thing\"}"
	id=$(certificate_make "$T-alien")
	refused "$T-alien" "$T"
	await got in "in/$id/$(hex "$T")/gr/refused {\"certificateId\":\"$id\",\"reason\":\"the certificate is not registered\"}"
}

# --- the plugin itself ---------------------------------------------------------------------------

@test "plugin: without its option, or with an unknown one, the broker does not start" {
	WORLD=$BATS_TEST_TMPDIR
	printf 'user %s\nplugin %s\n' "$(id -un)" "$BIN/gr-broker.so" >conf
	[ -z "${SANITIZE:-}" ] || export LD_PRELOAD=$(gcc -print-file-name=libasan.so)
	run ! timeout 600 mosquitto -c conf
	[[ $output == *'plugin_opt_registry is not set'* ]]
	printf 'user %s\nplugin %s\nplugin_opt_registry x\nplugin_opt_colour red\n' \
		"$(id -un)" "$BIN/gr-broker.so" >conf
	run ! timeout 600 mosquitto -c conf
	[[ $output == *'plugin_opt_colour: no such option'* ]]
}

# other_mosquitto VERSION: ./mosquitto, which is the broker but for this version,
# written over its own of the same length.
other_mosquitto() {
	local version
	version=$(mosquitto -h | sed -n 's/^mosquitto version //p')
	sed "s/\b${version//./\\.}\b/$1/g" "$(command -v mosquitto)" >mosquitto
	chmod 755 mosquitto
}

# loads_plugin COMMAND...: with the sanitizers' library where the plugin needs it
loads_plugin() {
	[ -n "${SANITIZE:-}" ] || { "$@"; return; }
	LD_PRELOAD=$(gcc -print-file-name=libasan.so) \
		ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 "$@"
}

@test "plugin: a Mosquitto that it does not know, or that is too old, is refused in one line that says what to do" {
	printf 'user %s\nplugin %s\nplugin_opt_registry %s\n' \
		"$(id -un)" "$BIN/gr-broker.so" "$PWD/x" >conf
	version=$(mosquitto -h | sed -n 's/^mosquitto version //p')
	for other in "3${version#?}" "1${version#?}"; do
		other_mosquitto "$other"
		run ! loads_plugin timeout 600 ./mosquitto -c conf
		[ "$(grep -c gr-broker: <<<"$output")" -eq 1 ]
		[[ $output == *"gr-broker: Mosquitto $other is not known to this plugin: use Mosquitto 2.0.11 or later, or 2.1, or a newer gr"* ]]
	done
}

@test "plugin: a broker that does not tell its version is refused as well" {
	printf 'user %s\nplugin %s\nplugin_opt_registry %s\n' \
		"$(id -un)" "$BIN/gr-broker.so" "$PWD/x" >conf
	sed 's/mosquitto version %s/Mosquitto version %s/g' "$(command -v mosquitto)" >mosquitto
	chmod 755 mosquitto
	run ! loads_plugin timeout 600 ./mosquitto -c conf
	[[ $output == *"gr-broker: $PWD/mosquitto -h does not say which version of Mosquitto this is: use Mosquitto 2.0.11 or later, or 2.1"* ]]
}

@test "plugin: it exports its three entry points and nothing else" {
	run -0 nm -D --defined-only --format=posix "$BIN/gr-broker.so"
	[ "$(cut -d ' ' -f 1 <<<"$output" | grep -v '^__\|^_[a-z]*san\|^_init\|^_fini' | sort | xargs)" = 'mosquitto_plugin_cleanup mosquitto_plugin_init mosquitto_plugin_version' ]
}

@test "plugin: hundreds of sessions at once are served and reported" {
	own_world
	listen in backend sub -q 1 -t 'in/#'
	# Of twelve certificates in turn: one alone has no more than five.
	for n in {1..12}; do thing_make "$n-$T"; done
	for n in {1..120}; do echo "$((n % 12 + 1))-$T" "n$n"; done |
		WORLD=$WORLD PORT=$PORT xargs -P 8 -L 1 sh -c 'timeout -k 2 60 mosquitto_pub -h localhost -p "$PORT" --cafile "$WORLD/ca.pem" --cert "$WORLD/$1.pem" --key "$WORLD/$1.key" \
			-i "$1#$2" -q 1 -t "free/$1" -m x' sh
	for n in 1 60 120; do
		await grep -q "^in/.*/$(hex "$((n % 12 + 1))-$T#n$n")/gr/disconnected {}" in
	done
	all() { [ "$(grep -c '^in/.*/gr/connected' in)" -eq 120 ]; }
	await all
}
