# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/token

# Every PKCS#11 call of whole rotations and rollbacks, of all their programs together: killed
# before it, killed after it, answered with an error. `make fault-token` runs this; RESULTS.md has
# what it found. FAULT_STEP=N tries every N-th, from FAULT_FROM.

setup_file() { shim_build "$BATS_FILE_TMPDIR"; }
setup() {
	lab
	token_new
	shim_use
	token_thing hw-1
	setting refusalWindowSeconds 2
}
teardown() { down; }

# Restarted as often as a supervisor would, until nothing is left to do;
# the backend may have to notice the loss of a session first.
settle() {
	local rc n=0
	until rc=0; "$@" 2>>settle.log || rc=$?; [ "$rc" -le 1 ]; do
		n=$((n + 1))
		[ "$n" -lt 50 ] || return 1
	done
}

# cut_at RULE N DRIVER: one run of the driver in a process group of its own; what it called is left
# in shim/cut, and calls says how often. 0: it came to its end before call N. The rule ends with
# it: what comes after would kill the test.
cut_at() {
	shim_rules "$1 $2"
	rc=0
	setsid --wait "$3" once 2>cut.log 3>&- || rc=$?
	calls=$(shim_count)
	cp shim/calls shim/cut
	shim_rules
	[ "$calls" -lt "$2" ]
}
told() { echo "after: $*: $(sed -n "${2}p" shim/cut | cut -c 1-45)"; cat cut.log settle.log; } >&2

rotation() {
	local n=${FAULT_FROM:-1} step=${FAULT_STEP:-1} tried=0
	while :; do
		OLD=$(registered) OLD_OBJECTS=$(details hw-1)
		rotate_job "cut-$n"
		: >settle.log
		if cut_at "$1" "$n" rotate.sh; then break; fi
		settle rotate.sh once || { told "$1" "$n"; return 1; }
		assert_token_rotated "cut-$n" || { told "$1" "$n"; return 1; }
		n=$((n + step)) tried=$((tried + 1))
	done
	assert_token_rotated "cut-$n"
	echo "calls of a rotation: $calls; points tried: $tried, survived: all" >&3
	[ "$step" -gt 1 ] || [ "$tried" -ge "$calls" ]
}
# The job is cancelled while commit is asked for, in every life,
# so that each rotation ends in a rollback.
rollback() {
	local n=${FAULT_FROM:-1} step=${FAULT_STEP:-1} tried=0
	wrapped gr-commit "$BIN/gr-jobs cancel --force -H $HOME_DIR \"\$1\" 2>/dev/null; exec \"\$REAL\" \"\$@\""
	while :; do
		rotate_job "cut-$n"
		: >settle.log
		if cut_at "$1" "$n" fake/rotate.sh; then break; fi
		settle fake/rotate.sh once || { told "$1" "$n"; return 1; }
		[ "$(status_of "cut-$n")" = CANCELED ] && assert_token_unchanged || {
			told "$1" "$n"
			return 1
		}
		n=$((n + step)) tried=$((tried + 1))
	done
	assert_token_unchanged
	echo "calls of a rollback: $calls; points tried: $tried, survived: all" >&3
	[ "$step" -gt 1 ] || [ "$tried" -ge "$calls" ]
}
# An error ends a step, not the device: it rotates all the same,
# or the job fails and nothing has changed.
errors() {
	local n=${FAULT_FROM:-1} step=${FAULT_STEP:-1} tried=0 rotated=0
	while :; do
		OLD=$(registered) OLD_OBJECTS=$(details hw-1)
		rotate_job "cut-$n"
		: >settle.log
		shim_rules "fail $n $1"
		rotate.sh once 2>cut.log || :
		[ "$(shim_count)" -ge "$n" ] || break
		cp shim/calls shim/cut
		shim_rules
		settle rotate.sh once
		case $(status_of "cut-$n") in
		SUCCEEDED) assert_token_rotated "cut-$n" && rotated=$((rotated + 1)) ;;
		FAILED) assert_token_unchanged ;;
		*) false ;;
		esac || { told "fail $1" "$n"; return 1; }
		n=$((n + step)) tried=$((tried + 1))
	done
	echo "points tried: $tried, survived: all; $rotated rotated, $((tried - rotated)) failed and changed nothing" >&3
}

@test "fault: a rotation, killed before each call" { rotation kill; }
@test "fault: a rotation, killed after each call" { rotation after; }
@test "fault: a rollback, killed before each call" { rollback kill; }
@test "fault: a rollback, killed after each call" { rollback after; }
@test "fault: each call of a rotation answered with a device error" { errors 0x30; }
@test "fault: a rotation of a token that renames, killed before each call" {
	SHIM_ALWAYS='deny C_CopyObject 0x54'
	rotation kill
}
@test "fault: a rollback of a token that renames, killed before each call" {
	SHIM_ALWAYS='deny C_CopyObject 0x54'
	rollback kill
}
