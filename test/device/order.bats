# SPDX-License-Identifier: Apache-2.0
# order.bats - gr-install-cert on a file system that orders nothing: what must not be lost before
# the next step is synced before it. A power cut on ext4 does not show this: there each sync of any
# file takes along what was done before.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store

setup_file() {
	gcc -shared -fPIC -O1 -o "$BATS_FILE_TMPDIR/order.so" "$ROOT/test/tools/order.c" -ldl
}
# noted COMMAND...: what it renames, removes and syncs is in ./order
noted() {
	: >order
	ORDER=$PWD/order LD_PRELOAD=$BATS_FILE_TMPDIR/order.so \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@" >/dev/null
}
# first PATH DIR: something was renamed to PATH, and the sync of DIR came before anything else
first() {
	[ "$(grep -A1 -x "rename $1" order | sed -n 2p)" = "sync $2" ] || {
		cat order >&2
		return 1
	}
}

@test "order: a live link is synced before anything else changes: adopt, activate, rollback, recover" {
	make_device
	noted gr-install-cert adopt
	first "$STORE/live" "$STORE"
	rm -r dev state
	make_trial
	noted gr-install-cert activate
	first "$STORE/live" "$STORE"
	noted gr-install-cert rollback
	first "$STORE/live" "$STORE"
	rm "$STORE/live"
	noted gr-install-cert recover
	first "$STORE/live" "$STORE"
}
@test "order: the links in the configured places are synced one by one" {
	make_device
	noted gr-install-cert adopt
	first "$PWD/dev/private.key" "$PWD/dev"
	first "$PWD/dev/cert.pem" "$PWD/dev"
}
@test "order: a generation loses its number, and that is synced, before a file in it is deleted" {
	make_trial
	noted gr-install-cert discard -g 2
	first "$STORE/.2.dead" "$STORE"
	grep -qx "unlink $STORE/.2.dead/private.key" order
	not grep -q "unlink $STORE/2/" order
}
