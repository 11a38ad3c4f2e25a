# SPDX-License-Identifier: Apache-2.0
# Things, groups and policies as JSON lines, in and out; what lists look like.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/import_lines
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-registry init
	gr-registry create-policy rotation "$ROOT/share/policies/rotation.json"
	gr-registry create-thing-group all
}

# no STATUS MESSAGE FILE: refused at its last line, which leaves nothing behind;
# those before it stay
no() {
	local status_wanted=$1 message=$2
	run "-$status_wanted" --separate-stderr gr-registry import "$3"
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "gr-registry: $message" ] || { echo "$stderr" >&2; return 1; }
	[ "${stderr_lines[1]}" = \
		"gr-registry: $3: ended at line $(wc -l <"$3"); those before it were taken" ]
	[ "${#stderr_lines[@]}" -eq 2 ]
}

# --- import --------------------------------------------------------------------------------------

@test "import: policies, groups and things, each certificate attached, with its policies, and in the ledger" {
	foreign a
	{
		jq -nc --rawfile d "$ROOT/share/policies/rotation.json" \
			'{policyName: "copy", policyDocument: $d}'
		echo '{"policyName":"object","policyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}}'
		echo '{"thingGroupName":"pumps"}'
		echo
		thing_line a a '{thingGroups: ["all", "pumps"]}' '{policies: ["copy", "rotation"]}'
		thing_line b
	} >lines
	run -0 --separate-stderr gr-registry import lines
	[ "$output" = '6 line(s): 2 thing(s), 1 new certificate(s)' ]
	[ -z "$stderr" ]
	sql_is "SELECT document FROM policy WHERE name = 'copy'" \
		"$(cat "$ROOT/share/policies/rotation.json")"
	sql_is 'SELECT group_concat(name) FROM thing' a,b
	sql_is "SELECT group_concat(thing_group) FROM member WHERE thing = 'a'" all,pumps
	sql_is "SELECT c.id || status || thing || key_type || digest FROM certificate c JOIN principal p ON p.certificate = c.id" "${ID}ACTIVEaECDSA-P256SHA256"
	sql_is "SELECT group_concat(policy) FROM certificate_policy WHERE certificate = '$ID'" \
		copy,rotation
	sql_is 'SELECT count(*) FROM seen_key' 1
	json_is "$(cat home/ledger)" '{"event":"registered","thingName":"a","certificateId":"'"$ID"'","status":"ACTIVE","authority":"","private":false,"policies":["copy","rotation"],"thingGroups":["all","pumps"]}' 'del(.at, .created, .certificatePem, .previous)'
}

@test "import: from standard input, and as JSON" {
	thing_line a >lines
	run -0 gr-registry import -j <lines
	json_is "$output" '{"lines":1,"things":1,"newCertificates":0}'
	run -0 gr-registry import - <lines
	run -0 gr-registry import </dev/null
	[ "$output" = '0 line(s): 0 thing(s), 0 new certificate(s)' ]
}

@test "import: a second import of the same file changes nothing" {
	foreign a
	thing_line a a '{thingGroups: ["all"]}' '{policies: ["rotation"]}' >lines
	gr-registry import lines
	remember
	run -0 gr-registry import lines
	[ "$output" = '1 line(s): 1 thing(s), 0 new certificate(s)' ]
	is_unchanged
}

@test "import: a certificate keeps its age and may be INACTIVE" {
	foreign a
	foreign b
	{
		thing_line a a '{}' '{created: 1500000000000}'
		thing_line b b '{}' '{status: "INACTIVE"}'
	} >lines
	gr-registry import lines
	sql_is "SELECT c.created FROM certificate c JOIN principal p ON p.certificate = c.id WHERE thing = 'a'" 1500000000000
	sql_is "SELECT c.status FROM certificate c JOIN principal p ON p.certificate = c.id WHERE thing = 'b'" INACTIVE
	# Where nothing is said about it, the certificate's own beginning.
	[ "$(sql "SELECT c.created / 1000 FROM certificate c JOIN principal p ON p.certificate = c.id WHERE thing = 'b'")" -eq \
		"$(date -d "$(openssl x509 -in b.pem -noout -startdate | cut -d = -f 2)" +%s)" ]
}

