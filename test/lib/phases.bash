# SPDX-License-Identifier: Apache-2.0
# phases.bash - rotations that are met in each of their phases. Load after device.

PHASES='updating-job creating-certificate trial committing reporting rolling-back failing'

# phases_lab: a thing for each phase, and in ./fake a driver that runs ./at_phase when it has
# written the phase $AT; with $REFUSED its commit is refused.
phases_lab() {
	lab -n 7
	wrapped gr-journal \
		'"$REAL" "$@" || exit; case "$* " in *"phase=$AT "*) '"$PWD"'/at_phase ;; esac'
	wrapped gr-commit '[ -z "${REFUSED:-}" ] || { echo "gr-commit: refused" >&2; exit 1; }; exec "$REAL" "$@"'
	FAKE=$PWD/fake
}
at_phase() {
	printf '#!/bin/sh\n%s\n' "$1" >at_phase
	chmod +x at_phase
}

# device_at N PHASE: in a folder of its own, the thing whose rotation gets there,
# and the status with which it will end
device_at() {
	as "thing-$1"
	JOB=job-$1
	mkdir -p "$1"
	cd "$1" || return
	keep_old_pair
	export AT=$2 REFUSED=
	case $2 in
	rolling-back | failing) REFUSED=1 ENDS=1 ;;
	*) ENDS=0 ;;
	esac
	rotate_job "$JOB"
}

# A driver that a failed step left running.
end_driver() {
	[ ! -s "$GR_STATE/lock" ] || kill "$(cut -d ' ' -f 1 "$GR_STATE/lock")" 2>/dev/null || :
}

# in_each_phase FUNCTION ARGUMENT...: FUNCTION N PHASE ARGUMENT..., side by side;
# of one that fails the step is shown.
in_each_phase() {
	local n=0 failed='' phase do=$1
	local -A pids
	shift
	for phase in $PHASES; do
		n=$((n + 1))
		(
			trap 'echo "$phase, line $LINENO: $BASH_COMMAND" >&2' ERR
			trap end_driver EXIT
			"$do" "$n" "$phase" "$@"
		) 3>&- >"out.$n" 2>&1 &
		pids[$n]=$!
	done
	for n in "${!pids[@]}"; do
		wait "${pids[$n]}" || { failed=1; cat "out.$n" >&2; }
	done
	[ -z "$failed" ]
}
