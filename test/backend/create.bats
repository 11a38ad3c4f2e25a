# SPDX-License-Identifier: Apache-2.0
# The create handler: a certificate for a CSR, once for each execution and key;
# and everything it refuses.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/lab
load ../lib/shared-lab

# refuses NAME MESSAGE [MEMBERS]: create with NAME.csr is refused, and nothing has changed.
refuses() {
	remember
	refused create "$(csr_of "$1" "${3:-}")" "$2"
	is_unchanged
}

# handler PRINCIPAL CLIENT NAME: the same handler as a program,
# where the broker would not let the request through
handler() {
	jq -n --arg topic "$(topic create)" --arg principal "$1" --arg client "$2" \
		--argjson payload "$(csr_of "$3")" \
		'{topic: $topic, principal: $principal, clientId: $client, payload: $payload}' |
		gr-create-certificate
}
# handler_refuses PRINCIPAL CLIENT NAME MESSAGE
handler_refuses() {
	remember
	run -1 handler "$1" "$2" "$3"
	json_is "$output" \
		'{"topic":"'"$(topic create)"'/rejected","payload":{"errorMsg":"'"$4"'","jobId":"'"$J"'","timestamp":"S"}}'
	is_unchanged
}

# --- granted -------------------------------------------------------------------------------------

@test "create: the answer holds the certificate and says what it is for" {
	thing_new
	job_started
	key_new new
	accepted create "$(csr_of new '{clientToken: "t", executionNumber: 1}')"
	jq -r .certificatePem <<<"$BODY" >new.pem
	NEW=$(certificate_id new.pem)
	body_is '{"jobId":"'"$J"'","executionNumber":1,"certificateId":"'"$NEW"'","timestamp":"S","clientToken":"t"}' \
		'del(.certificatePem)'
	[ "$(openssl x509 -in new.pem -noout -pubkey)" = "$(openssl pkey -in new.key -pubout)" ]
	[ "$(grep -c BEGIN new.pem)" -eq 1 ]
}

@test "create: the certificate is a leaf of our authority for clients alone" {
	before=$(date +%s)
	rotation_begun
	after=$(date +%s)
	openssl verify -x509_strict -purpose sslclient -CAfile "$GR_HOME/ca/ca.pem" new.pem
	run ! openssl verify -purpose sslserver -CAfile "$GR_HOME/ca/ca.pem" new.pem
	openssl x509 -in new.pem -noout -text >text
	grep -q 'Signature Algorithm: sha256WithRSAEncryption' text
	grep -q 'CA:FALSE' text
	grep -A1 'X509v3 Key Usage: critical' text | grep -qx ' *Digital Signature'
	grep -A1 'X509v3 Extended Key Usage' text | grep -qx ' *TLS Web Client Authentication'
	[ "$(openssl x509 -in new.pem -noout -enddate)" = 'notAfter=Dec 31 23:59:59 2049 GMT' ]
	[ "$(openssl x509 -in new.pem -noout -subject)" = \
		"$(openssl x509 -in "$CERT" -noout -subject)" ]
	serial=$(openssl x509 -in new.pem -noout -serial)
	[ "${#serial}" -ge $((7 + 32)) ]
	begin=$(date -d "$(openssl x509 -in new.pem -noout -startdate | cut -d = -f 2)" +%s)
	[ "$begin" -ge $((before - 300)) ]
	[ "$begin" -le $((after - 300)) ]
}

@test "create: extensions that the CSR asks for are not taken over" {
	thing_new
	job_started
	key_new new "/O=gr lab/CN=$THING" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-addext basicConstraints=critical,CA:TRUE \
		-addext subjectAltName=DNS:somebody -addext extendedKeyUsage=serverAuth
	accepted create "$(csr_of new)"
	jq -r .certificatePem <<<"$BODY" | openssl x509 -noout -text >text
	grep -q 'CA:FALSE' text
	not grep -q 'CA:TRUE\|somebody\|Server Authentication' text
}

