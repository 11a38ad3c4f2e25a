# SPDX-License-Identifier: Apache-2.0
# A daemon that bounds what a thing may ask in a second,
# and a device that takes that for what it is.
bats_require_minimum_version 1.5.0
load ../lib/helper

teardown() { [ ! -d lab ] || lab.sh down lab; }

@test "error RequestThrottled: requests over the rate are refused and change nothing; the next second is free again" {
	load ../lib/lab
	BATS_FILE_TMPDIR=$PWD
	gcc -O1 -o ask "$ROOT/test/tools/ask.c" -lmosquitto
	own_lab -t 5
	LAB=$PWD/lab
	thing_new pump-1
	thing_new pump-2
	as_thing pump-1
	J=job-1
	job_new "$J"
	steps=()
	for n in $(seq 40); do
		steps+=("$(topic "jobs/$J/update")" '{"status":"IN_PROGRESS"}')
	done
	begun=$EPOCHREALTIME
	ask "${steps[@]}" >messages
	seconds=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000000))
	accepted=$(grep -c '/update/accepted ' messages)
	refused=$(grep -c '/update/rejected {"code":"RequestThrottled"' messages)
	[ $((accepted + refused)) -eq 40 ]
	[ "$accepted" -ge 5 ]
	[ "$accepted" -le $((5 * (seconds + 2))) ]
	sql_is "SELECT version FROM execution WHERE thing = 'pump-1'" $((accepted + 1))
	# What one thing does costs no other anything.
	as_thing pump-2
	accepted jobs/get '{}'
	as_thing pump-1
	await accepted jobs/get '{}'
}

@test "throttle: refused requests count as well, and the refusal has the form of the service that was asked" {
	load ../lib/lab
	BATS_FILE_TMPDIR=$PWD
	gcc -O1 -o ask "$ROOT/test/tools/ask.c" -lmosquitto
	own_lab -t 3
	thing_new pump-1
	for t in shadow/get shadow/name/n/get 'jobs/$next/namespace-n/get' jobs/no/such; do
		steps=()
		for n in $(seq 40); do
			steps+=("\$aws/things/$THING/$t" '{"clientToken":"t"}')
		done
		begun=$EPOCHREALTIME
		ask "${steps[@]}" >messages
		seconds=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000000))
		refused=$(grep -c '/rejected {"code":\(429\|"RequestThrottled"\),.*"clientToken":"t"}' messages)
		[ "$refused" -ge $((40 - 3 * (seconds + 2))) ]
		[[ $t == jobs/* ]] || [ "$(grep -c '"code":404' messages)" -eq $((40 - refused)) ]
	done
	# A busy machine may stretch forty requests over many seconds;
	# refusing some is all that is asked for here.
	[ "$refused" -ge 1 ]
}

@test "throttle: create and commit are not Jobs requests" {
	load ../lib/lab
	BATS_FILE_TMPDIR=$PWD
	gcc -O1 -o ask "$ROOT/test/tools/ask.c" -lmosquitto
	own_lab -t 2
	thing_new pump-1
	for n in 1 2 3 4 5; do
		refused create '{"jobId":"none"}' 'no such job execution for this thing'
	done
}

@test "throttle: misuse is 100" {
	for rate in 0 1 1000001 x -1; do
		run -100 --separate-stderr gr-backendd -t "$rate"
		[[ $stderr == *"--throttle: $rate: "* ]]
	done
}

@test "throttle: a rotation that is refused again and again for asking too often succeeds later" {
	load ../lib/device
	gcc -O1 -o ask "$ROOT/test/tools/ask.c" -lmosquitto
	lab -t 2
	as thing-1
	keep_old_pair
	rotate_job j1
	# Somebody else uses up what the thing may ask, until that was felt.
	flood=()
	for n in $(seq 50); do
		flood+=('$aws/things/thing-1/jobs/get' '{}')
	done
	: >log
	while ! grep -q 'rejected: RequestThrottled' log; do
		./ask -p "$(cat "$LAB/port")" -a "$HOME_DIR/ca/ca.pem" -c old.pem -k old.key \
			-i 'thing-1#gr' "${flood[@]}" || exit 0
	done >/dev/null 3>&- &
	# await keeps what it runs quiet
	await sh -c 'rotate.sh once 2>>log'
	wait
	grep -q 'rejected: RequestThrottled' log
	run -1 grep 'rolled back' log
	assert_rotated j1
}
