# SPDX-License-Identifier: Apache-2.0
# session.sh - the one session that all phases share, and what a refusal of it proves. Sourced by
# rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# gr-link is a child of the driver and lives as long as the driver holds descriptor 8; a phase,
# which runs in a subshell, cannot start it. So a phase asks by connect: if the session is not
# there, the phase ends with a line session=GENERATION, the driver opens the session (session_open)
# and runs the phase again from its start, where connect finds the answer.

# connect GENERATION, in a phase. 0: the session is over this pair; 1: the broker refuses it; 111:
# no verdict.
connect() {
	step_networked=1
	[ -n "$1" ] || return 100
	[ "$link_generation" != "$1" ] || return 0
	case " $session_answers " in
	*" $1="*)
		session_rc=${session_answers##*" $1="}
		return "${session_rc%% *}"
		;;
	esac
	printf 'session=%s\n' "$1"
	hand_back
	exit 0
}

# Over a pair whose refusal is no verdict on this rotation: it is waited out.
connect_patiently() {
	patient_rc=0
	connect "$1" || patient_rc=$?
	[ "$patient_rc" -ne 1 ] || patient_rc=111
	return "$patient_rc"
}

# session_open GENERATION, in the driver: the answers of connect. step_said becomes the line of a
# gr-link that failed.
session_open() {
	step_networked=1
	session_close
	link_in=$setting_state/link.in link_out=$setting_state/link.out
	link_error=$setting_state/link.error
	# A gr-link that was killed may have left half a socket.
	rm -f -- "$link_in" "$link_out" "$link_error" "$GR_LINK_SOCKET".*
	act mkfifo -- "$link_in" "$link_out" || return 111
	# gr-link lives as long as we hold 8. Both are opened to read and write at once, so that no
	# open waits for somebody who may never come; once gr-link has 7, its end is the end of
	# what we read.
	exec 8<>"$link_in" 7<>"$link_out"
	link_start "$1" &
	link_pid=$!
	exec 6<"$link_out" 7>&-
	read -r word _ <&6 || word=
	exec 6<&-
	if [ "$word" = connected ]; then
		link_generation=$1
		forget_refusal "$1"
		return 0
	fi
	link_rc=0
	wait "$link_pid" || link_rc=$?
	link_pid=
	exec 8>&-
	[ "$link_rc" -ne 0 ] || link_rc=111
	errors=$link_error
	[ -e "$errors" ] || errors=/dev/null
	show_error
	heed 'gr-link' "$link_rc" "$errors"
	[ "$link_rc" -ne 1 ] || note_refusal "$1"
	return "$link_rc"
}

# link_start GENERATION, in a process of its own. 111: a file that it needs cannot be opened. The
# shell's own status for that, 2 or 1, may be an answer.
link_start() {
	{ exec gr-link -g "$1" -s "$GR_LINK_SOCKET" 5>&- 7>&- 8>&- 9>&-; } \
		<"$link_in" >&7 2>"$link_error" || exit 111
}

session_close() {
	link_generation=
	exec 8>&-
	[ -n "$link_pid" ] || return 0
	# One that ended by itself has left its reason.
	wait "$link_pid" || log_file "$link_error"
	link_pid=
}

# A session that has ended by itself serves nobody.
session_check() {
	[ -n "$link_pid" ] && kill -0 "$link_pid" 2>/dev/null || link_generation=
}

# A refusal is definite only when it repeats over the whole refusal window while the other pair is
# taken. The time of the first one is in the driver's memory: after a restart of the driver the
# window begins again.
note_refusal() {
	[ "$memory_refused" = "$1" ] || { memory_refused=$1; memory_refused_since=$(now); }
}

forget_refusal() {
	[ "$memory_refused" != "$1" ] || memory_refused=
}

# outlasted GENERATION: 111 until its refusals, of which this is one, span the window.
outlasted() {
	note_refusal "$1"
	[ $(($(now) - memory_refused_since)) -ge "$setting_refusal_window" ] || return 111
}

# refused_for_good GENERATION OTHER: 0 when GENERATION was refused for the window and OTHER is
# taken, else 111.
refused_for_good() {
	outlasted "$1" || return
	gr-probe -g "$2" >/dev/null 2>&1 || return 111
}

# The new pair connects as T#probe beside the session over the old one, before anything in use has
# changed. 0: the broker takes it, or nothing may be probed here; 1: the broker refuses it for
# good; 111: no verdict.
prove_new() {
	probe_rc=0
	hush gr-probe -g "$record_new" >/dev/null || probe_rc=$?
	case $probe_rc in
	0) forget_refusal "$record_new"; say "the broker takes the new certificate" ;;
	1)
		probe_rc=0
		gr-probe -g "$record_old" >/dev/null 2>&1 || probe_rc=$?
		case $probe_rc in
		0) outlasted "$record_new" || return; return 1 ;;
		1) warn "the policy forbids probes; the trial begins without one" ;;
		*) return "$probe_rc" ;;
		esac
		;;
	*) show_error; return "$probe_rc" ;;
	esac
}

# Somebody put another pair in the place of our links. The one that was live is kept until the
# broker has taken the other one.
adopt_found() {
	found=$(short "$live_certificate")
	say "another key and certificate lie in the configured places: $found; taking them"
	[ -n "$record_other" ] || record_put other="$live_generation" || return
	ask gr-install-cert adopt && live_read
}

# The session of idle: over the live pair. When the broker refuses that for good and takes the one
# kept beside it, the other one becomes live.
connect_idle() {
	live_read || return
	[ -z "$live_pending" ] || act gr-install-cert recover || return
	[ -n "$live_shown" ] || [ -z "$live_certificate" ] || adopt_found || return
	idle_rc=0
	connect "$live_generation" || idle_rc=$?
	if [ "$idle_rc" -eq 1 ] && has_other "$live_generation"; then
		step_undecided=1
		outlasted "$live_generation" || return
		step_undecided=
		gr-probe -g "$record_other" >/dev/null 2>&1 || return
		swap_pairs || return
		connect "$live_generation"
		return
	fi
	return "$idle_rc"
}

# has_other GENERATION: a pair is kept beside this one.
has_other() {
	[ -n "$record_other" ] && [ "$record_other" != "$1" ]
}

swap_pairs() {
	warn "the pair in use is refused and the other one is taken: switching to it"
	owe_restart "$record_other" || return
	act gr-install-cert activate -g "$record_other" || return
	swap_from=$live_generation live_generation=$record_other
	record_put other="$swap_from" || return
	pay_restart
}
