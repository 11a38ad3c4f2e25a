# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/phases

# W23: whatever ends a job, and in whichever phase the device is then: one certificate remains, the
# one that it uses, and nobody has to guess. A real driver is held in each phase while the job
# ends, and then let go.

setup() {
	phases_lab
	at_phase '[ ! -e held ] || exit 0; : >held; echo >reached; read -r _ <go'
}
teardown() { down; }

# The ways in which a job ends without its device.
cancelled() { gr-jobs cancel -H "$HOME_DIR" "$JOB"; }
cancelled_by_force() { gr-jobs cancel --force -H "$HOME_DIR" "$JOB"; }
# By another program on the device, over the pair that it uses then.
rejected() { gr-jobs-client update "$JOB" REJECTED; }
removed() {
	sql "UPDATE execution SET status = 'REMOVED', version = version + 1 WHERE job = '$JOB'"
}
timed_out() {
	sql "UPDATE execution SET deadline = 1 WHERE job = '$JOB' AND status = 'IN_PROGRESS'"
	await eval '[ "$(status_of "$JOB")" = TIMED_OUT ]'
}
deleted() {
	sql "BEGIN; DELETE FROM execution WHERE job = '$JOB'; DELETE FROM job_target WHERE job = '$JOB'; DELETE FROM job WHERE id = '$JOB'; COMMIT"
}

# ends N PHASE HOW SURVIVORS: which certificate lives, per phase:
# o the old one, n the new one, N the
# new one, with the dead one on the disk until the next create, - the phase does not count
ends() {
	local driver want=${4:$1 - 1:1}
	device_at "$1" "$2"
	[ "$want" != - ] || return 0
	mkfifo reached go
	"$FAKE/rotate.sh" once 2>log &
	driver=$!
	read -r _ <reached
	"$3"
	echo >go
	wait "$driver" || [ $? -eq 1 ]
	await has_one_certificate
	[ "$(registered)" = "$(certificate_id)" ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	pair_matches
	case $want in
	o) [ "$(certificate_id)" = "$OLD" ] ;;
	n | N) [ "$(certificate_id)" != "$OLD" ] ;;
	esac
	case $want in
	N) [ "$(gr-journal get phase)" = idle ] ;;
	*) assert_tidy ;;
	esac
	# Where no certificate had come out there is nothing to decide; all else is decided.
	[ "$(sql "SELECT count(*) FROM rotation WHERE thing = 'thing-$1' AND survivor IS NULL")" -eq 0 ]
	[ "$2" = reporting ] || return 0
	keep_old_pair
	rotate_job "$JOB-2"
	run -0 rotate.sh once
	assert_rotated "$JOB-2"
}

# --------------------------------------------------------- updating creating trial committing
# reporting rolling-back failing
@test "endings: a job that is cancelled, in each phase: the rotation under way goes on" { in_each_phase ends cancelled onnnnoo; }
@test "endings: a job that is cancelled by force, in each phase: one certificate remains, the one in use" { in_each_phase ends cancelled_by_force oooonoo; }
@test "endings: a job that another program on the device rejects, in each phase: one certificate remains, the one in use" { in_each_phase ends rejected oooonoo; }
@test "endings: an execution that is REMOVED, in each phase: one certificate remains, the one in use" { in_each_phase ends removed oooonoo; }
@test "endings: an execution that times out, in each phase: one certificate remains, the one in use" { in_each_phase ends timed_out -ooonoo; }
@test "endings: a job that is deleted, in each phase: one certificate remains, the one in use" { in_each_phase ends deleted oooonoo; }

# The operator decides for a device that seemed to be gone, and then it is back: what it was about
# to do may have been decided against, and the pair that it stands on refused.
settled() { gr-registry settle -H "$HOME_DIR" "${T##*/}" "$WORD"; }
@test "endings: the operator settles for the old certificate, and the device returns in each phase" { WORD=old in_each_phase ends settled --ooooo; }
@test "endings: the operator settles for the new certificate, and the device returns in each phase" { WORD=new in_each_phase ends settled --nnnNN; }
