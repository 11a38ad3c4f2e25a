# SPDX-License-Identifier: Apache-2.0
# A new certificate that is put out of use after commit: by an operator, a date, a fault of the
# broker. Every such rotation ends, and the device serves.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

setup() {
	one_device
	setting refusalWindowSeconds 1
	echo first >instance
}

# runtime: a runtime that is restarted by a hook, which counts the restarts
runtime() {
	cat >hook <<-HOOK
		#!/bin/sh
		cd $PWD
		case \$1 in
		instance) cat instance ;;
		restart) echo restart >>restarts; date +%s%N >instance ;;
		esac
	HOOK
	chmod +x hook
	: >restarts
	setting restartHook "$PWD/hook"
}

# before_success COMMAND: runs once, right before the device says SUCCEEDED for the first time
before_success() {
	wrapped gr-jobs-client '[ "${*: -1}" != SUCCEEDED ] || [ -e once ] || { touch once; '"$1"'; }; exec "$REAL" "$@"'
}

# deactivate: the certificate that the device has live, while its rotation is open
DEACTIVATE='gr-registry update-certificate --force -H "$HOME_DIR" "$(gr-install-cert status | sed -n s/^certificateId=//p)" INACTIVE'

sql() { sqlite3 -cmd '.timeout 10000' "$HOME_DIR/shared/registry.db" "$1"; }
sql_says() { [ "$(sql "$1")" = "$2" ]; }
has_alarm() { gr-registry alarms -H "$HOME_DIR" | cut -f 2 | grep -qx "$1"; }

# out_of_use_with_success: NEW goes out of use in the transaction in which it survives, so that OLD
# is not retired for it; the device does not hear the answer
out_of_use_with_success() {
	sql "CREATE TRIGGER off AFTER UPDATE OF survivor ON rotation WHEN new.survivor = 'NEW' AND old.survivor IS NULL
		BEGIN UPDATE certificate SET status = 'INACTIVE' WHERE id = new.new; END"
	wrapped gr-jobs-client '[ "${*: -1}" != SUCCEEDED ] || { "$REAL" "$@" >/dev/null 2>&1; touch lost; exit 111; }; exec "$REAL" "$@"'
}

# on_old REASON: the device serves on OLD, which is all that it has
on_old() {
	[[ "$(reason_of j1)" == *"$1"* ]]
	assert_unchanged
	await sql_says "SELECT survivor FROM rotation" OLD
}

@test "new refused: deactivated after commit, before SUCCEEDED: the job fails, and OLD is used" {
	export HOME_DIR
	before_success "$DEACTIVATE"
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	on_old 'the new certificate is no longer accepted'
}

@test "new refused: the same when the job has timed out just before" {
	export HOME_DIR
	runtime
	before_success "$DEACTIVATE"'; sqlite3 -cmd ".timeout 10000" "$HOME_DIR/shared/registry.db" "UPDATE execution SET status = '"'TIMED_OUT'"'"'
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	[ "$(status_of j1)" = TIMED_OUT ]
	on_old ''
	[ "$(wc -l <restarts)" -le 2 ]
}

@test "new refused: the registry was put back to a copy that knows the job and not the rotation, and NEW was taken in: the job fails, and OLD is used" {
	export HOME_DIR
	before_success 'sqlite3 -cmd ".timeout 10000" "$HOME_DIR/shared/registry.db" "
		INSERT INTO kept (certificate, thing, since) SELECT certificate, thing, 1 FROM principal;
		DROP TRIGGER rotation_keep; DELETE FROM rotation"'
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == *"no certificate was asked for in this execution"* ]]
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(gr-probe)" = "$OLD" ]
	rotate_job j2
	run -0 rotate.sh once
	assert_rotated j2
}

