# SPDX-License-Identifier: Apache-2.0
# Jobs that end before their time, and devices that are in the middle of a rotation then:
# real drivers, real brokers.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/device
	lab -n 0
	for t in 1 2 3 4 5 6; do lab.sh add -a ECDSA-P256 "$LAB" "t-$t" 3>&-; done
	export GR_HOME=$LAB/home
	DRIVERS=
}
teardown() {
	local pid
	for pid in $DRIVERS; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	down
}

# start_drivers: a driver for each thing, in the background
start_drivers() {
	local t
	for t in "$LAB"/things/*; do
		GR_CONF=$t/gr.conf GR_STATE=$t/state rotate.sh run >"$t/log" 2>&1 3>&- &
		DRIVERS="$DRIVERS $!"
	done
}
asked_for() { [ "$(sql 'SELECT count(*) FROM rotation')" -ge "$1" ]; }
# at_rest: nothing is open any more, here or there, and each thing has the one certificate
# that it holds
at_rest() {
	local t phase
	[ "$(sql 'SELECT count(*) FROM rotation WHERE retired IS NULL')" = 0 ] || return
	for t in "$LAB"/things/*; do
		T=$t
		# A device that had nothing to do yet has no journal.
		phase=$(GR_CONF=$t/gr.conf GR_STATE=$t/state \
			gr-journal get phase 2>/dev/null) || phase=idle
		[ "$phase" = idle ] || return
		[ "$(registered)" = "$(certificate_id)" ] || return
	done
}
# works: every thing is still let in
works() {
	local t
	for t in "$LAB"/things/*; do
		T=$t
		[ "$(GR_CONF=$t/gr.conf GR_STATE=$t/state gr-probe)" = "$(certificate_id)" ] ||
			return
	done
}

@test "cancelled by force during rotations: every thing ends with the one certificate it has" {
	start_drivers
	gr-jobs create -t thinggroup/all j
	await asked_for 2
	gr-jobs cancel -f j
	await at_rest
	works
	[ "$(sql "SELECT status FROM job")" = CANCELED ]
	[ "$(sql "SELECT count(*) FROM execution WHERE status IN ('QUEUED', 'IN_PROGRESS')")" = 0 ]
	# And can rotate again.
	gr-jobs create -t thinggroup/all k
	run -0 gr-jobs watch -w 120 k
	await at_rest
}

@test "deleted by force during rotations: every thing ends with one certificate, the one it has" {
	start_drivers
	gr-jobs create -t thinggroup/all j
	await asked_for 2
	gr-jobs delete -f j
	await at_rest
	works
	gr-jobs create -t thinggroup/all j
	run -0 gr-jobs watch -w 120 j
	await at_rest
}

@test "aborted during rotations: executions in progress go on, and every thing ends with one certificate" {
	echo "issuerCaPath = $LAB/broker/server.pem" >>"$LAB/things/t-1/gr.conf"
	start_drivers
	gr-jobs create -a 10:1 -t thinggroup/all j
	run -1 gr-jobs watch -w 120 j
	await at_rest
	works
	[ "$(sql "SELECT status || reason FROM job")" = CANCELEDABORT_CRITERIA_MET ]
	[ "$(sql "SELECT status FROM execution WHERE thing = 't-1'")" = FAILED ]
	# Who was not stopped in time has rotated.
	[ "$(sql "SELECT count(*) FROM execution WHERE status NOT IN ('FAILED', 'SUCCEEDED', 'CANCELED')")" = 0 ]
	[ "$(sql "SELECT count(*) FROM rotation WHERE survivor = 'NEW'")" = \
		"$(sql "SELECT count(*) FROM execution WHERE status = 'SUCCEEDED'")" ]
}

@test "retry: a driver that waits is notified of it, and it succeeds once the cause is gone" {
	as t-1
	echo "issuerCaPath = $LAB/broker/server.pem" >>"$GR_CONF"
	start_drivers
	gr-jobs create -R 3 -t thing/t-1 j
	failed() { [ "$(sql "SELECT count(*) FROM execution WHERE status = 'FAILED'")" -ge 1 ]; }
	await failed
	sed -i '/^issuerCaPath = /d' "$GR_CONF"
	run -0 gr-jobs watch -w 120 j
	[[ $output == 'j: 1 SUCCEEDED, '[123]' FAILED' ]]
	await at_rest
	works
}

@test "time-out: one during a rotation decides nothing, and the retry rotates" {
	as t-1
	wrapped gr-commit "until [ -e $PWD/go ]; do sleep 0.05; done; exec \"\$REAL\" \"\$@\""
	PATH=$PWD/fake:$PATH start_drivers
	gr-jobs create -T 600 -R 1 -t thing/t-1 j
	await asked_for 1
	sql "UPDATE execution SET deadline = 1"
	timed_out() {
		[ "$(sql "SELECT group_concat(status) FROM execution")" = TIMED_OUT,QUEUED ]
	}
	await timed_out
	[ "$(sql "SELECT count(*) FROM principal WHERE thing = 't-1'")" = 2 ]
	touch go
	# The first attempt's end is a failure by now; the second one rotates.
	run -0 gr-jobs watch -w 120 j
	[ "$output" = 'j: 1 SUCCEEDED, 1 TIMED_OUT' ]
	await at_rest
	works
	[ "$(sql "SELECT group_concat(survivor) FROM rotation")" = OLD,NEW ]
}
