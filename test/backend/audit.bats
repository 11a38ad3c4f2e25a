# SPDX-License-Identifier: Apache-2.0
# The audit: each kind of finding, and what is none.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/import_lines
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-registry init
	gr-registry create-thing-group all
}

# take NAME [OPENSSL-REQ-OPTION...]: the thing NAME with a certificate of that name
take() {
	foreign "$@"
	thing_line "$1" "$1" | gr-registry import -w >/dev/null
}

# finds LINE...: these findings and no others, as columns
finds() {
	local rc=0
	gr-audit "${OPTIONS[@]}" >found 2>err || rc=$?
	printf '%s\n' "$@" | sort >wanted
	sort found | diff - wanted
	[ "$rc" -eq 1 ] && [ ! -s err ]
}
finds_nothing() {
	run -0 --separate-stderr gr-audit "${OPTIONS[@]}"
	[ -z "$output" ] && [ -z "$stderr" ]
}

# ends NAME: the certificate's end as the audit prints it
ends() {
	date -u -d "$(openssl x509 -in "$1.pem" -noout -enddate | cut -d = -f 2)" \
		+%Y-%m-%dT%H:%M:%SZ
}

@test "audit: a fleet that is in order has no findings" {
	OPTIONS=()
	finds_nothing
	THING=a key_new a
	gr-registry register a a.csr >a.pem
	take b
	gr-registry create-thing c
	finds_nothing
	run -0 gr-audit -j
	json_is "$output" '{"findings":[],"certificates":2}'
}

@test "audit: a certificate that expires within 30 days, or as many as asked for, is a finding" {
	OPTIONS=()
	take a -days 20
	take b -days 40
	take c -days 31
	sql 'UPDATE certificate SET created = created - 500 * 86400000'
	sql "UPDATE certificate SET not_after = not_after + 5 * 86400000 WHERE id = '$ID'"
	finds $'expiring\ta\t'"$(certificate_id a.pem)"$'\tends '"$(ends a)"', in 19 day(s)'
	gr-registry detach-thing-principal c "$ID"
	gr-registry update-certificate "$ID" INACTIVE
	OPTIONS=(-d 50)
	finds $'expiring\ta\t'"$(certificate_id a.pem)"$'\tends '"$(ends a)"', in 19 day(s)' \
		$'expiring\tb\t'"$(certificate_id b.pem)"$'\tends '"$(ends b)"', in 39 day(s)'
	OPTIONS=(--days 10)
	finds_nothing
}

@test "audit: a certificate that lives shorter than that is a finding in the last third of its life" {
	OPTIONS=()
	take a -days 9
	finds_nothing
	sql 'UPDATE certificate SET created = created - 7 * 86400000, not_after = not_after - 7 * 86400000'
	run -1 gr-audit
	[[ $output == $'expiring\ta\t'* ]]
	OPTIONS=(-d 1)
	finds_nothing
	run -1 gr-audit -d 8
	[ "$(cut -f 1 <<<"$output")" = expiring ]
}

@test "audit: an expired certificate is a finding" {
	OPTIONS=()
	take a -days 5
	sql 'UPDATE certificate SET not_after = 1500000000000'
	finds $'expired\ta\t'"$ID"$'\tended 2017-07-14T02:40:00Z'
}

@test "audit: a certificate older than so many days is a finding when asked for" {
	foreign a
	thing_line a a '{}' "{created: $((($(date +%s) - 100 * 86400 - 600) * 1000))}" |
		gr-registry import >/dev/null
	OPTIONS=()
	finds_nothing
	OPTIONS=(-a 100)
	run -1 gr-audit -a 100
	[[ $output == $'old\ta\t'"$ID"$'\tregistered 20'*', 100 day(s) ago' ]]
	OPTIONS=(-a 101)
	finds_nothing
}

@test "audit: weak keys and weak signatures are findings" {
	OPTIONS=()
	take a -newkey rsa:1024
	take b -newkey ec -pkeyopt ec_paramgen_curve:secp256k1
	take c -sha1
	take d -newkey rsa:2048 -sha384
	take e -newkey rsa:2048 -sha256 -sigopt rsa_padding_mode:pss
	take f -newkey ed25519
	take g -newkey ec -pkeyopt ec_paramgen_curve:P-521 -sha512
	take h -newkey ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit
	finds $'weak\ta\t'"$(certificate_id a.pem)"$'\tthe RSA key is shorter than 2048 bits' \
		$'weak\tb\t'"$(certificate_id b.pem)"$'\tthe EC key is on none of the curves P-256, P-384, P-521' \
		$'weak\tc\t'"$(certificate_id c.pem)"$'\tthe signature is over a digest weaker than SHA-256' \
		$'weak\tf\t'"$(certificate_id f.pem)"$'\tthe key is neither RSA nor EC' \
		$'weak\th\t'"$(certificate_id h.pem)"$'\tthe EC key has explicit parameters; only named curves are accepted'
}

