# SPDX-License-Identifier: Apache-2.0
# The chain of custody: which certificate survives, who said so, and when the other one dies.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

# on_trial: NEW is out and the device speaks over it; committed: and has its licence
on_trial() {
	rotation_begun
	over_new
}
committed() {
	on_trial
	accepted commit "$COMMIT"
}

# shut_out: the broker refuses the certificate that we speak with
shut_out() { run -5 ask; }

# lives OLD|NEW: the survivor is on record, the other one is gone and refused
lives() {
	custody_is survivor "$1"
	if [ "$1" = NEW ]; then
		await certificate_is_gone "$OLD"
		only_is "$NEW"
		over_old
		shut_out
		over_new
	else
		await certificate_is_gone "$NEW"
		only_is "$OLD"
		over_new
		shut_out
		over_old
	fi
	ask
	custody_is 'decided >= requested AND retired >= decided' 1
	sql_is "SELECT count(*) FROM certificate_policy WHERE certificate NOT IN (SELECT id FROM certificate)" 0
}

# says_too_late STATUS SURVIVOR-OR-NONE: the final word is refused with InvalidStateTransition;
# the answer names the survivor
says_too_late() {
	say "$1"
	[ "$ANSWER" = rejected ]
	if [ "$2" = NONE ]; then
		body_is '["InvalidStateTransition",false]' \
			'[.code, (.executionState.statusDetails // {} | has("survivor"))]'
	else
		body_is '["InvalidStateTransition","'"$2"'"]' \
			'[.code, .executionState.statusDetails.survivor]'
	fi
}

# undecided: nothing was decided and nothing dies
undecided() {
	turned
	custody_is survivor ''
	both_stay
}

# retirement_paused: the loser of a rotation stays in use until resume-retirement
retirement_paused() { sql "INSERT INTO meta VALUES ('retirement_paused', 1)"; }

# --- the word of a device in time ----------------------------------------------------------------

@test "custody: SUCCEEDED over NEW after commit keeps NEW and retires OLD" {
	committed
	both_stay
	say SUCCEEDED
	[ "$ANSWER" = accepted ]
	body_is '{"timestamp":"S"}'
	execution_is SUCCEEDED
	lives NEW
}

