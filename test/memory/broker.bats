# SPDX-License-Identifier: Apache-2.0
# gr-broker.bats - the plugin in a broker under valgrind: nothing is freed twice,
# and nothing is lost with each message

bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/broker

teardown() {
	listeners_stop
	[ -z "${OWN_BROKER:-}" ] || broker_stop
}

MANY=400

# requests NAME OPTION...: at least that many.
# mosquitto_pub of 2.1 may end early where the broker is slow.
requests() {
	until [ "$(grep -c "^in/.*/$1 " in)" -ge "$MANY" ]; do
		kill -0 "$BROKER" || return
		seq "$MANY" | as_device pub t t#gr -q 1 -l -t "\$aws/things/t/$1" "${@:2}" || :
	done
}

# lost LOG: how many blocks nothing points to any more. A few are the broker's own.
lost() {
	local blocks
	blocks=$(sed -n 's/.*definitely lost: .* in \([0-9,]*\) blocks$/\1/p' "$1" | tr -d ,)
	echo "${blocks:-0}"
}

@test "memory: the plugin over requests, replies, notifications, and clients that are thrown out" {
	world_make "$BATS_TEST_TMPDIR/world"
	thing_make t
	id=$ID
	BROKER_RUNNER="valgrind --leak-check=full --errors-for-leak-kinds=none --error-exitcode=87 --log-file=$PWD/log" broker_start
	OWN_BROKER=yes
	listen in backend sub -q 1 -t "in/$ID/#"
	listen device.log device sub t t -q 1 -t '$aws/things/t/jobs/#' -t free/t

	requests jobs/get
	requests jobs/start-next -V mqttv5 -D publish user-property a b -D publish response-topic c
	seq "$MANY" | as_backend pub -l -t "out/$(hex t)/\$aws/things/t/jobs/get/accepted"
	gcc -o burst "$ROOT/test/tools/burst.c"
	list=()
	for n in {1..50}; do
		list+=("out/$(hex t)/\$aws/things/t/jobs/j/update/accepted"
			"$n" '$aws/things/t/jobs/notify-next' "$n")
	done
	for n in 1 2 3 4; do ./burst "$WORLD/shared/broker.sock" "${list[@]}"; done
	await eval '[ "$(got_count device.log "\$aws/things/t/jobs/notify-next 50")" -eq 4 ]'

	for n in 2 3 4; do
		certificate_register "t$n" t all
		listen "kept$n" device sub "t$n" "t#$n" -c -q 1 -t free/t
		sql "UPDATE certificate SET status = 'INACTIVE' WHERE id = '$ID'"
		await grep -q 'lost\|refused\|CONNECT' "kept$n"
	done
	kill -HUP "$BROKER"
	as_device pub t t#gr -q 1 -t free/t -m end
	await got device.log 'free/t end'
	OWN_BROKER=
	broker_stop	# 87: an access or a free that is wrong
	lacks log gr-broker
	[ "$(lost log)" -lt $((MANY / 4)) ]
}
