bats_require_minimum_version 1.5.0
load lib/helper
load lib/device

# What the model of the protocol found (test/model): several faults in a row, each of them rare.

setup() {
	lab
	as thing-1
	keep_old_pair
}
teardown() {
	down
}

@test "model: a refusal that the probe saw end does not count in the trial" {
	setting refusalWindowSeconds 2
	wrapped gr-probe '[ "$2" != 2 ] || [ -e probed ] || { touch probed; echo "gr-probe: refused" >&2; exit 1; }; exec "$REAL" "$@"'
	wrapped gr-link '[ "$2" != 2 ] || [ -e linked ] || { touch linked; sleep 3; echo "gr-link: refused" >&2; exit 1; }; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	[ -e probed ] && [ -e linked ]
	assert_rotated j1
}
