# SPDX-License-Identifier: Apache-2.0
# session.sh - the one session that all steps share, and what a refusal of it proves. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

# connect GENERATION: the session that all steps share. 1: the broker refuses this pair; 111: no verdict.
connect() {
	networked=1
	[ -n "$1" ] || return 100
	if [ "$link_generation" = "$1" ] && [ -n "$link_pid" ] && kill -0 "$link_pid" 2>/dev/null; then
		return 0
	fi
	disconnect
	rm -f -- "$state/link.in" "$state/link.out" "$GR_LINK_SOCKET".*	# a life that was cut off may have left half a socket
	try mkfifo -- "$state/link.in" "$state/link.out" || return 111
	# gr-link lives as long as we hold 8. Both are opened to read and write at once, so that no open waits for somebody who may
	# never come; once gr-link has 7, its end is the end of what we read.
	exec 8<>"$state/link.in" 7<>"$state/link.out"
	gr-link -g "$1" -s "$GR_LINK_SOCKET" <"$state/link.in" >&7 2>"$state/link.error" 7>&- 8>&- 9>&- &
	link_pid=$!
	exec 6<"$state/link.out" 7>&-
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
	errors=$state/link.error
	show_error
	heed 'gr-link' "$link_rc" "$errors"
	[ "$link_rc" -ne 1 ] || note_refusal "$1"
	return "$link_rc"
}

disconnect() {
	link_generation=
	exec 8>&-
	[ -n "$link_pid" ] || return 0
	# One that ended by itself has left its reason.
	wait "$link_pid" || cat -- "$state/link.error" >&2
	link_pid=
}

# Over a pair whose refusal is no verdict on this rotation: it is waited out.
connect_patiently() {
	connect "$1" && return
	patient_rc=$?
	[ "$patient_rc" -ne 1 ] || patient_rc=111
	return "$patient_rc"
}

# A refusal is definite only when it repeats over the whole refusal window while the other pair is taken.
note_refusal() {
	[ "$refused_generation" = "$1" ] || { refused_generation=$1; refused_at=$(now); }
}

forget_refusal() {
	[ "$refused_generation" != "$1" ] || refused_generation=
}

# outlasted GENERATION: 111 until its refusals, of which this is one, span the window.
outlasted() {
	note_refusal "$1"
	[ $(($(now) - refused_at)) -ge "$refusal_window" ] || return 111
}

# refused_for_good GENERATION OTHER: 0 when GENERATION was refused for the window and OTHER is taken.
refused_for_good() {
	outlasted "$1" || return
	gr-probe -g "$2" >/dev/null 2>&1 || return 111
}

# NEW connects as T#probe beside the session on OLD: what the broker says of it now costs nothing yet.
prove_new() {
	next=creating-certificate
	rc=0
	hush gr-probe -g "$new" >/dev/null || rc=$?
	case $rc in
	0) forget_refusal "$new"; say "the broker takes the new certificate"; next=trial ;;
	1)
		rc=0
		gr-probe -g "$old" >/dev/null 2>&1 || rc=$?
		case $rc in
		0) outlasted "$new" || return; next=failing; why "the broker refuses the new certificate: $(last_error)" ;;
		1) complain "probing is forbidden by policy; the new certificate goes on trial unproven"; next=trial ;;
		*) return "$rc" ;;
		esac
		;;
	*) show_error; return "$rc" ;;
	esac
}

# Somebody put a pair of his own in the place of our links; the one that was live stays until the broker took it.
adopt_found() {
	say "another key and certificate lie in the configured places: $(short "$live_certificate"); taking them"
	[ -n "$other" ] || put idle other="$live" || return
	other=${other:-$live}
	try gr-install-cert adopt >/dev/null && pairs
}

# Over the live pair; when the broker refuses it for good and takes the one kept beside it, that one becomes live.
connect_idle() {
	pairs || return
	[ -z "$live_pending" ] || try gr-install-cert recover || return
	[ -n "$live_shown" ] || [ -z "$live_certificate" ] || adopt_found || return
	idle_rc=0
	connect "$live" || idle_rc=$?
	if [ "$idle_rc" -eq 1 ] && [ -n "$other" ] && [ "$other" != "$live" ]; then
		undecided=1
		outlasted "$live" || return
		undecided=
		gr-probe -g "$other" >/dev/null 2>&1 || return
		complain "the pair in use is refused and the other one is taken: switching to it"
		owe_restart "$other" || return
		try gr-install-cert activate -g "$other" || return
		put idle other="$live" || return
		swap=$live live=$other other=$swap
		pay_restart || return
		connect "$live"
		return
	fi
	return "$idle_rc"
}
