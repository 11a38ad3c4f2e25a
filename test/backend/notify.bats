# SPDX-License-Identifier: Apache-2.0
# Notifications: what is told, to whom, how often, and what a channel may and may not do
# to the rest.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	own_lab
	ask_build
	mkdir "$GR_HOME/notify.d"
	SINK= J=j
}
teardown() {
	exec 5>&-
	[ -z "$SINK" ] || kill -KILL "$SINK" 2>/dev/null || :
	own_lab_down
}

# channel NAME COMMAND: a program of notify.d, known to the daemon when this returns
channel() {
	printf '#!/bin/sh\n%s\n' "$2" >"$GR_HOME/notify.d/$1"
	chmod +x "$GR_HOME/notify.d/$1"
	await sql_is "SELECT count(*) FROM channel WHERE name = '$1'" 1
}
# shipped NAME [SETTING...]: one of share/notify.d, with its settings
shipped() {
	local name=$1
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$GR_HOME/notify.d/$name.conf"
	ln -s "$ROOT/share/notify.d/$name" "$GR_HOME/notify.d/$name"
	await sql_is "SELECT count(*) FROM channel WHERE name = '$name'" 1
}
# minute MS: from here on the backend's minute is as long
minute() {
	backend stop
	echo "$1" >"$LAB/minute"
	backend start
}
lines_are() { [ "$(wc -l <"$1")" -eq "$2" ]; }
# alarm TEXT: one more thing to be told of
alarm() {
	sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES ($(date +%s)000, 'retired-used', 't', 'c', '$1')"
}
all_done() {
	sql_is "SELECT count(*) FROM channel WHERE done < (SELECT seq FROM sqlite_sequence WHERE name = 'notice')" 0
}

# --- what is told --------------------------------------------------------------------------------

@test "notify: an execution that ends FAILED, with the device's reason, and one that ends REJECTED" {
	channel all "cat >>$PWD/got"
	thing_new
	J=j1
	job_started
	accepted jobs/j1/update \
		'{"status":"FAILED","statusDetails":{"DeviceFailureReason":"no room: \"left\""}}'
	await lines_are got 2
	json_is "$(head -n 1 got)" '{"notificationId":1,"eventType":"JOB_EXECUTION","timestamp":"S","summary":"job j1 on '"$THING"': FAILED: no room: \"left\"",
		"jobId":"j1","thingName":"'"$THING"'","executionNumber":1,"status":"FAILED","statusDetails":{"DeviceFailureReason":"no room: \"left\""}}'
	json_is "$(tail -n 1 got)" '{"notificationId":2,"eventType":"JOB","timestamp":"S","summary":"job j1: COMPLETED","jobId":"j1","status":"COMPLETED"}'
	job_new j2
	accepted jobs/j2/update '{"status":"REJECTED"}'
	await lines_are got 4
	json_is "$(sed -n 3p got)" '"job j2 on '"$THING"': REJECTED"' .summary
}

@test "notify: an execution that ends TIMED_OUT" {
	minute 1000
	channel all "cat >>$PWD/got"
	thing_new
	job_new j -T 1
	accepted jobs/j/update '{"status":"IN_PROGRESS"}'
	await lines_are got 2
	json_is "$(head -n 1 got)" \
		'{"status":"TIMED_OUT","summary":"job j on '"$THING"': TIMED_OUT"}' \
		'{status, summary}'
}

@test "notify: a job that is cancelled, with its reason" {
	channel all "cat >>$PWD/got"
	thing_new
	job_new j
	gr-jobs cancel -r WRONG_FLEET -c 'not these' j
	await lines_are got 1
	json_is "$(cat got)" '{"notificationId":1,"eventType":"JOB","timestamp":"S","summary":"job j: CANCELED: not these","jobId":"j","status":"CANCELED","reasonCode":"WRONG_FLEET","comment":"not these"}'
}

