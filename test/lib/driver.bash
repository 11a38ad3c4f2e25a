# SPDX-License-Identifier: Apache-2.0
# driver.bash - the functions of the driver in a test, its programs replaced: a phase in
# milliseconds. Load after helper.
#
# Such a test shows what a phase makes of the answers of its programs, and never stands for them.

# driver_load: the driver's functions, its settings, and every program answering 0 in silence
driver_load() {
	here=$ROOT/scripts/driver
	# shellcheck source=/dev/null
	. "$BIN/paths.sh"
	for part in log program settings record session runtime watchdog due ending phases \
		step; do
		# shellcheck disable=SC1090
		. "$here/$part.sh"
	done
	export GR_STATE=$PWD/state
	mkdir -p state replaced
	PATH=$PWD/replaced:$PATH
	log_is_journal=
	driver_blank once
	setting_thing=thing-1 setting_hook='' setting_watchdog=on
	setting_refusal_window=0 setting_request_timeout=1 setting_repeat_seconds=130
	setting_trial_minimum=180 setting_trial_seconds=900 setting_record_grace=600
	setting_rotate_before=0 setting_rotate_percent=0 setting_rotate_after=0 driver_idle_wait=0
	for program in config keygen csr cert-due probe jobs-client create commit request; do
		replace "gr-$program" ''
	done
	replace gr-journal 'case $1 in
		left) echo 600 ;;
		get) cat record ;;
		put) printf "%s\n" "$*" >>puts ;;
		esac'
	replace gr-install-cert 'case $1 in
		status) cat pairs ;;
		next) echo 2 ;;
		stage) echo c2 ;;
		*) echo "$*" >>credentials ;;
		esac'
	: >record
	lives 1
}

# replace PROGRAM BODY: in ./replaced, a script that notes its call in ./calls
replace() {
	printf '#!/bin/sh\nprintf "%%s\\n" "${0##*/} $*" >>calls\n%s\n' "$2" >"replaced/$1"
	chmod +x "replaced/$1"
}

# answers PROGRAM STATUS [TEXT]: whatever it is asked
answers() {
	replace "$1" "${3:+cat <<'END'
$3
END
}exit $2"
}

# lives N: the generation that is live, committed, and in the configured places
lives() {
	printf '%s\n' "live=$1" "certificateId=c$1" \
		'generation 1 complete committed c1 1' 'generation 2 complete - c2 1' >pairs
}

# at PHASE [KEY=VALUE...]: a record as it is then
at() {
	printf '%s\n' phase="$1" job=j1 execution=1 old=1 new=2 idempotent=true >record
	case $1 in
	trial | committing | reporting | rolling-back) echo newCertificateId=c2 >>record ;;
	esac
	[ $# -eq 1 ] || printf '%s\n' "${@:2}" >>record
	record_load
}

# session N [STATUS]: what connect finds; without STATUS it is there
session() {
	session_answers="$session_answers $1=${2:-0}"
}

# phase: runs the phase of the record in a subshell; sets output, stderr and status as run does
phase() {
	: >calls
	status=0
	output=$(phase_work "$record_phase" 2>errors) || status=$?
	stderr=$(cat errors)
}

# goes PHASE [REASON]: the phase ended with 0 and printed that
goes() {
	[ "$status" -eq 0 ] || { echo "status $status: $stderr" >&2; return 1; }
	[ "${output%%$'\n'*}" = "$1" ] || { echo "next: ${output:-nothing}" >&2; return 1; }
	[ $# -eq 1 ] || grep -qxF "reason=$2" <<<"$output" || { echo "$output" >&2; return 1; }
}

# stays STATUS: the phase printed no next one
stays() {
	[ "$status" -eq "$1" ] || { echo "status $status: $output $stderr" >&2; return 1; }
	[ -z "$output" ] || { echo "$output" >&2; return 1; }
}

QUEUED='jobId=j1
status=QUEUED
executionNumber=1
idempotent=true'
IN_PROGRESS='jobId=j1
status=IN_PROGRESS
executionNumber=1
secondsLeft=1000
idempotent=true'
ANOTHER=${IN_PROGRESS/executionNumber=1/executionNumber=2}

# client VERB=STATUS...: what gr-jobs-client answers to each verb; one that is not named answers 0
# and an execution IN_PROGRESS
client() {
	local body='case $1 in' pair
	for pair; do body+=" ${pair%%=*}) exit ${pair#*=} ;;"; done
	replace gr-jobs-client "$body esac
cat <<'END'
$IN_PROGRESS
END"
}
# told STATUS [CODE-STATUS-SURVIVOR LINE...]: what gr-jobs-client update answers
told() { answers gr-jobs-client "$1" "$(printf '%s\n' "${@:2}")"; }
called() { grep -qx "$1" calls; }
