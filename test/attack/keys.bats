# SPDX-License-Identifier: Apache-2.0
# A key in other clothes, and keys that are none: what a hostile device may ask a certificate for,
# and what registries hold from before.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/import_lines
load ../lib/shared-lab

setup_file() {
	gcc -O1 -o "$BATS_FILE_TMPDIR/odd-rsa" "$ROOT/test/tools/odd-rsa.c" -lcrypto
	lab_up
}
teardown() { daemon_alone_end; }

# odd KIND NAME [ORGANISATION CN]: NAME.csr
odd() { "$BATS_FILE_TMPDIR/odd-rsa" "$1" "${3-gr lab}" "${4-$THING}" >"$2.csr"; }
# form NAME FORM TO: the EC key NAME.key with its point in that form, as TO.key, and TO.csr
form() {
	openssl ec -in "$1.key" -conv_form "$2" -out "$3.key" 2>/dev/null
	openssl req -new -key "$3.key" -subj "${4-/O=gr lab/CN=$THING}" -out "$3.csr"
}
# gets_none NAME MESSAGE: create refuses NAME.csr, and nothing has changed
gets_none() {
	remember
	refused create "$(csr_of "$1")" "$2"
	is_unchanged
}
identity_of() {
	openssl x509 -in "$1" -noout -pubkey |
		openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1
}

FORM='the EC point of csr is compressed or hybrid; only the uncompressed form is accepted'
EXPONENT='the exponent of the RSA key is not an odd number from 65537 to 2^32'
MODULUS='the modulus of the RSA key is not the product of two large primes'

# --- what a device may ask for -------------------------------------------------------------------

@test "keys: the key in use is refused in compressed and in hybrid form as well" {
	thing_new
	job_started
	cp "$KEY" live.key
	for f in compressed hybrid; do
		form live "$f" "$f"
		gets_none "$f" "$FORM"
	done
	form live uncompressed plain
	gets_none plain 'the key of csr is the one in use; a rotation needs a new key'
}

@test "keys: a new key as a compressed point is refused with its own reason, on each curve" {
	thing_new
	job_started
	for curve in P-256 P-384 P-521; do
		key_new new "/O=gr lab/CN=$THING" -newkey ec -pkeyopt "ec_paramgen_curve:$curve"
		form new compressed pressed
		gets_none pressed "$FORM"
	done
	accepted create "$(csr_of new)"
	jq -r .certificatePem <<<"$BODY" >new.pem
	openssl x509 -in new.pem -noout -text | grep -q 'ASN1 OID: secp521r1'
	sql_is "SELECT spki FROM certificate WHERE id = '$(certificate_id new.pem)'" \
		"$(identity_of new.pem)"
}

@test "keys: RSA exponents 1, 3 and of 3071 bits get no certificate" {
	thing_new
	job_started
	for kind in one three long; do
		odd "$kind" odd
		gets_none odd "$EXPONENT"
	done
}

@test "keys: RSA moduli that are prime, the square of a prime, even, or have a small factor get no certificate" {
	thing_new
	job_started
	for kind in prime square thirds even; do
		odd "$kind" odd
		gets_none odd "$MODULUS"
	done
}

@test "keys: RSA of 1024 and of 8192 bits gets no certificate" {
	thing_new
	job_started
	key_new short "/O=gr lab/CN=$THING" -newkey rsa:1024
	gets_none short 'the RSA key is shorter than 2048 bits'
	odd huge huge
	gets_none huge 'the RSA key is longer than 4096 bits'
}

@test "keys: the same modulus with another exponent counts as the same key" {
	thing_new
	job_started
	odd twin-65537 first
	odd twin-65539 second
	accepted create "$(csr_of first)"
	jq -r .certificatePem <<<"$BODY" >new.pem
	NEW=$(certificate_id new.pem)
	sql_is "SELECT spki FROM certificate WHERE id = '$NEW'" "$(identity_of new.pem)"
	# Within the execution it is asked for again; on another thing it is refused.
	accepted create "$(csr_of second)"
	[ "$(jq -r .certificateId <<<"$BODY")" = "$NEW" ]
	thing_new other
	job_started other
	J=other odd twin-65539 second
	remember
	refused create "$(J=other csr_of second)" \
		'the key of csr was seen before; a rotation needs a new key'
	is_unchanged
}

@test "keys: a CSR whose signature would be costly to verify is refused before it is verified" {
	thing_new
	job_started
	for kind in long huge; do
		odd "$kind" odd
		# Its last byte is another one.
		openssl req -in odd.csr -outform DER -out odd.der
		printf '%b' "\\x$(printf %02x $((0x$(tail -c 1 odd.der | xxd -p) ^ 1)))" |
			dd of=odd.der bs=1 seek=$(($(wc -c <odd.der) - 1)) conv=notrunc 2>dd.log
		openssl req -inform DER -in odd.der -out broken.csr
		openssl req -in broken.csr -noout -verify 2>&1 | grep -q 'verify failure'
		[ "$kind" = long ] && why=$EXPONENT || why='the RSA key is longer than 4096 bits'
		gets_none broken "$why"
	done
}

