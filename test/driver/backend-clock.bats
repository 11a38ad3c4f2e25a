# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# A backend whose wall clock is wrong, and is put right later. Whatever it issued meanwhile must be
# of use afterwards, or must not have been issued: the device has destroyed the old pair by then.

DAY=86400

setup_file() {
	gcc -shared -fPIC -O1 -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/test/tools/clock.c"
}
setup() {
	one_device
	export GR_HOME=$HOME_DIR
	clock_is 0
}

# clock_is SECONDS: the backend's clock is wrong by so many from now on
clock_is() {
	echo "$1" >wrong.new
	mv wrong.new wrong	# in one piece: an empty file would be another time again
}
# wrongly COMMAND...: by the backend's clock
wrongly() {
	env WRONG_CLOCK="$PWD/wrong" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
		LD_PRELOAD="${SANITIZE:+$(gcc -print-file-name=libasan.so) }$BATS_FILE_TMPDIR/clock.so" "$@"
}
# servers SERVER...: started again by that clock
servers() {
	local server
	for server; do
		lab.sh stop "$LAB" "$server"
		wrongly lab.sh start "$LAB" "$server" 3>&-
	done
}
# another_boot SECONDS: the machine is started again, its clock wrong by so many
another_boot() {
	lab.sh stop "$LAB" backend
	sql "UPDATE meta SET value = 'another' WHERE key IN ('timer_boot', 'clock_boot')"
	clock_is "$1"
	wrongly lab.sh start "$LAB" backend 3>&-
}
doubts() { grep -q "clock	.*$1" <(gr-registry alarms); }
in_doubt() { await doubts "$1"; }
# waits JOB WORDS: the device is told to ask again, and has what it had
waits() {
	rotate_job "$1"
	rotate.sh run 2>log 3>&- &
	DRIVER=$!
	await grep -q "$1: not yet: the backend's clock is $2" log
	[ "$(status_of "$1")" = IN_PROGRESS ]
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(registered)" = "$OLD" ]
}
# goes_on JOB: it needed no more than that
goes_on() {
	await eval '[ "$(status_of '"$1"')" = SUCCEEDED ] && is_idle'
	kill "$DRIVER"
	wait "$DRIVER" || [ $? -eq 143 ]
	assert_rotated "$1"
	holds_now "$T/certificate.pem"
}
starts() { date -d "$(openssl x509 -in "$1" -noout -startdate | cut -d = -f 2)" +%s; }
ends() { date -d "$(openssl x509 -in "$1" -noout -enddate | cut -d = -f 2)" +%s; }
# holds_now FILE: by the right time
holds_now() { [ "$(starts "$1")" -le "$(date +%s)" ] && [ "$(ends "$1")" -gt "$(date +%s)" ]; }

@test "backend's clock: broker and daemon a day ahead: the rotation waits, and ends well once the clock is put right" {
	clock_is $DAY
	servers broker backend
	waits j1 'ahead of what it should be'
	in_doubt 'ahead of what it should be'
	grep -q 'the wall clock, .*Z, is 86[0-9]* s ahead' "$LAB/backend.log"
	clock_is 0
	goes_on j1
	await grep -q 'is right again: certificates are issued' "$LAB/backend.log"
	# One alarm, however often the device asked.
	[ "$(sql "SELECT sum(count) FROM alarm WHERE kind = 'clock'")" -eq 1 ]
}

@test "backend's clock: 30 days behind with certificates for seven days: the rotation waits, and ends well once the clock is put right" {
	gr-ca mode -d 7 private
	clock_is $((-30 * DAY))
	servers backend
	waits j1 'behind the time by which certificates were issued'
	in_doubt 'behind the time'
	clock_is 0
	goes_on j1
	[ "$(($(ends "$T/certificate.pem") - $(date +%s)))" -gt $((6 * DAY)) ]
}

@test "backend's clock: it is put right under the running daemon: no certificate is issued until an operator confirms it" {
	for by in -3600 3600; do
		keep_old_pair
		lab.sh stop "$LAB" backend
		sql "DELETE FROM meta WHERE key LIKE 'clock_%'"
		clock_is "$by"
		servers backend
		await eval '[ "$(sql "SELECT count(*) FROM meta WHERE key = '"'clock_boot'"'")" -eq 1 ]'
		clock_is 0
		waits "j$by" "$([ "$by" -lt 0 ] && echo ahead || echo behind)"
		in_doubt clock
		run -0 gr-registry confirm-clock --json
		jq -e --argjson by "$by" '.clock == "confirmed" and
			((.movedBySeconds + $by) | fabs) < 100 and
			((.time - now) | fabs) < 100' <<<"$output"
		goes_on "j$by"
		[ "$(sql "SELECT count(*) FROM alarm WHERE kind = 'clock'")" -eq 0 ]
	done
	run -0 gr-registry confirm-clock
	[[ $output == "certificates are issued by this clock: 20"*Z ]]
}

