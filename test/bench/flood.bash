# SPDX-License-Identifier: Apache-2.0
# flood.bash - one device asks for all it can while others rotate: what they feel of it,
# and what it costs. A part of run.
# Variables and helpers are run's; topics begin with a dollar.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016

# cpu LAB SERVER: ms
cpu() {
	awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) * 1000 / tick }' \
		"/proc/$(cat "$1/$2.pid")/stat"
}

# loud LAB OPERAND...: the device, in place of the shell that calls it; see test/tools/flood.c
loud() {
	local lab=$1
	shift
	exec "$work/loud" -p "$(cat "$lab/port")" -a "$lab/home/ca/ca.pem" \
		-c "$lab/things/loud/certificate.pem" -k "$lab/things/loud/private.key" \
		-i loud "$@"
}

# rotations LAB GROUP NAME [TOPIC PAYLOAD]...: 50 a second for 15 seconds,
# with a flood of that beside them
rotations() {
	local lab=$1 group=$2 name=$3 pid=
	shift 3
	fleet "$lab" "$group" 150
	if [ $# -gt 0 ]; then
		loud "$lab" "$@" >"$work/loud.out" &
		pid=$!
		helpers=$pid
	fi
	gr-swarm -g "$group" -j 5 -r 50 -d 15 "$lab" >"$work/flood.out" || cat "$work/flood.out"
	if [ -n "$pid" ]; then
		kill "$pid"
		wait "$pid" || :
		helpers=
	fi
	aim "p99 of a Jobs request at 50 rotations a second, flood of $name" \
		"$(p99 'Jobs request' "$work/flood.out")" ms under 100
	printf '%-28s %8s %8s %8s %8s   %s\n' "$name" "$(p99 'Jobs request' "$work/flood.out")" \
		"$(p99 create "$work/flood.out")" "$(p99 commit "$work/flood.out")" \
		"$(p99 'connect OLD' "$work/flood.out")" "$([ $# -eq 0 ] || cat "$work/loud.out")"
}

# The daemon's CPU for so many requests of one thing, the plugin's limit taken away:
# it is to grow as they do, and no faster.
cpu_of_floods() {
	local lab=$1 n before
	sed -i "/^plugin_opt_registry/a plugin_opt_request_rate 0" "$lab/broker/mosquitto.conf"
	lab.sh stop "$lab" broker
	lab.sh start "$lab" broker
	for n in 10000 20000 40000; do
		before=$(cpu "$lab" backend)
		(loud "$lab" -n "$n" '$aws/things/loud/jobs/get' '{}') >/dev/null
		figure "daemon CPU for $n requests of one thing, no limit in the broker: $(($(cpu "$lab" backend) - before)) ms"
	done
}

floods() {
	local lab=$work/flood t='$aws/things/loud/jobs'
	printf '\n50 rotations a second beside one device that asks for all it can: p99, ms\n\n'
	gcc -O2 -o "$work/loud" "$root/test/tools/flood.c" -lssl -lcrypto
	lab.sh up -n 0 -a ECDSA-P256 "$lab" >/dev/null
	lab.sh add -a ECDSA-P256 "$lab" loud
	gr-jobs create -H "$lab/home" -t thing/loud job >/dev/null
	openssl req -new -key "$lab/things/loud/private.key" -subj '/O=gr lab/CN=loud' |
		jq -Rsc '{jobId: "job", csr: .}' >"$work/csr.json"
	head -c 131072 /dev/zero >"$work/zeros"
	printf '%-28s %8s %8s %8s %8s\n' 'flood of' 'Jobs' create commit connect
	rotations "$lab" quiet nothing
	rotations "$lab" gets get "$t/get" '{}'
	rotations "$lab" updates update "$t/job/update" '{"status":"IN_PROGRESS"}'
	rotations "$lab" creates create 'awslabs/things/loud/certificate/create' "@$work/csr.json"
	rotations "$lab" commits commit 'awslabs/things/loud/certificate/commit' '{"jobId":"job"}'
	rotations "$lab" large 'get of 128 kB' "$t/get" "@$work/zeros"
	rotations "$lab" refused 'refused topics' in/x '{}'
	cpu_of_floods "$lab"
	lab.sh down "$lab"
}