@test "custody: SUCCEEDED over NEW without commit is refused, and both stay" {
	on_trial
	say SUCCEEDED
	body_is '{"code":"InvalidStateTransition","message":"SUCCEEDED needs a commit that was accepted first","timestamp":"S",
		"executionState":{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":"true","CertificateRotatorDevice":"gr"},"versionNumber":2}}'
	undecided
	execution_is IN_PROGRESS
	accepted commit "$COMMIT"
	heard SUCCEEDED NEW
}

@test "custody: SUCCEEDED over OLD is refused, also after commit" {
	rotation_begun
	say SUCCEEDED
	body_is '{"code":"InvalidStateTransition","message":"SUCCEEDED must be said over the new certificate","timestamp":"S",
		"executionState":{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":"true","CertificateRotatorDevice":"gr"},"versionNumber":2}}'
	over_new
	accepted commit "$COMMIT"
	over_old
	says_too_late SUCCEEDED NONE
	undecided
	execution_is IN_PROGRESS
}

@test "custody: SUCCEEDED of a rotation that never asked for a certificate is refused" {
	thing_new
	job_started
	say SUCCEEDED
	body_is '["InvalidStateTransition","no certificate was asked for in this execution"]' \
		'[.code, .message]'
	execution_is IN_PROGRESS
	say FAILED
	[ "$ANSWER" = accepted ]
	execution_is FAILED
	only_is "$OLD"
}

@test "custody: FAILED over OLD keeps OLD and retires NEW" {
	rotation_begun
	heard FAILED OLD
	execution_is FAILED
	lives OLD
}

@test "custody: FAILED over OLD after commit keeps OLD" {
	committed
	over_old
	heard FAILED OLD
	lives OLD
}

@test "custody: FAILED over NEW keeps OLD and retires NEW" {
	on_trial
	heard FAILED OLD
	lives OLD
}

@test "custody: REJECTED counts as FAILED" {
	rotation_begun
	heard REJECTED OLD
	lives OLD
}

@test "custody: progress decides nothing" {
	committed
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	over_old
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	undecided
}

@test "custody: the decision is in the ledger before the answer leaves" {
	committed
	ask "$(topic "jobs/$J/update")" '{"status":"SUCCEEDED"}' \
		"!grep '\"event\":\"survivor\"' '$GR_HOME/ledger' | tail -n 1 >line"
	json_is "$(cat line)" '{"event":"survivor","thingName":"'"$THING"'","jobId":"'"$J"'","executionNumber":1,"survivor":"NEW","certificateId":"'"$NEW"'"}' 'del(.at, .previous)'
}

@test "custody: the connections of the retired certificate are closed" {
	committed
	over_old
	mkfifo held
	CLIENT=$THING#gr ask "!cat held" "?never" 3>&- &
	exec 5>held
	await grep -q " as $THING#gr " "$LAB/broker/log"
	over_new
	heard SUCCEEDED NEW
	exec 5>&-
	rc=0
	wait $! || rc=$?
	[ "$rc" -eq 6 ]
}

# --- too late ------------------------------------------------------------------------------------

timed_out() {
	sql "UPDATE execution SET deadline = 1 WHERE job = '$J' AND status = 'IN_PROGRESS'"
	await execution_is TIMED_OUT
}

@test "custody: TIMED_OUT decides nothing" {
	own_lab -m 200
	thing_new
	job_new "$J" -T 5
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	rotation_asked
	over_new
	await execution_is TIMED_OUT
	undecided
}

@test "custody: SUCCEEDED over NEW after commit and TIMED_OUT is refused, and keeps NEW" {
	committed
	timed_out
	says_too_late SUCCEEDED NEW
	body_is '{"status":"TIMED_OUT","statusDetails":{"CertificateRotator":"true","CertificateRotatorDevice":"gr","survivor":"NEW"},"versionNumber":3}' .executionState
	execution_is TIMED_OUT
	lives NEW
}

@test "custody: SUCCEEDED without commit, or over OLD, after TIMED_OUT is refused, and both stay" {
	on_trial
	timed_out
	refused commit "$COMMIT" 'the job execution is not IN_PROGRESS'
	says_too_late SUCCEEDED NONE
	over_old
	says_too_late SUCCEEDED NONE
	undecided
}

@test "custody: FAILED over OLD or NEW after TIMED_OUT is refused, and keeps OLD" {
	rotation_begun
	timed_out
	says_too_late FAILED OLD
	lives OLD
	J=$J-2
	rotation_begun
	over_new
	timed_out
	says_too_late FAILED OLD
	lives OLD
}

@test "custody: after a cancellation by force the final status is refused, and decides as after TIMED_OUT" {
	committed
	gr-jobs cancel --force "$J"
	undecided
	says_too_late SUCCEEDED NEW
	execution_is CANCELED
	lives NEW
	thing_new "other-$BATS_TEST_NUMBER"
	J=$J-2
	rotation_begun
	gr-jobs cancel --force "$J"
	says_too_late FAILED OLD
	lives OLD
}

@test "custody: a cancellation without force lets a rotation under way go on to its end" {
	committed
	gr-jobs cancel "$J"
	execution_is IN_PROGRESS
	heard SUCCEEDED NEW
	lives NEW
}

@test "custody: the final status counts though the job was deleted" {
	committed
	gr-jobs delete -f "$J"
	await sql_is "SELECT count(*) FROM job WHERE id = '$J'" 0
	undecided
	say SUCCEEDED
	body_is '{"code":"ResourceNotFound","message":"no such job execution for this thing","timestamp":"S","executionState":{"statusDetails":{"survivor":"NEW"}}}'
	lives NEW
}

@test "custody: a second final status is answered with the survivor, which stays" {
	committed
	heard SUCCEEDED NEW
	for word in SUCCEEDED FAILED REJECTED IN_PROGRESS; do
		expected=NEW
		[ "$word" != IN_PROGRESS ] || expected=NONE
		says_too_late "$word" "$expected"
		custody_is survivor NEW
	done
	lives NEW
	thing_new "other-$BATS_TEST_NUMBER"
	J=$J-2
	COMMIT="{\"jobId\":\"$J\"}"
	committed
	over_old
	heard FAILED OLD
	for word in FAILED SUCCEEDED REJECTED; do
		says_too_late "$word" OLD
		custody_is survivor OLD
	done
	lives OLD
}

# --- a later rotation ----------------------------------------------------------------------------

@test "custody: create for a later execution over OLD settles the earlier rotation for OLD" {
	on_trial
	first=$NEW
	timed_out
	over_old
	J=$J-2
	job_started
	undecided
	rotation_asked
	sql_is "SELECT survivor FROM rotation WHERE new = '$first'" OLD
	await certificate_is_gone "$first"
	over_new
	both_stay
	grep -q '"event":"settled".*"thingName":"'"$THING"'"' "$GR_HOME/ledger"
}

@test "custody: create for a later execution over NEW settles the earlier rotation for NEW" {
	on_trial
	first=$NEW oldest=$OLD
	cp new.pem first.pem
	cp new.key first.key
	timed_out
	J=$J-2
	job_started
	CERT=first.pem KEY=first.key
	rotation_asked
	sql_is "SELECT survivor FROM rotation WHERE new = '$first'" NEW
	custody_is old "$first"
	await certificate_is_gone "$oldest"
	both_stay
}

@test "custody: a late final status of an earlier execution of the job decides nothing for the one under way" {
	thing_new
	job_new "$J" -R 1:FAILED
	for number in 1 2; do
		await sql_is "SELECT status FROM execution WHERE thing = '$THING' AND number = $number" QUEUED
		accepted "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"CertificateRotatorDevice":"gr"}}'
		rotation_asked
		[ "$number" -eq 2 ] || heard FAILED OLD
	done
	for status in FAILED REJECTED; do
		request "jobs/$J/update" '{"status":"'$status'","executionNumber":1,"statusDetails":{"CertificateRotatorDevice":"gr"}}'
		[ "$ANSWER" = rejected ]
	done
	custody_is number 2
	undecided
	heard FAILED OLD
	lives OLD
}

@test "custody: a create that is refused settles nothing" {
	on_trial
	timed_out
	over_old
	J=$J-2
	job_started
	refused create "$(csr_of new)" 'the key of csr was seen before; a rotation needs a new key'
	undecided
}

@test "custody: one rotation after the other leaves one certificate, and a record of all" {
	thing_new
	for n in 1 2 3; do
		J=job-$BATS_TEST_NUMBER-$n
		job_started
		rotation_asked
		mv new.pem "$n.pem"
		mv new.key "$n.key"
		CERT=$n.pem KEY=$n.key
		accepted commit "{\"jobId\":\"$J\"}"
		heard SUCCEEDED NEW
		await certificate_is_gone "$OLD"
		only_is "$NEW"
		OLD=$NEW
	done
	sql_is "SELECT count(*) FROM rotation a JOIN rotation b ON a.new = b.old WHERE a.thing = '$THING'" 2
}

# --- written once --------------------------------------------------------------------------------

@test "custody: the survivor is written once, by raw SQL too" {
	committed
	run ! sql "DELETE FROM rotation WHERE thing = '$THING'"
	heard SUCCEEDED NEW
	for value in "'OLD'" NULL; do
		run ! sql "UPDATE rotation SET survivor = $value WHERE thing = '$THING'"
		[[ $output == *'survivor is written once'* ]]
	done
	run ! sql "UPDATE rotation SET survivor = 'BOTH' WHERE thing = '$THING'"
	run ! sql "INSERT OR REPLACE INTO rotation SELECT id, execution, thing, job, number, client, old, new, spki, csr, pem, requested, used, committed, 'OLD', decided, retired
		FROM rotation WHERE thing = '$THING'"
	custody_is survivor NEW
}

# --- the reconciler ------------------------------------------------------------------------------

@test "custody: nothing is retired while the survivor is not ACTIVE; that is one alarm" {
	committed
	gr-registry update-certificate --force "$NEW" INACTIVE
	sql "UPDATE rotation SET survivor = 'NEW', decided = requested WHERE thing = '$THING'"
	await sql_is "SELECT count FROM alarm WHERE kind = 'survivor-inactive' AND certificate = '$NEW'" 1
	over_old
	for n in 1 2 3; do turned; done
	sql_is "SELECT count FROM alarm WHERE kind = 'survivor-inactive' AND certificate = '$NEW'" 1
	sql_is "SELECT status FROM certificate WHERE id = '$OLD'" ACTIVE
	custody_is retired ''
	gr-registry update-certificate "$NEW" ACTIVE
	lives NEW
}

@test "custody: nothing is retired while the survivor is attached elsewhere, or gone" {
	rotation_begun
	gr-registry detach-thing-principal -f "$THING" "$OLD"
	sql "UPDATE rotation SET survivor = 'OLD', decided = requested WHERE thing = '$THING'"
	await sql_is "SELECT count(*) FROM alarm WHERE kind = 'survivor-inactive' AND certificate = '$OLD'" 1
	over_new
	turned
	custody_is retired ''
	only_is "$NEW"
}

@test "custody: a loser that an operator has given to another thing stays in use there" {
	committed
	gr-registry detach-thing-principal -f "$THING" "$OLD"
	gr-registry create-thing "other-$BATS_TEST_NUMBER"
	gr-registry attach-thing-principal "other-$BATS_TEST_NUMBER" "$OLD"
	heard SUCCEEDED NEW
	await custody_is 'retired > 0' 1
	sql_is "SELECT c.status || p.thing FROM certificate c JOIN principal p ON p.certificate = c.id WHERE c.id = '$OLD'" "ACTIVEother-$BATS_TEST_NUMBER"
	only_is "$NEW"
}

@test "custody: a hundred rotations that cannot be cleaned up do not delay another one" {
	own_lab
	sql "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
		INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem, requested, survivor, decided)
		SELECT 1000 + i, 'ghost-' || i, 'j', 1, 'x', 'old-' || i, 'new-' || i, 's', 'c', 'p', 1, 'NEW', 1 FROM n"
	committed
	heard SUCCEEDED NEW
	lives NEW
	sql_is "SELECT count(*) FROM alarm WHERE kind = 'survivor-inactive'" 250
	turned
	sql_is "SELECT max(count) FROM alarm WHERE kind = 'survivor-inactive'" 1
}

@test "custody: a survivor that is not ACTIVE any more gives way to the other one, by the device's word over that" {
	committed
	retirement_paused
	heard SUCCEEDED NEW
	gr-registry update-certificate "$NEW" INACTIVE
	over_old
	says_too_late FAILED OLD
	sql_is "SELECT count(*) FROM alarm WHERE kind = 'survivor-turned' AND certificate = '$NEW'" 1
	custody_is 'turned >= decided' 1
	gr-registry resume-retirement
	lives OLD
	J=$J-2
	rotation_begun
	retirement_paused
	heard FAILED OLD
	gr-registry update-certificate "$OLD" INACTIVE
	over_new
	says_too_late SUCCEEDED NEW
	gr-registry resume-retirement
	lives NEW
}

@test "custody: a survivor that is ACTIVE does not give way, and without a word none does" {
	committed
	retirement_paused
	heard SUCCEEDED NEW
	over_old
	says_too_late FAILED NEW
	gr-registry update-certificate "$NEW" INACTIVE
	over_old
	for n in 1 2; do turned; done
	custody_is survivor NEW
	gr-registry update-certificate "$NEW" ACTIVE
	gr-registry resume-retirement
	lives NEW
}

@test "custody: while retirement is paused one rotation follows the other, and afterwards one certificate is left" {
	thing_new
	retirement_paused
	for n in 1 2 3 4; do
		J=job-$BATS_TEST_NUMBER-$n
		job_started
		rotation_asked
		mv new.pem "$n.pem"
		mv new.key "$n.key"
		CERT=$n.pem KEY=$n.key
		accepted commit "{\"jobId\":\"$J\"}"
		heard SUCCEEDED NEW
	done
	sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 5
	gr-registry resume-retirement
	await sql_is "SELECT count(*) FROM principal WHERE thing = '$THING'" 1
	only_is "$NEW"
}

@test "custody: create over a certificate that had lost turns that rotation around: the device lives on it" {
	committed
	retirement_paused
	heard SUCCEEDED NEW
	over_old
	lost=$NEW J=$J-2
	rotation_begun
	sql_is "SELECT survivor FROM rotation WHERE new = '$lost'" OLD
	gr-registry resume-retirement
	await certificate_is_gone "$lost"
	heard FAILED OLD
	lives OLD
}

# --- the operator --------------------------------------------------------------------------------

@test "settle: decides an open rotation for OLD or for NEW, once" {
	rotation_begun
	gr-registry settle "$THING" old
	lives OLD
	run -1 gr-registry settle "$THING" new
	[ "$output" = "gr-registry: $THING: has no open rotation" ]
	custody_is survivor OLD
	thing_new "other-$BATS_TEST_NUMBER"
	J=$J-2
	rotation_begun
	gr-registry settle "$THING" new
	lives NEW
	grep -q '"event":"settled".*"thingName":"'"$THING"'","certificateId":"'"$NEW"'"' \
		"$GR_HOME/ledger"
}

@test "settle: SUCCEEDED is refused once OLD was chosen, so that the device keeps OLD" {
	committed
	retirement_paused
	gr-registry settle "$THING" old
	says_too_late SUCCEEDED OLD
	execution_is IN_PROGRESS
	# Where NEW cannot say anything any more, asking over OLD tells the same.
	over_old
	gr-registry resume-retirement
	accepted "jobs/$J/get" '{}'
	body_is '{"idempotent":true,"survivor":"OLD"}' .certificateRotator
	lives OLD
}

@test "settle: FAILED is refused once NEW was chosen, so that the device keeps NEW" {
	on_trial
	retirement_paused
	gr-registry settle "$THING" new
	over_old
	says_too_late FAILED NEW
	says_too_late REJECTED NEW
	gr-registry resume-retirement
	lives NEW
	says_too_late FAILED NEW
	execution_is IN_PROGRESS
}

@test "settle: SUCCEEDED over a NEW that was chosen needs no commit" {
	on_trial
	gr-registry settle "$THING" new
	heard SUCCEEDED NEW
	lives NEW
}

@test "history: tells which client asked, over which certificate, and which certificate was retired" {
	committed
	heard SUCCEEDED NEW
	await certificate_is_gone "$OLD"
	run -0 gr-registry history "$THING"
	[[ ${lines[0]} == "job $J execution 1, asked for by $THING" ]]
	[[ ${lines[1]} == *"requested over certificate $OLD" ]]
	[[ ${lines[2]} == *"issued certificate "*" $NEW" ]]
	[[ ${lines[3]} == *"new certificate first used" ]]
	[[ ${lines[4]} == *"commit granted" ]]
	[[ ${lines[5]} == *"survivor: NEW" ]]
	[[ ${lines[6]} == *"retired certificate "*" $OLD" ]]
	[ "${#lines[@]}" -eq 7 ]
	run -0 gr-registry history -j "$THING"
	json_is "$output" '[["'"$OLD"'","'"$NEW"'","NEW",true]]' \
		'map([.oldCertificateId, .newCertificateId, .survivor, .requestedAt <= .firstUsedAt and .firstUsedAt <= .committedAt and .committedAt <= .decidedAt and .decidedAt <= .retiredAt])'
}

@test "history: an open rotation is called open" {
	rotation_begun
	run -0 gr-registry history "$THING"
	[[ ${lines[-1]} == *'still open: both certificates stay until the device says which one lives' ]]
}
