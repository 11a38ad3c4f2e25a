# SPDX-License-Identifier: Apache-2.0
# The registry's verbs: what they do, what they refuse, what they print.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-registry init
	cp "$ROOT/share/policies/rotation.json" policy.json
	gr-registry create-policy rotation policy.json
	gr-registry create-thing-group all
}
teardown() { daemon_alone_end; }

# register_thing NAME [OPTION...]: NAME.csr, NAME.pem, NAME.key; ID is the certificate's
register_thing() {
	local name=$1
	shift
	THING=$name key_new "$name"
	gr-registry register "$@" "$name" "$name.csr" >"$name.pem"
	ID=$(certificate_id "$name.pem")
}

# no STATUS MESSAGE COMMAND...: refused with that status and one line,
# nothing printed, nothing changed
no() {
	local status_wanted=$1 message=$2
	shift 2
	remember
	run "-$status_wanted" --separate-stderr "$@"
	[ -z "$output" ] && [ "$stderr" = "$message" ] || {
		printf 'out: %s\nerr: %s\n' "$output" "$stderr" >&2
		return 1
	}
	is_unchanged
}

# --- all verbs -----------------------------------------------------------------------------------

VERBS='init move-registry register create-thing delete-thing list-things create-thing-group delete-thing-group list-thing-groups add-thing-to-thing-group
	remove-thing-from-thing-group list-thing-principals describe-certificate update-certificate delete-certificate attach-thing-principal
	detach-thing-principal adopt-certificate adopt-by-connection create-policy list-policies get-policy delete-policy attach-policy detach-policy list-attached-policies history
	alarms settle backup restore resume-retirement confirm-clock export import print-broker-conf'

@test "verbs: each explains itself, and takes no more and no fewer operands than it says" {
	run -0 gr-registry --help
	for verb in $VERBS; do
		[[ $output == *"  $verb "* ]]
	done
	[ "$(grep -c '^  [a-z]' <<<"$output")" -eq "$(wc -w <<<"$VERBS")" ]
	for verb in $VERBS; do
		run -0 gr-registry "$verb" --help
		[[ ${lines[0]} == "usage: gr-registry $verb"* ]]
		run -0 gr-registry "$verb" --version
		run -100 --separate-stderr gr-registry "$verb" --colour
		[ -z "$output" ]
		run -100 --separate-stderr gr-registry "$verb" a b c d
		[ -z "$output" ]
		[[ $stderr == "usage: gr-registry $verb"* ]]
	done
	for verb in $(tr ' ' '\n' <<<"$VERBS" | grep -v 'init\|move-registry\|list-things\|list-thing-groups\|list-policies\|alarms\|resume-retirement\|confirm-clock\|adopt-by-connection\|export\|import\|print-broker-conf'); do
		run -100 --separate-stderr gr-registry "$verb"
		[[ $stderr == "usage: gr-registry $verb"* ]]
	done
}

@test "verbs: none, or an unknown one, is 100" {
	run -100 --separate-stderr gr-registry
	[ -z "$output" ]
	run -100 --separate-stderr gr-registry destroy
	[ "${stderr_lines[0]}" = 'gr-registry: destroy: no such command' ]
}

