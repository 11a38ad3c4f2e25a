# SPDX-License-Identifier: Apache-2.0
# fleet.bash - a lab with a lossy broker, things with a driver each as a service manager would keep
# it, and what must be true of a thing after whatever happened to it. For the tests of message
# faults, messages-run and soak. Load after helper and device.

MISHAPS=$ROOT/build/${SANITIZE:+sanitize/}fault

# fleet DIR [lab.sh options]: a lab whose broker loads gr-lossy.so as well; sets LAB and HOME_DIR
fleet() {
	LAB=$1
	shift
	lab.sh up -a ECDSA-P256 "$@" "$LAB" >/dev/null 3>&-
	HOME_DIR=$LAB/home
	lab.sh stop "$LAB" backend
	lab.sh stop "$LAB" broker
	sed -i "0,/^plugin /s|^plugin |plugin $MISHAPS/gr-lossy.so\nplugin_opt_trace $LAB/trace\n&|" "$LAB/broker/mosquitto.conf"
	# Whoever gets a third certificate, for a moment even, is on record.
	sql "CREATE TABLE third (thing TEXT);
		CREATE TRIGGER third_attached AFTER INSERT ON principal WHEN (SELECT count(*) FROM principal WHERE thing = new.thing) > 2
			BEGIN INSERT INTO third VALUES (new.thing); END"
	: >"$LAB/trace"
	lab.sh start "$LAB" broker 3>&-
	lab.sh start "$LAB" backend 3>&-
}

# fleet_stop DIR: whatever still runs there
fleet_stop() {
	local t
	touch "$1/stop"
	while [ -s "$1/keeper" ] && kill -0 "$(cat "$1/keeper")" 2>/dev/null; do sleep 0.1; done
	for t in "$1"/things/*/; do
		[ -e "$t/driver" ] || continue
		touch "$t/stop"
		kill -KILL -- "-$(cat "$t/driver")" 2>/dev/null || :
	done
	lab.sh stop "$1" backend
	lab.sh stop "$1" broker
}

# thing NAME: the one spoken of from here on, in a hurry
thing() {
	as "$1"
	THING=$1
	setting requestTimeoutSeconds 2
	setting retryMinMilliseconds 20
	setting retryMaxMilliseconds 200
}

# eventually COMMAND...: until it is true, or the lab is stopped; the limit only ends a hang
eventually() {
	local end=$((SECONDS + ${PATIENCE:-300}))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] && [ -d "$LAB" ] && [ ! -e "$LAB/stop" ] || {
			echo "never came true: $*" >&2
			return 1
		}
		sleep "${PACE:-0.1}"
	done
}

# --- drivers -------------------------------------------------------------------------------------

# Each life of the driver is a session of its own, started anew whenever it ends.
# What cannot work is not tried again.
keep_driving() {
	local rc=0 runner
	while [ -d "$T" ] && [ ! -e "$T/stop" ] && [ "$rc" -ne 100 ]; do
		rc=0 runner=
		[ ! -e "$T/runner" ] || { runner=$(cat "$T/runner"); rm "$T/runner"; }
		# shellcheck disable=SC2086 # a command with its arguments, for this life alone
		setsid --wait sh -c 'echo $$ >"$0"; exec "$@"' "$T/driver" $runner \
			rotate.sh run >>"$T/log" 2>&1 || rc=$?
	done
}

# drive: a driver for the thing; returns once it listens. park ends it.
drive() {
	mark
	keep_driving 3>&- &
	KEEPER=$!
	eventually is_listening
}
park() {
	touch "$T/stop"
	kill "$(cat "$T/driver")"
	wait "$KEEPER"
	rm "$T/stop" "$T/driver"
}

# runtime: a client in the place of a nucleus, as the thing itself, restarted by the hook;
# the driver is T#gr then
runtime() {
	cat >"$T/hook" <<-EOF
		#!/bin/sh
		cd $T
		case \$1 in
		instance) cat runtime.pid ;;
		restart)
			[ ! -s runtime.pid ] || kill "\$(cat runtime.pid)"
			env -u GR_STATE setsid mosquitto_sub -h localhost -p $(cat "$LAB/port") --cafile $HOME_DIR/ca/ca.pem --cert certificate.pem \\
				--key private.key -i $THING -t things/$THING/news >/dev/null 2>&1 </dev/null 3>&- 4<&- &
			echo \$! >runtime.pid
			;;
		esac
	EOF
	chmod +x "$T/hook"
	setting runtime classic
	setting restartHook "$T/hook"
	"$T/hook" restart
}

# --- what went through the broker ----------------------------------------------------------------

# mark: traced prints what came after it, of the thing: NAME DEED
mark() { MARK=$(stat -c %s "$LAB/trace"); }
traced() { tail -c "+$((MARK + 1))" "$LAB/trace" | sed -n "s/^$THING //p"; }

# The last that it asked for was its list of jobs, and it has got that.
is_listening() {
	local last
	last=$(traced | grep -E '^(jobs/get|jobs/get/accepted|jobs/.*/get|jobs/.*/update|certificate/create|certificate/commit) ' | tail -n 1)
	case $last in
	'jobs/get/accepted drop' | 'jobs/get/accepted delay' | 'jobs/get/accepted swap')
		return 1
		;;
	'jobs/get/accepted '*) ;;
	*) return 1 ;;
	esac
}

