# SPDX-License-Identifier: Apache-2.0
# one-device.bash - a lab with one device, thing-1, for each test of a file; its old pair is kept
# to compare with. Load after device.
#
# A file that needs more defines setup anew, with one_device first.

one_device() {
	lab
	as thing-1
	keep_old_pair
}
setup() { one_device; }

# runtime.pid: the runtime that a test or its hook started
teardown() {
	[ ! -s runtime.pid ] || kill "$(cat runtime.pid)" 2>/dev/null || :
	down
}
