#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rotate.sh - the state driver of a rotation: one step after the other, the phase durable before its work begins.
# Verbs: run (stay and serve jobs), once (serve what is pending and end), recover, status, check-config.
set -eu
umask 077

here=$(cd -- "$(dirname -- "$0")" && pwd)
PATH=$here:$PATH
export PATH
# shellcheck source=bin/paths.sh
. "$here/paths.sh"
# shellcheck source=scripts/driver/record.sh
. "$here/record.sh"
# shellcheck source=scripts/driver/said.sh
. "$here/said.sh"
# shellcheck source=scripts/driver/session.sh
. "$here/session.sh"
# shellcheck source=scripts/driver/runtime.sh
. "$here/runtime.sh"
# shellcheck source=scripts/driver/watchdog.sh
. "$here/watchdog.sh"
# shellcheck source=scripts/driver/due.sh
. "$here/due.sh"
# shellcheck source=scripts/driver/ending.sh
. "$here/ending.sh"
# shellcheck source=scripts/driver/states.sh
. "$here/states.sh"

usage() {
	cat <<'EOF'
usage: rotate.sh [-C FILE] run            serve rotation jobs until told to end
       rotate.sh [-C FILE] once           serve what is pending, then end: 0 well, 1 a rotation failed, 111 no connection
       rotate.sh [-C FILE] recover        what a watchdog runs: end a trial that nobody ends; needs no network
       rotate.sh [-C FILE] status         the pairs and the rotation under way; needs no network
       rotate.sh [-C FILE] check-config   refuse bad settings with one line
State lies in $GR_STATE (default /var/lib/gr), settings in FILE or $GR_CONF; see gr-rotate(1).
EOF
}

complain() {
	printf 'rotate.sh: %s: %s\n' "${thing:--}" "$1" >&2 || :
}

# What happens, in plain words, for the log of the service; a log that is full must stop nobody.
say() {
	printf 'rotate.sh: %s: %s\n' "$thing" "$1" >&2 || :
}

short() {
	printf '%.12s' "$1"
}

# Seconds since boot, suspend included: the clock that nobody sets (CLOCK_BOOTTIME).
now() {
	read -r up _ </proc/uptime
	printf '%s\n' "${up%.*}"
}

# All settings at one go; the algorithms are read when a job comes, so that a change needs no restart. Who and where
# the device is goes to the programs from here: what a nucleus says is looked up once and stays for our whole life.
configure() {
	ask gr-config || return
	while IFS='=' read -r key value; do
		case $key in
		thingName) thing=$value; export GR_THING_NAME="$value" ;;
		privateKeyPath) export GR_PRIVATE_KEY_PATH="$value" ;;
		certificateFilePath) export GR_CERTIFICATE_FILE_PATH="$value" ;;
		rootCaPath) export GR_ROOT_CA_PATH="$value" ;;
		iotDataEndpoint) export GR_IOT_DATA_ENDPOINT="$value" ;;
		iotDataPort) export GR_IOT_DATA_PORT="$value" ;;
		runtime) runtime=$value; export GR_RUNTIME="$value" ;;
		greengrassRoot) export GR_GREENGRASS_ROOT="$value" ;;
		pkcs11Module) export GR_PKCS11_MODULE="$value" ;;
		pkcs11Token) export GR_PKCS11_TOKEN="$value" ;;
		pkcs11Slot) export GR_PKCS11_SLOT="$value" ;;
		pkcs11PinSource) export GR_PKCS11_PIN_SOURCE="$value" ;;
		refusalWindowSeconds) refusal_window=$value ;;
		trialSeconds) trial_seconds=$value ;;
		trialMinimumSeconds) trial_minimum=$value ;;
		requestTimeoutSeconds) request_timeout=$value ;;
		repeatSeconds) repeat_seconds=$value ;;
		pollSeconds) poll_seconds=$value ;;
		retryMinMilliseconds) retry_min=$value ;;
		retryMaxMilliseconds) retry_max=$value ;;
		recordGraceSeconds) record_grace=$value ;;
		watchdog) watchdog=$value ;;
		rotateBeforeDays) rotate_before=$value ;;
		rotateAtPercent) rotate_percent=$value ;;
		rotateAfterDays) rotate_after=$value ;;
		restartHook) hook=$value ;;
		keyAlgorithm) new_key_algorithm=$value ;;
		signingAlgorithm) new_signing_algorithm=$value ;;
		esac
	done <<EOF
$answer
EOF
	choose_hook
}

# pause MS: full jitter, so that a fleet does not come back at one moment.
pause() {
	r=$(od -An -N2 -tu2 /dev/urandom)
	ms=$((1 + r * $1 / 65536))
	await sleep "$((ms / 1000)).$(printf '%03d' $((ms % 1000)))"
}

# A child that takes long is waited for in the background: then a signal is heard at once. It holds neither lock nor link.
await() {
	"$@" 8>&- 9>&- &
	child=$!
	child_rc=0
	wait "$child" || child_rc=$?
	child=
	return "$child_rc"
}

