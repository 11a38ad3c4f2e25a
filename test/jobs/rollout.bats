# SPDX-License-Identifier: Apache-2.0
# How jobs reach their things: statuses, pace, schedules, groups that change.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/jobs
load ../lib/shared-lab

setup_file() {
	lab_up -m 1000 -c 1000
	gcc -O1 -I"$ROOT/src/backend" -o "$BATS_FILE_TMPDIR/pace" "$ROOT/test/tools/pace.c" \
		"$ROOT/src/backend/jobs/rate_limiter.c" $(pkg-config --cflags jansson)
}

# most_in_a_minute MS [JOB]: executions queued within MS from any of them on
most_in_a_minute() {
	sql "SELECT max(n) FROM (SELECT (SELECT count(*) FROM execution y WHERE y.job = x.job AND y.queued >= x.queued AND y.queued < x.queued + $1) AS n
		FROM execution x WHERE job = '${2:-$J}')"
}
minute_is() { "$BATS_FILE_TMPDIR/pace" "$@"; }

# --- statuses ------------------------------------------------------------------------------------

@test "job-status IN_PROGRESS: at once when nothing is scheduled" {
	things 2 "g-$J"
	gr-jobs create -r 1 -t "thinggroup/g-$J" "$J"
	job_is IN_PROGRESS
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '[true,["arn:aws:iot:local:000000000000:thinggroup/g-'"$J"'"],1]' \
		'[.isConcurrent, .jobProcessDetails.processingTargets, .waiting]'
	await queued 2
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '[false,null]' '[.isConcurrent, .jobProcessDetails.processingTargets]'
}

@test "job-status SCHEDULED: until its start, without executions; its things are those of that moment" {
	own_lab -m 50
	things 1 g
	gr-jobs create -s "$(utc 4)" -t thinggroup/g "$J"
	job_is SCHEDULED
	queued 0
	gr-registry create-thing late
	gr-registry add-thing-to-thing-group g late
	await job_is IN_PROGRESS
	await statuses_are "$J" 'g-00001:1QUEUED late:1QUEUED'
	sql_is "SELECT min(queued) >= (SELECT created + 1500 FROM job) FROM execution" 1
}

@test "job-status SCHEDULED: its start is not missed while the daemon is away" {
	own_lab -m 20
	things 1 g
	gr-jobs create -s "$(utc 5)" -t thinggroup/g "$J"
	backend kill
	await sql_is "SELECT wake < strftime('%s', 'now') * 1000 FROM rollout" 1
	job_is SCHEDULED
	backend start
	await statuses_are "$J" 'g-00001:1QUEUED'
}

@test "job-status SCHEDULED: at the end no more executions are made, those that are there go on" {
	own_lab -m 60
	things 300 g
	echo '{}' >document
	# At one a minute, which is 60 ms here, three hundred things take 18 s.
	gr-jobs create -d document -r 1 -s "/$(utc 4)" -t thinggroup/g "$J"
	await sql_is "SELECT done || waiting || recall FROM rollout" 100
	sql_is 'SELECT count(*) BETWEEN 1 AND 120 FROM execution' 1
	sql_is 'SELECT count(*) FROM awaiting' 0
	job_is IN_PROGRESS
	sql "UPDATE execution SET status = 'SUCCEEDED' WHERE thing > 'g-00001'"
	reports g-00001 "$J" SUCCEEDED
	job_is COMPLETED
}

@test "job-status SCHEDULED: the end of its schedule is the end of a continuous job" {
	own_lab -m 60
	things 1 g
	gr-registry create-thing-group other
	gr-jobs create -c -s "/$(utc 4)/STOP_ROLLOUT" -t thinggroup/other "$J"
	job_is IN_PROGRESS
	await job_is COMPLETED
	gr-registry add-thing-to-thing-group other g-00001
	sql_is 'SELECT count(*) FROM membership_change' 0
	sql_is 'SELECT count(*) FROM execution' 0
}