@test "audit: a row that was written by hand is judged by its certificate" {
	OPTIONS=()
	take a -newkey rsa:1024
	take b
	take c
	sql "UPDATE certificate SET key_type = '', digest = ''"
	sql "UPDATE certificate SET pem = 'junk' WHERE id = '$ID'"
	finds $'weak\ta\t'"$(certificate_id a.pem)"$'\tthe RSA key is shorter than 2048 bits' \
		$'weak\tc\t'"$ID"$'\tthere is no certificate that can be read'
}

@test "audit: one key certified for two things is a finding" {
	OPTIONS=()
	take a
	A=$ID
	take b
	take c
	# import and register refuse it, so it can only have been done by hand
	foreign d -key a.key
	sql "INSERT INTO thing VALUES ('d', 0); INSERT INTO certificate (id, status, pem, spki, not_after, created)
		SELECT '$ID', 'ACTIVE', '$(cat d.pem)', spki, not_after, created FROM certificate WHERE id = '$A';
		INSERT INTO principal VALUES ('$ID', 'd', 0)"
	finds $'shared-key\ta\t'"$A"$'\thas the key of certificate '"$ID of thing d" \
		$'shared-key\td\t'"$ID"$'\thas the key of certificate '"$A of thing a"
	# Two of one thing share nothing with anybody.
	sql "UPDATE principal SET thing = 'a'"
	OPTIONS=(-c shared-key)
	finds_nothing
	gr-registry update-certificate "$A" INACTIVE
	sql "UPDATE principal SET thing = 'd' WHERE certificate = '$ID'"
	finds_nothing
}

@test "audit: an ACTIVE certificate attached to no thing is a finding" {
	OPTIONS=()
	take a
	gr-registry detach-thing-principal a "$ID"
	finds $'not-attached\t-\t'"$ID"$'\tACTIVE, but attached to no thing'
	run -1 gr-audit -j
	json_is "$output" '{"findings":[{"check":"not-attached","certificateId":"'"$ID"'","detail":"ACTIVE, but attached to no thing"}],"certificates":1}'
	gr-registry update-certificate "$ID" INACTIVE
	finds_nothing
}

# rotation_open: a asked for a certificate in job j and said no more; OLD and NEW
rotation_open() {
	THING=a J=j
	key_new a
	gr-registry register a a.csr >a.pem
	OLD=$(certificate_id a.pem)
	gr-jobs create -t thing/a j >/dev/null
	sql "INSERT INTO execution (thing, job, number, status, queued, updated) SELECT 'a', 'j', 1, 'QUEUED', 0, 0 WHERE NOT EXISTS (SELECT 1 FROM execution)"
	sql "UPDATE execution SET status = 'IN_PROGRESS'"
	key_new new
	jq -nc --arg old "$OLD" --argjson payload "$(csr_of new)" \
		'{topic: "awslabs/things/a/certificate/create", principal: $old, clientId: "a", payload: $payload}' |
		gr-create-certificate >answer
	NEW=$(jq -r .payload.certificateId answer)
	sql_is 'SELECT count(*) FROM principal' 2
}

@test "audit: two certificates on one thing are a finding unless a rotation is under way" {
	OPTIONS=()
	rotation_open
	finds_nothing
	sql "UPDATE execution SET status = 'TIMED_OUT'"
	finds $'two-certificates\ta\t-\t2 ACTIVE certificates: job j has ended, and the device has not said which one lives'
	# Decided: the reconciler is about to retire the other one.
	gr-registry settle a new
	finds_nothing
	sql "UPDATE rotation SET retired = 5"
	finds $'two-certificates\ta\t-\t2 ACTIVE certificates that no rotation explains'
	gr-registry update-certificate "$OLD" INACTIVE
	finds_nothing
}

