# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# A device whose own runtime holds the connection called T,
# and has to be restarted to use a new pair.

# The runtime is a Mosquitto client as thing-1 that reads key and certificate once;
# the hook restarts it.
write_hook() {
	cat >hook <<-EOF
		#!/bin/sh
		cd $PWD
		echo "\$1" >>hook.calls
		case \$1 in
		instance) cat runtime.pid ;;
		ready) [ ! -e deploying ] || exit 111 ;;
		restart)
			kill "\$(cat runtime.pid)"
			mosquitto_sub -h localhost -p $(cat "$LAB/port") --cafile $HOME_DIR/ca/ca.pem --cert $T/certificate.pem \\
				--key $T/private.key -i thing-1 -t things/thing-1/news >runtime.log 2>&1 </dev/null &
			echo \$! >runtime.pid
			${1:-}
			;;
		esac
	EOF
	chmod +x hook
	sleep 900 3>&- &
	echo $! >runtime.pid
	./hook restart 3>&-
	setting restartHook "$PWD/hook"
	setting runtime nucleus
	: >hook.calls
	await eval '[ "$(sqlite3 "$HOME_DIR/shared/registry.db" "SELECT live FROM session WHERE thing = '"'thing-1'"'")" = 1 ]'
}

@test "runtime: beside a nucleus the driver is T#gr, and commit waits until T itself uses NEW" {
	write_hook
	rotate_job j1
	run -0 --separate-stderr rotate.sh once
	[ "$(status_of j1)" = SUCCEEDED ]
	[ "$(grep -c restart hook.calls)" -eq 1 ]
	[ "$(sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT certificate FROM session WHERE thing = 'thing-1'")" = "$(certificate_id)" ]
	gr-registry history -H "$HOME_DIR" -j thing-1 | jq -e '.[0].clientId == "thing-1#gr"'
	assert_rotated j1
}

@test "runtime: the driver never takes over the runtime's session" {
	write_hook
	pid=$(cat runtime.pid)
	run -0 rotate.sh once
	kill -0 "$pid"
	[ "$(cat runtime.pid)" = "$pid" ]
	[ "$(grep -c 'as thing-1 ' "$LAB/broker/log")" -eq 1 ]
}

@test "runtime: a restart that fails at first is asked for again" {
	write_hook
	sed -i 's/^restart)/restart) [ -e failed ] || { touch failed; exit 1; }/' hook
	rotate_job j1
	run -0 rotate.sh once
	[ "$(grep -c restart hook.calls)" -eq 2 ]
	assert_rotated j1
}

@test "runtime: a runtime that starts by itself just before the switch is restarted all the same" {
	write_hook
	setting trialSeconds 10
	wrapped gr-install-cert '[ "$1" != activate ] || [ -e started ] || { touch started; ./hook restart 3>&- 8>&- 9>&-; }; exec "$REAL" "$@"'
	rotate_job j1
	run -0 fake/rotate.sh once
	[ -e started ]
	assert_rotated j1
}

@test "runtime: a trial waits for the restart on the old pair that is still to come" {
	printf '#!/bin/sh\n[ "$1" != instance ] || echo still-on-a-dead-pair\n' >hook
	chmod +x hook
	setting restartHook "$PWD/hook"
	setting trialSeconds 3
	gr-install-cert adopt
	gr-journal put phase=idle restartInstance=still-on-a-dead-pair restartFor=1 \
		restartCount=1 restartAt=0
	rotate_job j1
	run -1 --separate-stderr rotate.sh once
	[ "$(reason_of j1)" = "the trial's deadline passed: the runtime never came to run on the old pair" ]
	[[ $stderr != *switched* ]]
	[ "$(gr-journal get restartInstance restartFor)" = \
		$'restartInstance=still-on-a-dead-pair\nrestartFor=1' ]
	printf '#!/bin/sh\n[ "$1" != instance ] || echo another\n' >hook
	rotate_job j2
	setting trialSeconds 60
	timeout 600 rotate.sh once || [ $? -eq 1 ]
	[ "$(gr-journal get restartFor)" != 1 ]
}

@test "runtime: activation waits while a deployment is running" {
	write_hook
	touch deploying
	rotate_job j1
	rotate.sh once 3>&- 2>log &
	driver=$!
	await grep -q ready hook.calls
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(gr-journal get phase)" = trial ]
	rm deploying
	wait "$driver"
	assert_rotated j1
}

