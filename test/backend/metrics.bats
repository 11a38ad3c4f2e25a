# SPDX-License-Identifier: Apache-2.0
# What gr-backendd tells a monitoring system.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	own_lab
	ask_build
	lab.sh stop "$LAB" backend
	DAEMON= J=first
	daemon_start
}
teardown() {
	daemon_end
	own_lab_down
}

# Ten times a second, and in minutes of 400 ms.
daemon_start() {
	gr-backendd -H "$GR_HOME" -s "$LAB/home/shared/broker.sock" -c 0 -q 0 -m 400 \
		-M "$PWD/gr.prom" >daemon.log 2>&1 3>&- &
	DAEMON=$!
	await grep -q '^ready$' daemon.log
	await test -e gr.prom
}
daemon_end() {
	[ -n "$DAEMON" ] || return 0
	kill "$DAEMON"
	wait "$DAEMON" || { cat daemon.log >&2; return 1; }
	DAEMON=
}

# shows LINE: comes to be in the file
shows() { await grep -qxF "$1" gr.prom || { cat gr.prom >&2; return 1; }; }

@test "metrics: the file is readable by others, complete at any moment, and each sample has its TYPE line" {
	[ "$(stat -c %a gr.prom)" = 644 ]
	for _ in $(seq 300); do
		[[ $(tail -n 1 gr.prom) == 'gr_broker_connected '[01] ]]
	done
	# the next one may be on its way
	[ "$(find . -maxdepth 1 -name '*gr.prom*' | wc -l)" -le 2 ]
	cp gr.prom one
	awk '
		/^# HELP [a-z_]+ [A-Z0-9]/ { help[$3] = 1; next }
		/^# TYPE [a-z_]+ (counter|gauge|histogram)$/ { type[$3] = $4; next }
		/^[a-z_]+(\{[a-z]+="[^"]*"(,le="[^"]*")?\})? [0-9.]+$/ {
			name = $1; sub(/\{.*/, "", name)
			if (name ~ /^gr_stage_seconds_(bucket|sum|count)$/) name = "gr_stage_seconds"
			if (help[name] && type[name] && (type[name] == "counter") == (name ~ /_total$/)) { n++; next }
		}
		{ print NR ": " $0; bad = 1 }
		END { exit bad || n < 80 }' one
	[ "$(grep -v '^#' one | sed 's/ [^ ]*$//' | sort | uniq -d)" = '' ]
}

@test "metrics: rotations by outcome, executions by status, and how long each stage took" {
	thing_new one
	rotation_begun
	shows 'gr_job_executions{status="IN_PROGRESS"} 1'
	shows 'gr_stage_seconds_count{stage="certificate"} 1'
	shows 'gr_stage_seconds_count{stage="switch"} 0'
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
	shows 'gr_rotations_total{survivor="NEW"} 1'
	for stage in start certificate switch commit report retire; do
		shows "gr_stage_seconds_count{stage=\"$stage\"} 1"
		shows "gr_stage_seconds_bucket{stage=\"$stage\",le=\"+Inf\"} 1"
		sql_is "SELECT sum(count) FROM latency WHERE stage = '$stage'" 1
	done
	shows "gr_stage_seconds_sum{stage=\"report\"} $(sql 'SELECT printf("%.3f", (decided - committed) / 1000.0) FROM rotation')"
	# The bucket is the smallest that holds it, and those above count it too.
	sql_is "SELECT max(le) FROM latency WHERE stage = 'report' AND le < (SELECT decided - committed FROM rotation) AND count > 0" ''
	# Another one goes back, and a job is deleted: counters never do.
	J=second OLD=$NEW
	rotation_asked_of second
	heard FAILED OLD
	shows 'gr_rotations_total{survivor="OLD"} 1'
	shows 'gr_executions_total{status="FAILED"} 1'
	gr-jobs delete -f second
	shows 'gr_job_executions{status="FAILED"} 0'
	shows 'gr_executions_total{status="FAILED"} 1'
	shows 'gr_executions_total{status="QUEUED"} 2'
	shows 'gr_job_executions{status="SUCCEEDED"} 1'
	# What was counted is in the registry: another daemon goes on.
	daemon_end
	rm gr.prom
	daemon_start
	shows 'gr_rotations_total{survivor="NEW"} 1'
}
# rotation_asked_of JOB: a rotation over the pair in use
rotation_asked_of() {
	job_started "$1"
	key_new "$1"
	accepted create "$(csr_of "$1")"
}