@test "audit: a third certificate beside a rotation under way is a finding" {
	OPTIONS=()
	rotation_open
	take b
	gr-registry detach-thing-principal b "$ID"
	gr-registry attach-thing-principal a "$ID"
	run -1 gr-audit
	[[ $output == $'two-certificates\ta\t-\t3 ACTIVE certificates'* ]]
}

@test "audit: one certificate may have several findings; --check selects the kinds" {
	OPTIONS=(-c expiring)
	take a -newkey rsa:1024 -days 10
	take b -days 10
	sql 'UPDATE certificate SET created = 1500000000000'
	gr-registry detach-thing-principal b "$ID"
	run -1 gr-audit
	[ "$(cut -f 1 <<<"$output" | sort | xargs)" = 'expiring expiring not-attached weak' ]
	run -1 gr-audit --check weak
	[ "$(cut -f 1,2 <<<"$output")" = $'weak\ta' ]
	run -1 gr-audit -c weak -c not-attached
	[ "$(cut -f 1 <<<"$output" | sort | xargs)" = 'not-attached weak' ]
	run -0 gr-audit -c shared-key -c expired -c old -c two-certificates
}

# targeted JOB: the things that it is for
targeted() {
	sql "SELECT thing FROM awaiting WHERE job = '$1' UNION SELECT thing FROM execution WHERE job = '$1' ORDER BY 1" |
		xargs
}
# job_made: the job that the last gr-audit said it made
job_made() {
	sed -n 's/^gr-audit: job \(audit-[0-9TZ]*\): rotates '"$1"' thing(s)$/\1/p' <<<"$stderr"
}

@test "audit --rotate: makes one job for all findings that a rotation removes, and for no others" {
	take expiring -days 20
	take old
	take weak -newkey rsa:1024
	take expired -days 5
	take two
	take sound
	sql "UPDATE certificate SET created = 1500000000000;
		UPDATE certificate SET not_after = 1600000000000 WHERE id = '$(certificate_id expired.pem)';
		UPDATE certificate SET created = $(date +%s)000 WHERE id IN ('$(certificate_id sound.pem)', '$(certificate_id weak.pem)')"
	foreign second
	sql "INSERT INTO certificate (id, status, pem, spki, not_after, created)
		VALUES ('$ID', 'ACTIVE', '', 'x', 9e15, 0); INSERT INTO principal VALUES ('$ID', 'two', 0)"
	run -1 --separate-stderr gr-audit -a 365 --rotate
	job=$(job_made 3)
	[ "$(targeted "$job")" = 'expiring old weak' ]
	[ "$(gr-registry list-things gr-audit | cut -f 1 | xargs)" = 'expiring old weak' ]
	[ "$(gr-jobs describe -j "$job" |
		jq -r '.jobExecutionsRolloutConfig, .timeoutConfig' | xargs)" = 'null null' ]
	sql "SELECT document FROM job WHERE id = '$job'" |
		jq -e '.operation == "ROTATE_CERTIFICATE"'
}

@test "audit --rotate: a thing that an open job rotates is left out; one whose job has ended is not" {
	take a -days 5
	take b -days 5
	take c -days 5
	sql 'UPDATE certificate SET created = 1500000000000'
	gr-jobs create -t thing/a earlier
	echo '{"operation":"OTHER"}' >other
	gr-jobs create -t thing/b -d other another
	run -1 --separate-stderr gr-audit -r
	[ "$(targeted "$(job_made 2)")" = 'b c' ]
	run -1 --separate-stderr gr-audit -r
	[ "$stderr" = 'gr-audit: no job: nothing was found that one would mend and that no open job is for already' ]
	run -1 --separate-stderr gr-audit -r -j
	jq -e '.job == null and (.findings | length) == 3' <<<"$output"
	[ "$(sql 'SELECT count(*) FROM job')" = 3 ]
	sql "DELETE FROM awaiting WHERE thing = 'a'; UPDATE rollout SET waiting = 0, done = 1 WHERE job = 'earlier'"
	sql "INSERT INTO execution (thing, job, number, status, queued, updated) VALUES ('a', 'earlier', 1, 'QUEUED', 0, 0)"
	run -1 --separate-stderr gr-audit -r
	[[ $stderr == 'gr-audit: no job: '* ]]
	sql "UPDATE execution SET status = 'FAILED' WHERE thing = 'a'"
	sleep 1	# a job is called by the second
	run -1 --separate-stderr gr-audit -r -j
	jq -e '.job.things == 1 and .certificates == 3' <<<"$output"
	[ "$(targeted "$(jq -r .job.jobId <<<"$output")")" = a ]
}