# rolled_back_while_deploying: OLD is live and the job has failed; the runtime is still on NEW.
rolled_back_while_deploying() {
	write_hook
	wrapped gr-commit \
		'touch '"$PWD"'/deploying; echo "gr-commit: j1: rejected: no" >&2; exit 1'
	rotate_job j1
	run -1 fake/rotate.sh once
	[ "$(certificate_id)" = "$OLD" ]
	[ "$(status_of j1)" = FAILED ]
	[ "$(grep -c restart hook.calls)" -eq 1 ]
}
uses_old() {
	[ "$(sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT certificate || live FROM session WHERE thing = 'thing-1'")" = "${OLD}1" ]
}

@test "runtime: a rollback does not wait for a deployment, its restart does" {
	rolled_back_while_deploying
	rotate.sh once
	[ "$(grep -c restart hook.calls)" -eq 1 ]
	rm deploying
	rotate.sh once
	[ "$(grep -c restart hook.calls)" -eq 2 ]
	await uses_old
	assert_unchanged
}

@test "runtime: a restart does not wait for a deployment for ever" {
	rolled_back_while_deploying
	left=$(($(gr-journal get restartAt) - $(cut -d . -f 1 /proc/uptime)))
	[ "$left" -gt 800 ] && [ "$left" -le 900 ]
	gr-journal put --from idle restartAt=1
	rotate.sh once
	[ "$(grep -c restart hook.calls)" -eq 2 ]
	await uses_old
}

@test "runtime: a restart that ends the driver too leads to success, and is not asked for twice" {
	write_hook '[ ! -e '"$GR_STATE"'/lock ] || '"$ROOT/test/tools/kill_driver $GR_STATE"
	rotate_job j1
	rotate.sh once 3>&- 2>log || [ $? -eq 137 ]
	[ "$(gr-journal get phase)" = trial ]
	await rotate.sh once
	[ "$(grep -c restart hook.calls)" -eq 1 ]
	assert_rotated j1
}

@test "runtime: a runtime that cannot run on NEW is restarted on OLD again" {
	write_hook
	setting trialSeconds 3
	# As if the runtime could not read the new key: it never connects while NEW is live.
	sed -i 's|mosquitto_sub|[ "$(openssl x509 -in '"$T"'/certificate.pem -outform DER \| sha256sum \| cut -c 1-64)" = '"$OLD"' ] \&\& mosquitto_sub|' hook
	rotate_job j1
	run -1 rotate.sh once
	[ "$(status_of j1)" = FAILED ]
	await eval '[ "$(sqlite3 "$HOME_DIR/shared/registry.db" "SELECT certificate || live FROM session WHERE thing = '"'thing-1'"'")" = "${OLD}1" ]'
	assert_unchanged
}

@test "runtime: a hook that hangs, prints nonsense or is missing leads to a rollback whose reason names it" {
	setting requestTimeoutSeconds 3
	deadline_when_noted "the restart hook"
	for body in 'exec sleep 1000' 'exit 7'; do
		printf '#!/bin/sh\n[ "$1" != ready ] || { %s; }\n' "$body" >hook
		chmod +x hook
		setting restartHook "$PWD/hook"
		rotate_job "j-${body##* }"
		run -1 --separate-stderr fake/rotate.sh once
		[[ $stderr == *"restartHook: $PWD/hook ready: "* ]]
		[ "$(reason_of "j-${body##* }")" = "the trial's deadline passed: the restart hook never ended with status 0 for ready" ]
		assert_unchanged
	done
	run -1 pgrep -f 'sleep 1000'
}

# A life that was killed after it had counted a restart, and before it asked for it.
leave_restart_owed() {
	write_hook
	rotate_job j1
	run -0 rotate.sh once
	: >hook.calls
	gr-journal put --from idle restartInstance="$(cat runtime.pid)" \
		restartFor="$(readlink "$T/.gr/private.key/live")" \
		restartCount=1 restartAt=$(($(cut -d . -f 1 /proc/uptime) + 2))
}

@test "runtime: in idle a restart that the killed driver had not asked for is asked for" {
	leave_restart_owed
	rotate.sh run 3>&- 2>log &
	driver=$!
	await grep -q restart hook.calls
	await eval '[ -z "$(gr-journal get restartInstance)" ]'
	kill "$driver"
	wait "$driver" || :
}

@test "runtime: 'once' does not end before such a restart is asked for" {
	leave_restart_owed
	run -0 rotate.sh once
	[ "$(grep -c restart hook.calls)" -eq 1 ]
}
