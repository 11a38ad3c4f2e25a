# SPDX-License-Identifier: Apache-2.0
# operator.bash - in chaos: the operator, who looks at the alarms after each event and does what
# share/doc/troubleshooting.md says, and no more.
# shellcheck shell=bash disable=SC2154,SC2034,SC2015,SC2013

has_alarm() { alarms_now && cut -f 2 alarms.now | grep -qx "$1"; }
alarms_now() {
	gr-registry alarms -H "$HOME_DIR" >alarms.new 2>alarms.error && mv alarms.new alarms.now
}

# Things that are not cut off and have no connection.
strangers() {
	gr-registry list-things -H "$HOME_DIR" | awk '$3 !~ /^(yes|connected)$/ { print $1 }' |
		while read -r t; do [ -e "cut-off/$t" ] || echo "$t"; done
}
fleet_is_connected() {
	adopt_unknown && [ -z "$(strangers)" ]
}

servers_run() { server_runs broker && server_runs backend; }

# look_after: what the alarms ask for; each is looked at anew, until none asks for anything
look_after() {
	local n
	for ((n = 0; n < 5; n++)); do
		eventually servers_run || return
		alarms_now || { damaged_beyond_reading || return; continue; }
		if cut -f 2 alarms.now | grep -qx damaged; then
			tell 'the operator: the registry is damaged'
			put_in_place || return
		elif cut -f 2 alarms.now | grep -qx clock; then
			tell 'the operator: confirm-clock'
			gr-registry confirm-clock -H "$HOME_DIR" >/dev/null || return
		elif cut -f 2 alarms.now | grep -qx restored; then
			eventually fleet_is_connected ||
				{ tell "not connected: $(strangers | xargs)"; return 1; }
			tell 'the operator: resume-retirement'
			gr-registry resume-retirement -H "$HOME_DIR" >/dev/null || return
		else
			break
		fi
	done
	settle_two
}

# No program can read it at all.
damaged_beyond_reading() {
	cat alarms.error >&2
	tell "the operator: $(head -n 1 alarms.error)"
	put_in_place
}

# unknown-certificate: whose it is the operator finds out from the devices.
adopt_unknown() {
	local id t
	alarms_now || return
	for t in "$LAB"/things/*/; do
		[ -e "cut-off/$(basename "$t")" ] ||
			printf '%s %s\n' "$(certificate_id "$t/certificate.pem" 2>/dev/null)" "${t%/}"
	done >lived-on
	while read -r id t; do
		grep -q "	unknown-certificate	-	$id	" alarms.now || continue
		gr-registry describe-certificate -H "$HOME_DIR" "$id" >/dev/null 2>&1 && continue
		tell "the operator: adopt-certificate ${t##*/} ${id:0:16}"
		gr-registry adopt-certificate -H "$HOME_DIR" "${t##*/}" "$t/certificate.pem" >/dev/null ||
			[ $? -eq 1 ] || return
	done <lived-on
}

# two-certificates: the thing itself shows which one it uses, between two rotations.
settle_two() {
	local t
	for t in $(awk -F '\t' '$2 == "two-certificates" { print $3 }' alarms.now | sort -u); do
		touch "$LAB/things/$t/settle"
	done
}
keeps_one_certificate() {
	local id
	[ -e "$T/settle" ] || [ -e "$T/../../calm" ] || return 0
	is_idle && probe || return 0
	id=$(cat "$T/probed")
	rm -f "$T/settle"
	[ -n "$id" ] && [ "$(registered | wc -l)" -gt 1 ] || return 0
	tell "the operator: settle $THING ${id:0:16}"
	echo settle >>settled
	gr-registry settle -H "$HOME_DIR" "$THING" "$id" >/dev/null
}

# in_order: nothing happens any more, and the operator has mended what there is to mend
in_order() {
	touch "$LAB/calm"
	clock_is 0
	rm -f "$LAB/full"
	release
	look_after || finding 'the world does not come into order'
}
