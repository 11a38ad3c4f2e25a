# SPDX-License-Identifier: Apache-2.0
# history.bats - each step of real rotations, of the device's journal and pairs and of the
# backend's custody, is a step of the model of the protocol (test/model)
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device
load ../lib/cut
load ../lib/history

setup() {
	cut_ready
	one_device
	history_on
	setting refusalWindowSeconds 0
	setting requestTimeoutSeconds 3
	: >states
	rotate_job first	# the pair is adopted
	rotate.sh once 2>run.log
	keep_old_pair
	sql "DELETE FROM history"
}

# when EVENT-ON-ROTATION STATEMENT: a change of the rotation of j1 has that effect as well
when() { sql "CREATE TRIGGER effect AFTER $1 ON rotation WHEN new.job = 'j1' BEGIN $2; END"; }
NEW_IN_USE='UPDATE OF used'
DEACTIVATED="UPDATE certificate SET status = 'INACTIVE' WHERE id = new.new"
ended() { echo "UPDATE execution SET status = '$1' WHERE id = new.execution"; }

# at_call PATTERN: the number of the last call of a rotation whose line in the log has it
at_call() { grep -v '^state ' calls | awk -v p="$1" '$0 ~ p { n = $1 } END { print n + 0 }'; }

@test "history: rotations that succeed, one after the other" {
	for job in j1 j2 j3; do
		rotate_job "$job"
		watched rotate.sh once
	done
	[ "$(status_of j3)" = SUCCEEDED ]
	await has_one_certificate
	replayed 'enter trial committing .*' 'mark reporting n .*' 'destroy reporting o live=n mark=1' \
		'enter reporting idle .*' 'grant IN_PROGRESS .*' 'retire survivor=n o'
	[ "$(grep -c '^enter reporting idle ' steps)" -eq 3 ]
}

@test "history: a create that is refused" {
	sql "CREATE TRIGGER other AFTER UPDATE OF status ON execution WHEN new.job = 'j1' AND new.status = 'IN_PROGRESS'
		BEGIN UPDATE job SET document = '{\"operation\":\"OTHER\"}' WHERE id = 'j1'; END"
	rotate_job j1
	watched rotate.sh once || [ $? -eq 1 ]
	[ "$(status_of j1)" = FAILED ]
	replayed 'enter creating_certificate failing .* certificate=0 .*' \
		'execution IN_PROGRESS FAILED survivor=- .*'
}

@test "history: a new certificate that goes out of use once the device is on it" {
	when "$NEW_IN_USE" "$DEACTIVATED"
	rotate_job j1
	watched rotate.sh once || [ $? -eq 1 ]
	[ "$(status_of j1)" = FAILED ]
	assert_unchanged
	replayed 'switch trial o n' 'switch rolling_back n o' 'destroy failing n live=o mark=1' \
		'decide survivor=_ to=o committed=.' 'retire survivor=o n'
}

@test "history: a new certificate that goes out of use once commit was granted" {
	when 'UPDATE OF committed' "$DEACTIVATED"
	rotate_job j1
	watched rotate.sh once || [ $? -eq 1 ]
	assert_unchanged
	replayed 'put committing commit' 'switch rolling_back n o'
}

@test "history: a new certificate that goes out of use as it survives, whose device does not hear of it" {
	when 'UPDATE OF survivor' "UPDATE certificate SET status = 'INACTIVE' WHERE id = new.new AND new.survivor = 'NEW' AND old.survivor IS NULL"
	wrapped gr-jobs-client '[ "${*: -1}" != SUCCEEDED ] || { "$REAL" "$@" >/dev/null 2>&1; touch lost; exit 111; }; exec "$REAL" "$@"'
	rotate_job j1
	watched fake/rotate.sh once || [ $? -eq 1 ]
	[ -e lost ]
	assert_unchanged
	replayed 'enter reporting rolling_back live=n .*' 'decide survivor=n to=o committed=1' \
		'retire survivor=o n'
}

@test "history: a rotation that an operator settles while its driver is away" {
	rotate_job j1
	watched rotate.sh once
	n=$(at_call ' rename.*/live$')
	rotate_job j2
	killed_at "$n" rotate.sh once || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = trial ]
	gr-registry settle -H "$HOME_DIR" "${T##*/}" old
	watched rotate.sh once || [ $? -eq 1 ]
	[ "$(status_of j2)" = FAILED ]
	replayed 'decide survivor=_ to=o committed=0' 'enter creating_certificate trial .*'
}

