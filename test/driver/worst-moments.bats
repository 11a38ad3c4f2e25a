# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# Cuts, full disks and broken hooks in the worst places.

setup() {
	one_device
	echo first >instance
}

# A runtime as the hook sees it: "instance" changes with every restart,
# "uses" is the certificate that it started on.
write_hook() {
	cat >hook <<-HOOK
		#!/bin/sh
		cd $PWD
		case \$1 in
		instance) ${INSTANCE:-cat instance} ;;
		restart)
			echo restart >>restarts
			date +%s%N >instance
			openssl x509 -in $T/certificate.pem -outform DER | openssl dgst -sha256 | sed 's/.*= //' >uses
			${1:-}
			;;
		esac
	HOOK
	chmod +x hook
	: >restarts
	echo "$OLD" >uses
	setting restartHook "$PWD/hook"
}

KILL_DRIVER='[ ! -e alive ] || "$ROOT/test/tools/kill_driver"'

# on_trial: the driver is killed once it has switched and restarted the runtime
on_trial() {
	wrapped gr-commit '"$ROOT/test/tools/kill_driver"; exit 111'
	rotate_job j1
	fake/rotate.sh once 2>trial.log || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = committing ]
	[ "$(certificate_id)" != "$OLD" ]
}

# pass_deadline: as if the trial's time had gone by
pass_deadline() { put_into_journal trialUntil=1; }

# lives N COMMAND...: life after life, as a supervisor would start it;
# the number of lives is limited
lives() {
	local n=$1 rc
	shift
	while [ "$n" -gt 0 ]; do
		rc=0
		timeout 600 "$@" 2>>lives.log || rc=$?
		[ "$rc" -ne 0 ] && [ "$rc" -ne 1 ] || return 0
		n=$((n - 1))
	done
	return 1
}

@test "worst moment: a trial that recover ends is followed by a restart of the runtime on OLD" {
	write_hook
	on_trial
	[ "$(cat uses)" != "$OLD" ]
	pass_deadline
	timeout 600 rotate.sh recover
	[ "$(certificate_id)" = "$OLD" ]
	run -1 timeout 600 rotate.sh once
	[ "$(cat uses)" = "$OLD" ]
	assert_unchanged
}

@test "worst moment: a kill at the start of a rollback loses no restart" {
	touch alive
	INSTANCE='[ "$(gr-journal get phase)" != rolling-back ] || [ ! -e alive ] || { rm alive; "$ROOT/test/tools/kill_driver"; }; cat instance' write_hook
	wrapped gr-commit \
		'gr-jobs cancel --force -H '"$HOME_DIR"' j1 2>/dev/null; exec "$REAL" "$@"'
	rotate_job j1
	timeout 600 fake/rotate.sh once 2>log || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = rolling-back ]
	run -1 timeout 600 rotate.sh once
	[ "$(cat uses)" = "$OLD" ]
	assert_unchanged
}

@test "worst moment: a runtime that ended on NEW and has no instance any more is rolled back" {
	INSTANCE='[ ! -e dead ] || exit 1; cat instance' write_hook \
		'[ "$(cat uses)" = '"$OLD"' ] && rm -f dead || touch dead'
	setting trialSeconds 3
	wrapped gr-commit 'exit 111'
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	[ "$(cat uses)" = "$OLD" ]
	assert_unchanged
}

@test "worst moment: with OLD refused, a restart that ends the driver too is asked for once, and NEW is used" {
	write_hook "$KILL_DRIVER"
	wrapped gr-commit 'touch '"$PWD"'/alive; gr-jobs cancel --force -H '"$HOME_DIR"' j1; gr-registry update-certificate --force -H '"$HOME_DIR $OLD"' INACTIVE; exec "$REAL" "$@"'
	rotate_job j1
	lives 10 fake/rotate.sh once || { cat lives.log; false; }
	[ "$(certificate_id)" != "$OLD" ]
	[ "$(wc -l <restarts)" -le 3 ]
}

@test "worst moment: a runtime whose instance the hook cannot tell is not restarted for ever" {
	touch alive
	INSTANCE=: write_hook "$KILL_DRIVER"
	rotate_job j1
	lives 10 rotate.sh once || { cat lives.log; false; }
	n=$(wc -l <restarts)
	gr-journal put --from idle restartAt=0
	lives 5 rotate.sh once
	gr-journal put --from idle restartAt=0
	lives 5 rotate.sh once
	gr-journal put --from idle restartAt=0
	lives 5 rotate.sh once
	[ "$(wc -l <restarts)" -le 3 ]
	[ -z "$(gr-journal get restartInstance)" ]
}