@test "import: a line against the rules ends it with 1" {
	foreign a
	foreign again -key a.key
	gr-registry create-thing other
	thing_line a a >lines
	gr-registry import lines
	thing_line other a >lines
	no 1 "$(certificate_id a.pem): already attached to a; detach it there first" lines
	thing_line b again >lines
	no 1 "$(certificate_id again.pem): its public key was registered before" lines
	thing_line c '' '{thingGroups: ["none"]}' >lines
	no 1 'none: no such thing group' lines
	foreign d
	thing_line d d '{}' '{policies: ["none"]}' >lines
	no 1 'none: no such policy' lines
	sql_is 'SELECT group_concat(name) FROM thing' a,other
	# What was refused is not in the ledger either: a restore would bring it back.
	[ "$(wc -l <home/ledger)" -eq 1 ]
}

@test "import: a line that is no JSON object ends it with 100, and the lines before it are kept" {
	thing_line first >good
	for line in '{' '[]' '{}' 'x' '{"thingName":"a","policyName":"b"}' '{"thingName":5}'; do
		{ cat good; printf '%s\n' "$line"; } >lines
		run -100 --separate-stderr gr-registry import lines
		[ "${#stderr_lines[@]}" -eq 2 ]
		[ "${stderr_lines[1]}" = 'gr-registry: lines: ended at line 2; those before it were taken' ]
	done
	sql_is 'SELECT group_concat(name) FROM thing' first
	thing_line 'a b' >lines
	no 100 "a b: not a thing name (1 to 128 letters, digits, ':', '_', '-')" lines
	foreign a
	echo junk >junk.pem
	thing_line a junk >lines
	run -100 --separate-stderr gr-registry import lines
	[[ ${stderr_lines[0]} == 'gr-registry: certificatePem: not a PEM certificate: '* ]]
	thing_line a a '{}' '{status: "REVOKED"}' >lines
	no 100 'REVOKED: not a status that can be imported; ACTIVE or INACTIVE' lines
	thing_line a a '{}' '{policies: "rotation"}' >lines
	no 100 'policies: not an array of names' lines
	thing_line a '' '{thingGroups: [5]}' >lines
	no 100 'thingGroups: not an array of names' lines
	thing_line a '' '{certificates: 5}' >lines
	no 100 'certificates: not an array' lines
	thing_line a '' '{certificates: [{}]}' >lines
	no 100 'certificates: certificatePem is missing' lines
	echo '{"policyName":"p","policyDocument":"{}"}' >lines
	run -100 gr-registry import lines
	echo '{"policyName":"p"}' >lines
	no 100 'p: policyDocument is missing' lines
	sql_is 'SELECT group_concat(name) FROM thing' first
}

@test "import: a line of more than a megabyte, or with a NUL byte, is 100" {
	printf '{"thingName":"a"%1100000s}\n' '' >lines
	no 100 'line: longer than a megabyte' lines
	printf '{"thingName":"a"}\0\n' >lines
	no 100 'line: holds a NUL byte' lines
	sql_is 'SELECT count(*) FROM thing' 0
}

@test "import: a file that is not there is 100, one that cannot be read 111" {
	run -100 --separate-stderr gr-registry import none
	[ "$stderr" = 'gr-registry: none: No such file or directory' ]
	run -111 --separate-stderr gr-registry import .
	[[ ${stderr_lines[0]} == 'gr-registry: .: '* ]]
}

@test "import: without a ledger that can be written nothing is taken" {
	mkdir home/ledger
	thing_line a >lines
	run -111 gr-registry import lines
	sql_is 'SELECT count(*) FROM thing' 0
}

@test "import: a ledger that is full takes nothing into the registry either, however many lines it is" {
	for n in {1..90}; do
		foreign "f$n"
		thing_line "f$n" "f$n"
	done >lines
	# As long as a file may be, by the limit that the importer and its signer get.
	yes '{"event":"status"}' | head -c $((8 * 1024 * 1024 - 1)) >home/ledger
	echo >>home/ledger
	rc=0
	(trap '' XFSZ; ulimit -f 8192; exec gr-registry import lines 2>said) || rc=$?
	[ "$rc" -eq 111 ]
	grep -q 'ledger: cannot be appended to: File too large' said
	sql_is 'SELECT (SELECT count(*) FROM certificate) + (SELECT count(*) FROM thing)' 0
}