# --- the operator's doors ------------------------------------------------------------------------

@test "keys: register and issue-server refuse the same keys" {
	THING=fresh key_new new
	form new compressed pressed /CN=fresh
	THING=fresh odd one one
	THING=fresh odd prime prime
	remember
	for name in pressed:"$FORM" one:"$EXPONENT" prime:"$MODULUS"; do
		run -100 --separate-stderr gr-registry register fresh "${name%%:*}.csr"
		[ "$stderr" = "gr-registry: ${name%%:*}.csr: ${name#*:}" ]
		run -100 --separate-stderr gr-ca issue-server localhost "${name%%:*}.csr"
		[ "$stderr" = "gr-ca: ${name%%:*}.csr: ${name#*:}" ]
	done
	is_unchanged
}

@test "keys: import knows a registered key in any form, and takes no weak one unless it is told to" {
	foreign imp-a
	thing_line imp-a imp-a | gr-registry import >/dev/null
	openssl ec -in imp-a.key -conv_form compressed -out pressed.key 2>/dev/null
	foreign imp-b -key pressed.key
	run -1 --separate-stderr gr-registry import -w <<<"$(thing_line imp-b imp-b)"
	[ "${stderr_lines[0]}" = "gr-registry: $ID: its public key was registered before" ]
	odd one weak '' imp-c
	openssl x509 -req -in weak.csr -CA "$GR_HOME/ca/ca.pem" -CAkey "$GR_HOME/ca/ca.key" \
		-set_serial 77 -out imp-c.pem 2>/dev/null
	ID=$(certificate_id imp-c.pem)
	run -1 --separate-stderr gr-registry import <<<"$(thing_line imp-c imp-c)"
	[ "${stderr_lines[0]}" = "gr-registry: $ID: $EXPONENT; -w takes it nevertheless, for a rotation to replace it" ]
	thing_line imp-c imp-c | gr-registry import -w >/dev/null
	run -1 --separate-stderr gr-audit -c weak
	[ "$output" = $'weak\timp-c\t'"$ID"$'\t'"$EXPONENT" ]
}

# --- registries from before ----------------------------------------------------------------------

# as_it_was: the registry is one of version 2, where the encoding told which key it is,
# and whose rule looked at an RSA key's length alone
as_it_was() {
	local id
	for id in $(sql 'SELECT id FROM certificate'); do
		sql "SELECT pem FROM certificate WHERE id = '$id'" | encoding >hash
		sql "UPDATE OR IGNORE seen_key SET spki = '$(cat hash)' WHERE spki = (SELECT spki FROM certificate WHERE id = '$id');
			UPDATE certificate SET spki = '$(cat hash)', key_type = CASE WHEN key_type LIKE 'RSA-%' THEN substr(key_type, 1, 8) ELSE key_type END WHERE id = '$id'"
	done
	before_notices_had_columns
	sql "DROP INDEX certificate_unexamined; UPDATE meta SET value = 2 WHERE key = 'version'"
}
# encoding: of the public key of a certificate, as it stands there
encoding() {
	openssl x509 -noout -pubkey |
		openssl base64 -d -A -in <(grep -v - /dev/stdin | tr -d '\n') |
		sha256sum | cut -d ' ' -f 1
}
# by_hand THING [STATUS]: THING.pem in the registry, as a version that looked at its encoding
# let it in
by_hand() {
	ID=$(certificate_id "$1.pem")
	sql "INSERT OR IGNORE INTO thing VALUES ('$1', 0);
		INSERT INTO certificate (id, status, pem, spki, not_after, created, key_type, digest) VALUES ('$ID', '${2-ACTIVE}', '$(cat "$1.pem")', '$ID', 9e15, 0, 'ECDSA-P256', 'SHA256');
		INSERT INTO principal VALUES ('$ID', '$1', 0); INSERT INTO seen_key VALUES ('$ID', '$1', 0)"
}
own_registry() {
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-registry init
}