@test "job-status CANCELED: at the end of a schedule that says so, with what is under way or without" {
	own_lab -m 60
	things 2 g
	echo '{}' >document
	gr-jobs create -d document -s "/$(utc 4)/CANCEL" -t thinggroup/g "$J"
	gr-jobs create -d document -s "/$(utc 4)/FORCE_CANCEL" -t thinggroup/g "$J-f"
	reports g-00001 "$J" IN_PROGRESS
	reports g-00001 "$J-f" IN_PROGRESS
	await job_is CANCELED "$J-f"
	await job_is CANCELED
	await statuses_are "$J" 'g-00001:1IN_PROGRESS g-00002:1CANCELED'
	await statuses_are "$J-f" 'g-00001:1CANCELED g-00002:1CANCELED'
	sql_is "SELECT reason FROM job WHERE id = '$J'" SCHEDULE_END
}

@test "job-status COMPLETED: a snapshot job whose executions have all ended, and one without things at once" {
	things 2 "g-$J"
	gr-registry create-thing-group "empty-$J"
	gr-jobs create -t "thinggroup/empty-$J" "$J-empty"
	await job_is COMPLETED "$J-empty"
	gr-jobs create -t "thinggroup/g-$J" "$J"
	await queued 2
	reports "g-$J-00001" "$J" FAILED
	job_is IN_PROGRESS
	reports "g-$J-00002" "$J" REJECTED
	job_is COMPLETED
	sql_is "SELECT completed = updated FROM job WHERE id = '$J'" 1
}

@test "job-status COMPLETED: not while things wait for their turn" {
	things 2 "g-$J"
	echo '{}' >document
	gr-jobs create -d document -r 1 -t "thinggroup/g-$J" "$J"
	reports "g-$J-00001" "$J" SUCCEEDED
	job_is IN_PROGRESS
	await queued 2
	reports "g-$J-00002" "$J" SUCCEEDED
	job_is COMPLETED
}

@test "job-status CANCELED: nobody is reached any more, whatever still waited" {
	things 3 "g-$J"
	gr-jobs create -r 1 -t "thinggroup/g-$J" "$J"
	gr-jobs cancel "$J"
	job_is CANCELED
	await sql_is "SELECT count(*) FROM awaiting WHERE job = '$J'" 0
	sql_is "SELECT group_concat(DISTINCT status) FROM execution WHERE job = '$J'" CANCELED
	sql_is "SELECT wake IS NULL FROM rollout WHERE job = '$J'" 1
}

@test "job-status DELETION_IN_PROGRESS: while its executions go, then nothing is left; ten at one time" {
	things 300 "g-$J"
	gr-jobs create -t "thinggroup/g-$J" "$J"
	await queued 300
	sql "UPDATE execution SET status = 'SUCCEEDED' WHERE job = '$J'"
	sql "INSERT INTO job (id, document, status, created, updated) SELECT 'going-' || value, '{}', 'DELETION_IN_PROGRESS', 1, 1 FROM generate_series(1, 10)"
	run -1 --separate-stderr gr-jobs delete -f "$J"
	[ "$stderr" = "gr-jobs: job $J: 10 jobs are being deleted already; try again when they are gone (LimitExceeded)" ]
	sql "DELETE FROM job WHERE id LIKE 'going-%'"
	gr-jobs delete -f "$J"
	await job_gone "$J"
	for table in execution job_target rollout awaiting tally; do
		sql_is "SELECT count(*) FROM $table WHERE job = '$J'" 0
	done
}

# --- pace ----------------------------------------------------------------------------------------