@test "backend's clock: what came into the ledger while it was years ahead holds up nothing once it is put right" {
	clock_is $((3650 * DAY))
	wrongly gr-registry update-certificate "$OLD" INACTIVE
	wrongly gr-registry update-certificate "$OLD" ACTIVE
	grep -q '"event":"status","at":2[0-9]*' "$GR_HOME/ledger"
	clock_is 0
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key \
		-subj '/O=gr lab/CN=other' -out other.csr 2>/dev/null
	run -0 gr-registry register other other.csr
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	holds_now "$T/certificate.pem"
}

@test "backend's clock: where NTP keeps it, it may go ahead; behind what was issued it needs an operator even so" {
	export CLOCK_KEPT=1
	servers broker backend
	clock_is $((100 * DAY))
	rotate_job j1
	run -0 wrongly rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	[ "$(sql "SELECT count(*) FROM alarm WHERE kind = 'clock'")" -eq 0 ]
	clock_is 0
	in_doubt behind
}

@test "backend's clock: after a boot it is a day ahead: certificates begin with a time that has come, and are of use once it is put right" {
	servers backend
	another_boot $DAY
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	holds_now "$T/certificate.pem"
	# Nothing more until somebody says which time is right.
	keep_old_pair
	clock_is 0
	waits j2 behind
	run -0 gr-registry confirm-clock
	goes_on j2
}

@test "backend's clock: a machine that was off for months issues at once, one that comes up years later does not" {
	servers backend
	another_boot $((90 * DAY))
	rotate_job j1
	run -0 rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	holds_now "$T/certificate.pem"
	keep_old_pair
	another_boot $((900 * DAY))
	waits j2 ahead
	clock_is $((90 * DAY))
	await grep -q 'is right again' "$LAB/backend.log"
	await eval '[ "$(status_of j2)" = SUCCEEDED ]'
	kill "$DRIVER"
	wait "$DRIVER" || [ $? -eq 143 ]
}

@test "backend's clock: it was a day ahead all along: a device whose clock NTP keeps refuses the certificate, and has what it had" {
	lab.sh stop "$LAB" backend
	sql "DELETE FROM meta WHERE key LIKE 'clock_%'"
	clock_is $DAY
	servers broker backend
	rotate_job j1
	echo 0 >right
	WRONG_CLOCK=$PWD/right CLOCK_KEPT=1 ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
		LD_PRELOAD="${SANITIZE:+$(gcc -print-file-name=libasan.so) }$BATS_FILE_TMPDIR/clock.so" \
		run -1 rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[[ $(reason_of j1) == *"it is not valid by this device's clock, which NTP keeps"* ]]
	assert_unchanged
}

@test "backend's clock: the new certificate's dates end under its session, before SUCCEEDED: the old one survives, and serves" {
	gr-ca mode -d 7 private
	servers broker backend
	wrapped gr-jobs-client '[ "${*: -1}" != SUCCEEDED ] || echo '$((8 * DAY))' >wrong; exec "$REAL" "$@"'
	rotate_job j1
	run -1 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[[ $(reason_of j1) == *"the rotation was decided for the old certificate"* ]]
	assert_unchanged
	[ "$(gr-probe)" = "$OLD" ]
}

@test "backend's clock: they end once it survives, and the answer is lost: no answer makes the device destroy the old one" {
	gr-ca mode -d 7 private
	setting refusalWindowSeconds 1
	servers broker backend
	# Only a retirement that is paused leaves OLD in use.
	sql "INSERT INTO meta VALUES ('retirement_paused', 1)"
	wrapped gr-jobs-client 'case ${*: -1} in
		SUCCEEDED) ;;
		*) exec "$REAL" "$@" ;;
		esac
		"$REAL" "$@" >answer; rc=$?
		if [ -e lost ]; then touch again; exit $rc; fi
		touch lost; echo '$((8 * DAY))' >wrong; exit 111'
	rotate_job j1
	fake/rotate.sh once 2>log 3>&- &
	await test -e again
	[ "$(status_of j1)" = SUCCEEDED ]
	"$ROOT/test/tools/kill_driver" "$T/state"
	wait $! || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = reporting ]
	[ "$(gr-probe -g 1)" = "$OLD" ]
	run -1 rotate.sh once
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(gr-probe)" = "$OLD" ]
	[ "$(sql 'SELECT survivor FROM rotation')" = OLD ]
	gr-registry alarms | cut -f 2 | grep -qx survivor-turned
}

@test "backend's clock: they end when the new pair bears the mark and the old one is still there: the one that is taken is kept" {
	gr-ca mode -d 7 private
	setting refusalWindowSeconds 1
	servers broker backend
	sql "INSERT INTO meta VALUES ('retirement_paused', 1)"
	# Killed between the mark and the destruction.
	wrapped gr-install-cert '[ "$1" = commit ] && [ ! -e killed ] || exec "$REAL" "$@"
		old=$(gr-journal get old)
		gr-journal put old= && "$REAL" commit && gr-journal put old="$old"
		touch killed; "$ROOT/test/tools/kill_driver"; exit 111'
	rotate_job j1
	run -137 fake/rotate.sh once
	[ "$(gr-journal get phase)" = reporting ]
	[ "$(certificate_id)" != "$OLD" ]
	clock_is $((8 * DAY))
	run -0 rotate.sh once
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(gr-probe)" = "$OLD" ]
	# A clock that was wrong meanwhile: the new one is there, too.
	clock_is 0
	[ -n "$(gr-probe -g "$(gr-journal get other)")" ]
}

