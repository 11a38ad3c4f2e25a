# SPDX-License-Identifier: Apache-2.0
# protocol.bats - the device side by hand, with the clients of Mosquitto, as gr-protocol(7)
# shows it

bats_require_minimum_version 1.5.0
load ../lib/helper

setup() {
	LAB=$PWD/lab
	T=$LAB/things/thing-1
	JOBS='$aws/things/thing-1/jobs'
	CERTIFICATE=awslabs/things/thing-1/certificate
}

teardown() {
	[ -z "${LISTENER:-}" ] || { kill "$LISTENER" && wait "$LISTENER"; } 2>/dev/null || :
	[ ! -d "$LAB/home" ] || lab.sh down "$LAB"
}

up() { lab.sh up -a ECDSA-P256 "$LAB" >/dev/null; }

principals() { gr-registry list-thing-principals -H "$LAB/home" thing-1 | cut -f 1; }
has_only() { [ "$(principals)" = "$1" ]; }

# device PROGRAM CLIENT_ID ARGUMENT...
device_command() {
	COMMAND=(timeout -k 2 60 stdbuf -oL "mosquitto_$1" -h localhost -p "$(cat "$LAB/port")"
		-i "$2" --cafile "$LAB/home/ca/ca.pem"
		--cert "$T/certificate.pem" --key "$T/private.key" "${@:3}")
}
as_device() {
	device_command "$@"
	"${COMMAND[@]}"
}
# ask CLIENT_ID TOPIC PAYLOAD
ask() { as_device rr "$1" -W 30 -v -t "$2" -e "$2/accepted" -m "$3"; }

# listen FILE CLIENT_ID ARGUMENT...: in the background, once it is subscribed.
listen() {
	device_command sub "$2" -d -v "${@:3}"
	"${COMMAND[@]}" >"$1" 2>&1 3>&- &
	LISTENER=$!
	await grep -q '^Subscribed (mid' "$1"
}

make_request() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key \
		-out new.csr -subj '/O=gr lab/CN=thing-1' 2>/dev/null
	jq -n --arg job "$1" --rawfile csr new.csr '{jobId: $job, csr: $csr}' >create.json
}

# The literal blocks of the page's EXAMPLES, as one script;
# the lab is the test's own and outlives it.
page_script() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$ROOT/man/gr-protocol.7" |
		sed -n '/^\.Bd -literal/,/^\.Ed/{/^\.[BE]d/!p;}' |
		sed -e 's/\\e$/\\/' -e "s|^dir=.*|dir=$LAB|" -e '/^lab\.sh down/d'
}

@test "protocol: the examples of the page make a whole rotation by hand" {
	page_script >page.sh
	[ "$(grep -c '^ask ' page.sh)" -ge 5 ]
	timeout 600 sh -eu page.sh >out 2>err 3>&- || { cat out err >&2; return 1; }

	old=$(certificate_id old.pem)
	new=$(certificate_id new.pem)
	[ "$old" != "$new" ]
	[ "$(openssl x509 -in new.pem -noout -pubkey)" = "$(openssl pkey -in new.key -pubout)" ]
	[ "$(jq -r .certificateId created.json)" = "$new" ]
	await has_only "$new"
	run -1 gr-registry describe-certificate -H "$LAB/home" "$old"
	[ "$(gr-jobs executions -H "$LAB/home" by-hand | cut -f 3)" = SUCCEEDED ]
	gr-registry history -H "$LAB/home" -j thing-1 >history
	jq -e --arg old "$old" --arg new "$new" 'length == 1 and .[0].oldCertificateId == $old and .[0].newCertificateId == $new
		and .[0].survivor == "NEW" and .[0].clientId == "thing-1" and .[0].committedAt > 0 and .[0].retiredAt > 0' history
}

@test "protocol: the answers are as the page shows them" {
	page_script >page.sh
	timeout 600 sh -eu page.sh >out 2>err 3>&- || { cat out err >&2; return 1; }
	answer() { sed -n "s|^$1 ||p" out; }
	answer "$JOBS/get/accepted" |
		jq -e '.inProgressJobs == [] and .queuedJobs == [] and .timestamp > 0'
	answer "$JOBS/no-such-job/get/rejected" |
		jq -e '.code == "ResourceNotFound" and .clientToken == "a" and (.message | length > 0)'
	grep '^{"timestamp":.*"execution":' out |
		jq -e '.execution.jobId == "by-hand" and .execution.status == "QUEUED"
		and .execution.jobDocument.operation == "ROTATE_CERTIFICATE"'
	jq -e '.jobId == "by-hand" and .executionNumber == 1 and .timestamp > 0' created.json
	grep '^{"jobId":' out |
		jq -e --slurpfile created created.json \
			'.certificateId == $created[0].certificateId'
	[ "$(answer "$JOBS/by-hand/update/accepted" | wc -l)" -eq 2 ]
	answer "$JOBS/by-hand/update/rejected" |
		jq -e '.code == "InvalidStateTransition" and .executionState.statusDetails.survivor == "NEW"'
}