@test "rollout constant rate: 98 to 100 percent of it in any minute, wherever that begins" {
	for rate in 1 7 60 100 999 1000 30000; do
		for late in 0 50 300; do
			read -r fewest most < <(minute_is "$rate" "$late")
			[ "$most" -le "$rate" ] &&
				[ $((fewest * 100)) -ge $((rate * 98 - 100)) ] || {
					echo "$rate a minute, up to $late ms late: $fewest to $most" >&2
					return 1
				}
		done
	done
	read -r fewest most < <(minute_is 1000 0)
	[ "$fewest" -ge 980 ]
	[ "$most" -le 1000 ]
}

@test "rollout constant rate: who was away does not make up for it" {
	for stall in 1000 10000 59000; do
		read -r fewest most < <(minute_is 1000 10 "$stall")
		[ "$most" -le 1000 ]
	done
	[ "$fewest" -lt 100 ]
}

@test "rollout constant rate: of things in a real rollout, evenly over the minute" {
	own_lab -m 2000 -c 1000
	things 200 g
	gr-jobs create -r 100 -t thinggroup/g "$J"
	await queued 200
	[ "$(most_in_a_minute 2000)" -le 100 ]
	# Evenly: a tenth of a minute holds a tenth of it, and what a late turn may make up for.
	[ "$(most_in_a_minute 200)" -le 12 ]
	statuses "$J" | tr ' ' '\n' | sort -c
	sql_is "SELECT waiting || done || released FROM rollout WHERE job = '$J'" 01200
}

@test "rollout constant rate: the ceiling bounds what a job asks for, and is what it gets that asks for nothing" {
	own_lab -m 2000 -c 50
	things 60 g
	gr-jobs create -t thinggroup/g "$J"
	await queued 60
	[ "$(most_in_a_minute 2000)" -le 50 ]
	lab.sh stop "$LAB" backend
	echo '2000 20' >"$LAB/minute"
	gr-jobs create -r 50 -t thinggroup/g "$J-2"
	lab.sh start "$LAB" backend 3>&-
	await queued 30 "$J-2"
	[ "$(most_in_a_minute 2000 "$J-2")" -le 20 ]
}

@test "rollout constant rate: without a ceiling the machine alone is the bound" {
	own_lab -c 0
	things 1500 g
	run -0 gr-jobs create -t thinggroup/g "$J"
	[ "$output" = "$J: queued for 1500 thing(s)" ]
	sql_is "SELECT count(*) || count(DISTINCT thing) FROM execution WHERE status = 'QUEUED'" \
		15001500
	# A minute is 60 s here.
	[ "$(sql 'SELECT max(queued) - min(queued) FROM execution')" -lt 30000 ]
}

@test "rollout constant rate: a kill in the middle loses nobody and doubles nobody" {
	own_lab -m 3000 -c 1000
	things 120 g
	gr-jobs create -r 100 -t thinggroup/g "$J"
	for n in 20 50 80; do
		await queued "$n"
		backend kill
		backend start
	done
	await queued 120
	sql_is "SELECT count(*) || count(DISTINCT thing) FROM execution" 120120
	[ "$(most_in_a_minute 3000)" -le 100 ]
}

@test "rollout constant rate: another rate holds from now on" {
	things 30 "g-$J"
	gr-jobs create -r 1 -t "thinggroup/g-$J" "$J"
	gr-jobs update -r 1000 "$J"
	await queued 30
	config_is '{"jobExecutionsRolloutConfig":{"maximumPerMinute":1000}}'
	sql_is "SELECT max(queued) - min(queued) < 29000 FROM execution WHERE job = '$J'" 1
}

# gaps_at_least FROM TO MS: between the executions of these places, in order of creation
gaps_at_least() {
	sql_is "SELECT min(gap) >= $3 FROM (SELECT row_number() OVER (ORDER BY id) AS place, queued - lag(queued) OVER (ORDER BY id) AS gap FROM execution WHERE job = '$J')
		WHERE place BETWEEN $1 AND $2" 1
}

# rate_is RATE BASE TENTHS NOTIFIED-STEP SUCCEEDED-STEP MAXIMUM CEILING NOTIFIED SUCCEEDED
rate_is() {
	local rate
	rate=$("$BATS_FILE_TMPDIR/pace" rate "${@:2}")
	[ "$rate" = "$1" ] || { echo "$*: $rate" >&2; return 1; }
}