@test "create: NEW is registered beside OLD, ACTIVE, with the same policies, and is in the custody record" {
	thing_new
	printf '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Publish","Resource":"*"}}' >policy
	gr-registry create-policy "p-$BATS_TEST_NUMBER" policy
	gr-registry attach-policy "p-$BATS_TEST_NUMBER" "$OLD"
	job_started
	rotation_asked
	both_stay
	sql_is "SELECT group_concat(policy) FROM (SELECT policy FROM certificate_policy WHERE certificate = '$NEW' ORDER BY 1)" "p-$BATS_TEST_NUMBER,rotation"
	sql_is "SELECT job || number || client || (old = '$OLD') || (new = '$NEW') || (used IS NULL) || (committed IS NULL) || (survivor IS NULL) || (retired IS NULL)
		FROM rotation WHERE thing = '$THING'" "${J}1${THING}111111"
	sql_is "SELECT csr FROM rotation WHERE thing = '$THING'" "$(cat new.csr)"
	run -0 gr-registry history -j "$THING"
	json_is "$output" '[{"jobId":"'"$J"'","clientId":"'"$THING"'","oldCertificateId":"'"$OLD"'","newCertificateId":"'"$NEW"'","executionNumber":1}]' 'map(del(.requestedAt))'
	over_new
	ask "$(topic jobs/get)" '{}'
}

@test "create: the issue stands in the ledger, with the certificate" {
	rotation_begun
	line=$(grep "\"issued\".*\"certificateId\":\"$NEW\"" "$GR_HOME/ledger")
	json_is "$line" '{"event":"issued","thingName":"'"$THING"'","jobId":"'"$J"'","executionNumber":1,"oldCertificateId":"'"$OLD"'","certificateId":"'"$NEW"'","authority":"ca","private":false,"notOurs":false}' \
		'del(.at, .previous, .certificatePem)'
	[ "$(jq -r .certificatePem <<<"$line")" = "$(cat new.pem)" ]
	[ "$(stat -c %a "$GR_HOME/ledger")" = 640 ]
}

@test "create: every allowed kind of key and signature gets a certificate" {
	thing_new
	n=0
	while read -r options; do
		job_started "$J-$((n += 1))"
		# shellcheck disable=SC2086 # a list of options
		key_new "k$n" "/O=gr lab/CN=$THING" $options
		accepted create "$(J=$J-$n csr_of "k$n")"
		jq -r .certificatePem <<<"$BODY" | openssl x509 -noout -pubkey |
			diff - <(openssl pkey -in "k$n.key" -pubout)
		request "jobs/$J-$n/update" '{"status":"FAILED"}'
	done <<-'END'
		-newkey rsa:2048
		-newkey rsa:3072 -sha384
		-newkey rsa:2048 -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64
		-newkey rsa:2048 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest
		-newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha512
		-newkey ec -pkeyopt ec_paramgen_curve:P-384 -sha384
		-newkey ec -pkeyopt ec_paramgen_curve:P-521 -sha256
	END
	only_is "$OLD"
}

@test "create: T#gr may ask for its thing" {
	thing_new
	job_started
	key_new new
	CLIENT=$THING#gr
	accepted create "$(csr_of new)"
	custody_is client "$THING#gr"
}

# --- asked again ---------------------------------------------------------------------------------

@test "again: the same key gets the same certificate, over OLD and over NEW" {
	rotation_begun
	remember
	accepted create "$(csr_of new)"
	body_is "\"$NEW\"" .certificateId
	jq -r .certificatePem <<<"$BODY" | diff new.pem -
	# Another CSR for the same key, as a device makes it that was cut in between.
	openssl req -new -key new.key -subj "/O=gr lab/CN=$THING" -sha384 -out again.csr
	accepted create "$(csr_of again)"
	body_is "\"$NEW\"" .certificateId
	is_unchanged
	over_new
	accepted create "$(csr_of new)"
	body_is "\"$NEW\"" .certificateId
}

@test "again: a second key is refused, and is an alarm" {
	rotation_begun
	key_new second
	refuses second 'this execution has a certificate for another key already'
	[ "$(alarms second-key)" -eq 1 ]
	refuses second 'this execution has a certificate for another key already'
	sql_is "SELECT count FROM alarm WHERE kind = 'second-key' AND thing = '$THING'" 2
	run -0 gr-registry alarms
	[[ $output == *second-key*"$THING"*"$OLD"* ]]
}

