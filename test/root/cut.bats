# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/cut

# Power cuts that lose what was not synced, for real: an ext4 on a loop device is shut down at the
# n-th system call. First that the harness can see such a loss, then a sample of what `make fault`
# does at every point.

setup() {
	cut_ready
	# shellcheck source=test/fault/cut/disk.bash
	. "$ROOT/test/fault/cut/disk.bash"
	w=$PWD
}
teardown() {
	! mountpoint -q "$w/mnt" || umount "$w/mnt"
}

# cut_at N COMMAND...: the disk, with an old file, is shut down at call N, and comes back
cut_at() {
	rm -rf mnt
	mkdir mnt
	echo old >mnt/file
	disk_mount mnt
	disk_settle mnt
	run -137 gr-cut -s mnt -n "$1" "${@:2}"
	disk_lose mnt
}

# is_lost FACT...: the fact is seen after a cut. Whoever else on the machine calls sync(2) saves
# the bytes of all disks, so a cut that lost nothing is made again.
is_lost() {
	local attempt
	for attempt in {1..20}; do
		cut_at "${cut[@]}"
		! "$@" || return 0
		echo "attempt $attempt lost nothing: '$(<mnt/file)'"
		umount mnt
	done
	return 1
}
still_old() { [ "$(<mnt/file)" = old ]; }
is_empty() { [ -e mnt/file ] && [ ! -s mnt/file ]; }

@test "disk: what was written and renamed without a sync is lost, with a sync it is there" {
	cut=(5 sh -c 'echo new >mnt/temp; mv mnt/temp mnt/file; echo >mnt/more')
	is_lost still_old
	umount mnt
	cut_at 7 sh -c \
		'echo new >mnt/temp; sync mnt/temp; mv mnt/temp mnt/file; sync mnt; echo >mnt/more'
	[ "$(cat mnt/file)" = new ]
	[ ! -e mnt/more ]
}

@test "disk: a rename that outlived the bytes leaves an empty file" {
	cut=(6 sh -c 'echo new >mnt/temp; mv mnt/temp mnt/file; sync mnt; echo >mnt/more')
	is_lost is_empty
}

@test "disk: un-synced data is lost at any call of a rotation or a rollback: the device still connects" {
	sample '^(rotation|rollback): un-synced'
}
@test "disk: un-synced data is lost at any call of a program that writes keys and journal: the pair stays whole" {
	sample '^one program: un-synced'
}
@test "disk: un-synced data is lost at any call of gr-backendd: it does nothing twice and loses nothing" {
	sample '^gr-backendd: un-synced'
}