@test "rollout exponential rate: base times factor for each step, the further of two criteria, floored, up to the limit" {
	# Base 50, twice as many at 1000, 2000, 3000 notified or succeeded things.
	rate_is 50 50 20 1000 1000 1000 1000 999 0
	rate_is 100 50 20 1000 1000 1000 1000 1000 0
	rate_is 100 50 20 1000 1000 1000 1000 1999 1000
	rate_is 200 50 20 1000 1000 1000 1000 2000 0
	rate_is 400 50 20 1000 1000 1000 1000 3000 3000
	rate_is 1000 50 20 1000 1000 1000 1000 9000 0
	rate_is 500 50 20 1000 1000 500 1000 9000 0
	rate_is 300 50 20 1000 0 500 300 9000 9000
	# One criterion looks at its own things alone.
	rate_is 50 50 20 0 1000 1000 1000 9000 999
	rate_is 50 50 20 1000 0 1000 1000 999 9000
	# 3 * 1.1 = 3.3, 3 * 1.1^2 = 3.63, and at least one.
	rate_is 3 3 11 1 0 1000 1000 1 0
	rate_is 3 3 11 1 0 1000 1000 2 0
	rate_is 33 30 11 1 0 1000 1000 1 0
	rate_is 1 1 11 1 0 1000 1000 1 0
	# A maximum that is the base: constant.
	# No ceiling and no maximum: as fast as the growth gets.
	rate_is 100 100 12 0 100 100 1000 5000 5000
	rate_is 2147483647 100 20 1 0 0 0 5000 0
	# Constant rates.
	rate_is 1000 0 0 0 0 0 1000 0 0
	rate_is 70 0 0 0 0 70 1000 0 0
	rate_is 0 0 0 0 0 0 0 0 0
}

@test "rollout exponential rate: it grows with the things that were notified, up to the maximum" {
	own_lab -m 2000 -c 1000
	things 60 g
	gr-jobs create -g 20:2:notified=20 -r 50 -t thinggroup/g "$J"
	await queued 60
	# 20 a minute: 101 ms apart, less the hundredth of a minute that may be made up for;
	# then 40, then 50, as 80 is too many.
	gaps_at_least 2 20 81
	gaps_at_least 22 40 30
	gaps_at_least 42 60 20
	[ "$(most_in_a_minute 2000)" -le 50 ]
}

@test "rollout exponential rate: it grows with the things that succeeded, and not without" {
	own_lab -m 2000 -c 1000
	things 9 g
	echo '{}' >document
	gr-jobs create -d document -g 4:5:succeeded=2 -r 1000 -t thinggroup/g "$J"
	await queued 2
	gaps_at_least 2 2 485
	reports g-00001 "$J" SUCCEEDED
	reports g-00002 "$J" SUCCEEDED
	await queued 9
	# 20 a minute from here on.
	sql_is "SELECT min(gap) BETWEEN 81 AND 484 FROM (SELECT queued - lag(queued) OVER (ORDER BY id) AS gap, id FROM execution)" 1
}

# --- the clock ---------------------------------------------------------------------------------

# daemon_with_clock: the lab's daemon again, its wall clock as many seconds off as the
# file `shift` says
daemon_with_clock() {
	gcc -shared -fPIC -o clock.so "$ROOT/test/tools/clock.c"
	lab.sh stop "$LAB" backend
	echo 0 >shift
	WRONG_CLOCK=$PWD/shift \
		LD_PRELOAD="${SANITIZE:+$(gcc -print-file-name=libasan.so) }$PWD/clock.so" \
		lab.sh start "$LAB" backend 3>&-
}