@test "notify: an alarm, once, however often it comes" {
	channel all "cat >>$PWD/got"
	rotation_begun
	key_new second
	refused create "$(csr_of second)" \
		'this execution has a certificate for another key already'
	refused create "$(csr_of second)" \
		'this execution has a certificate for another key already'
	sql_is "SELECT seq FROM sqlite_sequence WHERE name = 'notice'" 1
	await lines_are got 1
	json_is "$(cat got)" '{"notificationId":1,"eventType":"ALARM","timestamp":"S","summary":"alarm second-key: '"$THING"': a second key asked for a certificate within one execution",
		"kind":"second-key","thingName":"'"$THING"'","certificateId":"'"$OLD"'","text":"a second key asked for a certificate within one execution"}'
}

@test "notify: a rotation that succeeds is told of by the end of its job alone" {
	channel all "cat >>$PWD/got"
	rotation_begun
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
	await lines_are got 1
	json_is "$(cat got)" '["JOB","COMPLETED"]' '[.eventType, .status]'
}

@test "notify: nothing is kept while there is no channel, and a new channel begins with the next event" {
	alarm early
	sql_is 'SELECT count(*) FROM notice' 0
	channel all "cat >>$PWD/got"
	alarm late
	await lines_are got 1
	json_is "$(cat got)" '"late"' .text
	channel second "cat >>$PWD/second"
	alarm later
	await lines_are second 1
	json_is "$(cat second)" '"later"' .text
}

# --- at least once -------------------------------------------------------------------------------

@test "notify: a notification that every channel has is deleted; a restart repeats none" {
	channel all "cat >>$PWD/got"
	alarm one
	await all_done
	await sql_is 'SELECT count(*) FROM notice' 0
	backend stop
	backend start
	alarm two
	await lines_are got 2
	json_is "$(sed -n 2p got)" '"two"' .text
}

@test "notify: a program that fails gets it again, in order, after a growing delay" {
	minute 6000
	channel all "t=\$(cat); date +%s%N >>$PWD/times; [ -e $PWD/open ] || exit 1; echo \"\$t\" >>$PWD/got"
	alarm one
	alarm two
	await eval '[ "$(wc -l <times)" -ge 6 ]'
	[ ! -e got ]
	touch open
	await lines_are got 2
	json_is "$(jq -cs '[.[].text]' got)" '["one","two"]'
	# The fifth pause is longer than the first three together.
	awk 'NR > 1 { p[NR - 1] = $1 - last } { last = $1 } END { exit !(p[5] > p[1]) }' times
	grep -q 'notify.d/all: notification 1 not delivered: exit status 1; again in 1 s' \
		"$LAB/backend.log"
}

@test "notify: exit status 100 gives up one notification, not the channel" {
	channel all "t=\$(cat); case \$t in *bad*) exit 100 ;; esac; echo \"\$t\" >>$PWD/got"
	alarm bad
	alarm good
	await lines_are got 1
	json_is "$(cat got)" '"good"' .text
	grep -q 'notify.d/all: notification 1 is given up: exit status 100' "$LAB/backend.log"
}

@test "notify: killed in the middle of a delivery, the daemon delivers again" {
	channel all "cat >>$PWD/got; [ -e $PWD/open ] || sleep 600"
	sed -i "1a echo \$\$ >>$PWD/pids" "$GR_HOME/notify.d/all"
	alarm one
	await lines_are got 1
	backend kill
	await test ! -d "/proc/$(head -n 1 pids)"	# it goes with the daemon
	touch open
	backend start
	await lines_are got 2
	await all_done
	[ "$(jq -c .notificationId got | xargs)" = '1 1' ]
}

@test "notify: told to end, the daemon ends the programs that run" {
	channel all "echo \$\$ >$PWD/pid; exec sleep 600"
	alarm one
	await test -s pid
	backend stop
	[ ! -d "/proc/$(cat pid)" ]
	sql_is 'SELECT count(*) FROM notice' 1
}

# --- a channel and the rest ----------------------------------------------------------------------