# mishap RULE...: for the thing, from now on, in place of what was said before;
# see test/fault/gr-lossy/rule.h
mishap() {
	printf '%s\n' "$@" >"$T/rules"
	eventually mosquitto_pub --unix "$LAB/home/shared/broker.sock" -q 1 -t "fault/$THING" \
		-f "$T/rules" 2>/dev/null
}

# What the rotation of $JOB consisted of, as traced: N NAME for the N-th message of that name,
# which is a pattern.
messages() { traced | awk -v job="jobs/$JOB/" '{ sub(job, "jobs/*/", $1); print ++n[$1], $1 }'; }

# --- rotations -----------------------------------------------------------------------------------

# A job whose rollout is still to come has no execution.
status_is_final() {
	local status
	status=$(sql "SELECT coalesce((SELECT status FROM execution WHERE thing = '$THING' AND job = '$1'),
		(SELECT 'QUEUED' FROM job WHERE id = '$1' AND status IN ('SCHEDULED', 'IN_PROGRESS')), 'GONE')") || return
	case $status in QUEUED | IN_PROGRESS) return 1 ;; esac
}

# The execution has ended, or is gone, and the device has nothing more to do for it.
is_over() { status_is_final "$1" && is_idle; }

# rotation JOB [OPTION...]: create it, see it end and the device listen for the next one
rotation() {
	rotate_job "$@" && eventually is_over "$1" && eventually is_listening
}

# Sets JOB, an id that was never used.
new_job() { JOB=$THING-${EPOCHREALTIME/./}; }

# Without any mishap.
clean_rotation() {
	new_job
	mishap '' && mark && rotation "$JOB" && ended_as "$JOB" SUCCEEDED && healthy
}

ended_as() {
	local status
	status=$(status_of "$1")
	[[ $status =~ ^($2)$ ]] ||
		wrong "job $1 ended as ${status:-nothing}, not $2: $(reason_of "$1")"
}

# --- invariants ----------------------------------------------------------------------------------

wrong() {
	printf '%s: %s\n' "$THING" "$*" >&2
	return 1
}

only_certificate_is() {
	[ "$(sql "SELECT group_concat(c.id || c.status) FROM principal p JOIN certificate c ON c.id = p.certificate WHERE p.thing = '$THING'")" = "$1ACTIVE" ]
}

# What lies on disk, generations without their number.
layout() {
	(
		cd "$T" &&
			find . -path ./.gr/private.key/live -prune -o -path './.gr*' -print |
				sed 's,/[0-9][0-9]*\b,/N,' | sort
	)
}

