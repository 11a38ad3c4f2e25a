# SPDX-License-Identifier: Apache-2.0
# record.sh - the journal and the answers of programs as shell variables, read value by value. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

blank_record() {
	phase=idle job='' execution='' key_algorithm='' old='' new='' other='' new_certificate='' created_at='' commit='' final=''
	reason='' note='' restart_instance='' restart_for='' restart_count='' restart_at='' idempotent='' attempts=''
}

# Reads the journal into variables, value by value; nothing here meets eval. No file in between: the disk under
# GR_STATE may be full. One that got lost while we ran is made anew as at a start. While it cannot be read the variables stay.
load() {
	load_rc=0
	ask gr-journal get || load_rc=$?
	if [ "$load_rc" -eq 1 ]; then
		try gr-install-cert recover || return
		load_rc=0
		ask gr-journal get || load_rc=$?
	fi
	[ "$load_rc" -le 1 ] || return "$load_rc"
	blank_record
	[ "$load_rc" -eq 0 ] || return 0
	while IFS='=' read -r key value; do
		case $key in
		phase) phase=${value:-idle} ;;
		job) job=$value ;;
		execution) execution=$value ;;
		keyAlgorithm) key_algorithm=$value ;;
		old) old=$value ;;
		new) new=$value ;;
		other) other=$value ;;
		newCertificateId) new_certificate=$value ;;
		createdAt) created_at=$value ;;
		commit) commit=$value ;;
		final) final=$value ;;
		reason) reason=$value ;;
		note) note=$value ;;
		idempotent) idempotent=$value ;;
		attempts) attempts=$value ;;
		restartInstance) restart_instance=$value ;;
		restartFor) restart_for=$value ;;
		restartCount) restart_count=$value ;;
		restartAt) restart_at=$value ;;
		esac
	done <<EOF
$answer
EOF
	# On a full disk the record written ahead took the place of ours, and with it our reason.
	[ "$job-$execution" != "${known_for:-}" ] || [ "${reason#*written ahead}" = "$reason" ] || reason=$known
}

# put PHASE KEY=VALUE...: one durable step, and only if the phase is still the one we think.
put() {
	from=$1
	shift
	try gr-journal put --from "$from" "$@"
}

# enter PHASE KEY=VALUE...: the next phase and what it needs, in one durable step.
enter() {
	next=$1
	shift
	put "$phase" phase="$next" note= attempts= "$@" || return
	phase=$next progress=1 note='' waits='' attempts=''
}

# Leaves the rotation behind; an owed restart and the second pair, if one is kept, stay on record. What an earlier life
# of this rotation left half done goes now: it may be half a key.
put_idle() {
	put "$phase" --clear phase=idle other="$1" restartInstance="$restart_instance" \
		restartFor="$restart_for" restartCount="$restart_count" restartAt="$restart_at" || return
	phase=idle next=idle other=$1 progress=1
	gr-install-cert recover || :
}

# What an operator will read: at most 1000 printable characters, and no PIN.
printable() {
	printf '%s' "$1" | LC_ALL=C tr -c '[:print:]' ' ' | sed 's/pin-value=[^&;, ]*/pin-value=***/g' | cut -b 1-1000
}

# why TEXT: the reason that the operator will read. It goes on record with the next phase.
why() {
	reason=$(printable "$1")
	known=$reason known_for=$job-$execution
}

# read_execution TEXT: what gr-jobs-client printed.
read_execution() {
	x_job='' x_status='' x_execution='' x_left='' x_updated=0 x_timestamp=0 x_survivor='' x_code='' x_idempotent=''
	while IFS='=' read -r key value; do
		case $key in
		jobId) x_job=$value ;;
		status) x_status=$value ;;
		executionNumber) x_execution=$value ;;
		secondsLeft) x_left=$value ;;
		lastUpdatedAt) x_updated=${value:-0} ;;
		timestamp) x_timestamp=${value:-0} ;;
		survivor) x_survivor=$value ;;
		code) x_code=$value ;;
		idempotent) x_idempotent=$value ;;
		esac
	done <<EOF
$1
EOF
}

# The generation that is live, whether it is committed, and whether it is what lies in the configured places.
pairs() {
	live='' live_certificate='' live_committed='' live_shown='' live_pending=''
	pairs_rc=0
	ask gr-install-cert status || pairs_rc=$?
	[ "$pairs_rc" -le 1 ] || return "$pairs_rc"
	while IFS='=' read -r key value; do
		case $key in
		live) live=$value ;;
		certificateId) live_certificate=$value ;;
		label) live_pending=$value ;;
		"generation $live "*)
			case $key in *" committed "*) live_committed=1 ;; esac
			case $key in *" $live_certificate "*) live_shown=1 ;; esac
			;;
		esac
	done <<EOF
$answer
EOF
	# Plain files that were never adopted are all there is.
	[ "$live" != 0 ] || live_committed=1 live_shown=1
	[ -n "$live" ]
}

# is_live GENERATION: and nothing of its activation is left to do
is_live() {
	[ "$live" = "$1" ] && [ -z "$live_pending" ]
}

# Sets left, the seconds until the trial's deadline.
time_left() {
	left_rc=0
	ask gr-journal left || left_rc=$?
	left=$answer
	[ "$left_rc" -ne 1 ] || left=0
	[ "$left_rc" -le 1 ] || return "$left_rc"
}

# The job's remaining time less a fifth, for the way back; without a timer a budget of our own. AWS knows no timer of more
# than 10,080 minutes: a backend that says so must not keep a device on trial, and from its next job, for years.
trial_budget() {
	if [ -n "$1" ]; then
		[ "$1" -le 604800 ] || set -- 604800
		echo $(($1 - ($1 + 4) / 5))
	else
		echo "$trial_seconds"
	fi
}

# A backend that does not say that it may be asked twice gets the time to finish the first request. One noted for a time
# that has yet to come was made in an earlier boot: that it is older than this boot is all that is known.
wait_to_repeat() {
	[ -n "$1" ] && [ "$idempotent" != true ] || return 0
	t=$(now)
	[ "$1" -le "$t" ] || set -- 0
	[ $((t - $1)) -ge "$repeat_seconds" ] || return 111
}
