# SPDX-License-Identifier: Apache-2.0
# The driver does its work under the restrictions of its units,
# as far as they can be had without systemd. Called by make check-root.
bats_require_minimum_version 1.5.0
load ../../lib/helper
load ../../lib/device

setup() {
	[ "$(id -u)" -eq 0 ]
	lab
	as thing-1
	keep_old_pair
	UNIT=$ROOT/share/systemd/gr-rotate.service
	mkdir own
	mv "$GR_CONF" "$GR_STATE" own
	export GR_CONF=$PWD/own/gr.conf GR_STATE=$PWD/own/state
}
teardown() { down; }

of_unit() { sed -n "s/^$1=//p" "$UNIT"; }
# confined COMMAND...: with the unit's capabilities and no others, no way to new ones,
# and what is the kernel's read-only
confined() {
	local set
	set=$(of_unit CapabilityBoundingSet | tr A-Z a-z | sed 's/cap_/,+/g;s/ //g')
	unshare --mount sh -euc \
		'for part in /proc/sys /sys; do mount --rbind "$part" "$part"; mount -o remount,bind,ro "$part"; done
		! { true >/proc/sys/kernel/core_pattern; } 2>/dev/null
		ulimit -c 0
		set=$1
		shift
		exec setpriv --no-new-privs --bounding-set="-all$set" --inh-caps=-all "$@"' confined "$set" "$@"
}

@test "confined: credentials that a user owns rotate, and that user owns the new ones" {
	chmod o+x "$BATS_TEST_TMPDIR" lab lab/things
	chown -R games:games "$T"
	rotate_job j1
	run -0 confined sh -c 'grep -q "^CapEff:.*[1-9a-f]" /proc/self/status && ! chroot / true 2>/dev/null && exec rotate.sh once'
	assert_rotated j1
	[ "$(stat -L -c %U:%a "$T/private.key")" = games:600 ]
}

@test "confined: a key in a token rotates" {
	load ../../lib/token
	token_new
	printf '%s\n' "pkcs11Module = $MODULE" "pkcs11PinSource = $TOKEN_DIR/pin" \
		'nextKey = pkcs11:token=gr' >>"$GR_CONF"
	rotate_job j1
	run -0 confined rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	grep -q '^pkcs11:' "$T/private.key"
}

@test "confined: the watchdog ends a trial, and the restart hook finds the runtime of another user" {
	setpriv --reuid=games --regid=games --clear-groups sleep 600 3>&- &
	runtime=$!
	await eval '[ "$(stat -c %U "/proc/$runtime")" = games ]'
	printf '%s\n' '#!/bin/sh' \
		"[ -r /proc/$runtime/fd ] && ls -l /proc/$runtime/fd >/dev/null || exit 111" \
		'echo "$1" >>'"$PWD/calls" 'echo one' >hook
	chmod 755 hook
	printf 'restartHook = %s\n' "$PWD/hook" >>"$GR_CONF"
	gr-install-cert adopt >/dev/null
	gr-journal put phase=idle restartInstance=one restartFor=1 restartCount=0 restartAt=0
	run -0 confined rotate.sh recover
	kill "$runtime"
	[ "$(sort -u calls | xargs)" = 'instance restart' ]
	[ -e "$GR_STATE/heartbeat" ]
}

@test "confined: no step of a rotation makes a system call that the unit forbids" {
	of_unit SystemCallFilter | grep -v '^~' | tr ' ' '\n' | sort >allowed
	systemd-analyze syscall-filter $(of_unit SystemCallFilter | sed -n 's/^~//p') |
		sed -n 's/^ *\([a-z_0-9]*\)$/\1/p' | sort -u | comm -23 - allowed >forbidden
	[ "$(wc -l <forbidden)" -gt 50 ]
	rotate_job j1
	strace -qq -f -o calls rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' calls | sort -u >used
	[ "$(wc -l <used)" -gt 30 ]
	comm -12 forbidden used >both
	[ ! -s both ] || { cat both >&2; false; }
	sed -n 's/^[0-9]* *socket(\(AF_[A-Z0-9]*\).*/\1/p' calls | sort -u >families
	for family in $(cat families); do
		[[ " $(of_unit RestrictAddressFamilies) " == *" $family "* ]] || {
			echo "$family" >&2
			return 1
		}
	done
}
