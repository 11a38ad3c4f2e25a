# SPDX-License-Identifier: Apache-2.0
# x509.bash - keys, requests and certificates as the openssl command line sees them.
# Each check says what it found instead.

# text_has FILE TEXT: a line of the file holds it
text_has() {
	grep -qF -- "$2" "$1" || { printf 'not there: %s\n' "$2" >&2; cat "$1" >&2; return 1; }
}

# key_is FILE KEY-ALGORITHM: what openssl's text says of a public or private key
key_is() {
	case $2 in
	RSA-*) grep -qE "(Public|Private)-Key: \(${2#RSA-} bit" "$1" ;;
	ECDSA-P256) grep -q 'ASN1 OID: prime256v1' "$1" ;;
	ECDSA-P*) grep -q "ASN1 OID: secp${2#ECDSA-P}r1" "$1" ;;
	esac || { printf 'not %s\n' "$2" >&2; cat "$1" >&2; return 1; }
}

# key_file_is FILE KEY-ALGORITHM: RSA as PKCS#1, EC as PKCS#8 with a named curve
key_file_is() {
	openssl pkey -in "$1" -noout -text >key.text
	key_is key.text "$2"
	case $2 in
	RSA-*) [ "$(head -n 1 "$1")" = '-----BEGIN RSA PRIVATE KEY-----' ] ;;
	*) [ "$(head -n 1 "$1")" = '-----BEGIN PRIVATE KEY-----' ] ;;
	esac
	[ "$(grep -c BEGIN "$1")" -eq 1 ]
}

# signature_is TEXT-FILE ALGORITHM: by the reference's names, for CSRs and for certificates
signature_is() {
	local bits=${2//[!0-9]/}
	bits=${bits:0:3}
	case $2 in
	*WITHRSAANDMGF1)
		text_has "$1" 'Signature Algorithm: rsassaPss'
		text_has "$1" "Hash Algorithm: sha$bits"
		text_has "$1" "Mask Algorithm: mgf1 with sha$bits"
		text_has "$1" "$(printf 'Salt Length: 0x%02X' $((bits / 8)))"
		;;
	*WITHRSA) text_has "$1" "Signature Algorithm: sha${bits}WithRSAEncryption" ;;
	ECDSA-WITH-* | *WITHECDSA) text_has "$1" "Signature Algorithm: ecdsa-with-SHA$bits" ;;
	*) echo "$2: no such algorithm" >&2; return 1 ;;
	esac
}

# Names are asked for in one format: the default is another in OpenSSL 3.5.
# csr_is FILE KEY-ALGORITHM SIGNING-ALGORITHM SUBJECT: and its signature verifies
csr_is() {
	# OpenSSL 3.0 says so on standard error, 3.5 on standard output.
	openssl req -in "$1" -noout -verify -text >csr.text 2>&1
	grep -q "verify OK" csr.text
	key_is csr.text "$2"
	signature_is csr.text "$3"
	[ "$(openssl req -in "$1" -noout -subject -nameopt oneline)" = "$4" ]
}

# certificate_is FILE KEY-ALGORITHM SIGNED-WITH SUBJECT ISSUER
certificate_is() {
	openssl x509 -in "$1" -noout -text >certificate.text
	key_is certificate.text "$2"
	signature_is certificate.text "$3"
	[ "$(openssl x509 -in "$1" -noout -subject -nameopt oneline)" = "$4" ]
	[ "$(openssl x509 -in "$1" -noout -issuer -nameopt oneline)" = "$5" ]
}

# private_key FILE KEY-ALGORITHM
private_key() {
	case $2 in
	RSA-*)
		openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${2#RSA-}" \
			-out "$1"
		;;
	*)
		openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:P-${2#ECDSA-P}" \
			-out "$1"
		;;
	esac
}

# company NAME KEY-ALGORITHM [PARENT [EXTENSION...]]: NAME.key,
# and in NAME.pem the certificate of a CA with all above it
company() {
	local name=$1 parent=${3:-}
	private_key "$name.key" "$2"
	printf '%s\n' 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign,cRLSign' \
		'subjectKeyIdentifier=hash' \
		${parent:+'authorityKeyIdentifier=keyid'} "${@:4}" >"$name.ext"
	openssl req -new -key "$name.key" -subj "/O=Company/CN=$name" -out "$name.csr"
	if [ -n "$parent" ]; then
		openssl x509 -req -in "$name.csr" -CA "$parent.pem" -CAkey "$parent.key" \
			-set_serial "0x01$(openssl rand -hex 8)" -days 30 \
			-extfile "$name.ext" -out "$name.own" 2>/dev/null
		cat "$name.own" "$parent.pem" >"$name.pem"
	else
		openssl x509 -req -in "$name.csr" -signkey "$name.key" -days 30 \
			-extfile "$name.ext" -out "$name.pem" 2>/dev/null
	fi
}

seconds_of() { date -d "$(openssl x509 -in "$1" -noout "-${2}date" | cut -d = -f 2)" +%s; }
# begun_just_now FILE AUTHORITY: five minutes back, for clocks that differ, but not before the
# authority
begun_just_now() {
	local start age
	start=$(seconds_of "$1" start) age=$(($(date +%s) - start))
	[ "$age" -ge 300 ] || [ "$start" -eq "$(seconds_of "$2" start)" ]
	[ "$age" -lt 900 ]
}
# ends_after FILE SECONDS: from now, as near as a slow machine comes
ends_after() {
	local left=$(($(seconds_of "$1" end) - $(date +%s)))
	[ "$left" -le "$2" ] && [ "$left" -gt $(($2 - 600)) ]
}

# await_expiry FILE: of a certificate that was made with -days 0;
# OpenSSL 3.5 makes none that has ended already
await_expiry() {
	while openssl x509 -in "$1" -noout -checkend 0 >/dev/null; do sleep 0.1; done
}