# No process of an earlier life.
all_of_this_life() {
	local pid life
	life=$(cat "$T/driver")
	for pid in $(grep -lzxF "GR_STATE=$T/state" /proc/[0-9]*/environ 2>/dev/null |
		cut -d / -f 3); do
		[ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$life" ] ||
			[ ! -d "/proc/$pid" ] || wrong "process $pid of an earlier life" || return
	done
}

had_third() { [ -n "$(sql "SELECT * FROM third WHERE thing = '$THING'")" ]; }

probe() {
	local rc=0
	gr-probe >"$T/probed" 2>"$T/probe.error" || rc=$?
	[ "$rc" -ne 111 ]
}

# healthy: whatever happened, this must be true of the thing now
healthy() {
	local id
	eventually probe	# the broker may be away for another thing's sake
	id=$(cat "$T/probed")
	[ -n "$id" ] ||
		wrong "the broker does not take the pair: $(cat "$T/probe.error")" || return
	[ "$id" = "$(certificate_id)" ] ||
		wrong "the configured certificate is not the live one" || return
	pair_matches || wrong "key and certificate do not match" || return
	await only_certificate_is "$id" ||
		wrong "not exactly one certificate, ACTIVE and attached" || return
	! had_third || wrong "had a third certificate" || return
	[ -z "$(find "$T" -type f -perm /077 -exec grep -l 'PRIVATE KEY' {} +)" ] ||
		wrong "a private key can be read by others" || return
	[ "$(gr-install-cert status | grep -c '^generation')" -eq 1 ] ||
		wrong "a stray generation" || return
	[ ! -f "$T/layout" ] || diff "$T/layout" <(layout) || wrong "strays on disk" || return
	eventually all_of_this_life
}

# --- servers -------------------------------------------------------------------------------------

server_start() { lab.sh start "$LAB" "$1" >>"$LAB/starts" 2>&1; }

# Starts them anew whenever they have died, until the lab is stopped; none while the lab is held.
keep_servers() {
	local server
	printf '%s\n' "$BASHPID" >"$LAB/keeper"
	while [ -d "$LAB" ] && [ ! -e "$LAB/stop" ]; do
		for server in broker backend; do
			(
				flock 9
				[ -e "$LAB/held" ] || server_runs "$server" ||
					server_start "$server"
			) 9>>"$LAB/servers"
		done
		sleep 0.1
	done
}
# One that nobody has waited for yet has no command line any more.
server_runs() {
	local pid
	pid=$(cat "$LAB/$1.pid" 2>/dev/null) && grep -qs . "/proc/$pid/cmdline"
}

# --- wires ---------------------------------------------------------------------------------------

# wires N: for things 1 to N of the lab, instead of the broker's port
wires() {
	local i ports
	mkfifo "$LAB/wire"
	"$MISHAPS/bin/gr-wire" -n "$1" "$(cat "$LAB/port")" \
		<"$LAB/wire" >"$LAB/wire.log" 2>&1 3>&- &
	exec {WIRE}>"$LAB/wire"
	eventually test -s "$LAB/wire.log"
	read -r -a ports <"$LAB/wire.log"
	for ((i = 1; i <= $1; i++)); do
		sed -i "s/^iotDataPort = .*/iotDataPort = ${ports[i - 1]}/" \
			"$LAB/things/thing-$i/gr.conf"
	done
}

# --- many points ---------------------------------------------------------------------------------

# crew THINGS PLACE COMMAND...: COMMAND WORD... for each line of the file `points`, on several
# things at once, each with a driver; PLACE N chooses the N-th of them. It must be well before and
# after. `outcome` gets a line "survived POINT: STATUS" or "lost POINT" for each; 0: all survived.
crew() {
	local n=$1 i pids=
	shift
	: >outcome
	for ((i = 1; i <= n; i++)); do
		work "$i" "$n" "$@" >"work-$i.log" 2>&1 3>&- &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086 # several
	wait $pids
	[ "$(grep -c '^survived ' outcome)" -eq "$(wc -l <points)" ] &&
		! grep -v '^survived ' outcome
}

work() {
	local i=$1 n=$2 place=$3 point
	shift 3
	"$place" "$i" && drive && clean_rotation && layout >"$T/layout" && clean_rotation || {
		echo "lost before-$i" >>outcome
		return 1
	}
	while read -r -u 4 point; do
		# shellcheck disable=SC2086 # several words
		if "$@" $point; then
			echo "survived $point: $(status_of "$JOB")" >>outcome
		else
			echo "lost $point ($THING)" >>outcome
		fi
	done 4< <(awk -v i="$i" -v n="$n" 'NR % n == i % n' points)
	clean_rotation || echo "lost after-$i" >>outcome
	park
	[ ! -s "$T/runtime.pid" ] || kill "$(cat "$T/runtime.pid")"
	[ -z "${OWN_LAB:-}" ] || fleet_stop "$LAB"
}

# A place: the things of one lab. A place with a lab for each thing sets OWN_LAB.
here() { thing "thing-$1"; }

# struck DEED N NAME: survives if the deed is done to the N-th message of that name and the job
# succeeds all the same.
struck() {
	new_job
	mark
	mishap "$2 $3 $1" && rotation "$JOB" || return
	traced | grep -q " ${1%% *}$" || wrong "$1: message $2 $3 did not come" || return
	ended_as "$JOB" SUCCEEDED && healthy
}