@test "audit --rotate: the job follows the template; a missing template makes no job and changes nothing" {
	take a -days 5
	sql 'UPDATE certificate SET created = 1500000000000'
	gr-jobs create-template -D 'Seven a minute' -r 7 paced
	before=$(sqlite3 "$GR_HOME/shared/registry.db" .dump | sha256sum)
	run -100 --separate-stderr gr-audit -r -m none
	[ "${#stderr_lines[@]}" -eq 1 ]
	[ "$before" = "$(sqlite3 "$GR_HOME/shared/registry.db" .dump | sha256sum)" ]
	run -100 gr-audit -m paced
	run -100 --separate-stderr gr-audit -r -m none -j
	jq -e '.findings | length == 1' <<<"$output"
	run -1 --separate-stderr gr-audit --rotate --template paced
	job=$(job_made 1)
	[ "$(gr-jobs describe -j "$job" | jq .jobExecutionsRolloutConfig.maximumPerMinute)" = 7 ]
}

@test "audit --rotate: without a template it follows certificate-rotation, if there is one" {
	take a -days 5
	sql 'UPDATE certificate SET created = 1500000000000'
	gr-jobs create-template -i "$ROOT/share/job-template.json"
	run -1 --separate-stderr gr-audit --rotate
	job=$(job_made 1)
	gr-jobs describe -j "$job" | jq -e '.timeoutConfig.inProgressTimeoutInMinutes == 30 and .jobExecutionsRolloutConfig.maximumPerMinute == 100'
}

@test "audit --rotate: without findings there is no job, and the status is 0" {
	take a
	run -0 --separate-stderr gr-audit -r
	[ -z "$output" ]
	[[ $stderr == 'gr-audit: no job: '* ]]
	[ "$(gr-jobs list | wc -l)" -eq 0 ]
	[ "$(gr-registry list-thing-groups | cut -f 1 | xargs)" = all ]
}

@test "audit: misuse and a missing registry are 100" {
	for options in x '-d x' '-d -1' '-a 0' '-d 99999' '-c none'; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-audit $options
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	run -100 gr-audit -H "$PWD/none"
}

@test "audit: findings that cannot be printed are 111" {
	take a -days 5
	sql 'UPDATE certificate SET created = 1500000000000'
	rc=0
	gr-audit >/dev/full 2>err || rc=$?
	[ "$rc" -eq 111 ]
	[ "$(wc -l <err)" -eq 1 ]
}

@test "audit: on a terminal there are a table, progress and a sum" {
	take a -days 5
	sql 'UPDATE certificate SET created = 1500000000000'
	take b
	script -qec 'gr-audit' screen </dev/null >/dev/null || :
	tr -d '\r' <screen >seen
	grep -q '^CHECK     THING  CERTIFICATE  *DETAIL$' seen
	grep -q "^expiring  a      $(certificate_id a.pem)  ends " seen
	grep -q '^2 certificate(s) looked at, 1 expiring$' seen
	# Enough of them that it takes longer than a tenth of a second.
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
		INSERT INTO certificate (id, status, pem, spki, not_after, created, key_type, digest)
		SELECT lower(hex(randomblob(32))), 'ACTIVE', '', lower(hex(randomblob(32))), 9e15, 0, 'RSA-2048', 'SHA256' FROM n"
	script -qec 'gr-audit -c expired' screen </dev/null >/dev/null
	grep -qE 'certificates: [0-9]+ of 200002 \([0-9]+ %\), [0-9]+ a second' screen
	grep -q '200002 certificate(s) looked at, nothing found' screen
}

@test "audit: the query for findings reads an index alone" {
	sqlite3 "$GR_HOME/shared/registry.db" 'EXPLAIN QUERY PLAN SELECT c.rowid, c.id, c.spki, c.not_after, c.created, c.key_type, c.digest, p.thing
		FROM certificate c INDEXED BY certificate_audit LEFT JOIN principal p ON p.certificate = c.id WHERE c.status = "ACTIVE" ORDER BY c.id' >plan
	grep -q 'SCAN c USING COVERING INDEX certificate_audit' plan
	[ "$(grep -c 'TEMP B-TREE' plan)" -eq 0 ]
}
