#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lab.sh - makes a lab in a folder, for demo, tests and trying things out: certificate authority,
# registry, Mosquitto with gr-broker.so, gr-backendd and registered things. See lab.sh --help.
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
usage: lab.sh up [-n THINGS] [-m MINUTE-MS] [-c CEILING] [-a KEY-ALGORITHM] [-t RATE] DIR
                                                    make and start a lab; print the broker's port
       lab.sh add [-a KEY-ALGORITHM] [-g GROUP] DIR THING...   register more things
       lab.sh start|stop|kill DIR broker|backend    start or end one server
       lab.sh down DIR                              end both servers and remove DIR

-m, -c and -t are passed to gr-backendd: the length of its minute, --ceiling and --throttle.
For a device program of thing T set GR_CONF=DIR/things/T/gr.conf and GR_STATE=DIR/things/T/state.
The backend's directory is DIR/home: gr-jobs -H DIR/home ...
To see all messages: mosquitto_sub --unix DIR/home/shared/broker.sock -t '#'
EOF
}

make_key() {
	case $1 in
	RSA-*)
		openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${1#RSA-}" \
			-out "$2"
		;;
	ECDSA-P*)
		openssl genpkey -quiet -algorithm EC \
			-pkeyopt "ec_paramgen_curve:P-${1#ECDSA-P}" -out "$2"
		;;
	esac
}

# add_thing THING: makes its key, registers it, writes its settings. A lab makes the key here to be
# simple; a real device makes it itself and sends only the CSR.
add_thing() {
	t=$dir/things/$1
	[ ! -d "$t" ] || { complain "$1: is there already"; return 100; }
	mkdir -p -- "$t/state"
	if ! make_key "$algorithm" "$t/private.key" 2>"$t/openssl.log"; then
		cat -- "$t/openssl.log" >&2
		return 111
	fi
	openssl req -new -key "$t/private.key" -subj "/O=gr lab/CN=$1" -out "$t/csr.pem"
	gr-registry register -H "$dir/home" -p rotation ${group:+-g "$group"} -- "$1" \
		"$t/csr.pem" >"$t/certificate.pem"
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

# These are shorter than the defaults, which are for real networks (gr.conf(5)).
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

# number OPTION VALUE MIN MAX: ends the script unless the value is a number in these bounds.
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

# place DIR: sets dir to its full path. DIR itself need not exist yet, the folder above it must.
place() {
	if [ -d "$1" ]; then
		dir=$(cd -- "$1" && pwd -P)
		return
	fi
	if ! dir=$(cd -- "$(dirname -- "$1")" 2>/dev/null && pwd -P); then
		complain "$1: cannot be made: there is no folder $(dirname -- "$1")"
		exit 111
	fi
	dir=${dir%/}/$(basename -- "$1")
}

# The path becomes a word in the broker's settings and the address of a Unix socket.
check_place() {
	case $dir in
	*[[:space:]]*) complain "$dir: the path of a lab must have no blanks"; exit 100 ;;
	esac
	[ "$(printf %s "$dir/home/shared/broker.sock" | wc -c)" -gt 107 ] || return 0
	complain "$dir: the path is too long: with /home/shared/broker.sock it may have 107 bytes"
	exit 100
}

check_empty() {
	[ -d "$dir" ] || return 0
	if [ -e "$dir/$mark" ]; then
		complain "$dir: a lab is there already; lab.sh down $dir"
		exit 100
	fi
	there=$(ls -A -- "$dir") || exit 111
	[ -z "$there" ] || { complain "$dir: the folder is not empty"; exit 100; }
}

# Ends the servers and removes the folder: runs when `up` fails or is interrupted.
undo() {
	rc=$?
	trap '' HUP INT TERM
	stop backend TERM || :
	stop broker TERM || :
	# A server that was just being started has no pid file yet.
	if [ -n "${!:-}" ]; then
		kill -s KILL "$!" 2>/dev/null || :
		wait "$!" 2>/dev/null || :
	fi
	find "$dir" -mindepth 1 -delete || :
	[ -z "$made" ] || rmdir -- "$dir" || :
	exit "$rc"
}

# Marks the folder as a lab. Of two scripts that run at the same time only one can make the mark,
# because of noclobber (set -C).
take_place() {
	made=
	if [ ! -d "$dir" ]; then
		why=$(LC_ALL=C mkdir -- "$dir" 2>&1) || { complain "${why#mkdir: }"; exit 111; }
		made=yes
	fi
	if ! (set -C; : >"$dir/$mark") 2>/dev/null; then
		complain "$dir: cannot be written, or another lab.sh makes a lab there"
		exit 111
	fi
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
	openssl req -new -key "$dir/broker/server.key" -subj '/CN=localhost' |
		gr-ca issue-server -H "$dir/home" localhost >"$dir/broker/server.pem"
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

# first FILE...: prints the first of them that exists
first() {
	for f; do
		[ ! -e "$f" ] || { echo "$f"; return; }
	done
	complain "$1: not found"
	return 100
}
plugin=$(first "$bin/gr-broker.so" "$bin/$path_plugin/gr-broker.so")
policy=$(first "$bin/../share/policies/rotation.json" \
	"$bin/../../../share/policies/rotation.json" "$bin/$path_data/policies/rotation.json")
algorithm=RSA-2048 group=all
mark=.gr-lab	# the file that marks a folder as a lab, so that `down` may remove it

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
