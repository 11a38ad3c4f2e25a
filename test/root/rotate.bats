bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

setup() {
	[ "$(id -u)" -eq 0 ]
	lab
	as thing-1
	keep_old_pair
}
teardown() {
	down
}

@test "root: a driver that is root rotates credentials that belong to a user, and they stay that user's" {
	chmod o+x "$BATS_TEST_TMPDIR" lab lab/things
	chown -R games:games "$T"
	chown -R root:root "$GR_STATE"
	chmod 700 "$GR_STATE"
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	[ "$(stat -L -c %U:%a "$T/private.key")" = games:600 ]
	[ "$(stat -L -c %U "$T/certificate.pem")" = games ]
}
