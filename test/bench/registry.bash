# SPDX-License-Identifier: Apache-2.0
# registry.bash - what a large registry costs: a rotation in it, an audit of it, an import.
# A part of run.
# shellcheck shell=bash disable=SC2154 # work and the numbers are run's

# fill LAB N: N things more, each with all that a thing has which was registered, connected and
# left. Nobody else may be in the registry. Sorted as the tables are, or it would take many
# times as long.
fill() {
	sqlite3 "$1/home/shared/registry.db" >/dev/null <<EOF
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -1000000;
BEGIN;
CREATE TEMP TABLE crowd AS WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
	SELECT i, printf('crowd-%07d', i) AS thing, lower(hex(randomblob(32))) AS id, lower(hex(randomblob(32))) AS spki, unixepoch() * 1000 AS now FROM n;
INSERT INTO thing SELECT thing, now FROM crowd;
INSERT INTO thing_group SELECT 'crowd', now FROM crowd LIMIT 1;
INSERT INTO member SELECT 'crowd', thing FROM crowd;
INSERT INTO certificate (id, status, pem, spki, not_after, authority, private, created, key_type, digest)
	SELECT id, 'ACTIVE', (SELECT pem FROM certificate LIMIT 1), spki, now + iif(i % 1000, i % 9000 + 3000, 10) * 86400000, 'ca', 1, now - 7776000000, 'ECDSA-P256', 'SHA256' FROM crowd ORDER BY id;
INSERT INTO principal SELECT id, thing, now FROM crowd ORDER BY id;
INSERT INTO certificate_policy SELECT id, 'rotation' FROM crowd ORDER BY id;
INSERT INTO seen_key SELECT spki, thing, now FROM crowd ORDER BY spki;
INSERT INTO session SELECT thing, id, now, 0 FROM crowd;
COMMIT;
PRAGMA journal_mode = WAL;
EOF
	# or it is written out while something else is measured
	sync "$1/home/shared/registry.db"
}

# populate LAB N
populate() {
	lab.sh up -n 0 -a ECDSA-P256 "$1" >/dev/null
	fleet "$1" first 1
	lab.sh stop "$1" backend
	lab.sh stop "$1" broker
	fill "$1" "$2"
	lab.sh start "$1" broker
	lab.sh start "$1" backend
}

# turn LAB GROUP: 600 rotations by new devices, at a rate that leaves the machine time; prints the
# CPU of broker and daemon for one, and how long half of them took at the most
turn() {
	fleet "$1" "$2" 200
	gr-swarm -g "$2" -j 3 -r 75 "$1" >"$work/turn"
	awk '$1 == "broker" || $1 == "daemon" { cpu += $2 } $1 == "whole" { wall = $2 } END { print cpu, wall }' "$work/turn"
}

registries() {
	local small=$work/small large=$work/large i
	populate "$small" 1000
	populate "$large" "$things"
	printf '\nA rotation with 1000 and with %d things in the registry, by turns: CPU of broker and daemon, and p50 of its time, ms\n\n' "$things"
	printf '%10s %10s %10s %10s %10s %10s\n' CPU CPU ratio p50 p50 ratio
	for ((i = 1; i <= 8; i++)); do
		# Now one is first, now the other.
		if [ $((i % 2)) -eq 0 ]; then turn "$small" "turn$i" >"$work/turn.small"; fi
		turn "$large" "turn$i" >"$work/turn.large"
		if [ $((i % 2)) -eq 1 ]; then turn "$small" "turn$i" >"$work/turn.small"; fi
		cat "$work/turn.small" "$work/turn.large"
	done | paste - - |
		awk '{ printf "%10.2f %10.2f %10.2f %10.1f %10.1f %10.2f\n", $1, $3, $3 / $1, $2, $4, $4 / $2; fflush() }' |
		tee "$work/turns"
	tr -s ' ' <"$work/turns" >"$work/ratios"
	aim "CPU of a rotation with $things things" "$(field 4 "$work/ratios")" \
		'times that with 1000' under 1.2
	figure "from $(cut -d ' ' -f 4 "$work/ratios" | sort -n | head -n 1) to $(cut -d ' ' -f 4 "$work/ratios" | sort -n | tail -n 1) in 8 turns; its time: $(field 7 "$work/ratios") times"
	lab.sh down "$small"
	audit "$large"
	lab.sh down "$large"
}

# timed COMMAND...: sets wall and cpu (user and system), seconds
timed() {
	local TIMEFORMAT='%R %U user, %S system' took
	took=$({ time "$@" >"$work/out" 2>"$work/err"; } 2>&1) || {
		cat "$work/err" >&2
		return 1
	}
	wall=${took%% *} cpu=${took#* }
}

# Findings are its status 1, and here there are some.
look() { gr-audit -H "$1/home" || [ $? -eq 1 ]; }

audit() {
	local count
	timed look "$1"
	count=$(sqlite3 "$1/home/shared/registry.db" \
		"SELECT count(*) FROM certificate WHERE status = 'ACTIVE'")
	printf '\ngr-audit of %d certificates, %d findings: %s s (CPU %s)\n' \
		"$count" "$(wc -l <"$work/out")" "$wall" "$cpu"
	aim "gr-audit of $count certificates" "$wall" s under 10
}

# The lines are made first: to draw the keys takes longer than to take them.
import() {
	local home=$work/home half=$((imported / 2))
	gr-fleet -n "$half" -t a -p rotation -g all >"$work/lines.a" &
	helpers=$!
	gr-fleet -n $((imported - half)) -t b -p rotation -g all >"$work/lines"
	wait "$helpers"
	helpers=
	cat "$work/lines.a" >>"$work/lines"
	gr-ca init -H "$home" -a ECDSA-P256
	gr-registry init -H "$home"
	gr-registry create-policy -H "$home" rotation "$root/share/policies/rotation.json"
	timed gr-registry import -H "$home" "$work/lines"
	printf '\ngr-registry import, %s: %s s (CPU %s)\n' "$(cat "$work/out")" "$wall" "$cpu"
	aim "import of $imported things" "$wall" s under 60
}
