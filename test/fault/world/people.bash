# SPDX-License-Identifier: Apache-2.0
# people.bash - in chaos: operators who put certificates out of use, on purpose or by mistake. The
# folder cut-off lists things that they cut off on purpose.
# shellcheck shell=bash disable=SC2154,SC2034,SC2015,SC2013

certificates_of() { gr-registry list-thing-principals -H "$HOME_DIR" "$1" 2>/dev/null | cut -f 1,2; }

# one_certificate THING: sets CERTIFICATE; 1: there is none now
one_certificate() {
	local ids
	ids=$(certificates_of "$1" | cut -f 1)
	# shellcheck disable=SC2086 # words
	one_of none $ids
	CERTIFICATE=$DRAWN
	[ "$DRAWN" != none ] || [ -z "$ids" ] || CERTIFICATE=${ids%%$'\n'*}
	[ "$CERTIFICATE" != none ]
}

# by_mistake COMMAND...: it may be refused, because a rotation needs the certificate; then it is
# left, or forced
by_mistake() {
	local command=$1 rc=0
	shift
	gr-registry "$command" -H "$HOME_DIR" "$@" || rc=$?
	[ "$rc" -eq 1 ] || return "$rc"
	draw 2
	[ "$DRAWN" -eq 0 ] || gr-registry "$command" -H "$HOME_DIR" -f "$@" || [ $? -eq 1 ]
}

# For a few seconds; the certificate may have been retired since.
event_deactivated() {
	some_thing && one_certificate "$CHOSEN" || return 0
	tell "$CHOSEN: ${CERTIFICATE:0:16}"
	by_mistake update-certificate "$CERTIFICATE" INACTIVE || return
	a_while 6
	gr-registry update-certificate -H "$HOME_DIR" "$CERTIFICATE" ACTIVE || [ $? -eq 1 ]
}

event_detached() {
	some_thing && one_certificate "$CHOSEN" || return 0
	tell "$CHOSEN: ${CERTIFICATE:0:16}"
	by_mistake detach-thing-principal "$CHOSEN" "$CERTIFICATE" || return
	a_while 6
	gr-registry attach-thing-principal -H "$HOME_DIR" "$CHOSEN" "$CERTIFICATE" || [ $? -eq 1 ]
}

# all_out THING STATUS: none of its certificates is ACTIVE any more; a rotation under way may have
# added one meanwhile
all_out() {
	local id n
	for ((n = 0; n < 50; n++)); do
		certificates_of "$1" | grep -qw ACTIVE || return 0
		for id in $(certificates_of "$1" | awk '$2 == "ACTIVE" { print $1 }'); do
			gr-registry update-certificate -H "$HOME_DIR" -f "$id" "$2" || [ $? -eq 1 ] || return
		done
	done
	return 1
}
cut_off_thing() {
	tell "$1 is cut off: $2"
	echo "$2" >"cut-off/$1"
	touch "$LAB/things/$1/is-cut-off"
	all_out "$1" "$2"
}
# After a ledger was lost: what was said since the backup is said again.
cut_off_again() {
	local file
	for file in cut-off/*; do
		[ ! -e "$file" ] || all_out "${file##*/}" "$(cat "$file")" || return
	done
}

event_cut_off() {
	[ "$(grep -lx INACTIVE cut-off/* 2>/dev/null | wc -l)" -le $((things / 8)) ] || event_brought_back
	some_thing && cut_off_thing "$CHOSEN" INACTIVE
}
event_revoked() {
	[ "$(grep -lx REVOKED cut-off/* 2>/dev/null | wc -l)" -le $((things / 8)) ] || return 0
	some_thing && cut_off_thing "$CHOSEN" REVOKED
}
# INACTIVE can be undone.
event_brought_back() {
	local t id
	t=$(grep -lx INACTIVE cut-off/* 2>/dev/null | head -n 1)
	[ -n "$t" ] || { some_thing && cut_off_thing "$CHOSEN" INACTIVE && t=cut-off/$CHOSEN; } || return
	t=${t##*/}
	tell "$t is brought back"
	for id in $(certificates_of "$t" | awk '$2 == "INACTIVE" { print $1 }'); do
		gr-registry update-certificate -H "$HOME_DIR" "$id" ACTIVE || [ $? -eq 1 ] || return
	done
	rm "cut-off/$t" "$LAB/things/$t/is-cut-off"
	# What it lives on may have been lost with registry and ledger.
	eventually fleet_is_connected
}