@test "again: over the same session a second key is refused without an alarm" {
	[ -n "${THING:-}" ] || thing_new
	job_started
	key_new new
	key_new second
	csr_of new >new.json
	csr_of second >second.json
	# As a device does that made a key for each of two answers.
	ask "+$(topic create/accepted)" "+$(topic create/rejected)" "$(topic create)" @new.json \
		"$(topic create)" @second.json "$(topic create)" @new.json >messages
	[ "$(grep -c '/create/accepted {"certificatePem"' messages)" -eq 2 ]
	grep -q '/create/rejected {"errorMsg":"this execution has a certificate for another key already"' messages
	[ "$(alarms second-key)" -eq 0 ]
	sql_is "SELECT count(*) FROM rotation WHERE thing = '$THING'" 1
	both_stay
	# Whoever comes over another session may be a clone.
	refuses second 'this execution has a certificate for another key already'
	[ "$(alarms second-key)" -eq 1 ]
}

@test "again: a rotation in which QoS 1 delivers every request twice has one key, and no alarm" {
	local own twice
	twice() { ask "$(topic "$1")" "$2" "$(topic "$1")" "$2" >messages; }
	[ -n "${THING:-}" ] || thing_new
	twice request '{}'
	own=$(grep '/request/accepted ' messages | cut -d ' ' -f 2- | jq -r .jobId | sort -u)
	[ "$(sql "SELECT count(*) FROM execution WHERE thing = '$THING'")" -eq 1 ]
	J=$own
	twice "jobs/$J/update" '{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true},"clientToken":"u"}'
	[ "$(grep -c '/update/accepted ' messages)" -eq 2 ]
	key_new new
	csr_of new >new.json
	twice create @new.json
	grep '/create/accepted ' messages | cut -d ' ' -f 2- | jq -r .certificatePem >both.pem
	[ "$(grep -c BEGIN both.pem)" -eq 2 ]
	openssl x509 -in both.pem -out new.pem
	NEW=$(certificate_id new.pem)
	custody_is new "$NEW"
	both_stay
	over_new
	twice commit "{\"jobId\":\"$J\"}"
	[ "$(grep -c '/commit/accepted ' messages)" -eq 2 ]
	twice "jobs/$J/update" '{"status":"SUCCEEDED"}'
	grep -q '/update/accepted ' messages
	grep -q '/update/rejected .*"code":"InvalidStateTransition".*"survivor":"NEW"' messages
	await only_is "$NEW"
	sql_is "SELECT count(*) FROM rotation WHERE thing = '$THING'" 1
	sql_is "SELECT count(*) FROM alarm WHERE thing = '$THING'" 0
}

@test "again: a clone that asks beside the session that got the certificate is an alarm" {
	[ -n "${THING:-}" ] || thing_new
	job_started
	key_new new
	key_new second
	csr_of new >new.json
	csr_of second >second.json
	mkfifo go
	CLIENT=$THING#gr ask "$(topic jobs/get)" '{}' '!cat go' "$(topic create)" \
		@second.json >clone 3>&- &
	exec 5>go
	await grep -q accepted clone
	ask "$(topic create)" @new.json 5>&- >messages
	exec 5>&-
	wait $!
	grep -q 'create/rejected' clone
	[ "$(alarms second-key)" -eq 1 ]
}

@test "again: a newer job gets a certificate of its own" {
	rotation_begun
	heard FAILED OLD
	await certificate_is_gone "$NEW"
	J=$J-2
	job_started
	refuses new 'the key of csr was seen before; a rotation needs a new key'
	key_new newer
	accepted create "$(csr_of newer)"
	both_stay
}

# --- the execution -------------------------------------------------------------------------------

@test "refused: there is no such job" {
	thing_new
	key_new new
	refuses new 'no such job execution for this thing'
	body_is '{"errorMsg":"no such job execution for this thing","jobId":"'"$J"'","timestamp":"S"}'
	refuses new 'jobId is missing' '{jobId: null}'
	body_is '{"errorMsg":"jobId is missing","timestamp":"S"}'
	refuses new 'jobId is missing' '{jobId: 7}'
	refuses new 'no such job execution for this thing' '{jobId: ""}'
	refuses new 'no such job execution for this thing' '{jobId: "$next"}'
}

