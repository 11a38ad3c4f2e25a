# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# What a life that was cut off leaves lying about goes when the rotation ends,
# not only when the next life begins.

@test "leftovers: a partial file of a killed driver is deleted when the rotation has ended" {
	wrapped gr-create 'cp "'"$T"'/private.key" "'"$T"'/.gr/private.key/2/.private.key.1.tmp"; touch "'"$T"'/.gr/private.key/.rotation.1.tmp"; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	assert_rotated j1
	[ -z "$(find "$T/.gr" -name '.?*' ! -path "$T/.gr")" ]
	[ ! -e "$T/.gr/private.key/rotation.back" ]
}

@test "leftovers: a partial file of a killed driver is deleted when the rotation has failed" {
	wrapped gr-create 'touch "'"$T"'/.gr/private.key/.rotation.1.tmp"; exit 100'
	rotate_job j1
	run -1 fake/rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	assert_unchanged
	[ -z "$(find "$T/.gr" -name '.?*' ! -path "$T/.gr")" ]
}

@test "leftovers: a socket of a killed driver that had not got its name is deleted with the next session" {
	touch "$GR_STATE/link.sock.1"
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	[ "$(ls "$GR_STATE" | grep -c '^link\.sock')" -eq 1 ]
}
