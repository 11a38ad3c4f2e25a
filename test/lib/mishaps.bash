# SPDX-License-Identifier: Apache-2.0
# mishaps.bash - what can happen to one rotation of one thing, drawn at random from a seed: for
# soak and chaos. Load after helper, device and fleet; a thing's wire is OUR_WIRE.
# shellcheck shell=bash

# draw N: sets DRAWN, from 0 to N - 1. Each thing draws its own numbers,
# so that its story does not depend on the others'.
draw() { DRAWN=$(((RANDOM * 32768 + RANDOM) % $1)); }

# one_of WORD...: sets DRAWN
one_of() {
	draw $#
	shift "$DRAWN"
	DRAWN=$1
}

# at_random COMMAND: a rule that has the broker run it at some message of the rotation
at_random() {
	draw 30
	printf '%s * run %s\n' "$((DRAWN + 1))" "$1"
}

# The wire breaks somewhere.
break_wire() {
	local way what
	one_of up down; way=$DRAWN
	one_of cut reset stall; what=$DRAWN
	draw 12000
	EVENT="$what $way $DRAWN"
	printf '%s %s %s %s\n' "$OUR_WIRE" "$way" "$DRAWN" "$what" >&"$WIRE"
}

# The driver's next life ends at some system call, where the program that does that is built.
cut_driver() {
	[ -x "$MISHAPS/bin/gr-cut" ] || return 0
	draw 2000
	EVENT="cut at call $((DRAWN + 1))"
	printf '%s -n %s -t 3600\n' "$MISHAPS/bin/gr-cut" "$((DRAWN + 1))" >"$T/runner"
	kill -KILL -- "-$(cat "$T/driver")"
}

on_registry() {
	printf "sqlite3 -cmd '.timeout 20000' %s/shared/registry.db \"%s\"" "$HOME_DIR" "$1"
}

# event KIND: EVENT is what happens besides the random messages; ENDS, how the job may end then;
# RULES, what the broker does about it.
event() {
	RULES='' ENDS=SUCCEEDED TIMER=600
	EVENT=$1
	case $EVENT in
	wire) break_wire ;;
	driver) cut_driver ;;
	device) RULES=$(at_random "kill -s KILL -- -\$(cat $T/driver)") ;;
	broker) RULES=$(at_random "kill -s KILL \$PPID") ;;
	daemon) RULES=$(at_random "kill -s KILL \$(cat $LAB/backend.pid)") ;;
	cancel)
		ENDS='SUCCEEDED|CANCELED|FAILED|'
		RULES=$(at_random "gr-jobs cancel --force -H $HOME_DIR $JOB")
		;;
	time-out)
		ENDS='SUCCEEDED|TIMED_OUT|FAILED'
		RULES=$(at_random "$(on_registry "UPDATE execution SET deadline = 1 WHERE job = '$JOB' AND status = 'IN_PROGRESS'")")
		;;
	gone)
		ENDS='SUCCEEDED|FAILED|'
		RULES=$(at_random "gr-jobs delete --force -H $HOME_DIR $JOB")
		;;
	refuse)
		ENDS='SUCCEEDED|TIMED_OUT|FAILED' TIMER=20
		RULES=$(at_random "$(on_registry "UPDATE certificate SET status = 'INACTIVE' WHERE id = (SELECT new FROM rotation WHERE job = '$JOB' AND survivor IS NULL)")")
		;;
	esac
}

# Nothing happens to the thing any more.
calm() {
	mishap ''
	printf '%s calm\n' "$OUR_WIRE" >&"$WIRE"
}
