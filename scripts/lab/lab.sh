#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lab.sh - a throwaway world in a folder: certificate authority, registry, Mosquitto with gr-broker.so,
# gr-backendd and provisioned things. For the demo, the tests and the curious; see lab.sh --help.
set -eu
umask 077

# In a checkout the programs lie beside this script or in bin; installed, in bindir.
here=$(cd -- "$(dirname -- "$0")" && pwd)
for bin in "$here" "$here/../bin" "$here/../../bin"; do
	[ ! -x "$bin/gr-registry" ] || break
done
bin=$(cd -- "$bin" && pwd)
PATH=$bin:$PATH
path_plugin='' path_data=''	# paths.sh sets them
paths=$here/paths.sh
[ -e "$paths" ] || paths=$bin/paths.sh
# shellcheck source=bin/paths.sh
. "$paths"
# The Mosquitto package puts the broker into /usr/sbin, which a login user does not search.
PATH=$PATH:/usr/sbin
export PATH

# shellcheck source=scripts/lab/lab_servers.sh
. "$here/lab_servers.sh"

complain() {
	printf 'lab.sh: %s\n' "$1" >&2
}

usage() {
	cat <<'EOF'
usage: lab.sh up [-n THINGS] [-m MINUTE-MS] [-c CEILING] [-a KEY-ALGORITHM] [-t RATE] DIR   start a world; prints its port
       lab.sh add [-a KEY-ALGORITHM] [-g GROUP] DIR THING...          provision more things
       lab.sh start|stop|kill DIR broker|backend                     one server alone
       lab.sh down DIR                                                end all of it and remove DIR

DIR/things/T/gr.conf is the configuration of thing T: GR_CONF=DIR/things/T/gr.conf GR_STATE=DIR/things/T/state
DIR/home is the backend's folder: gr-jobs -H DIR/home ... DIR/home/shared/broker.sock lets mosquitto_sub --unix listen to everything.
EOF
}

make_key() {
	case $1 in
	RSA-*) openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${1#RSA-}" -out "$2" ;;
	ECDSA-P*) openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:P-${1#ECDSA-P}" -out "$2" ;;
	esac
}

# The lab alone makes keys: a real thing makes its own and sends a CSR.
add_thing() {
	t=$dir/things/$1
	[ ! -d "$t" ] || { complain "$1: is there already"; return 100; }
	mkdir -p -- "$t/state"
	make_key "$algorithm" "$t/private.key" 2>"$t/openssl.log" || { cat -- "$t/openssl.log" >&2; return 111; }
	openssl req -new -key "$t/private.key" -subj "/O=gr lab/CN=$1" -out "$t/csr.pem"
	gr-registry register -H "$dir/home" -p rotation ${group:+-g "$group"} -- "$1" "$t/csr.pem" >"$t/certificate.pem"
	read -r port <"$dir/port"
	case $algorithm in
	RSA-*) signing=SHA256WITHRSA ;;
	*) signing=ECDSA-WITH-SHA256 ;;
	esac
	cat >"$t/gr.conf" <<EOF
thingName = $1
privateKeyPath = $t/private.key
certificateFilePath = $t/certificate.pem
rootCaPath = $dir/home/ca/ca.pem
iotDataEndpoint = localhost
iotDataPort = $port
keyAlgorithm = $algorithm
signingAlgorithm = $signing

# A lab is in a hurry; the defaults are made for the field (gr.conf(5)).
refusalWindowSeconds = 1
trialSeconds = 60
trialMinimumSeconds = 1
requestTimeoutSeconds = 10
retryMinMilliseconds = 50
retryMaxMilliseconds = 500
recordGraceSeconds = 5
# No timer runs "rotate.sh recover" here.
watchdog = off
EOF
}

# number OPTION VALUE MIN MAX
number() {
	case $2 in
	'' | *[!0-9]* | ???????????*) ;;
	*) [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ] || return 0 ;;
	esac
	complain "$1: $2: not a number from $3 to $4"
	exit 100
}

check_algorithm() {
	case $1 in
	RSA-2048 | RSA-3072 | ECDSA-P256 | ECDSA-P384 | ECDSA-P521) ;;
	*) complain "$1: no such key algorithm"; exit 100 ;;
	esac
}

# place DIR: sets dir, which need not be there yet
place() {
	if [ -d "$1" ]; then
		dir=$(cd -- "$1" && pwd -P)
		return
	fi
	dir=$(cd -- "$(dirname -- "$1")" 2>/dev/null && pwd -P) || { complain "$1: the folder that it is to lie in is not there"; exit 111; }
	dir=${dir%/}/$(basename -- "$1")
}

# The path becomes a word in the broker's settings and the address of a Unix socket.
check_place() {
	case $dir in
	*[[:space:]]*) complain "$dir: the path of a lab must have no blanks"; exit 100 ;;
	esac
	[ "$(printf %s "$dir/home/shared/broker.sock" | wc -c)" -gt 107 ] || return 0
	complain "$dir: the path is too long: with /home/shared/broker.sock it must fit the 107 bytes of a Unix socket's address"
	exit 100
}