@test "refused: the job is not IN_PROGRESS" {
	thing_new
	key_new new
	job_new "$J"
	refuses new 'the job execution is not IN_PROGRESS'
	accepted "jobs/$J/update" '{"status":"REJECTED"}'
	refuses new 'the job execution is not IN_PROGRESS'
	job_started "$J-2"
	gr-jobs cancel --force "$J-2"
	J=$J-2
	refuses new 'the job execution is not IN_PROGRESS'
}

@test "refused: the job is another thing's" {
	thing_new other-create
	job_started
	thing_new
	key_new new
	refuses new 'no such job execution for this thing'
}

@test "refused: the document asks for something else" {
	thing_new
	key_new new
	n=0
	for document in '{"operation":"reboot"}' '{}' '{"operation":["ROTATE_CERTIFICATE"]}' \
		'{"Operation":"ROTATE_CERTIFICATE"}' '{"operation":"rotate_certificate"}'; do
		J=job-$BATS_TEST_NUMBER-$((n += 1))
		echo "$document" >document
		job_new "$J" -d document
		accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
		refuses new "the job's document does not ask for ROTATE_CERTIFICATE"
	done
}

@test "granted: the document may have more members than the operation" {
	thing_new
	echo '{ "note": "x", "operation": "ROTATE_CERTIFICATE" }' >document
	job_new "$J" -d document
	accepted "jobs/$J/update" '{"status":"IN_PROGRESS"}'
	key_new new
	accepted create "$(csr_of new)"
}

@test "refused: the execution number is another one, or no number" {
	thing_new
	job_started
	key_new new
	refuses new 'the job has a newer execution' '{executionNumber: 2}'
	refuses new 'the job has a newer execution' '{executionNumber: 0}'
	refuses new 'executionNumber is not a number' '{executionNumber: "1"}'
	refuses new 'executionNumber is not a number' '{executionNumber: 1.5}'
	refuses new 'executionNumber is not a number' '{executionNumber: true}'
}

# --- who asks ------------------------------------------------------------------------------------

@test "refused: T#probe and T#other are disconnected by the broker, and nothing changes" {
	thing_new
	job_started
	key_new new
	remember
	# The subscription to the answers is refused already; a bare publish ends the connection.
	for CLIENT in "$THING#probe" "$THING#other"; do
		run -8 ask "$(topic create)" "$(csr_of new)"
		run ! timeout -k 2 60 mosquitto_pub -h localhost -p "$PORT" \
			--cafile "$GR_HOME/ca/ca.pem" --cert "$CERT" --key "$KEY" \
			-i "$CLIENT" -q 1 -t "$(topic create)" -m "$(csr_of new)"
	done
	is_unchanged
}

@test "refused: the handler itself takes no other client id either" {
	thing_new
	job_started
	key_new new
	for client in "$THING#probe" "$THING#other" "${THING}0" "${THING%?}" "$THING#" \
		"$THING#gr#gr" other; do
		handler_refuses "$OLD" "$client" new "the client id is not the thing's"
	done
}

@test "refused: the certificate is not attached to the thing, not ACTIVE, not ours" {
	thing_new "other-$BATS_TEST_NUMBER"
	other=$OLD
	thing_new
	job_started
	key_new new
	handler_refuses "$other" "$THING" new \
		'the certificate of this connection is not attached to the thing'
	handler_refuses "$(printf '%064d' 0)" "$THING" new \
		'the certificate of this connection is not registered'
	gr-registry update-certificate "$OLD" INACTIVE
	handler_refuses "$OLD" "$THING" new 'the certificate of this connection is not ACTIVE'
	gr-registry update-certificate "$OLD" ACTIVE
	gr-registry detach-thing-principal "$THING" "$OLD"
	handler_refuses "$OLD" "$THING" new \
		'the certificate of this connection is not attached to the thing'
}