@test "notify: a program that hangs is ended with all that it started, and holds up neither the others nor a rotation" {
	channel dead "sleep 600 & echo \$! >$PWD/child; echo \$\$ >$PWD/pid; sleep 600"
	channel alive "cat >>$PWD/got"
	alarm one
	alarm two
	await lines_are got 2
	await test -s pid
	rotation_begun
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
	[ -d "/proc/$(cat pid)" ]	# it hung all the time
	sql_is "SELECT done FROM channel WHERE name = 'dead'" 0
	: >child
	minute 2000
	await test -s child
	first=$(cat child)
	await grep -q 'notify.d/dead: notification 1 not delivered: its program took too long' \
		"$LAB/backend.log"
	await test ! -d "/proc/$first"
}

@test "notify: a program gets a clean environment, its own group, standard error and nothing else of the daemon" {
	backend stop
	SECRET=hidden backend start
	channel all "exec >$PWD/seen.tmp; env; echo pgid=\$(ps -o pgid= \$\$ | tr -d ' ') pid=\$\$; pwd; find /proc/\$\$/fd -type l -printf 'fd %f\\n'
		grep SigBlk /proc/self/status; mv $PWD/seen.tmp $PWD/seen"
	alarm one
	await test -e seen
	[ "$(grep -c SECRET seen)" -eq 0 ]
	grep -qx "GR_HOME=$GR_HOME" seen
	grep -qx "GR_BROKER_SOCKET=$LAB/home/shared/broker.sock" seen
	grep -q '^PATH=/' seen
	[ "$(grep '^[A-Z_]*=' seen | cut -d = -f 1 | grep -v '^PWD$\|^OLDPWD$\|^_$\|^SHLVL$' |
		sort | xargs)" = 'GR_BROKER_SOCKET GR_HOME LC_ALL PATH' ]
	[ "$(sed -n 's/^pgid=\(.*\) pid=.*/\1/p' seen)" = "$(sed -n 's/^pgid=.* pid=//p' seen)" ]
	grep -qx / seen
	# Ten is what dash reads the script from.
	# (In a pipe find would see the shell's own ends of it.)
	[ "$(grep '^fd ' seen | grep -v '^fd 10$' | sort | xargs)" = 'fd 0 fd 1 fd 2' ]
	grep -q '^SigBlk:.*0000000000000000$' seen
}

@test "notify: settings files, leftovers and files that cannot be run are no channels" {
	printf 'x\n' >"$GR_HOME/notify.d/plain"
	printf '#!/bin/sh\n' >"$GR_HOME/notify.d/mail.conf"
	printf '#!/bin/sh\n' >"$GR_HOME/notify.d/mail~"
	chmod +x "$GR_HOME/notify.d/mail.conf" "$GR_HOME/notify.d/mail~"
	mkdir "$GR_HOME/notify.d/folder"
	channel all 'cat >/dev/null'
	sql_is 'SELECT group_concat(name) FROM channel' all
}

@test "notify: nothing is kept for a channel that was removed" {
	channel all 'exit 1'
	channel other "cat >>$PWD/got"
	alarm one
	await lines_are got 1
	rm "$GR_HOME/notify.d/all"
	await sql_is 'SELECT group_concat(name) FROM channel' other
	await sql_is 'SELECT count(*) FROM notice' 0
	rm "$GR_HOME/notify.d/other"
	await sql_is 'SELECT count(*) FROM channel' 0
}

@test "notify: a program that cannot be started is tried again, with a line in the log" {
	printf '\177ELF junk' >"$GR_HOME/notify.d/all"
	chmod +x "$GR_HOME/notify.d/all"
	await sql_is 'SELECT count(*) FROM channel' 1
	alarm one
	await grep -q 'notify.d/all: notification 1 not delivered: Exec format error' \
		"$LAB/backend.log"
	printf '#!/bin/sh\ncat >>%s/got\n' "$PWD" >"$GR_HOME/notify.d/all"
	await lines_are got 1
}

@test "notify: a notification that no channel took for a week is given up" {
	channel all "[ -e $PWD/open ] || exit 1; cat >>$PWD/got"
	alarm one
	await grep -q 'notification 1 not delivered' "$LAB/backend.log"
	sql 'UPDATE notice SET at = at - 8 * 86400000'
	await grep -q '1 notification(s) of more than a week ago were given up' "$LAB/backend.log"
	sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES ($(date +%s)000, 'x', 't', 'c', 'new')"
	touch open
	await lines_are got 1
	json_is "$(cat got)" '"new"' .text
}

