# SPDX-License-Identifier: Apache-2.0
# broker-conf.bats - the broker's configuration, which one program prints for README, lab,
# tests and packages

bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/broker

teardown() { [ -z "${BROKER:-}" ] || broker_stop; }

conf() { gr-registry print-broker-conf -H "$PWD/home" "$@"; }
setup() { mkdir -m 700 home; }

number() { sed -n "s/^$1[ =]//p"; }

@test "broker-conf: the limits follow the fleet's size, and the broker may open more files than it has connections" {
	conf -n 10 >small
	conf -n 100000 >large
	[ "$(number max_connections <small)" -eq 130 ]
	[ "$(number max_connections <large)" -eq 300100 ]
	[ "$(number memory_limit <small)" -lt "$(number memory_limit <large)" ]
	grep -qx 'max_packet_size 135168' small
	# What may wait for the daemon, whatever the size: 65536 requests in 64 MB.
	for file in small large; do
		[ "$(number max_queued_messages <"$file")" -ge 65536 ]
		[ "$(number max_queued_bytes <"$file")" -ge $((64 << 20)) ]
	done
	conf -n 100000 --unit >unit
	grep -qx '\[Service\]' unit
	[ "$(number LimitNOFILE <unit)" -ge 301100 ]
}

@test "broker-conf: it uses the paths that it is given, and default paths for the others" {
	conf -p 1883 -a ::1 -c /c.pem -k /k.pem -s /s.sock -d /data -P /p.so -u somebody >told
	for line in 'listener 1883 ::1' 'certfile /c.pem' 'keyfile /k.pem' 'listener 0 /s.sock' \
		'persistence_location /data/' 'plugin /p.so' 'user somebody' \
		"plugin_opt_registry $PWD/home/shared/registry.db" "capath $PWD/home/trusted"; do
		grep -qxF "$line" told
	done
	(cd home && gr-registry print-broker-conf -H .) >own
	for line in 'listener 8883' "certfile $PWD/home/server.pem" \
		"listener 0 $PWD/home/shared/broker.sock" "plugin $BIN/gr-broker.so"; do
		grep -qxF "$line" own
	done
	run -1 grep '^user ' own
}

@test "broker-conf: values that no configuration line can hold, and missing paths, are refused" {
	run -100 --separate-stderr conf -c $'a\nallow_anonymous true'
	[[ $stderr == *': -c: not one line, or too long' ]]
	run -100 --separate-stderr conf -u 'x y'
	run -100 --separate-stderr conf -s relative.sock
	[[ $stderr == *'relative.sock: not an absolute path'* ]]
	run -100 --separate-stderr conf -n 0
	run -100 --separate-stderr conf -p 65536
	run -100 --separate-stderr gr-registry print-broker-conf -H nowhere
	[[ $stderr == *': nowhere: No such file or directory' ]]
	run -100 --separate-stderr conf extra
	run -111 --separate-stderr bash \
		-c "gr-registry print-broker-conf -H '$PWD/home' >/dev/full"
}

@test "broker-conf: a configuration like Debian's includes it, and the broker starts" {
	world_make "$BATS_TEST_TMPDIR/world"
	broker_configure() {
		mkdir -p conf.d
		gr-registry print-broker-conf -H "$WORLD" -i -a 127.0.0.1 -p "$PORT" \
			-u "$(id -un)" >conf.d/gr.conf
		printf '%s\n' "pid_file $WORLD/broker.pid" 'persistence true' \
			"persistence_location $WORLD/" 'log_dest stderr' 'log_type all' \
			"include_dir $PWD/conf.d" >"$WORLD/mosquitto.conf"
	}
	broker_start
	thing_make pump
	as_device pub pump pump -q 1 -t free/x -m x
	run -1 grep -E '^(persistence|persistence_location|pid_file|log_dest)' conf.d/gr.conf
}