@test "refused: without an answer when the certificate was retired meanwhile" {
	own_lab
	thing_new
	job_started
	key_new new
	backend stop
	csr_of new >request
	timeout -k 2 60 mosquitto_pub -h localhost -p "$PORT" --cafile "$GR_HOME/ca/ca.pem" \
		--cert "$CERT" --key "$KEY" -i "$THING" -q 1 -t "$(topic create)" -f request
	gr-registry update-certificate "$OLD" INACTIVE
	remember
	backend start
	gr-registry update-certificate "$OLD" ACTIVE
	turned
	gr-registry update-certificate "$OLD" INACTIVE
	sed -i '/"event":"status"/d' "$GR_HOME/ledger" before	# ours
	is_unchanged
}

@test "refused: a second certificate is attached that no rotation explains" {
	thing_new "other-$BATS_TEST_NUMBER"
	other=$OLD other_thing=$THING
	thing_new
	gr-registry detach-thing-principal "$other_thing" "$other"
	gr-registry attach-thing-principal "$THING" "$other"
	job_started
	key_new new
	refuses new 'the thing has another certificate attached that no rotation of ours explains; see gr-registry history'
	gr-registry update-certificate "$other" INACTIVE
	refuses new 'the thing has another certificate attached that no rotation of ours explains; see gr-registry history'
	[ "$(alarms two-certificates)" = 1 ]
	gr-registry detach-thing-principal "$THING" "$other"
	accepted create "$(csr_of new)"
}

@test "refused: a third certificate beside an open rotation" {
	thing_new "other-$BATS_TEST_NUMBER"
	other=$OLD other_thing=$THING
	thing_new
	rotation_begun
	gr-registry detach-thing-principal "$other_thing" "$other"
	gr-registry attach-thing-principal "$THING" "$other"
	J=$J-2
	job_started
	key_new newer
	refuses newer 'the thing has another certificate attached that no rotation of ours explains; see gr-registry history'
}

# --- the CSR -------------------------------------------------------------------------------------

@test "refused: there is no CSR, or it cannot be read" {
	thing_new
	job_started
	echo >none.csr
	refuses none 'csr is missing' '{csr: null}'
	refuses none 'csr is missing' '{csr: ["x"]}'
	refuses none 'csr is not a PEM PKCS#10 request'
	refuses none 'csr is not a PEM PKCS#10 request' '{csr: ""}'
	cp "$CERT" certificate.csr
	refuses certificate 'csr is not a PEM PKCS#10 request'
	printf -- \
		'-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n' \
		>junk.csr
	refuses junk 'csr is not a PEM PKCS#10 request'
	key_new new
	printf '%4096s' '' >>new.csr
	refuses new 'csr is longer than 4096 characters'
}

@test "refused: an encrypted CSR; no passphrase is asked for" {
	thing_new
	job_started
	key_new new
	sed '1a Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n' \
		new.csr >locked.csr
	refuses locked 'csr is not a PEM PKCS#10 request'
	# On a terminal as well.
	jq -n --arg topic "$(topic create)" --arg principal "$OLD" --arg client "$THING" \
		--argjson payload "$(csr_of locked)" \
		'{topic: $topic, principal: $principal, clientId: $client, payload: $payload}' \
		>event
	run -1 timeout 600 script -qec 'gr-create-certificate <event' /dev/null </dev/null
	[[ $output == *'csr is not a PEM PKCS#10 request'* ]]
	[[ $output != *'pass phrase'* ]]
}

@test "refused: a bad signature" {
	thing_new
	job_started
	key_new new
	openssl req -in new.csr -outform DER -out der
	size=$(stat -c %s der)
	last=$(tail -c 1 der | od -An -tu1)
	{
		head -c $((size - 1)) der
		printf '%b' "\\x$(printf %02x $((last ^ 1)))"
	} >bad
	openssl req -inform DER -in bad -out bad.csr
	refuses bad 'the signature of csr does not verify with its own key'
	# Somebody else's key in an honest request.
	key_new honest
	key_new other
	openssl req -in honest.csr -noout -pubkey -outform DER 2>/dev/null |
		openssl pkey -pubin -outform DER -out a
	openssl pkey -in other.key -pubout -outform DER -out b
	openssl req -in honest.csr -outform DER |
		perl -0777 -e 'local $/; my @f = map { open my $h, "<:raw", $_; <$h> } "a", "b"; my $d = <STDIN>; $d =~ s/\Q$f[0]\E/$f[1]/ or exit 1; print $d' >c
	openssl req -inform DER -in c -out stolen.csr
	refuses stolen 'the signature of csr does not verify with its own key'
}

