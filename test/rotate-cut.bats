bats_require_minimum_version 1.5.0
load lib/helper
load lib/device

# The driver and everything it started are killed at the start of the n-th program, for every n; then a new life goes on.

setup() {
	lab
	as thing-1
}
teardown() {
	down
}

# Every program counts the starts of all of them; at number $CUT it takes its whole process group along.
cut_points() {
	local p
	for p in gr-config gr-keygen gr-csr gr-link gr-jobs-client gr-create gr-probe gr-install-cert gr-commit gr-journal; do
		wrapped "$p" 'echo "$0" >>'"$PWD"'/calls; [ "$(wc -l <'"$PWD"'/calls)" -ne "${CUT:-0}" ] || kill -9 0; '"${BEFORE[$p]:-}"' exec "$REAL" "$@"'
	done
}

# run_cut N: a driver in a process group of its own, killed at the N-th start. 0: it came to its end first.
run_cut() {
	: >calls
	CUT=$1 setsid --wait fake/rotate.sh once 3>&- 2>cut.log
}

# serve COMMAND...: until the driver says that nothing is left to do
settle() {
	local rc n=0
	until rc=0; "$@" 2>>settle.log || rc=$?; [ "$rc" -le 1 ]; do
		n=$((n + 1))
		[ "$n" -lt 50 ] || return 1
	done
}

@test "cut: W1 W14 W16 W34 a rotation survives a kill at every program start" {
	declare -A BEFORE=()
	cut_points
	point=1
	while :; do
		keep_old_pair
		rotate_job "cut-$point"
		if run_cut "$point"; then
			assert_rotated "cut-$point"
			break
		fi
		pair_matches
		settle rotate.sh once
		assert_rotated "cut-$point" || { echo "after a kill at start $point of $(tail -n 1 calls)"; cat cut.log; return 1; }
		point=$((point + 1))
	done
	# A run that was not killed has started exactly as many programs as points were tried.
	echo "points tried: $((point - 1)), survived: all" >&3
	[ "$(wc -l <calls)" -eq $((point - 1)) ]
	[ "$point" -gt 20 ]
}

@test "cut: W3 W7 W23 a rollback survives a kill at every program start" {
	# The job is cancelled while commit is asked for, in every life, so that each rotation ends in a rollback.
	declare -A BEFORE=([gr-commit]="$BIN/gr-jobs cancel --force -H $HOME_DIR \"\$1\" 2>/dev/null;")
	cut_points
	keep_old_pair
	point=1
	while :; do
		rotate_job "cut-$point"
		rc=0
		run_cut "$point" || rc=$?
		[ "$rc" -ne 1 ] || break
		pair_matches
		settle fake/rotate.sh once
		[ "$(status_of "cut-$point")" = CANCELED ]
		assert_unchanged || { echo "after a kill at start $point of $(tail -n 1 calls)"; cat cut.log; return 1; }
		point=$((point + 1))
	done
	assert_unchanged
	echo "points tried: $((point - 1)), survived: all" >&3
	[ "$(wc -l <calls)" -eq $((point - 1)) ]
}