@test "metrics: certificates by the days that they are good for" {
	for t in a b c d e f g; do thing_new "$t"; done
	n=0
	for days in -2 0 6 7 45 364 365; do
		n=$((n + 1))
		sql "UPDATE certificate SET not_after = (unixepoch() / 86400 + $days) * 86400000 WHERE id = (SELECT certificate FROM principal ORDER BY thing LIMIT 1 OFFSET $((n - 1)))"
	done
	shows 'gr_certificates{days="expired"} 1'
	shows 'gr_certificates{days="0-6"} 2'
	shows 'gr_certificates{days="7-29"} 1'
	shows 'gr_certificates{days="30-89"} 1'
	shows 'gr_certificates{days="90-364"} 1'
	shows 'gr_certificates{days="365-"} 1'
	sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = (SELECT certificate FROM principal WHERE thing = 'b')"
	shows 'gr_certificates{days="0-6"} 1'
}

@test "metrics: connected things are counted, also when the broker ends" {
	thing_new
	mosquitto_sub -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" \
		--key "$KEY" -i "$THING" -t "$(topic jobs/notify)" >out 2>&1 3>&- &
	device=$!
	shows 'gr_connections 1'
	kill -KILL "$device"
	wait "$device" || :
	shows 'gr_connections 0'
	mosquitto_sub -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" \
		--key "$KEY" -i "$THING" -t "$(topic jobs/notify)" >out 2>&1 3>&- &
	device=$!
	shows 'gr_connections 1'
	lab.sh stop "$LAB" broker
	shows 'gr_broker_connected 0'
	shows 'gr_connections 0'
	kill -KILL "$device"
	wait "$device" || :
	lab.sh start "$LAB" broker 3>&-
	shows 'gr_broker_connected 1'
}

@test "metrics: what waits is counted: things for a job, messages for the broker, notifications for a channel" {
	mkdir "$GR_HOME/notify.d"
	printf '#!/bin/sh\nexit 1\n' >"$GR_HOME/notify.d/dead"
	chmod +x "$GR_HOME/notify.d/dead"
	shows 'gr_notices_waiting{channel="dead"} 0'
	for t in a b c; do gr-registry create-thing "$t"; done
	lab.sh stop "$LAB" broker
	gr-jobs create -r 1 -t thing/a -t thing/b -t thing/c slow
	shows 'gr_job_executions{status="QUEUED"} 3'
	shows 'gr_things_awaiting 0'
	await grep -q '^gr_outbox_messages [1-9]' gr.prom
	sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES (1, 'second-key', 'a', '', 'x'), (1, 'second-key', 'b', '', 'x')"
	sql "UPDATE alarm SET count = 5 WHERE thing = 'a'"
	shows 'gr_alarms_total{kind="second-key"} 6'
	shows 'gr_notices_waiting{channel="dead"} 2'
	lab.sh start "$LAB" broker 3>&-
	shows 'gr_outbox_messages 0'
	sql "UPDATE rollout SET waiting = 7, wake = 9000000000000000 WHERE job = 'slow'"
	shows 'gr_things_awaiting 7'
}

@test "metrics: a missing directory is a line each time, and disturbs no device" {
	daemon_end
	mkdir gone
	gr-backendd -H "$GR_HOME" -s "$LAB/home/shared/broker.sock" -m 400 \
		-M "$PWD/gone/gr.prom" >daemon.log 2>&1 3>&- &
	DAEMON=$!
	await test -e gone/gr.prom
	mv gone elsewhere
	await grep -q "gone.*: No such file or directory" daemon.log
	thing_new
	accepted jobs/get '{}'
}