# What is not a no: in idle, before the network was asked, also what may pass.
is_broken() {
	case $result in
	1) return 1 ;;
	111) [ "$phase-$networked" = idle- ] ;;
	esac
}

# An error of this machine, not of the network: before the trial the rotation is given up, later the deadline decides.
broken() {
	[ -n "$said" ] || [ -w "$state" ] || said="GR_STATE: $state: cannot be written to"
	[ "$1" -eq 111 ] || complain "phase $phase: a step ended with status $1"
	case $phase in
	updating-job | creating-certificate)
		next=failing
		why "a step on the device failed in phase $phase: ${said:-status $1}"
		put "$phase" phase=failing reason="$reason"
		;;
	idle)
		blocked=$said
		if find_blocked; then
			said=$blocked
			cannot_begin "$1" && return
		fi
		[ "$mode" = run ] || [ -n "$undecided" ] || { [ "$outcome" != failed ] || exit 1; exit "$1"; }
		;;
	*) remember ;;
	esac
	return 111
}

one_phase() {
	case $phase in
	idle) state_idle ;;
	updating-job) state_updating_job ;;
	creating-certificate) state_creating_certificate ;;
	trial) state_trial ;;
	committing) state_committing ;;
	reporting) state_reporting ;;
	rolling-back) state_rolling_back ;;
	failing) state_failing ;;
	*) complain "journal: no such phase: $phase"; exit 100 ;;
	esac
}

# One step. The journal names the phase before its work begins, so a cut at any point runs it again.
step() {
	said='' undecided='' progress='' x_job='' networked=''
	load || return
	# A restart that cannot be asked for now must not keep us from the deadline.
	pay_restart || [ $? -eq 111 ] || return
	next=$phase said=''
	one_phase || return
	[ "$next" != "$phase" ] || return 0
	if [ "$next" = idle ]; then
		put_idle "$other"
	else
		enter "$next" reason="$reason"
	fi
}

serve() {
	delay_ms=$retry_min
	[ "$mode" = run ] || poll_seconds=0
	jitter=$(od -An -N2 -tu2 /dev/urandom)
	# Between half and the whole of the clock, so that a fleet does not poll in step.
	idle_wait=$((poll_seconds / 2 + poll_seconds * jitter / 131072))
	while :; do
		finished='' result=0
		step || result=$?
		if [ "$result" -eq 0 ]; then
			delay_ms=$retry_min
			[ -z "$finished" ] || [ "$mode" = run ] || [ -n "$unpaid" ] || return 0
			[ -n "$progress" ] && continue
		else
			if is_broken; then
				broken "$result" && continue
			else
				remember
			fi
			[ "$mode" = run ] || [ "$phase" != idle ] || [ -n "$undecided" ] || return "$result"
		fi
		pause "$delay_ms"
		delay_ms=$((delay_ms * 2 > retry_max ? retry_max : delay_ms * 2))
	done
}

# The lock is ours for our whole life: programs inherit descriptor 9 and act for us.
hold_lock() {
	exec 9>>"$state/lock"
	gr-journal lock --fd 9 --pid $$ || return
	GR_LOCK_FD=9 GR_LINK_SOCKET=$state/link.sock
	export GR_LOCK_FD GR_LINK_SOCKET
}

cleanup() {
	[ -z "$child" ] || kill "$child" 2>/dev/null || :
	[ -z "$link_pid" ] || kill "$link_pid" 2>/dev/null || :
}

# may_serve STATUS: what recover could not do, such as on a disk that is read-only, is no reason to be silent where no rotation is
# under way: a job that waits is to hear of it.
may_serve() {
	[ "$1" -eq 111 ] || return "$1"
	phase=$(gr-journal get phase) || [ $? -eq 1 ] || return 111
	case $phase in '' | idle) phase=idle ;; *) return 111 ;; esac
}

drive() {
	mode=$1
	gr-config --check || exit
	state=${GR_STATE:-$path_localstate/lib/gr} outcome=''
	if ! mkdir -p -- "$state" 2>/dev/null || [ ! -w "$state" ]; then
		complain "GR_STATE: $state: cannot be made or written to; run as its owner or set another one"
		exit 111
	fi
	blank_record
	live='' waits='' begun=''
	link_pid='' link_generation='' refused_generation='' refused_at=0 child='' hook_says='' said_key='' said_unwatched='' left_alone='' asked='' unpaid='' asked_at=''
	hold_lock || exit
	true >"$state/no.conf"	# see tell_job
	configure || exit
	trap cleanup EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
	gr-install-cert recover || may_serve $? || exit
	serve
	[ "$outcome" != failed ] || exit 1
}

case ${1:-} in	# getopts knows no long options
--help) usage; exit 0 ;;
--version) exec gr-journal --version ;;
esac
while getopts C: o; do
	case $o in
	C) GR_CONF=$OPTARG; export GR_CONF ;;
	*) usage >&2; exit 100 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || { usage >&2; exit 100; }
case $1 in
run | once) drive "$1" ;;
recover) recover ;;
status) gr-journal get || :; exec gr-install-cert status ;;
check-config) exec gr-config --check ;;
*) usage >&2; exit 100 ;;
esac
