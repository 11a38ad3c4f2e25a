# SPDX-License-Identifier: Apache-2.0
# A device on which somebody puts another key and certificate in place of its own.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device
load ../lib/store

@test "adopted: a pair that the broker does not take: the device goes back to the one it had, and rotates" {
	setting refusalWindowSeconds 1
	rotate_job j1
	run -0 rotate.sh once
	keep_old_pair
	make_pair key cert /CN=thing-1
	mv key "$T/private.key"
	mv cert "$T/certificate.pem"
	[ "$(certificate_id)" != "$OLD" ]
	run -0 rotate.sh once
	[ "$(certificate_id)" = "$OLD" ]
	cmp "$T/private.key" old.key
	rotate_job j2
	run -0 rotate.sh once
	assert_rotated j2
}