@test "keys: the upgrade of a registry finds keys that were certified twice in different forms, and keeps both" {
	own_registry
	for name in a c; do
		foreign "$name"
		thing_line "$name" "$name" | gr-registry import >/dev/null
	done
	A=$(certificate_id a.pem)
	openssl ec -in a.key -conv_form compressed -out b.key 2>/dev/null
	foreign b -key b.key
	by_hand b
	B=$ID
	as_it_was
	sql_is "SELECT count(DISTINCT spki) FROM certificate" 3
	run -1 --separate-stderr gr-audit -c shared-key
	printf '%s\n' "${lines[@]}" | sort |
		diff - <(printf '%s\n' $'shared-key\ta\t'"$A"$'\thas the key of certificate '"$B of thing b" \
		$'shared-key\tb\t'"$B"$'\thas the key of certificate '"$A of thing a" | sort)
	sql_is "SELECT value FROM meta WHERE key = 'version'" 4
	sql_is "SELECT group_concat(DISTINCT spki) FROM certificate WHERE id IN ('$A', '$B')" \
		"$(identity_of a.pem)"
	sql_is "SELECT group_concat(status) FROM certificate" ACTIVE,ACTIVE,ACTIVE
	sql_is 'SELECT count(*) FROM seen_key' 2
	sql_is 'SELECT kind, thing, certificate, text FROM alarm' \
		"key-again|b|$B|its key had been certified before, written in another form"
}

@test "keys: after the upgrade, a rotation's key is known in any form, also when its certificate is gone" {
	own_registry
	foreign a
	thing_line a a | gr-registry import >/dev/null
	foreign b
	openssl ec -in b.key -conv_form compressed -out pressed.key 2>/dev/null
	foreign p -key pressed.key
	as_it_was
	encoding <p.pem >hash
	sql "INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem, requested, survivor, decided, retired)
		VALUES (1, 'a', 'j', 1, 'a', '$(certificate_id a.pem)', '$(certificate_id p.pem)', '$(cat hash)', '', '$(cat p.pem)', 1, 'OLD', 1, 1);
		INSERT INTO seen_key VALUES ('$(cat hash)', 'a', 7)"
	run -1 --separate-stderr gr-registry import <<<"$(thing_line b b)"
	[ "${stderr_lines[0]}" = "gr-registry: $(certificate_id b.pem): its public key was registered before" ]
	sql_is "SELECT r.spki = s.spki, s.spki, s.seen FROM rotation r JOIN seen_key s ON s.thing = r.thing AND s.seen = 7" "1|$(identity_of b.pem)|7"
	sql_is 'SELECT count(*) FROM alarm' 0
}

@test "keys: after the upgrade, the audit finds RSA keys that were certified by their length alone, and so does the daemon" {
	own_registry
	for kind in one prime; do
		odd "$kind" weak '' "$kind"
		openssl x509 -req -in weak.csr -CA "$GR_HOME/ca/ca.pem" \
			-CAkey "$GR_HOME/ca/ca.key" -set_serial 78 -out "$kind.pem" 2>/dev/null
		thing_line "$kind" "$kind" | gr-registry import -w >/dev/null
	done
	foreign good -newkey rsa:2048
	thing_line good good | gr-registry import >/dev/null
	as_it_was
	printf '%s\n' $'weak\tone\t'"$(certificate_id one.pem)"$'\t'"$EXPONENT" \
		$'weak\tprime\t'"$(certificate_id prime.pem)"$'\t'"$MODULUS" |
		sort >wanted
	run -1 gr-audit -c weak
	printf '%s\n' "${lines[@]}" | sort | diff - wanted
	daemon_alone
	await eval '[ "$(sql "SELECT count(*) FROM certificate WHERE key_type = '"''"'")" = 0 ]'
	daemon_alone_end
	sql_is "SELECT group_concat(key_type) FROM (SELECT key_type FROM certificate ORDER BY key_type)" RSA-2048,RSA-2048-exponent,RSA-2048-modulus
	run -1 gr-audit -c weak
	printf '%s\n' "${lines[@]}" | sort | diff - wanted
}

@test "keys: an upgrade that cannot be finished leaves the registry as it was" {
	own_registry
	foreign a
	thing_line a a | gr-registry import >/dev/null
	openssl ec -in a.key -conv_form compressed -out b.key 2>/dev/null
	foreign b -key b.key
	by_hand b
	as_it_was
	sql "CREATE VIEW certificate_unexamined AS SELECT 1"
	sql .dump >before
	run -111 --separate-stderr gr-audit
	[ "${stderr_lines[-1]}" = "gr-audit: $GR_HOME/shared/registry.db: there is already a table named certificate_unexamined" ]
	sql .dump | diff before -
	sql 'DROP VIEW certificate_unexamined'
	run -1 gr-audit -c shared-key
}

@test "keys: a certificate that cannot be read does not stop the upgrade" {
	own_registry
	foreign a
	thing_line a a | gr-registry import >/dev/null
	as_it_was
	sql "UPDATE certificate SET pem = 'junk'; INSERT INTO certificate (id, status, pem, spki, not_after, created) VALUES ('x', 'ACTIVE', '', 'x', 0, 0)"
	run -1 gr-audit -c weak -c not-attached
	sql_is "SELECT value FROM meta WHERE key = 'version'" 4
	sql_is "SELECT spki FROM certificate WHERE id = 'x'" x
}
