# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

# What a life that was cut off leaves lying about goes when the rotation ends, not only when the next life begins.

setup() {
	lab
	as thing-1
	keep_old_pair
}
teardown() {
	down
}

@test "strays: W42 half a file of a life that was cut off is gone when its rotation has ended" {
	wrapped gr-create 'cp "'"$T"'/private.key" "'"$T"'/.gr/private.key/2/.private.key.1.tmp"; touch "'"$T"'/.gr/private.key/.rotation.1.tmp"; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	assert_rotated j1
	[ -z "$(find "$T/.gr" -name '.?*' ! -path "$T/.gr")" ]
	[ ! -e "$T/.gr/private.key/rotation.back" ]
}

@test "strays: the same when it failed" {
	wrapped gr-create 'touch "'"$T"'/.gr/private.key/.rotation.1.tmp"; exit 100'
	rotate_job j1
	run -1 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	assert_unchanged
	[ -z "$(find "$T/.gr" -name '.?*' ! -path "$T/.gr")" ]
}

@test "strays: a socket that was cut off before it got its name is gone with the next session" {
	touch "$GR_STATE/link.sock.1"
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	[ "$(ls "$GR_STATE" | grep -c '^link\.sock')" -eq 1 ]
}