@test "refused: weak keys" {
	thing_new
	job_started
	key_new rsa "/O=gr lab/CN=$THING" -newkey rsa:1024
	refuses rsa 'the RSA key is shorter than 2048 bits'
	key_new short "/O=gr lab/CN=$THING" -newkey rsa:2047
	refuses short 'the RSA key is shorter than 2048 bits'
	for curve in prime192v1 P-224 secp256k1 brainpoolP256r1; do
		key_new "$curve" "/O=gr lab/CN=$THING" -newkey ec \
			-pkeyopt "ec_paramgen_curve:$curve"
		refuses "$curve" 'the EC key is on none of the curves P-256, P-384, P-521'
	done
	key_new ed "/O=gr lab/CN=$THING" -newkey ed25519
	refuses ed 'the key is neither RSA nor EC'
}

@test "refused: explicit curve parameters" {
	thing_new
	job_started
	key_new explicit "/O=gr lab/CN=$THING" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-pkeyopt ec_param_enc:explicit
	refuses explicit 'the EC key has explicit parameters; only named curves are accepted'
}

@test "refused: a weak hash in the signature" {
	thing_new
	job_started
	key_new sha1 "/O=gr lab/CN=$THING" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha1
	refuses sha1 'csr is not signed over SHA-256, SHA-384 or SHA-512'
	key_new pss "/O=gr lab/CN=$THING" -newkey rsa:2048 -sha1 -sigopt rsa_padding_mode:pss
	refuses pss 'csr is not signed over SHA-256, SHA-384 or SHA-512'
}

@test "refused: a foreign subject" {
	thing_new
	job_started
	for subject in "/O=gr lab/CN=other" "/CN=$THING" "/O=gr lab/CN=$THING/OU=x" \
		"/CN=$THING/O=gr lab" "/O=gr lab/CN=$THING+OU=x" /; do
		key_new foreign "$subject"
		refuses foreign 'the subject of csr is not the one on record'
	done
}

@test "create: the subject issued is the one on record, letter for letter" {
	thing_new
	job_started
	key_new new "/O=GR LAB/CN=${THING^^}"
	accepted create "$(csr_of new)"
	jq -r .certificatePem <<<"$BODY" >new.pem
	[ "$(openssl x509 -in new.pem -noout -subject)" = \
		"$(openssl x509 -in "$CERT" -noout -subject)" ]
}

@test "refused: the CSR has the key in use" {
	thing_new
	job_started
	openssl req -new -key "$KEY" -subj "/O=gr lab/CN=$THING" -out same.csr
	refuses same 'the key of csr is the one in use; a rotation needs a new key'
}

@test "refused: a key that was seen before, on any thing" {
	thing_new "other-$BATS_TEST_NUMBER"
	other=$KEY
	thing_new
	job_started
	openssl req -new -key "$other" -subj "/O=gr lab/CN=$THING" -out seen.csr
	refuses seen 'the key of csr was seen before; a rotation needs a new key'
	# Also when its certificate is gone.
	rotation_asked
	heard FAILED OLD
	await certificate_is_gone "$NEW"
	J=$J-2
	job_started
	refuses new 'the key of csr was seen before; a rotation needs a new key'
}

@test "refused: a payload that is no object, or a bad clientToken, gets an answer of create" {
	thing_new
	remember
	refused create '[]' 'the payload is not a JSON object'
	refused create '{' 'the payload is not a JSON object'
	refused create '{"clientToken":7}' 'clientToken must be a string of at most 64 bytes'
	body_is '{"errorMsg":"clientToken must be a string of at most 64 bytes","timestamp":"S"}'
	is_unchanged
}
