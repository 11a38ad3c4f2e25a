# SPDX-License-Identifier: Apache-2.0
# What a Greengrass nucleus says at its start, to a broker and a backend that
# serve rotations alone.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

setup() {
	lab_use
	thing_new
	DEPLOYMENT=namespace-aws-gg-deployment
	SHADOW=$(below shadow/name/AWSManagedGreengrassV2Deployment)
}
teardown() {
	[ -z "${OTHER:-}" ] || kill "$OTHER" 2>/dev/null || :
}

below() { printf '$aws/things/%s/%s' "$THING" "$1"; }
telemetry() { [ "$(grep -cx "$1" heard)" -eq "$2" ]; }
log_count() { grep -c "$1" "$LAB/broker/log" || :; }

# start KIND: the steps (see tools/ask.c) of one start of a nucleus, classic or lite
start() {
	STEPS=("+$(below "jobs/notify-next-$DEPLOYMENT")"
		"+$(below "jobs/\$next/$DEPLOYMENT/get/accepted")"
		"+$(below "jobs/\$next/$DEPLOYMENT/get/rejected")"
		"+$(below "jobs/+/$DEPLOYMENT/update/accepted")"
		"+$(below "jobs/+/$DEPLOYMENT/update/rejected")")
	[ "$1" = lite ] ||
		STEPS+=("+$(below "jobs/notify-$DEPLOYMENT")"
			"+$SHADOW/update/accepted" "+$SHADOW/update/rejected" "+$SHADOW/update/delta"
			"+$SHADOW/get/accepted" "+$SHADOW/get/rejected")
	STEPS+=("=$(below greengrassv2/health/json)"
		'{"ggcVersion":"2.12.0","platform":"linux","overallDeviceStatus":"HEALTHY"}'
		"$(below "jobs/\$next/$DEPLOYMENT/get")"
		"{\"jobId\":\"\$next\",\"thingName\":\"$THING\",\"includeJobDocument\":true,\"clientToken\":\"c\"}")
	[ "$1" = lite ] || STEPS+=("$SHADOW/get" '')
	STEPS+=("=things/$THING/telemetry" "$1")
}

# ten_starts KIND OPTION...: over one connection, with a line of telemetry after each
ten_starts() {
	local steps=()
	start "$1"
	for _ in 1 2 3 4 5 6 7 8 9 10; do steps+=("${STEPS[@]}"); done
	before=$(log_count "New client connected from .* as $THING ")
	ask "${@:2}" "${steps[@]}" >messages
	[ "$(log_count "New client connected from .* as $THING ")" -eq $((before + 1)) ]
	[ "$(grep -c "/jobs/\$next/$DEPLOYMENT/get/accepted {\"timestamp\":[0-9]*,\"clientToken\":\"c\"}" messages)" -eq 10 ]
}

@test "nucleus: its messages at start, ten times over, are all answered on one connection" {
	timeout -k 2 300 stdbuf -oL mosquitto_sub --unix "$LAB/home/shared/broker.sock" -q 1 \
		-t "things/$THING/telemetry" -d >heard 3>&- &
	OTHER=$!
	await grep -q '^Subscribed (mid' heard
	ten_starts classic -5
	[ "$(grep -c "get/rejected {\"code\":404,\"message\":\"No shadow exists with name: '$THING~AWSManagedGreengrassV2Deployment'\"" messages)" -eq 10 ]
	ten_starts lite -5
	ten_starts classic
	await telemetry classic 20
	await telemetry lite 10
	[ "$(log_count "gr-broker: $THING ")" -eq 0 ]
	[ "$(sql "SELECT count(*) FROM alarm")" = 0 ]
}

@test "nucleus: each of its messages alone is accepted from a client on the command line" {
	command=(timeout -k 2 60 mosquitto_pub -h localhost -p "$PORT"
		--cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" --key "$KEY"
		-i "$THING" -V mqttv5 -q 1)
	for topic in "$(below greengrassv2/health/json)" "$(below "jobs/\$next/$DEPLOYMENT/get")" \
		"$SHADOW/get"; do
		run -0 "${command[@]}" -t "$topic" -m '{}'
		[ -z "$output" ]
	done
	run -0 --separate-stderr timeout -k 2 60 mosquitto_rr "${command[@]:5:12}" -V mqttv5 \
		-W 60 -q 1 -t "$SHADOW/get" -e "$SHADOW/get/rejected" -m ''
	json_is "$output" "{\"code\":404,\"message\":\"No shadow exists with name: '$THING~AWSManagedGreengrassV2Deployment'\",\"timestamp\":\"S\"}"
}

@test "nucleus: a health report without a policy for it is dropped with a line in the broker's log" {
	gr-registry create-policy bare - <<-END
		{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":["arn:aws:iot:r:a:client/*","arn:aws:iot:r:a:topic*/\$aws/things/*/jobs/*"]}}
	END
	gr-registry attach-policy bare "$OLD"
	gr-registry detach-policy rotation "$OLD"
	ask -5 "=$(below greengrassv2/health/json)" '{}' "=$(below shadow/get)" '{}' \
		"$(topic "jobs/\$next/$DEPLOYMENT/get")" '{}' >messages
	[ "$(wc -l <messages)" -eq 1 ]
	grep -qF "gr-broker: $THING with certificate $OLD may not publish on $(below greengrassv2/health/json): no policy statement allows iot:Publish here" "$LAB/broker/log"
}

@test "nucleus: its further connections may do all that the thing may, but do not count as use of the certificate" {
	CLIENT=$THING#2
	job_new "$J"
	ask -5 "+$(topic jobs/notify-next)" "+$(topic 'jobs/#')" "$(topic "jobs/$J/update")" \
		'{"status":"IN_PROGRESS"}' >messages
	grep -qF "$(topic "jobs/$J/update/accepted") " messages
	execution_is IN_PROGRESS
	rotation_asked
	sql_is "SELECT count(*) FROM session WHERE thing = '$THING'" 0
	sql_is "SELECT used IS NULL FROM rotation WHERE thing = '$THING'" 1
	# Over NEW it is not the thing that comes, so commit waits for that one.
	over_new
	request commit "{\"jobId\":\"$J\"}"
	body_is '"the thing'"'"'s own connection does not use the new certificate yet"' .errorMsg
	body_is true .retry
	sql_is "SELECT used IS NULL FROM rotation WHERE thing = '$THING'" 1
	CLIENT=$THING accepted jobs/get '{}'
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
}
