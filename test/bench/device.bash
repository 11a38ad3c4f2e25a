# SPDX-License-Identifier: Apache-2.0
# device.bash - one device under rotate.sh: where the time of a rotation goes,
# and what memory its programs take. A part of run.
# shellcheck shell=bash disable=SC2154 # work, bench and runs are run's

# rotate COMMAND...: one job, served by rotate.sh once;
# sets took: wall time and CPU time (user, system), seconds
rotate() {
	local TIMEFORMAT='%R %U %S'
	job=$((${job:-0} + 1))
	gr-jobs create -H "$lab/home" -t thing/thing-1 "job-$job" >/dev/null
	took=$({ time "$@" rotate.sh once >"$work/log" 2>&1; } 2>&1) || {
		cat "$work/log" >&2
		return 1
	}
	[ "$(gr-jobs executions -H "$lab/home" "job-$job" | cut -f 3)" = SUCCEEDED ]
}

# What gr-stopwatch saw of one rotation: whole (ms), key generation,
# connects (ms), processes, programs.
digest() {
	awk 'NR == 1 { whole = $6 }
		$4 { programs++ }
		$8 == "gr-keygen" { keygen += $6 - $3 }
		$8 == "gr-link" { connects += $5 - $3 }
		$8 == "gr-probe" { connects += $6 - $3 }
		END { printf "%.3f %.3f %.3f %d %d\n", whole / 1000, keygen / 1000, connects / 1000, NR, programs }' "$1"
}

# device ALGORITHM: by turns unwatched, which gives the wall time, and watched,
# which tells where it went.
device() {
	local i
	lab=$work/$1
	lab.sh up -n 1 -a "$1" "$lab" >/dev/null
	export GR_CONF=$lab/things/thing-1/gr.conf GR_STATE=$lab/things/thing-1/state
	rotate	# the first one adopts the files, which the later ones need not
	for ((i = 1; i <= runs; i++)); do
		rotate
		echo "$took" >>"$lab/plain"
		rotate "$bench/gr-stopwatch" "$lab/seen.$i"
		digest "$lab/seen.$i" >>"$lab/digests"
	done
	print_device "$1"
	[ "$1" != ECDSA-P256 ] ||
		aim 'a P-256 rotation of one device' \
			"$(awk "BEGIN { print 1000 * $(field 1 "$lab/plain") }")" ms under 250
	cat "$lab"/seen.* >>"$work/seen"
	lab.sh stop "$lab" backend
	lab.sh stop "$lab" broker
}

# The rest is what the unwatched run took besides; being watched costs each process a little.
print_device() {
	local wall best cpu
	wall=$(field 1 "$lab/plain") best=$(sort -n "$lab/plain" | head -n 1 | cut -d ' ' -f 1)
	cpu=$(awk '{ print $2 + $3 }' "$lab/plain" | field 1 -)
	awk -v name="$1" -v wall="$wall" -v best="$best" -v cpu="$cpu" \
		-v keygen="$(field 2 "$lab/digests")" -v connects="$(field 3 "$lab/digests")" \
		-v processes="$(field 4 "$lab/digests")" -v programs="$(field 5 "$lab/digests")" \
		-v watched="$(field 1 "$lab/digests")" 'BEGIN {
		printf "%-12s %8.0f %8.0f %8.1f %8.1f %8.1f %8.0f %10d %9d %8.0f\n", name, wall * 1000, best * 1000, keygen, connects,
			wall * 1000 - keygen - connects, cpu * 1000, processes, programs, watched }'
}

# The largest of each kind.
print_memory() {
	awk '{ name = $8 == "rotate.sh" || $8 ~ /^gr-/ ? $8 : "" }
		name && $7 > peak[name] { peak[name] = $7 }
		END { for (name in peak) printf "%-18s %6.1f\n", name, peak[name] / 1024 }' "$work/seen" |
		sort -k 2 -rn
}

devices() {
	printf '\nOne device, rotate.sh once, on loopback: medians of %d runs, ms\n' "$runs"
	printf '%-12s %8s %8s %8s %8s %8s %8s %10s %9s %8s\n' \
		'' wall best keygen connects rest CPU processes programs watched
	device ECDSA-P256
	device RSA-2048
	printf '\nPeak memory of the programs on the device, MB\n'
	print_memory | tee "$work/peaks"
	aim 'memory of the largest program on the device' \
		"$(awk 'NR == 1 { print $2 }' "$work/peaks")" MB under 12
}
