# SPDX-License-Identifier: Apache-2.0
# daemon.bash - gr-backendd meets the fault while a thing rotates, and is started again.
# Sourced by cut-run.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
# The engine's variables: c, w, me, lives, cut, fault, scene.
# The scenes, and what holds: see device.bash.

daemon_begin() { :; }

# daemon_world SERVER: a world of our own, that server not running yet
daemon_world() {
	[ ! -d lab ] || { undo "$w"; rm -rf lab; }
	lab.sh up -n 1 -a ECDSA-P256 "$w/lab" >/dev/null || { lose 'no world'; return; }
	home=$w/lab/home thing=thing-1 T=$w/lab/things/thing-1 daemon='' broker=''
	device_triggers
	device_hurry 1
	export GR_CONF=$T/gr.conf GR_STATE=$T/state
	device_rotate next || return
	lab.sh stop "$w/lab" "$1"
}

daemon_up() {
	daemon_world backend || return
	if [ "$fault" = power ]; then
		lab.sh stop "$w/lab" broker
		cp "$home/ca/ca.pem" "$w/root.pem"	# the thing's own disk stays
		sed -i "s,^rootCaPath.*,rootCaPath = $w/root.pem," "$T/gr.conf"
		disk_mount "$home" && cut=(-c 'file,net' -s "$home")
		lab.sh start "$w/lab" broker
	fi
}

daemon_point() {
	local rc=0 device
	device_job "$scene" || return
	[ "$fault" != power ] || disk_settle "$home"
	daemon_start "$1"
	daemon_client >run 2>&1 &
	device=$!
	daemon_watch "$device"
	wait "$device" || rc=$?
	[ "$rc" -le 1 ] || { lose "rotate.sh once ended with $rc"; daemon_stop; return 1; }
	device_settled "$(daemon_word)" && daemon_stop && daemon_tidy || return
	ended=$word
	reached "$1" || return 2
}

# Nobody answers for a while: that is no end for a device.
daemon_client() {
	local rc n
	for ((n = 0; n < 20; n++)); do
		rc=0
		gr-cut -t 900 rotate.sh once || rc=$?
		[ "$rc" -eq 111 ] || return "$rc"
	done
	return 111
}

daemon_word() {
	[ "$scene" = rollback ] && echo FAILED || echo SUCCEEDED
}

# Under gr-cut, as lab.sh starts it; whoever asks for "ready" has waited long enough once it is
# dead, or for ten seconds: the fault may take that word itself.
daemon_start() {
	local i
	: >"$w/lab/backend.log"
	setsid gr-cut -n "$1" "${cut[@]}" -u "$home/" -l log -t 900 \
		gr-backendd -H "$home" -s "$w/lab/home/shared/broker.sock" -q 0 \
		</dev/null >>"$w/lab/backend.log" 2>&1 7>&- 8>&- &
	daemon=$!
	for ((i = 0; i < 1000; i++)); do
		if grep -q '^ready$' "$w/lab/backend.log" || ! kill -0 "$daemon" 2>/dev/null; then
			return
		fi
		sleep 0.01
	done
}

# While the thing rotates.
daemon_watch() {
	while kill -0 "$1" 2>/dev/null; do
		daemon_mind
		sleep 0.02
	done
}

# A daemon that died is started again, as its supervisor would, without a fault.
daemon_mind() {
	if [ -n "$daemon" ] && ! kill -0 "$daemon" 2>/dev/null; then
		daemon_again
	fi
}

daemon_again() {
	local rc=0
	wait "$daemon" || rc=$?
	daemon=
	if [ "$fault" = power ] && [ "$rc" -eq 137 ]; then
		lab.sh kill "$w/lab" broker	# it was on the same machine
		disk_lose "$home"
		lab.sh start "$w/lab" broker
	fi
	lab.sh start "$w/lab" backend 7>&- 8>&-
}

# The fault may still come while it ends.
daemon_stop() {
	if [ -n "$daemon" ]; then
		kill -TERM "$daemon" 2>/dev/null
		daemon_again
	fi
	lab.sh stop "$w/lab" backend
}

# Nothing twice, nothing lost.
daemon_tidy() {
	local seen
	seen=$(sql "SELECT (SELECT count(*) FROM rotation WHERE job = '$job'), (SELECT count(*) FROM execution WHERE job = '$job'),
		(SELECT count(*) FROM alarm), (SELECT integrity_check FROM pragma_integrity_check LIMIT 1)")
	[ "$seen" = '1|1|0|ok' ] || {
		lose "rotations, executions, alarms, integrity: $seen $(sql 'SELECT kind, text FROM alarm')"
		return
	}
	# A certificate that was cut off before it was recorded may stand there besides;
	# nobody ever saw it.
	seen=$(jq -rR --arg j "$job" \
		'fromjson? | select(.jobId == $j) | .event + " " + .certificateId' "$home/ledger" |
		sort -u)
	daemon_ledger | comm -23 - <(echo "$seen") >missing
	if [ -s missing ] || [ "$(grep -c survivor <<<"$seen")" -ne 1 ]; then
		lose "in the ledger: $(xargs <<<"$seen")"
	fi
}

daemon_ledger() {
	sql "SELECT 'issued ' || new FROM rotation WHERE job = '$job'
		UNION SELECT 'survivor ' || CASE survivor WHEN 'NEW' THEN new ELSE old END FROM rotation WHERE job = '$job'" |
		sort
}

# The last point has its next job as well.
daemon_end() {
	lab.sh start "$w/lab" backend
	device_rotate next
}