# clock_is SECONDS: the daemon's wall clock is wrong by so many from now on
clock_is() {
	echo "$1" >shift.new
	mv shift.new shift	# in one piece: an empty file would be another time again
}
# left: the seconds that the timed execution has left, as the operator and the device see them
left() {
	gr-jobs describe-execution --json "$J-timed" g-00001 | jq .approximateSecondsBeforeTimedOut
}
# goes_on FROM: the timed execution has so many seconds left, or a few less
goes_on() {
	local now
	sql_is "SELECT status FROM execution WHERE job = '$J-timed' AND thing = 'g-00001'" IN_PROGRESS
	now=$(left)
	[ "$now" -le "$1" ] && [ "$now" -gt $(($1 - 200)) ] || { echo "$now of $1" >&2; return 1; }
}
# timed MINUTES: an execution with a timer, IN_PROGRESS
timed() {
	echo '{}' >document
	gr-jobs create -d document -T "$1" -t thing/g-00001 "$J-timed"
	await queued 1 "$J-timed"
	reports g-00001 "$J-timed" IN_PROGRESS
}

@test "clock: set by an hour, either way, it neither ends executions nor holds up a rollout" {
	own_lab -m 2000 -c 1000
	things 100 g
	timed 600
	daemon_with_clock
	for by in 3600 -3600; do
		gr-jobs create -d document -r 50 -t thinggroup/g "$J$by"
		before=$(left)
		clock_is "$by"
		await grep -q "the wall clock jumped by $((by < 0 ? -7199 : 3599))\|the wall clock jumped by $((by < 0 ? -7200 : 3600))" "$LAB/backend.log"
		await queued 100 "$J$by"
		goes_on "$before"
	done
}

@test "clock: a daemon that starts a year behind or ahead, and is put right, moves no timer and misses no rollout" {
	own_lab -m 2000 -c 1000
	things 5 g
	timed 600
	daemon_with_clock
	for by in -31536000 31536000; do
		before=$(left)
		backend stop
		clock_is "$by"
		WRONG_CLOCK=$PWD/shift LD_PRELOAD="${SANITIZE:+$(gcc -print-file-name=libasan.so) }$PWD/clock.so" backend start
		gr-jobs create -d document -r 50 -t thinggroup/g "$J$by"
		await queued 1 "$J$by"
		goes_on "$before"
		clock_is 0
		await queued 5 "$J$by"
		goes_on "$before"
	done
}

# another_boot SECONDS: the machine is off for so long; its wall clock comes up as `shift` says
another_boot() {
	backend stop
	sql "UPDATE meta SET value = 'another' WHERE key = 'timer_boot'"
	sql "UPDATE meta SET value = value - $1 * 1000 WHERE key = 'timer_at'"
	WRONG_CLOCK=$PWD/shift LD_PRELOAD="${SANITIZE:+$(gcc -print-file-name=libasan.so) }$PWD/clock.so" backend start
}

@test "clock: in another boot a timer goes on from where it was, whatever the wall clock says, and runs out" {
	own_lab -m 2000 -c 1000
	things 1 g
	timed 300
	daemon_with_clock
	before=$(left)
	another_boot 0
	goes_on "$before"
	for by in -31536000 31536000; do
		before=$(left)
		clock_is "$by"
		another_boot 60
		# By what the machine was off, and no more.
		goes_on $((before + 60))
	done
	clock_is 0
	# It was all but over when the machine was switched off.
	backend stop
	sql "UPDATE execution SET deadline = (SELECT value + 1000 FROM meta WHERE key = 'timer_at') WHERE status = 'IN_PROGRESS'"
	sql "UPDATE meta SET value = 'another' WHERE key = 'timer_boot'"
	backend start
	await sql_is "SELECT status FROM execution WHERE job = '$J-timed'" TIMED_OUT
}

# --- continuous ----------------------------------------------------------------------------------

