# SPDX-License-Identifier: Apache-2.0
# Owners, groups, mount points and full disks: what needs root. Called by make check-root.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store

setup() {
	[ "$(id -u)" -eq 0 ]
	umask 022
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.."
}
teardown() {
	cd /
	for m in "$BATS_TEST_TMPDIR"/mnt "$BATS_TEST_TMPDIR"/dev/private.key \
		"$BATS_TEST_TMPDIR"/dev; do
		! mountpoint -q "$m" || umount "$m"
	done
}
owner_of() { stat -c '%U:%G %a' "$@"; }

# staged: from plain files to a second generation that waits to be activated.
staged() {
	gr-install-cert adopt >/dev/null
	gr-journal put --from idle phase=creating-certificate job=job1 old=1 new=2
	gr-keygen >/dev/null
	certify 2 new.pem
	gr-install-cert stage new.pem >/dev/null
	gr-journal put --from creating-certificate phase=trial
}
rotate() {
	staged
	gr-install-cert activate
}

@test "owners: in root's directory the files of a service user stay its own" {
	make_device
	chown games:games dev/private.key dev/cert.pem
	chmod 400 dev/private.key
	rotate
	[ "$(owner_of -L dev/private.key)" = "games:games 400" ]
	[ "$(owner_of -L dev/cert.pem)" = "games:games 644" ]
	[ "$(stat -c %U "$STORE" "$STORE/2" "$STORE/rotation" | sort -u)" = root ]
	runuser -u games -- cat dev/private.key dev/cert.pem >/dev/null
	run ! runuser -u nobody -- cat "$STORE/2/private.key"
	run ! runuser -u games -- rm -f "$STORE/2/private.key"
}
@test "owners: a group that could read still can, others still cannot" {
	make_device
	chown root:games dev/private.key
	chmod 640 dev/private.key
	rotate
	[ "$(owner_of -L dev/private.key)" = "root:games 640" ]
	[ "$(owner_of "$STORE" "$STORE/2" | sort -u)" = "root:games 750" ]
	runuser -u games -- cat dev/private.key >/dev/null
	run ! runuser -u nobody -- cat dev/private.key
	run ! runuser -u nobody -- ls "$STORE"
}
@test "owners: in a user's directory the work is done as that user" {
	make_device
	chown -R games:games dev
	rotate
	[ "$(stat -c %U dev/.gr "$STORE" "$STORE/2" "$STORE/2/private.key" "$STORE/rotation" |
		sort -u)" = games ]
	gr-install-cert rollback
	dev_pair_matches
}
@test "owners: root's key in a user's directory stays root's" {
	make_device
	chown games:games dev
	chmod 600 dev/private.key
	rotate
	[ "$(owner_of -L dev/private.key)" = "root:root 600" ]
	[ "$(stat -c %U "$STORE" "$STORE/2" | sort -u)" = games ]
	run ! runuser -u games -- cat dev/private.key
	gr-journal put phase=reporting
	gr-install-cert commit
	[ ! -e "$STORE/1" ]
	dev_pair_matches
}
@test "owners: a certificate in the directory of another user is installed" {
	make_device
	mkdir elsewhere
	mv dev/cert.pem elsewhere/
	chown -R games:games elsewhere
	export GR_CERTIFICATE_FILE_PATH=$PWD/elsewhere/cert.pem
	rotate
	[ "$(stat -c %U elsewhere/cert.pem)" = games ]
	[ "$(owner_of -L elsewhere/cert.pem)" = "games:games 644" ]
	cmp elsewhere/cert.pem new.pem
}
@test "owners: a link that the directory's owner planted is not followed as root" {
	make_device
	chown -R games:games dev
	gr-install-cert adopt
	echo precious >precious
	chmod 600 precious
	rm -r "$STORE/1"
	mkdir -m 755 victim
	ln -s "$PWD/victim" "$STORE/1"
	run ! gr-keygen -g 1
	run ! gr-install-cert adopt
	ln -s "$PWD/victim" "$STORE/2"
	run ! gr-keygen -g 2
	[ -z "$(ls -A victim)" ]
	ln -s "$PWD/precious" "$STORE/.rotation.tmp"
	gr-install-cert recover || :
	[ "$(cat precious)" = precious ]
}
@test "owners: a foreign .gr of another user is refused" {
	make_device
	install -d -o games dev/.gr
	run -100 --separate-stderr gr-install-cert adopt
	[[ $stderr == *"is foreign"* ]]
	[ ! -L dev/private.key ]
}
@test "mounts: a key that is a mount point of its own is refused before anything is touched" {
	make_device
	cp dev/private.key other.key
	mount --bind other.key dev/private.key
	run -100 --separate-stderr gr-install-cert adopt
	[[ $stderr == *"a mount point of its own"* ]]
	[ ! -e dev/.gr ]
	[ "$(ls -A dev | tr '\n' ' ')" = "cert.pem private.key " ]
}
@test "mounts: a switch that the configured paths do not show is undone" {
	make_device
	mkdir elsewhere
	mv dev/cert.pem elsewhere/
	export GR_CERTIFICATE_FILE_PATH=$PWD/elsewhere/cert.pem
	staged
	before=$(cat elsewhere/cert.pem)
	# Over the folder that we stay in: from here the key is still there,
	# a link by an absolute path leads into the new one.
	cd dev
	mount -t tmpfs tmpfs "$PWD"
	GR_PRIVATE_KEY_PATH=private.key run -111 --separate-stderr gr-install-cert activate
	[[ $stderr == "gr-install-cert: $GR_CERTIFICATE_FILE_PATH: does not lead to the live generation: "* ]]
	umount "$BATS_TEST_TMPDIR/dev"
	[ "$(live)" = 1 ]
	[ "$(cat ../elsewhere/cert.pem)" = "$before" ]
	gr-install-cert activate
	[ "$(live)" = 2 ]
}
@test "disk: on a full ext4 the switch is rolled back, with its record" {
	truncate -s 8M ext4.img
	mkfs.ext4 -q -m 0 ext4.img
	mkdir mnt
	mount -o loop ext4.img mnt
	cd mnt
	make_trial
	gr-install-cert activate
	dd if=/dev/zero of=fill bs=4k 2>/dev/null || :
	sync -f .
	dd if=/dev/zero of=fill2 bs=1 2>/dev/null || :
	i=0
	while : 2>/dev/null >"inode.$i"; do i=$((i + 1)); done 2>/dev/null
	run -111 gr-journal put phase=committing
	gr-journal put --from trial phase=rolling-back "reason=no answer"
	gr-install-cert rollback
	[ "$(live)" = 1 ]
	[ "$(gr-journal get phase)" = rolling-back ]
	dev_pair_matches
}