@test "import: more lines than fit one transaction are taken; readers and writers get their turn in between" {
	jq -nc 'range(1700) | {thingName: "t-\(.)", thingGroups: ["all"]}' >lines
	mkfifo slow
	gr-registry import slow >out 3>&- &
	importer=$!
	exec 7>slow
	head -n 1200 lines >&7
	await sql_is 'SELECT count(*) BETWEEN 1000 AND 1200 FROM thing' 1
	tail -n +1201 lines >&7
	exec 7>&-
	wait "$importer"
	[ "$(cat out)" = '1700 line(s): 1700 thing(s), 0 new certificate(s)' ]
	sql_is "SELECT count(*) FROM member WHERE thing_group = 'all'" 1700
}

@test "import: lines from a pipe are taken and refused without waiting for more input" {
	mkfifo slow
	gr-registry import slow 2>err 3>&- &
	importer=$!
	exec 7>slow
	jq -nc 'range(3) | {thingName: "t-\(.)"}' >&7
	await sql_is 'SELECT count(*) FROM thing' 3
	echo '{"thingName":"a b"}' >&7
	status=0
	wait "$importer" || status=$?
	[ "$status" -eq 100 ]
	exec 7>&-
	[ "$(tail -n 1 err)" = 'gr-registry: slow: ended at line 4; those before it were taken' ]
	sql_is 'SELECT count(*) FROM thing' 3
}

@test "import, export: progress is shown on a terminal alone" {
	jq -nc 'range(150000) | {thingName: "t-\(.)"}' >lines
	script -qec 'gr-registry import lines' screen </dev/null >/dev/null
	grep -qE 'lines: [0-9]+ of [0-9]+ \([0-9]+ %\), [0-9]+ a second' screen
	run -0 --separate-stderr gr-registry import lines
	[ -z "$stderr" ]
	run -0 --separate-stderr gr-registry export
	[ -z "$stderr" ]
	[ "$(grep -c thingName <<<"$output")" -eq 150000 ]
}

# --- export --------------------------------------------------------------------------------------

@test "export: import of its output gives the same registry" {
	foreign a
	foreign b
	{
		thing_line a a '{thingGroups: ["all"]}' \
			'{policies: ["rotation"], created: 1500000000000}'
		thing_line b b '{}' '{status: "INACTIVE"}'
		thing_line c
	} >lines
	gr-registry import lines
	run -0 --separate-stderr gr-registry export
	[ "${#lines[@]}" -eq 5 ]
	echo "$output" >exported
	json_is "${lines[0]}" "$(jq -nc --rawfile d "$ROOT/share/policies/rotation.json" \
		'{policyName: "rotation", policyDocument: $d}')"
	json_is "${lines[1]}" '{"thingGroupName":"all"}'
	json_is "${lines[2]}" '{"thingName":"a","thingGroups":["all"],"certificates":[{"certificateId":"'"$(certificate_id a.pem)"'","status":"ACTIVE","created":1500000000000,"policies":["rotation"]}]}' \
		'del(.certificates[].certificatePem)'
	json_is "${lines[4]}" '{"thingName":"c","thingGroups":[],"certificates":[]}'
	export GR_HOME=$PWD/other
	gr-registry init
	gr-registry import exported
	run -0 gr-registry export
	[ "$output" = "$(cat exported)" ]
}

@test "export: one group can be exported alone; an unknown group is 1" {
	{
		thing_line a '' '{thingGroups: ["all"]}'
		thing_line b
	} | gr-registry import
	gr-registry export all >exported
	[ "$(jq -r 'select(.thingName).thingName' exported)" = a ]
	run -1 --separate-stderr gr-registry export none
	[ "$stderr" = 'gr-registry: none: no such thing group' ]
	rc=0
	gr-registry export >/dev/full 2>err || rc=$?
	[ "$rc" -eq 111 ]
}

# --- groups, policies, JSON, terminals -----------------------------------------------------------

@test "groups: listed with their things, or those of a thing; deleted, and the things stay" {
	gr-registry create-thing-group pumps
	gr-registry create-thing a
	gr-registry add-thing-to-thing-group pumps a
	run -0 gr-registry list-thing-groups
	[ "$output" = $'all\t0\npumps\t1' ]
	run -0 gr-registry list-thing-groups -j a
	json_is "$output" '[{"thingGroupName":"pumps","things":1}]'
	run -1 --separate-stderr gr-registry list-thing-groups none
	[ "$stderr" = 'gr-registry: none: no such thing' ]
	gr-registry delete-thing-group pumps
	run -0 gr-registry list-thing-groups
	[ "$output" = $'all\t0' ]
	run -0 gr-registry list-things
	[ "$output" = $'a\t0\t-' ]
	run -1 --separate-stderr gr-registry delete-thing-group pumps
	[ "$stderr" = 'gr-registry: pumps: no such thing group' ]
}