# --- the channels that are shipped ---------------------------------------------------------------

@test "notify: syslog gets a notification" {
	perl "$ROOT/test/tools/sink.pl" datagram got "$PWD/log" >sink.out 3>&- &
	SINK=$!
	await grep -q ready sink.out
	shipped syslog "socket = $PWD/log" 'tag = gr-test' 'priority = user.err'
	alarm one
	await test -s got
	grep -q '^<11>.*gr-test.*: {"notificationId":1,"eventType":"ALARM",.*"text":"one"}' got
}

@test "notify: syslog that nobody listens to is tried again" {
	shipped syslog "socket = $PWD/log"
	alarm one
	await grep -q 'notify.d/syslog: notification 1 not delivered: exit status 1' \
		"$LAB/backend.log"
	perl "$ROOT/test/tools/sink.pl" datagram got "$PWD/log" >sink.out 3>&- &
	SINK=$!
	await test -s got
	grep -q 'gr-backendd.*"text":"one"' got
}

@test "notify: mail is sent" {
	mkdir mailer
	printf '#!/bin/sh\necho "$*" >%s/args\ncat >%s/mail.tmp\nmv %s/mail.tmp %s/mail\n' \
		"$PWD" "$PWD" "$PWD" "$PWD" >mailer/sendmail
	chmod +x mailer/sendmail
	backend stop
	PATH=$PWD/mailer:$PATH backend start
	shipped mail 'to = ops@example.com' 'from = gr@example.com'
	sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES ($(date +%s)000, 'x', 't', 'c', 'line' || char(10) || 'Bcc: all@example.com ü')"
	await test -e mail
	[ "$(cat args)" = '-oi -t' ]
	sed '/^$/q' mail >head
	[ "$(sed -n 1,3p head)" = \
		"$(printf 'To: ops@example.com\nFrom: gr@example.com\nSubject: gr: alarm x: t: line?Bcc: all@example.com ??')" ]
	[ "$(grep -ci '^bcc' head)" -eq 0 ]
	json_is "$(sed '1,/^$/d' mail)" '["t","c"]' '[.thingName, .certificateId]'
}

@test "notify: a webhook is called, and called again when the service refuses" {
	perl "$ROOT/test/tools/sink.pl" http got 503 200 >sink.out 3>&- &
	SINK=$!
	await test -s sink.out
	shipped webhook "url = \"http://127.0.0.1:$(cat sink.out)/hook\"" \
		'header = "Authorization: Bearer secret"'
	alarm one
	await lines_are got 2
	[[ $(sed -n 1p got) == '503 application/json Bearer secret {"notificationId":1,"eventType":"ALARM",'* ]]
	[[ $(sed -n 2p got) == '200 application/json Bearer secret {"notificationId":1,"eventType":"ALARM",'* ]]
	await all_done
	grep -q 'The requested URL returned error: 503' "$LAB/backend.log"
}

@test "notify: an MQTT topic gets a notification" {
	stdbuf -oL mosquitto_sub --unix "$LAB/home/shared/broker.sock" -t 'gr/#' -F '%t %q %p' \
		-q 1 -d >seen 2>&1 3>&- &
	SINK=$!
	await grep -q '^Subscribed' seen
	shipped mqtt
	alarm one
	await grep \
		-q '^gr/notifications 1 {"notificationId":1,"eventType":"ALARM",.*"text":"one"}' \
		seen
	echo 'topic = gr/alarms' >"$GR_HOME/notify.d/mqtt.conf"
	alarm two
	await grep -q '^gr/alarms 1 .*"text":"two"}' seen
}

@test "notify: an MQTT topic waits for a broker that is away" {
	shipped mqtt
	lab.sh stop "$LAB" broker
	alarm one
	await grep -q 'notify.d/mqtt: notification 1 not delivered' "$LAB/backend.log"
	lab.sh start "$LAB" broker 3>&-
	await all_done
}