@test "backend's clock: a step of a few minutes is no jump" {
	servers backend
	for by in 200 -60; do
		clock_is "$by"
		rotate_job "j$by"
		run -0 rotate.sh once
		[ "$(status_of "j$by")" = SUCCEEDED ]
	done
	[ "$(sql "SELECT count(*) FROM alarm WHERE kind = 'clock'")" -eq 0 ]
}

# request_of NAME: NAME.csr
request_of() {
	openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout "$1.key" \
		-out "$1.csr" -subj "/O=gr lab/CN=$1" 2>/dev/null
}

@test "operator: register issues nothing by a clock in doubt, and begins with a time that has come" {
	request_of new
	servers backend
	for by in $DAY -$DAY; do
		clock_is "$by"
		run -111 --separate-stderr wrongly gr-registry register new new.csr
		[ -z "$output" ]
		[[ $stderr == "gr-registry: new: the backend's clock is "*'gr-registry confirm-clock'* ]]
	done
	[ "$(sql "SELECT count(*) FROM thing WHERE name = 'new'")" -eq 0 ]
	another_boot $DAY
	wrongly gr-registry register new new.csr >new.pem
	holds_now new.pem
	# Nothing begins before its authority.
	sql "UPDATE meta SET value = value - 100 * 86400000 WHERE key = 'clock_proven'"
	request_of other
	wrongly gr-registry register other other.csr >other.pem
	[ "$(starts other.pem)" -eq "$(starts "$HOME_DIR/ca/ca.pem")" ]
}

@test "operator: what gr-ca makes by a clock that is weeks ahead is of use once it is put right" {
	request_of localhost
	clock_is $((29 * DAY))
	wrongly gr-ca issue-server localhost localhost.csr >server.pem
	holds_now server.pem
	[ $(($(ends server.pem) - $(starts server.pem))) -le $((825 * DAY)) ]
	wrongly gr-ca init -a ECDSA-P256 second
	holds_now "$HOME_DIR/ca/second.pem"
	# and nothing begins before its authority
	[ "$(starts server.pem)" -ge "$(starts "$HOME_DIR/ca/ca.pem")" ]
	gr-ca init -H "$PWD/fresh"
	clock_is $((-31 * DAY))
	run -111 --separate-stderr wrongly gr-ca issue-server -H "$PWD/fresh" localhost localhost.csr
	[ -z "$output" ]
	[[ $stderr == 'gr-ca: authority ca: is not valid before '*'Z; is the clock right?' ]]
}

@test "backend's clock: a registry that knows of no time, and a clock behind the ledger: nothing is signed, and one alarm says so" {
	lab.sh stop "$LAB" backend
	sql "DELETE FROM meta WHERE key LIKE 'clock_%'"
	clock_is -$DAY
	servers backend
	setting requestTimeoutSeconds 1
	rotate_job j1
	rotate.sh run 2>log 3>&- &
	DRIVER=$!
	await grep -q 'alarm: ledger: .*ledger: the clock is behind its newest line, and nothing is signed until it is right, or until gr-registry confirm-clock says that it is' "$LAB/backend.log"
	await eval '[ "$(grep -c "no answer within" log)" -ge 3 ]'
	[ "$(registered)" = "$OLD" ]
	setting requestTimeoutSeconds 10
	wrongly gr-registry confirm-clock
	goes_on j1
	[ "$(sql "SELECT sum(count) FROM alarm WHERE kind = 'ledger'")" -eq 1 ]
}

@test "operator: a registry that was put back knows of no time, but the ledger does: nothing is signed by a clock behind it" {
	request_of new
	request_of localhost
	lab.sh stop "$LAB" backend
	sql "DELETE FROM meta WHERE key LIKE 'clock_%'"
	clock_is -$DAY
	for command in 'gr-registry register new new.csr' \
		'gr-ca issue-server localhost localhost.csr' 'gr-ca init -a ECDSA-P256 second'; do
		# shellcheck disable=SC2086
		run -111 --separate-stderr wrongly $command
		[ -z "$output" ]
		[[ $stderr == *"ledger: the clock, "*", is behind its newest line, "*': nothing is signed until it is right, or until gr-registry confirm-clock says that it is' ]]
	done
	run -0 wrongly gr-registry confirm-clock
	run -0 wrongly gr-registry register new new.csr
	run -0 wrongly gr-ca issue-server localhost localhost.csr
	# What comes later counts again.
	clock_is $((-2 * DAY))
	run -111 wrongly gr-ca issue-server localhost localhost.csr
	# A restore has nothing to say of such a line.
	clock_is 0
	gr-registry backup saved.tar
	run -0 gr-registry restore saved.tar
	[[ $output != *'could not be read'* ]]
}