@test "policies: listed, printed byte for byte, deleted once no certificate has them" {
	foreign a
	thing_line a a '{}' '{policies: ["rotation"]}' | gr-registry import
	run -0 gr-registry list-policies
	[ "$output" = $'rotation\t1' ]
	gr-registry get-policy rotation | cmp - "$ROOT/share/policies/rotation.json"
	run -0 gr-registry get-policy -j rotation
	[ "$(jq -r .policyName <<<"$output")" = rotation ]
	run -0 gr-registry list-attached-policies "$ID"
	[ "$output" = rotation ]
	run -0 gr-registry list-attached-policies -j "$ID"
	json_is "$output" '[{"policyName":"rotation"}]'
	run -1 --separate-stderr gr-registry delete-policy rotation
	[ "$stderr" = 'gr-registry: rotation: still attached to 1 certificate(s); detach it first' ]
	gr-registry detach-policy rotation "$ID"
	gr-registry delete-policy rotation
	for verb in get-policy delete-policy; do
		run -1 --separate-stderr gr-registry "$verb" rotation
		[ "$stderr" = 'gr-registry: rotation: no such policy' ]
	done
	run -1 --separate-stderr gr-registry list-attached-policies none
	[ "$stderr" = 'gr-registry: none: no such certificate' ]
}

@test "json: every verb that changes something answers with what it changed" {
	foreign a
	thing_line a a | gr-registry import
	said() {
		local want=$1
		shift
		run -0 gr-registry "$@"
		json_is "$output" "$want"
	}
	said '{"thingName":"b"}' create-thing -j b
	said '{"thingGroupName":"g"}' create-thing-group -j g
	said '{"thingGroupName":"g","thingName":"b"}' add-thing-to-thing-group -j g b
	said '{"thingGroupName":"g","thingName":"b"}' remove-thing-from-thing-group -j g b
	said '{"thingGroupName":"g"}' delete-thing-group -j g
	said '{"policyName":"p"}' create-policy -j p "$ROOT/share/policies/rotation.json"
	said '{"policyName":"p","certificateId":"'"$ID"'"}' attach-policy -j p "$ID"
	said '{"policyName":"p","certificateId":"'"$ID"'"}' detach-policy -j p "$ID"
	said '{"policyName":"p"}' delete-policy -j p
	said '{"thingName":"a","certificateId":"'"$ID"'"}' detach-thing-principal -j a "$ID"
	said '{"thingName":"b","certificateId":"'"$ID"'"}' attach-thing-principal -j b "$ID"
	gr-registry detach-thing-principal b "$ID"
	gr-registry update-certificate "$ID" INACTIVE
	said '{"certificateId":"'"$ID"'"}' delete-certificate -j "$ID"
	said '{"thingName":"b"}' delete-thing -j b
}

@test "lists: at a terminal columns with headings, for a pipe tabs" {
	gr-registry create-thing a
	gr-registry create-thing a-thing-with-a-long-name
	script -qec 'gr-registry list-things' screen </dev/null >/dev/null
	tr -d '\r' <screen | grep -v '^Script' >seen
	[ "$(sed -n 1p seen)" = 'THING                     CERTIFICATES  CONNECTED' ]
	[ "$(sed -n 2p seen)" = 'a                         0             -' ]
	[ "$(sed -n 3p seen)" = 'a-thing-with-a-long-name  0             -' ]
	[ "$(gr-registry list-things | head -n 1)" = $'a\t0\t-' ]
}

@test "lists: all rows are printed, also those after the ones that decide on the column widths" {
	jq -nc 'range(450) | {thingName: "t-\(. + 1000)"}' | gr-registry import
	script -qec 'gr-registry list-things' screen </dev/null >/dev/null
	[ "$(grep -c '^t-' screen)" -eq 450 ]
	[ "$(grep -c '^THING' screen)" -eq 1 ]
	sql "DELETE FROM thing WHERE name > 't-1199'"
	script -qec 'gr-registry list-things' screen </dev/null >/dev/null
	[ "$(grep -c '^t-' screen)" -eq 200 ]
	script -qec 'gr-registry list-policies; gr-registry alarms' screen </dev/null >/dev/null
	[ "$(grep -c '^AT' screen)" -eq 0 ]
}