@test "verbs: without a registry they are 100, with one line" {
	export GR_HOME=$PWD/none
	for words in list-things alarms 'create-thing x' 'describe-certificate x'; do
		# shellcheck disable=SC2086 # several words
		run -100 --separate-stderr gr-registry $words
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	[ ! -e none ]
	run -100 --separate-stderr gr-registry list-things -H "$(printf '/%04000d' 0)"
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "verbs: a result that cannot be written is 111, with one line" {
	register_thing a
	for words in list-things 'list-things -j' 'alarms -j' 'list-thing-principals a' \
		"describe-certificate $ID" 'history -j a'; do
		rc=0
		# shellcheck disable=SC2086 # several words
		gr-registry $words >/dev/full 2>err || rc=$?
		[ "$rc" -eq 111 ]
		[ "$(wc -l <err)" -eq 1 ]
	done
}

# --- init ----------------------------------------------------------------------------------------

@test "init: its files are readable by the owner alone; a second call changes nothing" {
	[ "$(stat -c %a home/shared/registry.db)" = 600 ]
	register_thing a
	remember
	run -0 gr-registry init
	[ -z "$output" ]
	is_unchanged
}

@test "init: a file that is no registry is 100 and stays as it is" {
	mkdir -p other/shared
	sqlite3 other/shared/registry.db 'CREATE TABLE x (y)'
	cp other/shared/registry.db before.db
	run -100 --separate-stderr gr-registry init -H "$PWD/other"
	[ "$stderr" = "gr-registry: $PWD/other/shared/registry.db: not a gr registry; gr-registry init makes one" ]
	cmp other/shared/registry.db before.db
}

@test "init: a folder that cannot be made is 111" {
	run -111 --separate-stderr gr-registry init -H "$PWD/none/home"
	[ "${#stderr_lines[@]}" -eq 1 ]
}

# --- register ------------------------------------------------------------------------------------

@test "register: makes thing, certificate, policy and group in one step; prints the certificate" {
	register_thing a -p rotation -g all
	openssl verify -x509_strict -purpose sslclient -CAfile home/ca/ca.pem a.pem
	[ "$(openssl x509 -in a.pem -noout -pubkey)" = "$(openssl pkey -in a.key -pubout)" ]
	[ "$(openssl x509 -in a.pem -noout -subject -nameopt oneline)" = \
		'subject=O = gr lab, CN = a' ]
	sql_is 'SELECT name FROM thing' a
	sql_is 'SELECT thing_group || thing FROM member' alla
	sql_is "SELECT c.id || status || thing || policy FROM certificate c JOIN principal p ON p.certificate = c.id JOIN certificate_policy q ON q.certificate = c.id" \
		"${ID}ACTIVEarotation"
	json_is "$(grep -v '"signed"' home/ledger)" '{"event":"registered","thingName":"a","certificateId":"'"$ID"'","authority":"ca","private":true,"policies":["rotation"],"thingGroups":["all"]}' 'del(.at, .certificatePem, .previous)'
	THING=b key_new b
	gr-registry register b <b.csr | openssl x509 -noout -subject
}

@test "register: a key that was registered before, or a thing that has a certificate, is 1" {
	register_thing a
	no 1 'gr-registry: b: this public key was registered before' gr-registry register b a.csr
	THING=a key_new a2
	no 1 'gr-registry: a: has a certificate already; rotate it, or detach it first' \
		gr-registry register a a2.csr
}

@test "register: a thing can be registered again after its certificate was detached" {
	register_thing a
	gr-registry detach-thing-principal a "$ID"
	THING=a key_new a2
	gr-registry register a a2.csr >a2.pem
	sql_is "SELECT count(*) FROM principal WHERE thing = 'a'" 1
	gr-registry update-certificate "$ID" INACTIVE
	gr-registry delete-certificate "$ID"
	gr-registry detach-thing-principal a "$(certificate_id a2.pem)"
	no 1 'gr-registry: a: this public key was registered before' gr-registry register a a.csr
}

@test "register: an unknown policy or group is 1 and leaves nothing behind" {
	THING=a key_new a
	no 1 'gr-registry: none: no such policy' gr-registry register -p none a a.csr
	no 1 'gr-registry: none: no such thing group' \
		gr-registry register -p rotation -g none a a.csr
	sql_is 'SELECT count(*) FROM thing' 0
}

@test "register: a bad name or a bad CSR is 100" {
	THING=a key_new a
	printf -v long '%0129d' 0
	for name in 'a b' 'a/b' 'a#gr' 'a+' '' "$long"; do
		no 100 "gr-registry: $name: not a thing name (1 to 128 letters, digits, ':', '_', '-')" gr-registry register "$name" a.csr
	done
	no 100 'gr-registry: none.csr: no such file' gr-registry register a none.csr
	echo junk >junk.csr
	no 100 'gr-registry: junk.csr: csr is not a PEM PKCS#10 request' \
		gr-registry register a junk.csr
	openssl req -new -newkey rsa:1024 -nodes -keyout weak.key -subj /CN=a \
		-out weak.csr 2>/dev/null
	no 100 'gr-registry: weak.csr: the RSA key is shorter than 2048 bits' \
		gr-registry register a weak.csr
	printf '%5000s' '' >>a.csr
	no 100 'gr-registry: a.csr: larger than 4096 bytes' gr-registry register a a.csr
}

@test "register: without a certificate authority it is 100 and leaves nothing behind" {
	THING=a key_new a
	rm home/ca/ca.key
	no 100 "gr-registry: $PWD/home/ca: of the authority ca only one of ca.key and ca.pem is there; put the other one there from where you keep it, or make another authority with gr-ca init NAME and let it issue with gr-ca mode" \
		gr-registry register a a.csr
	rm home/ca/ca.pem
	no 100 "gr-registry: $PWD/home/ca: no certificate authority there; gr-ca init makes one" \
		gr-registry register a a.csr
}

@test "register: a certificate that cannot be printed is not issued" {
	THING=a key_new a
	remember
	rc=0
	gr-registry register a a.csr >/dev/full 2>err || rc=$?
	[ "$rc" -eq 111 ]
	sql_is 'SELECT count(*) FROM certificate' 0
	gr-registry register a a.csr >a.pem
}

# --- things and groups ---------------------------------------------------------------------------

@test "create-thing: a second call changes nothing; a bad name is 100" {
	gr-registry create-thing a:b_c-D1
	remember
	run -0 gr-registry create-thing a:b_c-D1
	[ -z "$output" ]
	is_unchanged
	no 100 "gr-registry: a.b: not a thing name (1 to 128 letters, digits, ':', '_', '-')" \
		gr-registry create-thing a.b
}

@test "delete-thing: a thing with certificates is not deleted" {
	register_thing a -g all
	no 1 'gr-registry: a: still has 1 certificate(s); detach them first' \
		gr-registry delete-thing a
	gr-registry detach-thing-principal a "$ID"
	run -0 gr-registry delete-thing a
	sql_is 'SELECT (SELECT count(*) FROM thing) + (SELECT count(*) FROM member)' 0
	no 1 'gr-registry: a: no such thing' gr-registry delete-thing a
}

@test "delete-thing: its open executions become REMOVED, so that jobs can end" {
	gr-registry create-thing a
	gr-registry create-thing b
	daemon_alone
	gr-jobs create -t thing/a -t thing/b j >/dev/null
	sql "UPDATE execution SET status = 'IN_PROGRESS' WHERE thing = 'b'"
	gr-registry delete-thing a
	gr-registry delete-thing b
	sql_is "SELECT group_concat(status) FROM execution" REMOVED,REMOVED
	sql_is "SELECT status FROM job" COMPLETED
	run -1 gr-jobs watch -w 5 j
	[ "$output" = 'j: 2 REMOVED' ]
	sql_is "SELECT count(*) FROM outbox WHERE topic = '\$aws/events/jobExecution/j/removed'" 2
}

@test "list-things: shows name, certificates and connection, also as JSON and of one group" {
	register_thing b -g all
	gr-registry create-thing a
	run -0 gr-registry list-things
	[ "$output" = $'a\t0\t-\nb\t1\t-' ]
	run -0 gr-registry list-things -j
	json_is "$output" '[{"thingName":"a","certificates":0,"connected":false},{"thingName":"b","certificates":1,"connected":false}]'
	run -0 gr-registry list-things all
	[ "$output" = $'b\t1\t-' ]
	gr-registry create-thing-group empty
	run -0 gr-registry list-things empty
	[ -z "$output" ]
	run -0 gr-registry list-things --json empty
	json_is "$output" '[]'
	no 1 'gr-registry: none: no such thing group' gr-registry list-things none
}

@test "groups: they are made, filled and emptied, and each step may be repeated" {
	gr-registry create-thing a
	gr-registry create-thing-group g
	gr-registry create-thing-group g
	gr-registry add-thing-to-thing-group g a
	gr-registry add-thing-to-thing-group g a
	sql_is 'SELECT count(*) FROM member' 1
	gr-registry remove-thing-from-thing-group g a
	gr-registry remove-thing-from-thing-group g a
	sql_is 'SELECT count(*) FROM member' 0
	no 100 "gr-registry: a b: not a group name (1 to 128 letters, digits, ':', '_', '-')" \
		gr-registry create-thing-group 'a b'
	no 1 'gr-registry: none: no such thing group' gr-registry add-thing-to-thing-group none a
	no 1 'gr-registry: none: no such thing' gr-registry add-thing-to-thing-group g none
	no 1 'gr-registry: none: no such thing group' \
		gr-registry remove-thing-from-thing-group none a
	no 1 'gr-registry: none: no such thing' gr-registry remove-thing-from-thing-group g none
}

# --- certificates --------------------------------------------------------------------------------

@test "list-thing-principals, describe-certificate: print columns and JSON" {
	register_thing a
	end=$(date -u -d "$(openssl x509 -in a.pem -noout -enddate | cut -d = -f 2)" \
		+%Y-%m-%dT%H:%M:%SZ)
	run -0 gr-registry list-thing-principals a
	[[ $output == "$ID"$'\tACTIVE\ta\t20'??-??-??T??:??:??Z$'\t'"$end" ]]
	line=$output
	run -0 gr-registry describe-certificate "$ID"
	[ "$output" = "$line" ]
	run -0 gr-registry describe-certificate -j "$ID"
	json_is "$output" \
		'{"certificateId":"'"$ID"'","status":"ACTIVE","thingName":"a","notAfter":"'"$end"'"}' \
		'del(.created)'
	run -0 gr-registry list-thing-principals --json a
	json_is "$output" '["'"$ID"'"]' 'map(.certificateId)'
	gr-registry detach-thing-principal a "$ID"
	run -0 gr-registry list-thing-principals -j a
	json_is "$output" '[]'
	run -0 gr-registry describe-certificate -j "$ID"
	json_is "$output" '"-"' .thingName
	no 1 'gr-registry: none: no such thing' gr-registry list-thing-principals none
	no 1 "gr-registry: $(printf '%064d' 0): no such certificate" \
		gr-registry describe-certificate "$(printf '%064d' 0)"
	run -1 --separate-stderr gr-registry describe-certificate -j none
	[ -z "$output" ]
}

@test "update-certificate: ACTIVE, INACTIVE, REVOKED; anything else is 100" {
	register_thing a
	for s in INACTIVE ACTIVE REVOKED; do
		run -0 gr-registry update-certificate "$ID" "$s"
		[ -z "$output" ]
		sql_is "SELECT status FROM certificate" "$s"
	done
	for s in active '' PENDING; do
		no 100 "gr-registry: $s: not a status; ACTIVE, INACTIVE or REVOKED" \
			gr-registry update-certificate "$ID" "$s"
	done
	no 1 'gr-registry: none: no such certificate' gr-registry update-certificate none ACTIVE
}

@test "update-certificate: REVOKED is final, has a reason, and is in the ledger" {
	register_thing a -p rotation
	for reason in bored '' unspecifie removeFromCRL; do
		no 100 "gr-registry: --reason: $reason: not a reason; unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation, privilegeWithdrawn" \
			gr-registry update-certificate -r "$reason" "$ID" REVOKED
	done
	no 100 'gr-registry: --reason: keyCompromise: can be given only with REVOKED' \
		gr-registry update-certificate -r keyCompromise "$ID" INACTIVE
	gr-registry update-certificate -r keyCompromise "$ID" REVOKED
	sql_is 'SELECT certificate, thing, authority, reason FROM revoked' "$ID|a|ca|keyCompromise"
	[ "$(sql 'SELECT serial FROM revoked')" = \
		"$(openssl x509 -in a.pem -noout -serial | sed 's/serial=//')" ]
	[ "$(tail -n 1 home/ledger | jq -c '[.event, .certificateId, .reason]')" = \
		"[\"revoked\",\"$ID\",\"keyCompromise\"]" ]
	for s in ACTIVE INACTIVE; do
		no 1 "gr-registry: $ID: revoked, which cannot be undone; the thing needs another certificate" gr-registry update-certificate "$ID" "$s"
	done
	gr-registry update-certificate -r superseded "$ID" REVOKED
	sql_is 'SELECT reason FROM revoked' keyCompromise
	no 1 'gr-registry: none: no such certificate' gr-registry update-certificate none REVOKED
	register_thing b
	rm home/ledger
	mkdir home/ledger
	run -111 gr-registry update-certificate "$ID" REVOKED
	sql_is 'SELECT count(*) FROM revoked' 1
}

@test "crl: holds revoked certificates until they have expired" {
	register_thing a
	register_thing b
	first=$ID
	gr-registry update-certificate -r keyCompromise "$ID" REVOKED
	register_thing c
	gr-registry update-certificate "$ID" REVOKED
	gr-ca crl >crl.pem
	openssl crl -in crl.pem -noout -text -CAfile home/ca/ca.pem >text 2>&1
	grep -q 'verify OK' text
	[ "$(grep -c 'Serial Number' text)" -eq 2 ]
	[ "$(grep -c 'CRL Reason Code' text)" -eq 1 ]
	grep -A5 "Serial Number: $(openssl x509 -in b.pem -noout -serial | sed 's/serial=//')" \
		text |
		grep -q 'Key Compromise'
	cat home/ca/ca.pem crl.pem >trusted.pem
	openssl verify -crl_check -CAfile trusted.pem a.pem
	for revoked in b c; do
		run -2 openssl verify -crl_check -CAfile trusted.pem "$revoked.pem"
		[[ $output == *'certificate revoked'* ]]
	done
	gr-ca crl -d 30 | openssl crl -noout -text | grep -c 'Serial Number' | grep -qx 2
	sql "UPDATE revoked SET not_after = (unixepoch() - 10 * 86400) * 1000 WHERE certificate = '$first'"
	[ "$(gr-ca crl | openssl crl -noout -text | grep -c 'Serial Number')" -eq 1 ]
	[ "$(gr-ca crl -d 30 | openssl crl -noout -text | grep -c 'Serial Number')" -eq 2 ]
}

@test "delete-certificate: a certificate of mode private is revoked by it, one of mode iot is not" {
	register_thing a
	gr-registry update-certificate "$ID" INACTIVE
	gr-registry detach-thing-principal a "$ID"
	gr-registry delete-certificate "$ID"
	sql_is 'SELECT certificate, authority, reason FROM revoked' "$ID|ca|cessationOfOperation"
	rm -r home/ca
	gr-ca init
	register_thing b
	gr-registry update-certificate "$ID" INACTIVE
	gr-registry detach-thing-principal b "$ID"
	gr-registry delete-certificate "$ID"
	sql_is 'SELECT count(*) FROM revoked' 1
}

@test "delete-certificate: only an INACTIVE, detached certificate without policies is deleted" {
	register_thing a -p rotation
	no 1 "gr-registry: $ID: still ACTIVE; make it INACTIVE, detach its thing and its policies first" gr-registry delete-certificate "$ID"
	gr-registry update-certificate "$ID" INACTIVE
	no 1 "gr-registry: $ID: still attached to a thing; make it INACTIVE, detach its thing and its policies first" gr-registry delete-certificate "$ID"
	gr-registry detach-thing-principal a "$ID"
	no 1 "gr-registry: $ID: still with policies; make it INACTIVE, detach its thing and its policies first" gr-registry delete-certificate "$ID"
	gr-registry detach-policy rotation "$ID"
	run -0 gr-registry delete-certificate "$ID"
	sql_is 'SELECT count(*) FROM certificate' 0
	no 1 "gr-registry: $ID: no such certificate" gr-registry delete-certificate "$ID"
}

@test "attach-thing-principal: attaches to one thing alone; a second call changes nothing" {
	register_thing a
	gr-registry create-thing b
	remember
	run -0 gr-registry attach-thing-principal a "$ID"
	is_unchanged
	no 1 "gr-registry: $ID: already attached to a; detach it there first" \
		gr-registry attach-thing-principal b "$ID"
	no 1 'gr-registry: none: no such thing' gr-registry attach-thing-principal none "$ID"
	no 1 'gr-registry: none: no such certificate' gr-registry attach-thing-principal a none
	gr-registry detach-thing-principal a "$ID"
	gr-registry attach-thing-principal b "$ID"
	sql_is 'SELECT thing FROM principal' b
}

@test "detach-thing-principal: detaches from its own thing alone; a second call changes nothing" {
	register_thing a
	gr-registry create-thing b
	no 1 "gr-registry: $ID: attached to a, not to b" gr-registry detach-thing-principal b "$ID"
	no 1 'gr-registry: none: no such thing' gr-registry detach-thing-principal none "$ID"
	no 1 'gr-registry: none: no such certificate' gr-registry detach-thing-principal a none
	gr-registry detach-thing-principal a "$ID"
	run -0 gr-registry detach-thing-principal a "$ID"
	sql_is 'SELECT count(*) FROM principal' 0
}

# --- policies ------------------------------------------------------------------------------------

@test "create-policy: stores the document, and a new text for it" {
	printf '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}' >p.json
	run -0 gr-registry create-policy p p.json
	sql_is "SELECT document FROM policy WHERE name = 'p'" "$(cat p.json)"
	gr-registry create-policy p policy.json
	sql_is "SELECT length(document) FROM policy WHERE name = 'p'" "$(($(wc -c <policy.json)))"
}

@test "create-policy: a bad document, name or file is 100" {
	no 100 'gr-registry: none.json: no such file' gr-registry create-policy p none.json
	for text in '' '{' '[]' '{}' '{"Version":"2012-10-17","Statement":{"Effect":"Perhaps","Action":"iot:*","Resource":"*"}}'; do
		printf %s "$text" >p.json
		remember
		run -100 --separate-stderr gr-registry create-policy p p.json
		[[ $stderr == 'gr-registry: p.json: '* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
		is_unchanged
	done
	no 100 'gr-registry: a b: not a policy name (1 to 128 letters, digits or _+=,.@-)' \
		gr-registry create-policy 'a b' policy.json
}

@test "attach-policy, detach-policy: they may be repeated; a missing policy or certificate is 1" {
	register_thing a
	gr-registry attach-policy rotation "$ID"
	gr-registry attach-policy rotation "$ID"
	sql_is 'SELECT count(*) FROM certificate_policy' 1
	gr-registry detach-policy rotation "$ID"
	gr-registry detach-policy rotation "$ID"
	sql_is 'SELECT count(*) FROM certificate_policy' 0
	for verb in attach-policy detach-policy; do
		no 1 'gr-registry: none: no such policy' gr-registry "$verb" none "$ID"
		no 1 'gr-registry: none: no such certificate' gr-registry "$verb" rotation none
	done
}

# --- history, alarms, settle ---------------------------------------------------------------------

# rotation_open: one that asked for a certificate and said no more
rotation_open() {
	register_thing a -p rotation
	OLD=$ID J=j THING=a
	daemon_alone
	gr-jobs create -t thing/a j >/dev/null
	daemon_alone_end
	sql "UPDATE execution SET status = 'IN_PROGRESS'"
	key_new new
	jq -nc --arg old "$OLD" --argjson payload "$(csr_of new)" \
		'{topic: "awslabs/things/a/certificate/create", principal: $old, clientId: "a", payload: $payload}' |
		gr-create-certificate >answer
	NEW=$(jq -r .payload.certificateId answer)
}

@test "history: empty for a thing without rotations, 1 for an unknown thing; a deleted thing keeps its history" {
	gr-registry create-thing b
	run -0 gr-registry history b
	[ -z "$output" ]
	run -0 gr-registry history -j b
	json_is "$output" '[]'
	no 1 'gr-registry: none: no such thing' gr-registry history none
	no 1 'gr-registry: none: no such thing' gr-registry history -j none
	rotation_open
	gr-registry detach-thing-principal -f a "$OLD"
	gr-registry detach-thing-principal -f a "$NEW"
	gr-registry delete-thing a
	run -0 gr-registry history -j a
	json_is "$output" '["'"$NEW"'"]' 'map(.newCertificateId)'
}

@test "alarms: prints columns and JSON" {
	run -0 gr-registry alarms
	[ -z "$output" ]
	run -0 gr-registry alarms -j
	json_is "$output" '[]'
	rotation_open
	key_new second
	jq -nc --arg old "$OLD" --argjson payload "$(csr_of second)" \
		'{topic: "awslabs/things/a/certificate/create", principal: $old, clientId: "a", payload: $payload}' >event
	run -1 gr-create-certificate <event
	run -0 gr-registry alarms
	[[ $output == 20*Z$'\tsecond-key\ta\t'"$OLD"$'\t1\ta second key asked for a certificate within one execution' ]]
	run -0 gr-registry alarms -j
	json_is "$output" '[{"kind":"second-key","thingName":"a","certificateId":"'"$OLD"'","text":"a second key asked for a certificate within one execution","count":1}]' \
		'map(del(.at))'
}

@test "settle: writes the survivor once; without an open rotation it is 1" {
	gr-registry create-thing b
	no 1 'gr-registry: b: has no open rotation' gr-registry settle b old
	no 1 'gr-registry: none: has no open rotation' gr-registry settle none new
	rotation_open
	no 100 'gr-registry: NEW: not a decision; old, new or a certificateId' gr-registry settle a NEW
	run -0 gr-registry settle a new
	sql_is 'SELECT survivor FROM rotation' NEW
	json_is "$(tail -n 1 home/ledger)" \
		'{"event":"settled","thingName":"a","certificateId":"'"$NEW"'"}' 'del(.at, .previous)'
	no 1 'gr-registry: a: has no open rotation' gr-registry settle a old
}

@test "settle: without a ledger nothing is decided" {
	rotation_open
	rm home/ledger
	mkdir home/ledger
	run -111 --separate-stderr gr-registry settle a new
	sql_is "SELECT coalesce(survivor, 'open') FROM rotation" open
}

@test "registry: one that this user may not read is 111, without advice" {
	chmod 0 "$GR_HOME/shared/registry.db"
	plain=()
	# Root opens everything, unless it gives that up.
	[ "$(id -u)" -ne 0 ] ||
		plain=(setpriv --bounding-set=-dac_override,-dac_read_search
			--inh-caps=-dac_override,-dac_read_search)
	run -111 --separate-stderr "${plain[@]}" gr-registry list-things
	[ "$stderr" = "gr-registry: $GR_HOME/shared/registry.db: Permission denied" ]
	run -100 --separate-stderr gr-registry list-things -H none
	[ "$stderr" = 'gr-registry: none/shared/registry.db: No such file or directory; gr-registry init makes a registry' ]
	mkdir -p odd/shared/registry.db
	run -100 --separate-stderr gr-registry list-things -H odd
	[ "$stderr" = 'gr-registry: odd/shared/registry.db: Is a directory' ]
}
