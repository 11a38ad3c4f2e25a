# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# What the model of the protocol found (test/model): several faults in a row, each of them rare.

# foreign_answer VERB...: this update, as a service refuses it that does not tell how
# the execution ended
foreign_answer() {
	wrapped gr-jobs-client '[ "$1 ${*: -1}" != "update '"$1"'" ] || { '"${2:-}"' printf "code=TerminalStateReached\nstatus=\nsurvivor=\n"; exit 1; }; '"${3:-}"' exec "$REAL" "$@"'
}
deactivate() {
	printf 'gr-registry update-certificate --force -H %s "$(gr-registry list-thing-principals -H %s thing-1 | cut -f 1 | %s)" INACTIVE;' "$HOME_DIR" "$HOME_DIR" "$1"
}

# two_pairs: the device idles over the old pair, and keeps one that nobody has decided about
two_pairs() {
	wrapped gr-commit '"$ROOT/test/tools/kill_driver"; exit 111'
	rotate_job kept
	fake/rotate.sh once 2>kept.log || [ $? -eq 137 ]
	rm "$T/.gr/private.key/rotation" fake/gr-commit
	ln -s "$BIN/gr-commit" fake/
	gr-jobs cancel --force -H "$HOME_DIR" kept
	setting trialSeconds 2
	timeout 600 rotate.sh once 2>>kept.log || [ $? -eq 1 ]
	[ "$(gr-journal get phase other)" = $'phase=idle\nother=2' ]
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(registered | wc -l)" -eq 2 ]
	setting trialSeconds 60
}

@test "several faults: a refusal that ended before the trial does not count in it" {
	setting refusalWindowSeconds 2
	wrapped gr-probe '[ "$2" != 2 ] || [ -e probed ] || { touch probed; echo "gr-probe: refused" >&2; exit 1; }; exec "$REAL" "$@"'
	wrapped gr-link '[ "$2" != 2 ] || [ -e linked ] || { touch linked; sleep 3; echo "gr-link: refused" >&2; exit 1; }; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	[ -e probed ] && [ -e linked ]
	assert_rotated j1
}

@test "several faults: a backend that must not be asked twice at once is not, over a reboot either" {
	read -r up _ </proc/uptime
	wrapped gr-jobs-client \
		'set -o pipefail; "$REAL" "$@" | sed s/^idempotent=true/idempotent=false/'
	wrapped gr-create 'cat /proc/uptime >>asked; [ "$(wc -l <asked)" -gt 1 ] || { "$ROOT/test/tools/kill_driver"; exit 111; }; exec "$REAL" "$@"'
	rotate_job j1
	fake/rotate.sh once 2>log || [ $? -eq 137 ]
	# This boot began after the first request, and is as old as it is.
	setting repeatSeconds $((${up%.*} + 15))
	put_into_journal createdAt=$((${up%.*} + 100000))
	run -0 fake/rotate.sh once
	read -r up _ < <(sed -n 2p asked)
	[ "${up%.*}" -ge "$(sed -n 's/^repeatSeconds = //p' "$GR_CONF")" ]
	assert_rotated j1
}

@test "several faults: commit whose answer was lost is refused when it is sent again: the execution shows that it counted, and the job succeeds" {
	wrapped gr-commit '[ -e asked ] || { touch asked; "$REAL" "$@"; exit 111; }; touch refused; echo "gr-commit: committed already" >&2; exit 1'
	rotate_job j1
	run -0 fake/rotate.sh once
	[ -e refused ]
	assert_rotated j1
}

@test "several faults: SUCCEEDED is refused without the survivor: both pairs are kept, and the next rotation leaves one" {
	setting recordGraceSeconds 3600	# j1 is not what this is about
	foreign_answer SUCCEEDED
	rotate_job j1
	run -0 timeout 600 fake/rotate.sh once
	[ "$(gr-journal get phase other)" = $'phase=idle\nother=1' ]
	[ "$(certificate_id)" != "$OLD" ]
	keep_old_pair
	rotate_job j2
	run -0 timeout 600 rotate.sh once
	assert_rotated j2
}

@test "several faults: NEW was deleted and the answer does not say how the job ended: the device ends on OLD" {
	# on a slow machine the job would be given up before the run ends
	setting recordGraceSeconds 3600
	foreign_answer SUCCEEDED "$(deactivate 'grep -v '"$OLD") exit 111;" '[ "$1 ${*: -1}" != "update FAILED" ] || { printf "code=TerminalStateReached\nstatus=\nsurvivor=\n"; exit 1; };'
	rotate_job j1
	run -0 timeout 600 fake/rotate.sh once
	timeout 600 rotate.sh once || [ $? -eq 1 ]
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(gr-probe)" = "$OLD" ]
	[ "$(gr-journal get phase)" = idle ]
}

@test "several faults: the pair in use is refused as a rotation begins: the one kept beside it is used" {
	two_pairs
	wrapped gr-jobs-client '[ "$1 ${*: -1}" != "update IN_PROGRESS" ] || [ -e dead ] || { touch dead; '"$(deactivate "grep $OLD")"' }; exec "$REAL" "$@"'
	rotate_job j2
	timeout 600 fake/rotate.sh once 2>log || [ $? -eq 1 ]
	[ -e dead ]
	[ "$(certificate_id)" != "$OLD" ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	[ "$(gr-journal get phase)" = idle ]
}

@test "several faults: the pair in use is refused before there is a new one: the one kept beside it is used" {
	two_pairs
	wrapped gr-csr "$(deactivate "grep $OLD")"' exit 100'
	rotate_job j2
	timeout 600 fake/rotate.sh once 2>log || [ $? -eq 1 ]
	timeout 600 rotate.sh once 2>>log || [ $? -eq 1 ]
	[ "$(certificate_id)" != "$OLD" ]
	[ "$(gr-probe)" = "$(certificate_id)" ]
	[ "$(gr-journal get phase)" = idle ]
}

@test "several faults: a pair that the new certificate replaced is deleted before the trial, also after a kill" {
	two_pairs
	wrapped gr-journal '"$REAL" "$@"; rc=$?; case "$*" in *newCertificateId=*) [ -e cut ] || { touch cut; "$ROOT/test/tools/kill_driver"; } ;; esac; exit $rc'
	wrapped gr-commit 'gr-install-cert status >at-commit; exec "$REAL" "$@"'
	rotate_job j2
	timeout 600 fake/rotate.sh once 2>log || [ $? -eq 137 ]
	[ -e cut ]
	run -0 timeout 600 fake/rotate.sh once
	[ "$(grep -c '^generation' at-commit)" -eq 2 ]
	assert_rotated j2
}