@test "worst moment: a log that cannot be written stops no rotation" {
	rotate_job j1
	run -0 timeout 600 sh -c 'rotate.sh once 2>/dev/full'
	assert_rotated j1
}

@test "worst moment: a rotation of which the device has no record is ended as FAILED, which decides nothing" {
	setting recordGraceSeconds 0
	rotate_job j1
	gr-jobs-client update -d CertificateRotator=true j1 IN_PROGRESS >/dev/null
	gr-jobs-client get j1
	# A rotation on record between two certificates that this device has never had.
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem, requested)
		SELECT id, thing, job, number, thing, 'a', 'b', 's', 'c', 'p', 1 FROM execution WHERE job = 'j1'"
	timeout 600 rotate.sh once 2>log || [ $? -eq 1 ]
	[ "$(status_of j1)" = FAILED ]
	[ "$(sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT coalesce(survivor, '') FROM rotation WHERE job = 'j1'")" = '' ]
	rotate_job j2
	timeout 600 rotate.sh once 2>log || [ $? -eq 1 ]
	[ "$(status_of j2)" = SUCCEEDED ]
}

@test "worst moment: a full disk under GR_STATE does not prevent a rollback" {
	on_trial
	pass_deadline
	for f in record pairs settings execution; do ln -sf /dev/full "$GR_STATE/$f"; done
	rotate.sh run 3>&- 2>log &
	await eval \
		'[ "$(certificate_id)" = "$OLD" ] && [ "$(gr-journal get phase)" != committing ]'
	kill $! || :
	wait || :
}

@test "worst moment: a full disk under the journal does not prevent a rollback" {
	on_trial
	pass_deadline
	# Nothing but the record written ahead has room,
	# and the driver is the first to see that the time has gone by.
	wrapped gr-install-cert '[ "$1" != recover ] || exit 0; exec "$REAL" "$@"'
	wrapped gr-journal 'case "$*" in put*phase=rolling-back*) ;; put*) echo "gr-journal: no space left" >&2; exit 111 ;; esac; exec "$REAL" "$@"'
	fake/rotate.sh run 3>&- 2>log &
	await eval '[ "$(certificate_id)" = "$OLD" ]'
	kill $! || :
	wait || :
	grep -q 'rolled back' log
}

@test "worst moment: the journal is lost during the trial: the device ends on OLD, ready for the next job" {
	on_trial
	setting trialSeconds 2
	rm "$T/.gr/private.key/rotation"
	lives 3 rotate.sh once || { cat lives.log; false; }
	[ "$(gr-journal get phase)" = idle ]
	[ "$(certificate_id)" = "$OLD" ]
	await eval 'timeout 600 rotate.sh once; [ "$(status_of j1)" = FAILED ]'
	setting trialSeconds 300
	rotate_job j2
	run -0 timeout 600 rotate.sh once
	assert_rotated j2
}

@test "worst moment: the journal is lost after SUCCEEDED was sent: the device ends on NEW" {
	wrapped gr-jobs-client '"$REAL" "$@"; rc=$?; [ "$1 ${*: -1}" != "update SUCCEEDED" ] || "$ROOT/test/tools/kill_driver"; exit $rc'
	rotate_job j1
	timeout 600 fake/rotate.sh once 2>log || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = reporting ]
	await has_one_certificate
	setting trialSeconds 2
	rm "$T/.gr/private.key/rotation"
	lives 3 rotate.sh once || { cat lives.log; false; }
	[ "$(gr-probe)" = "$(registered)" ]
	setting trialSeconds 300
	rotate_job j2
	keep_old_pair
	run -0 timeout 600 rotate.sh once
	assert_rotated j2
}

