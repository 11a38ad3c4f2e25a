# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device
load ../lib/aged

# A device that asks for a rotation by itself, because its certificate gets old,
# and a backend that makes a job for it.

setup_file() { aged_setup; }

# daemon OPTION...: another one in the place of the lab's
daemon() {
	lab.sh stop "$LAB" backend
	gr-backendd -H "$HOME_DIR" -s "$LAB/home/shared/broker.sock" \
		-q 0 "$@" >ready 2>daemon.log 3>&- &
	echo $! >"$LAB/backend.pid"
	await grep -q ready ready
}
jobs_of_thing() { gr-jobs list -H "$HOME_DIR" | wc -l; }

# --- the request ---------------------------------------------------------------------------------

@test "request: makes a job for this thing alone, with a time-out of half an hour, and the device rotates" {
	lab.sh add -a ECDSA-P256 "$LAB" other
	run -0 --separate-stderr gr-request
	job=$output
	[[ $job =~ ^own-[0-9a-f]{12}-[0-9]+$ ]]
	[ -z "$stderr" ]
	[ "$(gr-jobs executions -H "$HOME_DIR" "$job" | cut -f 1,3)" = $'thing-1\tQUEUED' ]
	gr-jobs describe -H "$HOME_DIR" -j "$job" >described
	[ "$(jq -c '[.timeoutConfig.inProgressTimeoutInMinutes, .document, .description]' described)" = '[30,"{\"operation\":\"ROTATE_CERTIFICATE\"}","asked for by the thing itself"]' ]
	[ "$(sql "SELECT target FROM job_target WHERE job = '$job'")" = thing/thing-1 ]
	run -0 rotate.sh once
	assert_rotated "$job"
	[ "$(sql "SELECT status FROM job WHERE id = '$job'")" = COMPLETED ]
}

@test "request: while a rotation is pending its name is the answer, and no job is made" {
	rotate_job j1
	[ "$(gr-request)" = j1 ]
	gr-jobs-client update j1 IN_PROGRESS >/dev/null
	[ "$(gr-request)" = j1 ]
	[ "$(jobs_of_thing)" -eq 1 ]
	gr-jobs-client update j1 FAILED >/dev/null
	own=$(gr-request)
	[ "$(gr-request)" = "$own" ]
	[ "$(jobs_of_thing)" -eq 2 ]
}

@test "request: another agent's job is no rotation" {
	echo '{"operation":"REBOOT"}' >reboot.json
	rotate_job other -d reboot.json
	[[ $(gr-request) == own-* ]]
}

@test "request: makes one job within the set hours; later another one" {
	own=$(gr-request)
	rotate.sh once
	run -111 --separate-stderr gr-request
	[ -z "$output" ]
	[ "$stderr" = 'gr-request: not now: the thing has had a job of its own lately' ]
	sql "UPDATE own_job SET at = at - 23 * 3600000"
	run -111 gr-request
	sql "UPDATE own_job SET at = at - 3600000"
	run -0 gr-request
	[ "$output" != "$own" ]
	[ "$(sql 'SELECT count(*) FROM own_job')" -eq 1 ]
	# A clock that was years ahead when it asked keeps no thing from asking for ever.
	gr-jobs cancel -H "$HOME_DIR" "$output"
	sql "UPDATE own_job SET at = at + 99 * 365 * 86400000"
	run -0 gr-request
}

@test "request: the operator sets the hours, or turns requests off" {
	daemon -o 2
	gr-request
	rotate.sh once
	sql "UPDATE own_job SET at = at - 2 * 3600000 + 60000"
	run -111 gr-request
	sql "UPDATE own_job SET at = at - 60000"
	gr-request
	rotate.sh once
	daemon -o 0
	run -1 --separate-stderr gr-request
	[ "$stderr" = 'gr-request: rejected: things may not ask for jobs of their own here' ]
	[ "$(jobs_of_thing)" -eq 2 ]
	run -100 gr-backendd -o x
}

@test "request: T#gr may ask for its thing" {
	setting runtime nucleus
	run -0 gr-request
	grep -q ' as thing-1#gr ' "$LAB/broker/log"
}

@test "request: misuse is 100, no broker is 111" {
	run -100 gr-request extra
	lab.sh stop "$LAB" broker
	run -111 gr-request
}

@test "time: prints the service's time" {
	run -0 gr-jobs-client time
	[ "$output" -le "$(date +%s)" ] && [ "$output" -gt $(($(date +%s) - 60)) ]
	run -0 gr-jobs-client time --json
	jq -e .timestamp <<<"$output"
	run -100 gr-jobs-client time extra
}

# --- the driver ----------------------------------------------------------------------------------

@test "own clock: a certificate that is due is rotated without a job from the operator, a new one is left alone" {
	age 60 100
	keep_old_pair
	setting rotateAtPercent 60
	setting rotateJitterPercent 0
	run -0 --separate-stderr rotate.sh once
	[[ $stderr == *"certificate ${OLD:0:12} is due: asked for a rotation, job own-"* ]]
	assert_rotated "$(sql 'SELECT id FROM job')"
	run -0 --separate-stderr rotate.sh once
	[[ $stderr != *due* ]]
	[ "$(jobs_of_thing)" -eq 1 ]
}

@test "own clock: the device asks for no rotation when none is due or the setting is off" {
	age 60 100
	for what in 'rotateAtPercent 61' 'rotateBeforeDays 39' 'rotateAfterDays 61'; do
		sed -i '/^rotate/d' "$GR_CONF"
		setting rotateJitterPercent 0
		# shellcheck disable=SC2086
		setting $what
		run -0 rotate.sh once
	done
	sed -i '/^rotate/d' "$GR_CONF"
	run -0 rotate.sh once
	[ "$(jobs_of_thing)" -eq 0 ]
}

@test "own clock: the service's time counts, not the device's" {
	export WRONG_CLOCK=$PWD/wrong ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
	age 10 100
	setting rotateAtPercent 50
	# Far ahead, but within the dates of the broker's certificate.
	echo $((300 * 86400)) >wrong
	run -0 env LD_PRELOAD="$BATS_FILE_TMPDIR/clock.so" rotate.sh once
	run -0 env LD_PRELOAD="$BATS_FILE_TMPDIR/clock.so" gr-cert-due
	[ "$(jobs_of_thing)" -eq 0 ]
}

@test "own clock: where asking brings no job a warning says how many days are left, and jobs are served" {
	age 60 100
	keep_old_pair
	setting rotateAtPercent 50
	daemon -o 0
	sleep 1.1	# a second of the fortieth day has to be over
	run -0 --separate-stderr rotate.sh once
	[[ $stderr == *"warning: certificate ${OLD:0:12} is due for a rotation, and asking for one brought no job (rejected: things may not ask for jobs of their own here); 39 days are left"* ]]
	wrapped gr-request 'echo "gr-request: awslabs/things/thing-1/certificate/request: no answer within 30 s" >&2; exit 111'
	fake/rotate.sh run 3>&- 2>log &
	driver=$!
	await grep -q 'brought no job (awslabs/things/thing-1/certificate/request: no answer within 30 s); 39 days are left' log
	rotate_job j1
	await eval '[ "$(status_of j1)" = SUCCEEDED ] && is_idle'
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
	[ "$(grep -c warning:.cert log)" -eq 1 ]
	assert_rotated j1
}

@test "own clock: settings that make no sense are refused" {
	setting rotateAtPercent 101
	run -100 --separate-stderr rotate.sh check-config
	[ "$stderr" = 'gr-config: rotateAtPercent: 101: not a share; use 0 to 100' ]
}
