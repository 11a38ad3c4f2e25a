# SPDX-License-Identifier: Apache-2.0
# broker.bash - mosquitto with gr-broker.so meets the fault while a thing rotates, and is started
# again. Sourced by cut-run.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
# The engine's variables: w, me, lives, cut, fault, scene.
# The scenes, and what holds: see device.bash and daemon.bash. Here the device has to end as it
# would undisturbed, whatever the fault: it is not the device's own.

broker_begin() { :; }

broker_up() { daemon_world broker; }

broker_point() {
	local rc=0 device
	device_job "$scene" || return
	broker_start "$1"
	daemon_client >run 2>&1 &
	device=$!
	while kill -0 "$device" 2>/dev/null; do
		broker_mind
		sleep 0.02
	done
	wait "$device" || rc=$?
	[ "$rc" -le 1 ] || { lose "rotate.sh once ended with $rc"; broker_stop; return 1; }
	device_settled "$(daemon_word)" && broker_stop && daemon_tidy || return
	ended=$word
	reached "$1" || return 2
}

# Looks count at the registry and at the key and certificate: Mosquitto takes settings that it
# cannot read to their end for all there are, and serves nobody then until it is started again.
# Under gr-cut, as lab.sh starts it; "running" may be what is not written: then it has ten seconds.
broker_start() {
	local i
	rm -f "$home/shared/broker.sock"
	: >"$w/lab/broker/log"
	setsid gr-cut -n "$1" "${cut[@]}" -u "$home/" -u "$w/lab/broker/server" -l log -t 600 \
		mosquitto -c "$w/lab/broker/mosquitto.conf" \
		</dev/null >>"$w/lab/broker.log" 2>&1 7>&- 8>&- &
	broker=$!
	for ((i = 0; i < 500; i++)); do
		if grep -q ' running$' "$w/lab/broker/log" || ! kill -0 "$broker" 2>/dev/null; then
			return
		fi
		sleep 0.02
	done
}

# Broker and daemon that died are started again, as their supervisor would, without a fault.
broker_mind() {
	if [ -n "$broker" ] && ! kill -0 "$broker" 2>/dev/null; then
		broker_again
	fi
	if [ "$(cat "/proc/$(cat "$w/lab/backend.pid")/comm" 2>/dev/null)" != gr-backendd ]; then
		lab.sh start "$w/lab" backend 7>&- 8>&- || :
	fi
}

broker_again() {
	local rc=0
	wait "$broker" || rc=$?
	echo "the broker ended with $rc" >>run
	broker=
	lab.sh start "$w/lab" broker 7>&- 8>&-
}

# The fault may still come while it ends. The next point has its own.
broker_stop() {
	if [ -n "$broker" ]; then
		kill -TERM "$broker" 2>/dev/null
		wait "$broker" || :
		broker=
	fi
	lab.sh stop "$w/lab" broker
}

# The last point has its next job as well.
broker_end() {
	lab.sh start "$w/lab" broker
	device_rotate next
}
