# SPDX-License-Identifier: Apache-2.0
# Text from a device or from an old registry that would steer a terminal,
# turn a line round or hide in it.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

# BAD: one of each category that AWS IoT refuses, as JSON escapes: control (C0, DEL, C1), format
# (direction, no width, a tag, a filler of old), private use (of each plane), noncharacters, and
# what is kept for characters that are not seen
BAD='\u001b \u007f \u009b \u0085 \u00ad \u0600 \u061c \u180e \u200b \u200d \u202e \u2060 \u2066 \ufeff \ufff9 \ue000 \udb80\udc00 \udbff\udffd \udb40\udc01 \udb40\udc41 \ufdd0 \uffff \ud83f\udffe \u2065 \udb40\udd80\udb40\udff0'
# harmless COMMAND...: prints nothing that steers a terminal
harmless() {
	"$@" >shown 2>&1 || :
	LC_ALL=C.UTF-8 perl -CSD -ne 'exit 1 if /[^\P{C}\n\t]|[\x{2028}\x{2029}]/' shown || {
		echo "not harmless: $*" >&2
		cat -v shown >&2
		return 1
	}
}

@test "escapes: statusDetails with any character that AWS IoT refuses are refused, each by itself" {
	thing_new
	job_new "$J"
	remember
	for bad in $BAD; do
		[ "$bad" != '\udb40\udd80\udb40\udff0' ] || continue
		for kind in "jobs/$J/update:"'"status":"IN_PROGRESS",' jobs/start-next:; do
			rejected "${kind%%:*}" "{${kind#*:}"'"statusDetails":{"a":"x'"$bad"'y"}}' \
				InvalidRequest
		done
	done
	is_unchanged
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"a":"äß € 漢 \ud83d\udd11 é \udb40\udd00 \u2028"}}'
}

@test "escapes: a final status with harmful characters in its details is accepted, without these characters" {
	rotation_begun
	accepted "jobs/$J/update" '{"status":"FAILED","statusDetails":{"CertificateRotator":true,"CertificateRotatorDevice":"gr","DeviceFailureReason":"a\u009b31mRED\u202egnp\nä"}}'
	execution_is FAILED
	custody_is survivor OLD
	sql_is "SELECT json_extract(details, '$.DeviceFailureReason') FROM execution WHERE job = '$J'" 'a?31mRED?gnp?ä'
}

@test "escapes: harmful characters in an old registry are escaped by every program, in every output format" {
	own_lab
	thing_new
	rotation_begun
	heard FAILED OLD
	printf 'a\302\233\342\200\256\303\244\363\240\201\201\342\200\250\377z\033]0;x\007' >bad
	printf 'a\302\233\342\200\256\303\244\363\240\201\201' >good
	backend stop
	sql "UPDATE execution SET details = json_object('DeviceFailureReason', cast(readfile('bad') AS TEXT));
		UPDATE job SET description = cast(readfile('bad') AS TEXT), comment = cast(readfile('bad') AS TEXT), reason = cast(readfile('bad') AS TEXT);
		UPDATE rotation SET client = cast(readfile('bad') AS TEXT);
		INSERT INTO job_template SELECT 't', document, description, '{}', 0 FROM job;
		INSERT INTO alarm (at, kind, thing, certificate, text) VALUES (1, 'second-key', '$THING', '', cast(readfile('bad') AS TEXT));
		UPDATE policy SET document = document || ' ' || cast(readfile('bad') AS TEXT)"
	gr-jobs describe-execution -j "$J" "$THING" >described
	jq -r .statusDetails.detailsMap.DeviceFailureReason described | tr '\377' '?' >value
	grep -qaF "a??ä??" value
	for command in "gr-jobs describe $J" "gr-jobs describe-execution $J $THING" \
		"gr-jobs executions $J" 'gr-jobs list' 'gr-jobs list-templates' \
		'gr-jobs describe-template t' "gr-registry history $THING" 'gr-registry alarms' \
		gr-report; do
		harmless $command
		case $command in gr-report) ;; *) harmless $command -j ;; esac
	done
	gr-report | grep -q 'a??ä'
	# The same value, for programs: what is harmful stands there as an escape.
	sql "UPDATE execution SET details = json_object('DeviceFailureReason', cast(readfile('good') AS TEXT))"
	gr-jobs describe-execution -j "$J" "$THING" >described
	grep -qF 'a\u009b\u202eä\udb40\udc41' described
	jq -j .statusDetails.detailsMap.DeviceFailureReason described | cmp - good
	# To a terminal a policy is shown harmless; into a file goes what was given.
	script -qec "gr-registry get-policy $(sql 'SELECT name FROM policy LIMIT 1')" \
		screen </dev/null >/dev/null
	run ! grep -q $'\302\233' screen
	gr-registry get-policy "$(sql 'SELECT name FROM policy LIMIT 1')" |
		grep -qaF "$(head -c 3 bad)"
	own_lab_down
}

@test "escapes: texts that the operator gives are checked in the same way" {
	thing_new
	bad=$'a\302\233b'
	for text in $'a\302\233b' $'a\342\200\256b' $'a\356\200\200b' $'a\377b' $'a\nb'; do
		run -100 gr-jobs create -t "thing/$THING" -D "$text" "$J"
		harmless gr-jobs create -t "thing/$THING" -D "$text" "$J"
	done
	job_new "$J"
	for text in $'a\302\233b' $'a\342\200\256b' $'a\377b'; do
		run -100 --separate-stderr gr-jobs cancel -c "$text" "$J"
		[ "$stderr" = 'gr-jobs: --comment: not UTF-8 without control characters (InvalidRequest)' ]
		harmless gr-jobs cancel -r "$text" "$J"
		run -100 gr-registry create-thing "$text"
		run -100 gr-registry create-thing-group "$text"
		harmless gr-registry create-thing "$text"
	done
	execution_is QUEUED
	gr-jobs cancel -c 'grüße 🔑' "$J" >/dev/null
}

@test "escapes: a notification holds no harmful character, even if the registry does" {
	own_lab
	thing_new
	rotation_begun
	mkdir -p "$GR_HOME/notify.d"
	printf '#!/bin/sh\ncat >>%s\n' "$PWD/told" >"$GR_HOME/notify.d/tell"
	chmod 755 "$GR_HOME/notify.d/tell"
	backend stop
	backend start
	await eval '[ "$(sql "SELECT count(*) FROM channel")" = 1 ]'
	printf 'a\302\233\342\200\256\303\244\377z' >bad
	sql "UPDATE execution SET status = 'FAILED', updated = unixepoch() * 1000, details = json_object('DeviceFailureReason', cast(readfile('bad') AS TEXT), 'note', char(27))"
	await test -s told
	jq -r '.statusDetails.DeviceFailureReason, .statusDetails.note' told |
		diff - <(printf '%s\n' 'a??ä?z' '?')
	own_lab_down
}
