# SPDX-License-Identifier: Apache-2.0
# lab_servers.sh - starts and ends the broker and the daemon of a lab. Sourced by lab.sh; dir is
# the lab's folder.
# shellcheck shell=sh disable=SC2154 # dir, plugin and complain are lab.sh's

# random MIN COUNT: prints a number from MIN to MIN + COUNT - 1
random() {
	r=$(od -An -N4 -tu4 /dev/urandom)
	echo $(($1 + r % $2))
}

# await FILE TEXT PID: waits until FILE has a line with TEXT; 111 if the process ends before that
await() {
	tries=0
	until grep -q "$2" "$1" 2>/dev/null; do
		kill -0 "$3" 2>/dev/null || return 111
		tries=$((tries + 1))
		[ "$tries" -lt 1500 ] || return 111
		sleep 0.02
	done
}

# running DIR NAME: is the server running, and sets pid. A pid file may be left of a process that
# has ended, so the process with that pid must have DIR in its command line.
running() {
	[ -s "$1/$2.pid" ] || return 1
	read -r pid <"$1/$2.pid"
	tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$1/"
}

# Prints the library to preload into the broker: a plugin that was built with a sanitizer needs the
# sanitizer's library there.
preload() {
	[ -n "${SANITIZE:-}" ] || return 0
	gcc -print-file-name=libasan.so
}

write_broker_conf() {
	gr-registry print-broker-conf -H "$dir/home" -n 10000 -a 127.0.0.1 -p "$1" \
		-d "$dir/broker" -P "$plugin" -u "$(id -un)" -c "$dir/broker/server.pem" \
		-k "$dir/broker/server.key" >"$dir/broker/mosquitto.conf" || return
	cat >>"$dir/broker/mosquitto.conf" <<EOF
log_dest file $dir/broker/log
log_type error
log_type warning
log_type notice
log_type information
EOF
}

# launch NAME COMMAND...: starts it in the background, in a session of its own, without the
# descriptors that a test has open (3 and 9), and writes its pid file
launch() {
	name=$1
	shift
	setsid "$@" </dev/null >>"$dir/$name.log" 2>&1 3>&- 9>&- &
	echo $! >"$dir/$name.pid"
}

start_broker_once() {
	rm -f -- "$dir/home/shared/broker.sock"
	: >"$dir/broker/log"
	lib=$(preload)
	# Mosquitto leaks some memory when it ends, so leaks are not reported, only invalid
	# accesses.
	launch broker env ${lib:+LD_PRELOAD="$lib"} \
		${lib:+ASAN_OPTIONS=exitcode=86:detect_leaks=0} \
		mosquitto -c "$dir/broker/mosquitto.conf"
	await "$dir/broker/log" ' running$' "$!"
}

# said by the broker that was started last
port_is_in_use() {
	tail -n 3 -- "$dir/broker.log" | cat -- - "$dir/broker/log" |
		grep -q 'Address already in use'
}

# Another process may have its port for a moment.
start_broker_again() {
	starts=0
	until start_broker_once; do
		starts=$((starts + 1))
		port_is_in_use && [ "$starts" -lt 300 ] || return 111
		sleep 0.2
	done
}

# Starts the broker on a random port, and tries others while the port is in use; below 32768, where
# Linux takes those of clients from. A broker that is started again keeps its port.
start_broker() {
	if [ -s "$dir/port" ]; then
		start_broker_again && return
		complain "$dir: the broker did not start; see $dir/broker/log"
		return 111
	fi
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		port=$(random 20000 12000)
		write_broker_conf "$port" || return
		if start_broker_once; then
			echo "$port" >"$dir/port"
			return
		fi
		port_is_in_use || break
	done
	complain "$dir: the broker did not start; see $dir/broker/log and $dir/broker.log"
	return 111
}

start_backend() {
	: >"$dir/backend.log"
	read -r minute ceiling <"$dir/minute"
	read -r rate <"$dir/rate"
	launch backend gr-backendd -H "$dir/home" -s "$dir/home/shared/broker.sock" -m "$minute" \
		-c "${ceiling:-0}" -q 0 ${rate:+-t "$rate"}
	await "$dir/backend.log" '^ready$' "$!" && return
	complain "$dir: gr-backendd did not start; see $dir/backend.log"
	return 111
}

# await_backend COUNT: waits until the log says ready more than COUNT times: a request before that
# would get no answer.
await_backend() {
	tries=0
	while running "$dir" backend && [ "$tries" -lt 500 ] &&
		[ "$(grep -c '^ready$' "$dir/backend.log")" -eq "$1" ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
}

# stop NAME SIGNAL: sends the signal and waits until the server has ended; KILL after ten seconds
stop() {
	running "$dir" "$1" || return 0
	kill -s "$2" "$pid" 2>/dev/null || return 0
	tries=0
	while [ -d "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 500 ] || kill -s KILL "$pid" 2>/dev/null || :
		sleep 0.02
	done
	rm -f -- "$dir/$1.pid"
}