@test "worst moment: OLD is gone from the disk: FAILED is never sent over the only pair" {
	setting recordGraceSeconds 0
	on_trial
	echo damaged >"$T/.gr/private.key/1/private.key"
	pass_deadline
	timeout 600 rotate.sh once || :
	timeout 600 rotate.sh once || :
	[ "$(certificate_id)" != "$OLD" ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	setting trialSeconds 60
	rotate_job j2
	new=$(certificate_id)
	# j1 itself cannot be ended by this device any more
	timeout 600 rotate.sh once || [ $? -eq 1 ]
	[ "$(status_of j2)" = SUCCEEDED ]
	[ "$(certificate_id)" != "$new" ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	await has_one_certificate
}

@test "worst moment: a journal that is damaged under a running driver is made anew" {
	rotate_job j1
	run -0 timeout 600 rotate.sh once
	keep_old_pair
	setting pollSeconds 1
	rotate.sh run 3>&- 2>log &
	driver=$!
	await eval 'sqlite3 "$HOME_DIR/shared/registry.db" "SELECT live FROM session WHERE thing = '"'thing-1'"'" | grep -q 1'
	echo junk >"$T/.gr/private.key/rotation"
	rotate_job j2
	await eval '[ "$(status_of j2)" = SUCCEEDED ] && [ "$(gr-journal get phase)" = idle ]'
	kill "$driver"
	wait "$driver" || :
	assert_rotated j2
}

@test "worst moment: a device provisioned anew while its old certificate was deleted is adopted" {
	rotate_job j1
	run -0 timeout 600 rotate.sh once
	was=$(certificate_id)
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.new
	openssl req -new -key key.new -subj "/O=gr lab/CN=thing-1" -out csr.new
	gr-registry update-certificate -H "$HOME_DIR" "$was" INACTIVE
	gr-registry detach-thing-principal -H "$HOME_DIR" thing-1 "$was"
	gr-registry register -H "$HOME_DIR" -p rotation thing-1 csr.new >cert.new
	mv key.new "$T/private.key"
	mv cert.new "$T/certificate.pem"
	keep_old_pair
	rotate_job j2
	run -0 timeout 600 rotate.sh once
	assert_rotated j2
}

@test "worst moment: a job that another program ended before it began here is left alone" {
	wrapped gr-jobs-client 'if [ "$1" = get ]; then "$REAL" "$@" | sed s/^status=.*/status=CANCELED/; exit; fi; exec "$REAL" "$@"'
	rotate_job j1
	timeout 600 fake/rotate.sh once 2>log
	[ "$(gr-journal get phase)" = idle ]
}

@test "worst moment: a switch that fails does not restart the runtime until it is done" {
	for verb in activate rollback; do
		write_hook
		rm -f attempts
		wrapped gr-install-cert '[ "$1" != '"$verb"' ] || [ "$(echo x >>'"$PWD"'/attempts; wc -l <'"$PWD"'/attempts)" -gt 4 ] || { echo "gr-install-cert: no" >&2; exit 111; }; exec "$REAL" "$@"'
		case $verb in
		activate)
			rm -f fake/gr-commit
			ln -s "$BIN/gr-commit" fake/gr-commit
			rotate_job "j-$verb"
			run -0 timeout 600 fake/rotate.sh once
			;;
		rollback)
			wrapped gr-commit 'echo "gr-commit: refused" >&2; exit 1'
			rotate_job "j-$verb"
			run -1 timeout 600 fake/rotate.sh once
			;;
		esac
		[ "$(wc -l <attempts)" -eq 5 ]
		[ "$(wc -l <restarts)" -eq "$([ $verb = activate ] && echo 1 || echo 2)" ]
		[ "$(cat uses)" = "$(certificate_id)" ]
		keep_old_pair
	done
}

@test "worst moment: a runtime that stays the same is asked to restart twenty times at most" {
	gr-install-cert adopt
	: >restarts
	printf '#!/bin/sh\n[ "$1" != instance ] || echo same\n[ "$1" != restart ] || echo >>%s/restarts\n' "$PWD" >hook
	chmod +x hook
	setting restartHook "$PWD/hook"
	gr-journal put --from idle restartInstance=same restartFor=1 restartCount=17
	for _ in 1 2 3 4 5; do
		gr-journal put --from idle restartAt=0
		rotate.sh once 2>>log
	done
	[ "$(wc -l <restarts)" -eq 3 ]
	[ -z "$(gr-journal get restartInstance)" ]
	[ "$(grep -c 'asked to restart 20 times and did not' log)" -eq 1 ]
}

@test "worst moment: a rollback to a pair that is gone from the disk ends, and the device goes on with the pair that works" {
	wrapped gr-commit 'echo damaged >"'"$T"'/.gr/private.key/1/private.key"; echo "gr-commit: refused" >&2; exit 1'
	rotate_job j1
	timeout 600 fake/rotate.sh once 2>log || [ $? -ne 124 ]
	[ "$(gr-journal get phase)" = idle ]
	[ "$(certificate_id)" != "$OLD" ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	[ "$(status_of j1)" = IN_PROGRESS ]
	new=$(certificate_id)
	rotate_job j2
	timeout 600 rotate.sh once 2>>log || [ $? -ne 124 ]
	[ "$(status_of j2)" = SUCCEEDED ]
	[ "$(certificate_id)" != "$new" ]
	await has_one_certificate
	[ "$(registered)" = "$(certificate_id)" ]
}