@test "rollout continuous job: the pace is for those who were there; who joins later is reached at once" {
	own_lab -m 60000 -c 1000
	things 3 g
	gr-registry create-thing late
	gr-jobs create -c -r 1 -t thinggroup/g "$J"
	statuses_are "$J" 'g-00001:1QUEUED'
	gr-registry add-thing-to-thing-group g late
	await statuses_are "$J" 'g-00001:1QUEUED late:1QUEUED'
	run -0 gr-jobs describe -j "$J"
	json_is "$output" '["IN_PROGRESS",2]' '[.status, .waiting]'
	# One that leaves before its turn is not reached at all.
	gr-registry remove-thing-from-thing-group g g-00002
	await sql_is "SELECT waiting FROM rollout" 1
	statuses_are "$J" 'g-00001:1QUEUED late:1QUEUED'
}

@test "rollout continuous job: who leaves has it REMOVED, who comes back gets it again, and it never completes" {
	things 2 "g-$J"
	echo '{}' >document
	gr-jobs create -c -d document -t "thinggroup/g-$J" "$J"
	await queued 2
	reports "g-$J-00001" "$J" SUCCEEDED
	gr-registry remove-thing-from-thing-group "g-$J" "g-$J-00001"
	gr-registry remove-thing-from-thing-group "g-$J" "g-$J-00002"
	await statuses_are "$J" "g-$J-00001:1SUCCEEDED g-$J-00002:1REMOVED"
	job_is IN_PROGRESS
	gr-registry add-thing-to-thing-group "g-$J" "g-$J-00001"
	gr-registry add-thing-to-thing-group "g-$J" "g-$J-00002"
	await statuses_are "$J" \
		"g-$J-00001:1SUCCEEDED g-$J-00001:2QUEUED g-$J-00002:1REMOVED g-$J-00002:2QUEUED"
	reports "g-$J-00001" "$J" SUCCEEDED
	reports "g-$J-00002" "$J" SUCCEEDED
	job_is IN_PROGRESS
	gr-jobs cancel "$J"
	gr-registry create-thing "late-$J"
	gr-registry add-thing-to-thing-group "g-$J" "late-$J"
	sql_is 'SELECT count(*) FROM membership_change' 0
}

@test "rollout continuous job: a thing that is meant twice is reached once, and stays while one of them stands" {
	things 1 "g-$J"
	things 1 "h-$J"
	gr-jobs create -c -t "thinggroup/g-$J" -t "thinggroup/h-$J" "$J"
	await queued 2
	gr-registry add-thing-to-thing-group "h-$J" "g-$J-00001"
	gr-registry create-thing "late-$J"
	gr-registry add-thing-to-thing-group "g-$J" "late-$J"
	await queued 3
	gr-registry remove-thing-from-thing-group "g-$J" "g-$J-00001"
	gr-registry remove-thing-from-thing-group "g-$J" "late-$J"
	await statuses_are "$J" "g-$J-00001:1QUEUED h-$J-00001:1QUEUED late-$J:1REMOVED"
}

@test "rollout continuous job: changes while the daemon is away are caught up with" {
	own_lab
	things 2 g
	gr-registry create-thing late
	gr-jobs create -c -t thinggroup/g "$J"
	backend kill
	gr-registry add-thing-to-thing-group g late
	gr-registry remove-thing-from-thing-group g g-00001
	gr-registry remove-thing-from-thing-group g g-00002
	gr-registry add-thing-to-thing-group g g-00002
	backend start
	await statuses_are "$J" 'g-00001:1REMOVED g-00002:1QUEUED late:1QUEUED'
}

@test "rollout: it waits while the broker is away, and goes on with it" {
	own_lab
	things 800 g
	lab.sh kill "$LAB" broker
	run -0 timeout 600 gr-jobs create -j -t thinggroup/g "$J"
	json_is "$output" true '.executions < 400 and .waiting > 400'
	lab.sh start "$LAB" broker 3>&-
	await queued 800
	sql_is 'SELECT count(DISTINCT thing) FROM execution' 800
}
