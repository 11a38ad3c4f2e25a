# SPDX-License-Identifier: Apache-2.0
# record.sh - the record of the rotation, and what programs tell about the job and the pairs, read
# value by value. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# The journal (gr-journal) owns the record. The record_ variables are a copy: record_set alone
# writes them, when the journal has been read (record_load) or has just taken a value (record_put).

record_blank() {
	record_phase=idle record_job='' record_execution='' record_key_algorithm=''
	record_old='' record_new='' record_other='' record_new_certificate=''
	record_created_at='' record_commit='' record_final='' record_reason='' record_note=''
	record_idempotent='' record_attempts='' record_gone_back=''
	record_restart_instance='' record_restart_for=''
	record_restart_count='' record_restart_at=''
}

# record_set KEY VALUE: keys as gr-journal spells them; a key that the driver does not use is
# passed over.
record_set() {
	case $1 in
	phase) record_phase=${2:-idle} ;;
	job) record_job=$2 ;;
	execution) record_execution=$2 ;;
	keyAlgorithm) record_key_algorithm=$2 ;;
	old) record_old=$2 ;;
	new) record_new=$2 ;;
	other) record_other=$2 ;;
	newCertificateId) record_new_certificate=$2 ;;
	createdAt) record_created_at=$2 ;;
	commit) record_commit=$2 ;;
	final) record_final=$2 ;;
	reason) record_reason=$2 ;;
	note) record_note=$2 ;;
	idempotent) record_idempotent=$2 ;;
	attempts) record_attempts=$2 ;;
	goneBack) record_gone_back=$2 ;;
	restartInstance) record_restart_instance=$2 ;;
	restartFor) record_restart_for=$2 ;;
	restartCount) record_restart_count=$2 ;;
	restartAt) record_restart_at=$2 ;;
	--clear) record_blank ;;
	esac
}

# record_read: the journal as it is. No file in between: the disk under GR_STATE may be full. 1:
# there is none that can be read. Where it fails the variables stay as they are.
record_read() {
	ask gr-journal get || return
	record_blank
	record_there=1
	while IFS='=' read -r key value; do
		record_set "$key" "$value"
	done <<END
$answer
END
	# On a full disk the record that gr-install-cert wrote ahead took the place of ours, and
	# its reason that of ours.
	[ "$record_job-$record_execution" = "$driver_reason_for" ] || return 0
	case $record_reason in *"written ahead"*) record_reason=$driver_reason ;; esac
}

# record_load: record_read at the beginning of a step. A journal that got lost while we ran is made
# anew as at a start.
record_load() {
	load_rc=0
	record_read || load_rc=$?
	[ "$load_rc" -eq 1 ] || return "$load_rc"
	act gr-install-cert recover || return
	load_rc=0
	record_read || load_rc=$?
	[ "$load_rc" -eq 1 ] || return "$load_rc"
	record_there=''
	record_blank
}

# record_put KEY=VALUE...: one durable step, and only if the phase on disk is still the one that we
# think.
record_put() {
	act gr-journal put --from "$record_phase" "$@" || return
	for pair; do
		record_set "${pair%%=*}" "${pair#*=}"
	done
}

# record_owe GENERATION: the restart that a switch to it owes to the runtime. What that is
# gr-journal decides, and it is read back.
record_owe() {
	act gr-journal put --from "$record_phase" --owe "$1" || return
	record_load
}

# record_move PHASE KEY=VALUE...: the next phase and what it needs, in one durable step, before its
# work begins.
record_move() {
	move_to=$1
	shift
	record_put phase="$move_to" note= attempts= reason="$record_reason" "$@"
}

# record_close KEY=VALUE...: to idle, and the rotation is forgotten. A restart that is owed and the
# second pair, if one is kept, stay on record. What a driver of this rotation that was killed left
# half done is removed now: it may be half a key.
record_close() {
	record_put --clear phase=idle other="$record_other" \
		restartInstance="$record_restart_instance" restartFor="$record_restart_for" \
		restartCount="$record_restart_count" restartAt="$record_restart_at" "$@" || return
	gr-install-cert recover || :
}

service_blank() {
	service_job='' service_status='' service_execution='' service_left=''
	service_updated=0 service_timestamp=0
	service_survivor='' service_code='' service_idempotent=''
}

# service_read TEXT: sets the service_ variables from what gr-jobs-client printed about an
# execution.
service_read() {
	service_blank
	while IFS='=' read -r key value; do
		case $key in
		jobId) service_job=$value ;;
		status) service_status=$value ;;
		executionNumber) service_execution=$value ;;
		secondsLeft) service_left=$value ;;
		lastUpdatedAt) service_updated=${value:-0} ;;
		timestamp) service_timestamp=${value:-0} ;;
		survivor) service_survivor=$value ;;
		code) service_code=$value ;;
		idempotent) service_idempotent=$value ;;
		esac
	done <<END
$1
END
}

live_blank() {
	live_generation='' live_certificate='' live_committed='' live_shown='' live_pending=''
}

# live_read sets the live_ variables: the generation that is live, whether it is committed, and
# whether it is what lies in the configured places.
live_read() {
	live_blank
	memory_live=
	live_rc=0
	ask gr-install-cert status || live_rc=$?
	[ "$live_rc" -le 1 ] || return "$live_rc"
	while IFS='=' read -r key value; do
		case $key in
		live) live_generation=$value ;;
		certificateId) live_certificate=$value ;;
		label) live_pending=$value ;;
		"generation $live_generation "*)
			case $key in *" committed "*) live_committed=1 ;; esac
			case $key in *" $live_certificate "*) live_shown=1 ;; esac
			;;
		esac
	done <<END
$answer
END
	memory_live=$live_generation
	# Plain files that were never adopted are all there is.
	[ "$live_generation" != 0 ] || live_committed=1 live_shown=1
	[ -n "$live_generation" ]
}

# is_live GENERATION: it is, and nothing of its activation is left to do.
is_live() {
	[ "$live_generation" = "$1" ] && [ -z "$live_pending" ]
}

# Sets trial_left, the seconds until the trial's deadline.
time_left() {
	left_rc=0
	ask gr-journal left || left_rc=$?
	trial_left=$answer
	[ "$left_rc" -ne 1 ] || trial_left=0
	[ "$left_rc" -le 1 ] || return "$left_rc"
}

# trial_budget SECONDS: prints how long a trial may last: the job's remaining time less a fifth,
# for the way back; without a timer a budget of our own. AWS knows no timer of more than 10,080
# minutes: a backend that says so must not keep a device on trial, and from its next job, for
# years.
trial_budget() {
	if [ -n "$1" ]; then
		[ "$1" -le 604800 ] || set -- 604800
		echo $(($1 - ($1 + 4) / 5))
	else
		echo "$setting_trial_seconds"
	fi
}

# wait_to_repeat SECONDS: 111 until a request that was sent at that time may be sent again. A
# backend that does not say that it may be asked twice gets the time to finish the first request.
# One noted for a time that has yet to come was sent before this boot: that it is older than the
# boot is all that is known.
wait_to_repeat() {
	[ -n "$1" ] && [ "$record_idempotent" != true ] || return 0
	t=$(now)
	[ "$1" -le "$t" ] || set -- 0
	[ $((t - $1)) -ge "$setting_repeat_seconds" ] || return 111
}
