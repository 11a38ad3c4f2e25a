# SPDX-License-Identifier: Apache-2.0
# device.bash - a lab and its things, for tests of whole rotations. Load after helper.

# lab [lab.sh options]: a world in ./lab, taken down by the file's teardown.
lab() {
	LAB=$PWD/lab
	lab.sh up -a ECDSA-P256 "$@" "$LAB" >/dev/null
	HOME_DIR=$LAB/home
}

# as THING: whose settings the programs use from here on. The lab's trial, for which a person can
# wait, may end on a busy machine.
as() {
	T=$LAB/things/$1
	export GR_CONF=$T/gr.conf GR_STATE=$T/state
	sed -i 's/^trialSeconds = 60$/trialSeconds = 900/' "$GR_CONF"
}

# setting KEY VALUE: in the thing's gr.conf, in place of what was there
setting() {
	sed -i "/^$1 =/d" "$GR_CONF"
	printf '%s = %s\n' "$1" "$2" >>"$GR_CONF"
}

# down: for teardown; also ends what a test left running
down() {
	end_drivers
	[ -z "${LAB:-}" ] || [ ! -d "$LAB/home" ] || lab.sh down "$LAB"
}

# What a test that failed left at work: bats would wait for it, for ever.
end_drivers() {
	local pid
	for pid in $(pgrep -f 'rotate\.sh (run|once)'); do
		! grep -qzsx "BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR" "/proc/$pid/environ" || kill -9 "$pid"
	done
}

rotate_job() {
	gr-jobs create -H "$HOME_DIR" "${@:2}" -t "thing/${T##*/}" "$1" >/dev/null
}

# What the device holds.
pair_matches() {
	[ "$(openssl x509 -in "$T/certificate.pem" -noout -pubkey)" = \
		"$(openssl pkey -in "$T/private.key" -pubout)" ]
}
# What the registry knows: certificateIds of the thing.
registered() {
	gr-registry list-thing-principals -H "$HOME_DIR" "${T##*/}" | cut -f 1
}
status_of() {
	gr-jobs executions -H "$HOME_DIR" "$1" |
		awk -F'\t' -v t="${T##*/}" '$1 == t { s = $3 } END { print s }'
}
reason_of() {
	gr-jobs executions -H "$HOME_DIR" "$1" |
		awk -F'\t' -v t="${T##*/}" '$1 == t { s = $5 } END { print s }'
}

# put_into_journal WORD...: once nobody works any more;
# what a killed driver had begun ends, and leaves the lock, a moment later
put_into_journal() {
	await flock -n "$GR_STATE/lock" true
	gr-journal put "$@"
}

keep_old_pair() {
	cp "$T/private.key" old.key
	cp "$T/certificate.pem" old.pem
	OLD=$(certificate_id)
}

has_one_certificate() {
	[ "$(registered | wc -l)" -eq 1 ]
}

# The device is as after a rotation that succeeded: a new pair, one certificate,
# the old one deleted and refused.
assert_rotated() {
	[ "$(status_of "$1")" = SUCCEEDED ]
	[ "$(certificate_id)" != "$OLD" ]
	pair_matches
	await has_one_certificate
	[ "$(registered)" = "$(certificate_id)" ]
	run -1 gr-registry describe-certificate -H "$HOME_DIR" "$OLD"
	run -1 gr-probe --certificate old.pem --key old.key
	[ "$(gr-probe)" = "$(certificate_id)" ]
	assert_tidy
}

# The device is as before: the old pair, exactly that certificate registered and taken.
assert_unchanged() {
	[ "$(certificate_id)" = "$OLD" ]
	cmp -s "$T/private.key" old.key
	pair_matches
	await has_one_certificate
	[ "$(registered)" = "$OLD" ]
	[ "$(gr-probe)" = "$OLD" ]
	assert_tidy
}

# The backend knows of a success a moment before the device has put its own things away.
is_idle() {
	[ "$(gr-journal get phase)" = idle ]
}

# One pair on disk, nothing under way.
assert_tidy() {
	[ "$(gr-journal get phase)" = idle ]
	[ "$(gr-install-cert status | grep -c '^generation')" -eq 1 ]
}

# wrapped PROGRAM BODY: a copy of bin/ by links in ./fake in which one program is a script;
# "$REAL" is the real one
wrapped() {
	[ -d fake ] || { mkdir fake; ln -s "$BIN"/* fake/; }
	rm -f "fake/$1"
	printf '#!/bin/bash\nREAL=%s\n%s\n' "$BIN/$1" "$2" >"fake/$1"
	chmod +x "fake/$1"
}

# deadline_when_noted PROGRAM [CONDITION]: the trial's time goes by for fake/rotate.sh as soon as
# its record holds what PROGRAM said, and CONDITION is true
deadline_when_noted() {
	wrapped gr-journal 'if [ "$1" = left ] && [[ $("$REAL" get note) == *"'"$1"'"* ]] && '"${2:-true}"'; then "$REAL" put trialUntil=1; fi; exec "$REAL" "$@"'
}

# deny ACTION RESOURCE...: adds a Deny statement to the policy of all things, in the place of what
# a nucleus alone needs: it may be 2048 characters long
deny() {
	local action=$1 resources
	shift
	resources=$(printf '%s\n' "$@" | jq -R . | jq -s .)
	jq --arg a "$action" --argjson r "$resources" \
		'(.Statement[].Resource | arrays) |= map(select(test("/shadow/|/greengrassv2/") | not))
		| .Statement += [{Effect: "Deny", Action: $a, Resource: $r}]' \
		"$ROOT/share/policies/rotation.json" >policy.json
	gr-registry create-policy -H "$HOME_DIR" rotation policy.json
}
