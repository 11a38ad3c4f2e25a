# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

setup() {
	lab
	as thing-1
}
teardown() {
	down
}

@test "rotate: a job gives the device a new key and certificate; the old certificate is deleted and refused" {
	keep_old_pair
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	[ "$(stat -L -c %a "$T/private.key")" = 600 ]
}

@test "rotate: RSA-2048 with SHA256WITHRSA is the default" {
	sed -i '/^keyAlgorithm/d; /^signingAlgorithm/d' "$GR_CONF"
	keep_old_pair
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	openssl x509 -in "$T/certificate.pem" -noout -text | grep -q 'Public-Key: (2048 bit)'
	head -n 1 "$T/private.key" | grep -q 'BEGIN RSA PRIVATE KEY'
}

@test "rotate: issuer, subject, dates and usage of the new certificate are right by openssl" {
	rotate_job j1
	run -0 rotate.sh once
	openssl verify -CAfile "$HOME_DIR/ca/ca.pem" -purpose sslclient "$T/certificate.pem"
	run -0 openssl x509 -in "$T/certificate.pem" -noout -subject -nameopt RFC2253 -enddate
	[ "${lines[0]}" = "subject=CN=thing-1,O=gr lab" ]
	[ "${lines[1]}" = "notAfter=Dec 31 23:59:59 2049 GMT" ]
	openssl x509 -in "$T/certificate.pem" -noout -text |
		grep -q 'Signature Algorithm: sha256WithRSAEncryption'
}

@test "rotate: 'once' with nothing pending ends at once with 0" {
	run -0 rotate.sh once
	[ "$(gr-install-cert status | sed -n 's/^certificateId=//p')" = "$(certificate_id)" ]
}

@test "rotate: each of three jobs makes a new generation" {
	for round in 1 2 3; do
		keep_old_pair
		rotate_job "j$round"
		run -0 rotate.sh once
		assert_rotated "j$round"
	done
}

@test "rotate: 'run' waits, serves a job that is created, and goes on waiting" {
	keep_old_pair
	rotate.sh run 3>&- 2>log &
	driver=$!
	rotate_job j1
	gr-jobs watch -H "$HOME_DIR" -w 60 j1
	keep_first=$OLD
	rotate_job j2
	gr-jobs watch -H "$HOME_DIR" -w 60 j2
	await is_idle
	kill -0 "$driver"
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
	[ "$(certificate_id)" != "$keep_first" ]
	await has_one_certificate
}

@test "rotate: a rotation behind another agent's job is served, and the other job is left alone" {
	echo '{"operation":"REBOOT"}' >reboot.json
	rotate_job other -d reboot.json
	gr-jobs-client update other IN_PROGRESS >/dev/null
	keep_old_pair
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	[ "$(status_of other)" = IN_PROGRESS ]
}

@test "rotate: a job made while the device was away is found without a notification" {
	keep_old_pair
	rotate_job j1
	rotate.sh run 3>&- 2>log &
	driver=$!
	gr-jobs watch -H "$HOME_DIR" -w 60 j1
	await is_idle
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
	assert_rotated j1
}

@test "rotate: a second driver is refused with 111 and the holder's pid" {
	rotate.sh run 3>&- 2>log &
	driver=$!
	await grep -q "^$driver " "$GR_STATE/lock"
	run -111 --separate-stderr rotate.sh once
	[[ $stderr == *"$driver"* ]]
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
}

@test "rotate: the link does not outlive a driver killed with -9" {
	rotate.sh run 3>&- 2>log &
	driver=$!
	await test -S "$GR_STATE/link.sock"
	link=$(pgrep -P "$driver" -x gr-link)
	kill -9 "$driver"
	await eval '! kill -0 $link 2>/dev/null'
	await rotate.sh once
}

@test "rotate: recover and status need no network" {
	lab.sh stop "$LAB" broker
	run -0 rotate.sh recover
	run -0 rotate.sh status
	[[ $output == *"certificateId=$(certificate_id)"* ]]
	run -111 rotate.sh once
}

@test "rotate: a bad algorithm is refused before anything happens" {
	keep_old_pair
	sed -i 's/^keyAlgorithm.*/keyAlgorithm = Foobar/' "$GR_CONF"
	run -100 --separate-stderr rotate.sh check-config
	[[ $stderr == *"allowed are RSA-2048"* ]]
	rotate_job j1
	run -100 rotate.sh once
	[ "$(status_of j1)" = QUEUED ]
	[ "$(certificate_id)" = "$OLD" ]
}

@test "rotate: twenty things rotate by one job on their group" {
	# The sanitizers find nothing in the twentieth that they did not find in the fourth.
	things=${SANITIZE:+4} things=${things:-20}
	names=$(seq -f 'pump-%g' 1 "$things")
	gr-registry create-thing-group -H "$HOME_DIR" plant
	# shellcheck disable=SC2086
	lab.sh add -a ECDSA-P256 -g plant "$LAB" $names
	declare -A before
	drivers=
	for n in $names; do
		as "$n"
		before[$n]=$(certificate_id)
		cp "$T/private.key" "$n.key"
		cp "$T/certificate.pem" "$n.pem"
		rotate.sh run 3>&- 2>"$n.log" &
		drivers="$drivers $!"
	done
	gr-jobs create -H "$HOME_DIR" -t thinggroup/plant all
	run -0 gr-jobs watch -H "$HOME_DIR" -w 300 all
	[ "$output" = "all: $things SUCCEEDED" ]
	for n in $names; do
		as "$n"
		await is_idle
	done
	# shellcheck disable=SC2086
	kill $drivers
	# shellcheck disable=SC2086
	wait $drivers || [ $? -eq 143 ]
	for n in $names; do
		as "$n"
		OLD=${before[$n]}
		cp "$n.key" old.key
		cp "$n.pem" old.pem
		assert_rotated all
		run -1 cmp -s old.key "$T/private.key"
	done
}

@test "rotate: it works with a policy that forbids to subscribe to the answers of Jobs" {
	deny iot:Subscribe 'arn:aws:iot:*:*:topicfilter/$aws/things/*/accepted' \
		'arn:aws:iot:*:*:topicfilter/$aws/things/*/rejected'
	keep_old_pair
	rotate_job j1
	run -0 gr-jobs-client get j1
	run -0 rotate.sh once
	assert_rotated j1
}

@test "rotate: each session of the driver ends with DISCONNECT, however the driver ends" {
	rotate_job j1
	rotate.sh run 3>&- 2>log &
	driver=$!
	gr-jobs watch -H "$HOME_DIR" -w 60 j1 >/dev/null
	await is_idle
	kill "$driver"
	wait "$driver" || :
	await not_one_left
	run -1 grep 'Client thing-1[^ ]* closed its connection' "$LAB/broker/log"
}
not_one_left() {
	[ "$(grep -c ' as thing-1[ #]' "$LAB/broker/log")" -eq \
		"$(grep -c 'Client thing-1[^ ]* disconnected' "$LAB/broker/log")" ]
}