@test "new refused: out of use when success had counted and the answer was lost: OLD survives, on record, with an alarm" {
	runtime
	out_of_use_with_success
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	[ -e lost ]
	on_old ''
	has_alarm survivor-turned
	[ "$(sql 'SELECT turned IS NOT NULL FROM rotation')" = 1 ]
	[[ "$(gr-registry history -H "$HOME_DIR" thing-1)" == *"survivor: OLD (the other one could not be used any more)"* ]]
	grep -q '"event":"survivor".*"survivor":"OLD".*"turned":true' "$HOME_DIR/ledger"
	[ "$(wc -l <restarts)" -le 2 ]
	sql 'DROP TRIGGER off'
	rotate_job j2
	run -0 timeout 600 rotate.sh once
	assert_rotated j2
}

@test "new refused: a backup before that, and the ledger: the survivor is turned around there too" {
	out_of_use_with_success
	gr-registry backup -H "$HOME_DIR" backup
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	await sql_says "SELECT survivor FROM rotation" OLD
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	gr-registry restore -H "$HOME_DIR" backup
	sql_says "SELECT survivor FROM rotation" OLD
	sql_says "SELECT status FROM certificate WHERE id = '$OLD'" ACTIVE
}

@test "new refused: the backend holds it for the survivor, the broker takes OLD alone: both are kept, OLD serves, the next job settles" {
	runtime
	# Only a retirement that is paused leaves OLD in use.
	sql "INSERT INTO meta VALUES ('retirement_paused', 1)"
	wrapped gr-jobs-client '[ "${*: -1}" != SUCCEEDED ] || { "$REAL" "$@" >/dev/null 2>&1; touch refuse; "$ROOT/test/tools/kill_driver"; exit 111; }; exec "$REAL" "$@"'
	wrapped gr-link '[ ! -e refuse ] || [ "$1 $2" != "-g 2" ] || { echo "gr-link: refused in a test" >&2; exit 1; }; exec "$REAL" "$@"'
	rotate_job j1
	(until [ -e kept ]; do fake/rotate.sh once 2>>log || :; done) 3>&- &
	until grep -q 'both pairs are kept' log && [ "$(certificate_id)" = "$OLD" ]; do sleep 0.1; done
	touch kept
	"$ROOT/test/tools/kill_driver" "$T/state"
	wait $!
	[ "$(gr-probe)" = "$OLD" ]
	[ "$(sql 'SELECT survivor FROM rotation')" = NEW ]
	[ "$(wc -l <restarts)" -le 2 ]
	rm refuse
	gr-registry resume-retirement -H "$HOME_DIR" &
	rotate_job j2
	timeout 600 rotate.sh once
	[ "$(status_of j2)" = SUCCEEDED ]
	await has_one_certificate
	[ "$(registered)" = "$(certificate_id)" ]
}

@test "old refused: deactivated during the trial, and the trial ends: the device goes on with NEW, and the rotation succeeds" {
	export HOME_DIR OLD
	wrapped gr-commit '"$REAL" "$@" >/dev/null 2>&1; gr-registry update-certificate --force -H "$HOME_DIR" "$OLD" INACTIVE; gr-journal put --from committing trialUntil=1; exit 111'
	rotate_job j1
	run -0 timeout 600 fake/rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	[ "$(certificate_id)" != "$OLD" ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
}

@test "update-certificate: in a rotation that is under way it says what that does, and wants --force" {
	wrapped gr-commit '
		for id in $(gr-registry list-thing-principals -H "$HOME_DIR" thing-1 | cut -f 1); do
			gr-registry update-certificate -H "$HOME_DIR" "$id" INACTIVE 2>>said && echo "it did"
			gr-registry detach-thing-principal -H "$HOME_DIR" thing-1 "$id" 2>>said && echo "it did"
		done >>did
		exec "$REAL" "$@"'
	export HOME_DIR
	rotate_job j1
	timeout 600 fake/rotate.sh once
	[ ! -s did ]
	grep -qF "gr-registry: $OLD: in the rotation of thing-1 that is under way (job j1) it is the old certificate;" said
	grep -qF "(job j1) it is the new certificate; without it the device goes back to the old one, and its job fails; wait for its end, or add --force" said
	[ "$(wc -l <said)" -eq 4 ]
	assert_rotated j1
}