@test "history: a job that is cancelled, times out or is deleted during the trial" {
	for status in CANCELED TIMED_OUT; do
		when "$NEW_IN_USE" "$(ended "$status")"
		rotate_job j1
		watched rotate.sh once || [ $? -eq 1 ]
		assert_unchanged
		replayed 'enter trial rolling_back live=n .*' 'execution IN_PROGRESS CANCELED .*'
		sql "DROP TRIGGER effect"
		gr-jobs delete --force -H "$HOME_DIR" j1
	done
	when "$NEW_IN_USE" "DELETE FROM execution WHERE id = new.execution"
	rotate_job j1
	watched rotate.sh once || [ $? -eq 1 ]
	replayed 'execution IN_PROGRESS GONE survivor=_ .*'
}

@test "history: a trial whose deadline passes while no driver runs, and a recover" {
	rotate_job j1
	watched rotate.sh once	# which calls there are
	n=$(at_call ' rename.*/live$')
	[ "$n" -gt 0 ]
	rotate_job j2
	killed_at $((n + 3)) rotate.sh once || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = trial ]
	gr-journal arm 0
	watched gr-install-cert recover
	watched rotate.sh once || [ $? -eq 1 ]
	[ "$(status_of j2)" = FAILED ]
	replayed 'enter trial rolling_back live=n .*' 'switch rolling_back n o' 'enter rolling_back failing .*'
}

@test "history: a driver that is killed at any call, and started again" {
	rotate_job j0
	watched rotate.sh once
	total=$(grep -vc '^state ' calls)
	seed=${FAULT_SEED:-$RANDOM} CUTS=0
	echo "seed $seed"
	for i in 1 2 3 4 5; do
		n=$(((seed * i * 7919 + i * 104729) % (total - 20) + 10))
		rotate_job "j$i"
		killed_at "$n" rotate.sh once || [ $? -eq 137 ]
		watched gr-install-cert recover
		watched rotate.sh once
		[ "$(status_of "j$i")" = SUCCEEDED ]
	done
	[ "$CUTS" -ge 4 ]
	replayed
	[ "$(grep -c '^enter reporting idle ' steps)" -eq 6 ]
}

@test "history: a rollback that is killed at any call, and started again" {
	when "$NEW_IN_USE" "$DEACTIVATED"
	rotate_job j1
	watched rotate.sh once || [ $? -eq 1 ]
	total=$(grep -vc '^state ' calls)
	seed=${FAULT_SEED:-$RANDOM} CUTS=0
	echo "seed $seed"
	for i in 1 2 3 4; do
		gr-jobs delete --force -H "$HOME_DIR" j1
		rotate_job j1
		n=$(((seed * i * 7919 + i * 104729) % (total - 20) + 10))
		killed_at "$n" rotate.sh once || [ $? -eq 137 ] || [ $? -eq 1 ]
		watched gr-install-cert recover
		watched rotate.sh once || [ $? -eq 1 ]
		[ "$(status_of j1)" = FAILED ]
	done
	[ "$CUTS" -ge 3 ]
	replayed 'switch rolling_back n o'
}

@test "history: a journal that jumps from trial to reporting is not the model's" {
	wrapped gr-journal 'args=("$@"); [[ " $* " != *" phase=committing "* ]] || args=("${@/#phase=committing/phase=reporting}"); exec "$REAL" "${args[@]}"'
	rotate_job j1
	watched fake/rotate.sh once || [ $? -eq 1 ]
	run ! replayed
	[[ $output == *"unknown to the model: enter trial reporting live=n "* ]]
}

@test "history: an execution that ends SUCCEEDED without a commit is not the model's" {
	when "$NEW_IN_USE" "$(ended SUCCEEDED)"
	rotate_job j1
	watched rotate.sh once || :
	run ! replayed
	[[ $output == *"unknown to the model: execution IN_PROGRESS SUCCEEDED survivor=_ committed=0"* ]]
}

@test "history: an old pair that is destroyed before the new one bears the mark is not the model's" {
	wrapped gr-install-cert '[ "$1" != commit ] || "$REAL" discard -g "$(gr-journal get old)"; exec "$REAL" "$@"'
	rotate_job j1
	watched fake/rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	run ! replayed
	[[ $output == *"unknown to the model: destroy reporting o live=n mark=0"* ]]
	# Nothing else was wrong.
	[ "$(grep -c '^unknown to the model' <<<"$output")" -eq 1 ]
}