@test "protocol: another client of the same thing does not see the answers to the first one's Jobs requests" {
	up
	listen heard 'thing-1#gr' -q 1 -t "$JOBS/#"
	run -0 ask thing-1 "$JOBS/get" '{"clientToken":"mine"}'
	[[ $output == "$JOBS/get/accepted {"*'"clientToken":"mine"'* ]]
	run -0 ask thing-1 "$JOBS/\$next/get" '{}'
	[[ $output == "$JOBS/\$next/get/accepted {"*'"certificateRotator":{"idempotent":true}'* ]]
	run -0 ask thing-1 "$JOBS/none/update" '{"status":"IN_PROGRESS"}'
	[[ $output == "$JOBS/none/update/rejected {"*ResourceNotFound* ]]
	# What is told to all comes after those answers, and does arrive.
	gr-jobs create -H "$LAB/home" -t thing/thing-1 j1
	await grep -q "^$JOBS/notify-next {" heard
	grep -q "^$JOBS/notify {" heard
	run -1 grep -E 'accepted|rejected' heard
}

@test "protocol: answers of create and commit reach every session of the thing that subscribed" {
	up
	gr-jobs create -H "$LAB/home" -t thing/thing-1 j1
	run -0 ask thing-1 "$JOBS/j1/update" '{"status":"IN_PROGRESS"}'
	make_request j1
	listen heard 'thing-1#gr' -q 1 -t "$CERTIFICATE/#"
	as_device pub thing-1 -q 1 -t "$CERTIFICATE/create" -f create.json
	await grep -q "^$CERTIFICATE/create/accepted {" heard
	# Over the old certificate commit is refused, and the refusal is heard as well.
	as_device pub thing-1 -q 1 -t "$CERTIFICATE/commit" -m '{"jobId":"j1","clientToken":"c"}'
	await grep -q "^$CERTIFICATE/commit/rejected {" heard
	sed -n "s|^$CERTIFICATE/commit/rejected ||p" heard |
		jq -e '.errorMsg != "" and .jobId == "j1" and .clientToken == "c" and (has("retry") | not)'
	# A request is the backend's alone to hear.
	run -1 grep -E "^$CERTIFICATE/(create|commit) " heard
}

@test "protocol: create without a job in progress is refused and changes nothing" {
	up
	before=$(principals)
	gr-jobs create -H "$LAB/home" -t thing/thing-1 j1
	make_request j1
	listen heard 'thing-1#gr' -q 1 -t "$CERTIFICATE/create/+"
	as_device pub thing-1 -q 1 -t "$CERTIFICATE/create" -f create.json
	await grep -q "^$CERTIFICATE/create/rejected {" heard
	sed -n "s|^$CERTIFICATE/create/rejected ||p" heard |
		jq -e '.errorMsg == "the job execution is not IN_PROGRESS"'
	[ "$(principals)" = "$before" ]
	[ "$(gr-registry history -H "$LAB/home" -j thing-1)" = '[]' ]
}

@test "protocol: requests as T#probe, or with another suffix, are refused" {
	up
	for client in 'thing-1#probe' 'thing-1#other'; do
		for topic in "$JOBS/get" "$CERTIFICATE/create"; do
			run -7 as_device pub "$client" -q 1 -t "$topic" -m '{}'
			[[ $output == *'The connection was lost'* ]]
		done
	done
	as_device pub thing-1 -q 1 -t "$JOBS/get" -m '{}'
}

@test "protocol: FAILED by hand, after a create, leaves the old certificate" {
	up
	old=$(certificate_id "$T/certificate.pem")
	gr-jobs create -H "$LAB/home" -t thing/thing-1 j1
	run -0 ask thing-1 "$JOBS/j1/update" '{"status":"IN_PROGRESS"}'
	make_request j1
	listen heard 'thing-1#gr' -q 1 -t "$CERTIFICATE/create/+"
	as_device pub thing-1 -q 1 -t "$CERTIFICATE/create" -f create.json
	await grep -q "^$CERTIFICATE/create/accepted {" heard
	[ "$(principals | wc -l)" -eq 2 ]
	# Without a commit, and over the old certificate at that, SUCCEEDED is refused.
	run -0 ask thing-1 "$JOBS/j1/update" '{"status":"SUCCEEDED"}'
	[[ $output == *"/update/rejected {"*InvalidStateTransition* ]]
	run -0 ask thing-1 "$JOBS/j1/update" \
		'{"status":"FAILED","statusDetails":{"DeviceFailureReason":"by hand"}}'
	[[ $output == *"/update/accepted {"* ]]
	await has_only "$old"
	[ "$(gr-registry history -H "$LAB/home" -j thing-1 | jq -r '.[0].survivor')" = OLD ]
	[ "$(gr-jobs executions -H "$LAB/home" j1 | cut -f 5)" = 'by hand' ]
}
