# SPDX-License-Identifier: Apache-2.0
# Rotations on a core device whose gr.conf says nothing of who it is:
# the nucleus's own configuration does.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/nucleus

setup() {
	lab -n 1
	as thing-1
	keep_old_pair
	read -r PORT <"$LAB/port"
	mkdir -p ggc/config
}
teardown() {
	[ ! -s nucleus.pid ] || kill "$(cat nucleus.pid)" 2>/dev/null || :
	down
}

# run_nucleus [COMMAND]: a client as thing-1 in its place, and the hook that restarts it,
# then does COMMAND.
run_nucleus() {
	cat >hook <<-EOF
		#!/bin/sh
		cd $PWD
		case \$1 in
		instance) cat nucleus.pid ;;
		restart)
			[ ! -s nucleus.pid ] || kill "\$(cat nucleus.pid)"
			mosquitto_sub -h localhost -p $PORT --cafile $HOME_DIR/ca/ca.pem --cert $T/certificate.pem \\
				--key $T/private.key -i thing-1 -t things/thing-1/news >nucleus.log 2>&1 </dev/null 3>&- &
			echo \$! >nucleus.pid
			${1:-}
			;;
		esac
	EOF
	chmod +x hook
	setting restartHook "$PWD/hook"
	./hook restart
	await eval '[ "$(sqlite3 "$HOME_DIR/shared/registry.db" "SELECT live FROM session WHERE thing = '"'thing-1'"'")" = 1 ]'
}

# forget_identity: gr.conf keeps the times and algorithms alone.
forget_identity() {
	sed -i '/^thingName\|Path =/d; /^iotData/d' "$GR_CONF"
	setting greengrassRoot "$PWD/ggc"
}
# classic_knows: the nucleus's log names the thing of the lab.
classic_knows() {
	{
		log_nucleus
		log_line 5 changed system/thingName '"thing-1"'
		log_line 5 changed system/privateKeyPath "\"file://$T/private.key\""
		log_line 5 changed system/certificateFilePath "\"$T/certificate.pem\""
		log_line 5 changed system/rootCaPath "\"$HOME_DIR/ca/ca.pem\""
		log_line 5 changed services/aws.greengrass.Nucleus/configuration/iotDataEndpoint \
			'"localhost"'
		log_line 5 changed services/aws.greengrass.Nucleus/configuration/mqtt/port \
			"\"$PORT\""
	} >ggc/config/config.tlog
}
spoke_beside_nucleus() {
	gr-registry history -H "$HOME_DIR" -j thing-1 | jq -e '.[0].clientId == "thing-1#gr"'
}

@test "greengrass: a device rotates beside the nucleus with nothing but its log" {
	forget_identity
	classic_knows
	run_nucleus
	rotate_job j1
	run -0 rotate.sh once
	spoke_beside_nucleus
	assert_rotated j1
}
@test "greengrass: a device rotates beside lite with nothing but its database" {
	forget_identity
	setting iotDataPort "$PORT"
	(
		make_lite
		lite_put <<-END
			5 system/thingName "thing-1"
			5 system/privateKeyPath "$T/private.key"
			5 system/certificateFilePath "$T/certificate.pem"
			5 system/rootCaPath "$HOME_DIR/ca/ca.pem"
			5 services/aws.greengrass.NucleusLite/configuration/iotDataEndpoint "localhost"
		END
	)
	run_nucleus
	rotate_job j1
	run -0 rotate.sh once
	spoke_beside_nucleus
	assert_rotated j1
}
@test "greengrass: values that the driver found at its start are used until its end" {
	forget_identity
	classic_knows
	run_nucleus '[ ! -e started ] || mv ggc gone'
	touch started
	rotate_job j1
	run -0 rotate.sh once
	[ -d gone ]
	mv gone ggc
	assert_rotated j1
}
@test "greengrass: check-config refuses a nucleus that cannot be read with one line" {
	forget_identity
	echo garbage >ggc/config/config.tlog
	for verb in check-config once; do
		run -100 --separate-stderr rotate.sh $verb
		[ "$stderr" = "gr-config: $PWD/ggc/config/config.tlog:1: not a line of a transaction log, and there is no backup of it" ]
	done
}
