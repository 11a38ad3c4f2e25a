# SPDX-License-Identifier: Apache-2.0
# disk.bash - a file system that loses what was not synced: ext4 on a loop device,
# shut down by gr-cut. Sourced by cut-run.
# shellcheck shell=bash
# shellcheck disable=SC2154
#
# noauto_da_alloc: a rename over a file does not flush what was written to the new one. commit:
# nothing is written for the passing of time.

disk_options=loop,noauto_da_alloc,commit=900

# disk_mount DIR: the folder's own disk, with what lay in it
disk_mount() {
	local image=$w/disk.${1##*/}
	rm -f "$image"
	truncate -s 16M "$image"
	mkfs.ext4 -q -m 0 "$image"
	mkdir "$w/moved"
	find "$1" -mindepth 1 -maxdepth 1 -exec mv -t "$w/moved" {} +
	mount -o "$disk_options" "$image" "$1"
	rmdir "$1/lost+found"
	find "$w/moved" -mindepth 1 -maxdepth 1 -exec mv -t "$1" {} +
	rmdir "$w/moved"
	chmod 700 "$1"
}

# disk_settle DIR: all that is there now is there to stay
disk_settle() {
	sync -f "$1"
}

# disk_lose DIR: after the power came back. While a process that was killed, or another test's
# mount namespace, holds the old file system, what is mounted would be that one again.
disk_lose() {
	local n image=$w/disk.${1##*/}
	for ((n = 0; n < 1200; n++)); do
		! mountpoint -q "$1" || umount "$1" 2>/dev/null || :
		! mountpoint -q "$1" && [ -z "$(losetup -j "$image")" ] && break
		sleep 0.05
	done
	! mountpoint -q "$1" && mount -o "$disk_options" "$image" "$1"
}