check_empty() {
	[ -d "$dir" ] || return 0
	[ ! -e "$dir/$mark" ] || { complain "$dir: a lab is there already; lab.sh down $dir"; exit 100; }
	there=$(ls -A -- "$dir") || exit 111
	[ -z "$there" ] || { complain "$dir: the folder is not empty"; exit 100; }
}

# An up that does not come to its end leaves nothing running and nothing behind.
undo() {
	rc=$?
	trap '' HUP INT TERM
	stop backend TERM || :
	stop broker TERM || :
	# One that was just being started is not on record yet.
	if [ -n "${!:-}" ]; then
		kill -s KILL "$!" 2>/dev/null || :
		wait "$!" 2>/dev/null || :
	fi
	find "$dir" -mindepth 1 -delete || :
	[ -z "$made" ] || rmdir -- "$dir" || :
	exit "$rc"
}

# Noclobber: of two that come at the same time, one gets the folder.
take_place() {
	made=
	if [ ! -d "$dir" ]; then
		why=$(LC_ALL=C mkdir -- "$dir" 2>&1) || { complain "${why#mkdir: }"; exit 111; }
		made=yes
	fi
	(set -C; : >"$dir/$mark") 2>/dev/null || { complain "$dir: cannot be written, or taken by another lab.sh"; exit 111; }
	trap undo EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

up() {
	things=1 minute=60000 ceiling=0 rate=
	while getopts n:m:c:a:t: o; do
		case $o in
		n) things=$OPTARG ;;
		m) minute=$OPTARG ;;
		c) ceiling=$OPTARG ;;
		a) algorithm=$OPTARG ;;
		t) rate=$OPTARG ;;
		*) usage >&2; exit 100 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -eq 1 ] || { usage >&2; exit 100; }
	number -n "$things" 0 100000
	number -m "$minute" 1 4294967295
	[ -z "$rate" ] || number -t "$rate" 2 1000000
	number -c "$ceiling" 0 4294967295
	check_algorithm "$algorithm"
	place "$1"
	check_place
	check_empty
	take_place
	mkdir -- "$dir/broker" "$dir/things"
	echo "$minute $ceiling" >"$dir/minute"
	echo "$rate" >"$dir/rate"
	gr-ca init -H "$dir/home" -n 'gr lab CA'
	make_key ECDSA-P256 "$dir/broker/server.key"
	openssl req -new -key "$dir/broker/server.key" -subj '/CN=localhost' | gr-ca issue-server -H "$dir/home" localhost >"$dir/broker/server.pem"
	gr-registry init -H "$dir/home"
	gr-registry create-policy -H "$dir/home" -- rotation "$policy"
	gr-registry create-thing-group -H "$dir/home" all
	start_broker
	start_backend
	i=1
	while [ "$i" -le "$things" ]; do
		add_thing "thing-$i"
		i=$((i + 1))
	done
	trap - EXIT HUP INT TERM
	cat -- "$dir/port"
}

add() {
	while getopts a:g: o; do
		case $o in
		a) algorithm=$OPTARG ;;
		g) group=$OPTARG ;;
		*) usage >&2; exit 100 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -ge 2 ] || { usage >&2; exit 100; }
	check_algorithm "$algorithm"
	need_lab "$1"
	shift
	for thing; do
		add_thing "$thing"
	done
}

need_lab() {
	[ -e "$1/$mark" ] || { complain "$1: no lab there"; exit 100; }
	dir=$(cd -- "$1" && pwd -P)
}

down() {
	need_lab "$1"
	stop backend TERM
	stop broker TERM
	rm -rf -- "$dir"
}

one_server() {
	need_lab "$2"
	case $1-$3 in
	start-broker | start-backend)
		running "$dir" "$3" && { complain "$dir: the $3 is running already"; return; }
		was=$(grep -c '^ready$' "$dir/backend.log" 2>/dev/null) || :	# none
		"start_$3" || return
		[ "$3" = backend ] || await_backend "$was"
		;;
	stop-broker | stop-backend) stop "$3" TERM ;;
	kill-broker | kill-backend) stop "$3" KILL ;;
	*) usage >&2; exit 100 ;;
	esac
}

# first FILE...: the first one that is there
first() {
	for f; do
		[ ! -e "$f" ] || { echo "$f"; return; }
	done
	complain "$1: not found"
	return 100
}
plugin=$(first "$bin/gr-broker.so" "$bin/$path_plugin/gr-broker.so")
policy=$(first "$bin/../share/policies/rotation.json" "$bin/../../../share/policies/rotation.json" "$bin/$path_data/policies/rotation.json")
algorithm=RSA-2048 group=all
mark=.gr-lab	# in a folder of ours: what up made and down may remove

verb=${1:-}
[ $# -eq 0 ] || shift
case $verb in
up) up "$@" ;;
add) add "$@" ;;
start | stop | kill) [ $# -eq 2 ] || { usage >&2; exit 100; }; one_server "$verb" "$@" ;;
down) [ $# -eq 1 ] || { usage >&2; exit 100; }; down "$1" ;;
--help) usage ;;
--version) exec gr-registry --version ;;
*) usage >&2; exit 100 ;;
esac
