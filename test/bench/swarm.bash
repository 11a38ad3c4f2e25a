# SPDX-License-Identifier: Apache-2.0
# swarm.bash - many devices at once: how fast, how late an answer is, what a connection takes.
# A part of run.
# shellcheck shell=bash disable=SC2154 # work and the numbers are run's

# told WHAT FILE: the figure behind these words in what gr-swarm printed
told() { sed -n "s/^$1 *//p" "$2" | cut -d ' ' -f 1; }
# p99 WHAT FILE: of a stage, in front of its maximum
p99() { awk -v what="$1" 'index($0, what) == 1 { print $(NF - 1) }' "$2"; }

# By turns, in a new world each time: connects and nothing else, then whole rotations. Both go as
# fast as the machine can with devices, broker and daemon on it.
swarms() {
	local i lab rate ceiling
	printf '\nMany devices, %d times: connects alone, then rotations, as fast as it goes\n' \
		"$swarm_runs"
	for ((i = 1; i <= swarm_runs; i++)); do
		lab=$work/swarm
		lab.sh up -n 0 -a ECDSA-P256 "$lab" >/dev/null
		fleet "$lab" swarm 400
		echo
		gr-swarm -C -d 5 "$lab" | tee "$work/connects"
		echo
		gr-swarm "$lab" | tee "$work/rotations"
		lab.sh down "$lab"
		printf '%s %s %s %s %s\n' "$(told 'rotations a second' "$work/rotations")" \
			"$(told 'connects a second' "$work/connects")" \
			"$(told broker "$work/rotations")" "$(told daemon "$work/rotations")" \
			"$(told swarm "$work/rotations")" >>"$work/swarms"
	done
	rate=$(field 1 "$work/swarms") ceiling=$(field 2 "$work/swarms")
	aim 'rotations, medians' "$rate" 'a second' least 150
	figure "CPU of one: broker $(field 3 "$work/swarms"), daemon $(field 4 \
		"$work/swarms"), device $(field 5 "$work/swarms") ms"
	figure "bare connects: $ceiling a second; two for each rotation are $(awk '{ print 200 * $1 / $2 }' "$work/swarms" | field 1 - | cut -c 1-4) % of that"
}

half_load() {
	local lab=$work/half
	printf '\n75 rotations a second\n\n'
	lab.sh up -n 0 -a ECDSA-P256 "$lab" >/dev/null
	fleet "$lab" swarm 400
	gr-swarm -r 75 "$lab" | tee "$work/half.out"
	lab.sh down "$lab"
	aim 'p99 of a Jobs request at 75 rotations a second' \
		"$(p99 'Jobs request' "$work/half.out")" ms under 50
}

# rss LAB SERVER: kB
rss() { awk '/^VmRSS:/ { print $2 }' "/proc/$(cat "$1/$2.pid")/status"; }

# Broker and swarm inherit the limit from here.
raise_descriptors() {
	ulimit -n $((connected + 100)) 2>/dev/null && return
	printf '%d connections need as many open files and 100 more; here no more than %d are allowed: raise nofile in /etc/security/limits.conf, or be root\n' \
		"$connected" "$(ulimit -H -n)"
	connected=$(($(ulimit -H -n) - 100))
	ulimit -n $((connected + 100))
}

idle() {
	local lab=$work/idle broker daemon
	printf '\nConnected and idle\n\n'
	raise_descriptors
	lab.sh up -n 0 -a ECDSA-P256 "$lab" >/dev/null
	fleet "$lab" swarm "$connected"
	broker=$(rss "$lab" broker) daemon=$(rss "$lab" backend)
	gr-swarm -S "$lab" >"$work/idle.out" &
	helpers=$!
	until [ "$(sqlite3 -cmd '.timeout 60000' "$lab/home/shared/registry.db" \
		'SELECT count(*) FROM session WHERE live')" -eq "$connected" ]; do
		kill -0 "$helpers"
		sleep 0.2
	done
	printf '%-10s %10s %12s\n' 'memory, MB' 'nobody' "$connected things"
	printf '%-10s %10.1f %12.1f\n' \
		broker "$(divide "$broker" 1024)" "$(divide "$(rss "$lab" broker)" 1024)" \
		daemon "$(divide "$daemon" 1024)" "$(divide "$(rss "$lab" backend)" 1024)"
	figure "memory with $connected connected things: broker $(($(rss "$lab" broker) / 1024)) MB ($((($(rss "$lab" broker) - broker) / connected)) kB each), daemon $(($(rss "$lab" backend) / 1024)) MB"
	kill "$helpers"
	wait "$helpers"
	helpers=
	lab.sh down "$lab"
}
