# SPDX-License-Identifier: Apache-2.0
# A short `make chaos` in two halves: each kind of event once, on a few things.
bats_require_minimum_version 1.5.0

MACHINES='broker-stopped broker-killed daemon-stopped daemon-killed power-cut clock-ahead
	clock-behind clock-at-boot disk-full upgraded wire driver device device-clock device-disk
	backup restored'
PEOPLE='ledger-moved ledger-lost registry-lost registry-damaged backup-damaged ledger-damaged
	validity authority deactivated detached cut-off brought-back revoked cancel time-out gone
	refuse'

setup() { load ../lib/helper; }

# all_end_well KINDS
all_end_well() {
	run -0 env CHAOS_BUILT=1 TMPDIR="$BATS_TEST_TMPDIR" "$ROOT/test/fault/chaos" \
		-s 20261201 -n 3 -d 1 -k "$1"
	[[ ${lines[-1]} == 'chaos: '*' things are well, '*' cut off on purpose' ]]
	for kind in $1; do
		grep -qx "$kind  *1" <<<"$output"
	done
}

@test "chaos: servers, clocks, disks and devices go wrong, and every thing is well" {
	all_end_well "$MACHINES"
}

@test "chaos: ledger and registry are lost and operators err, and every thing is well or cut off on purpose" {
	all_end_well "$PEOPLE"
}

@test "chaos: the two halves have every kind of event" {
	. "$ROOT/test/fault/world/events.bash"
	[ "$(tr -s '[:space:]' '\n' <<<"$MACHINES $PEOPLE" | sort)" = \
		"$(tr -s '[:space:]' '\n' <<<"$KINDS" | sort)" ]
}
