# SPDX-License-Identifier: Apache-2.0
# backend-bounds.bats - what a backend may say has bounds: how long a trial lasts,
# how large a certificate is
bats_require_minimum_version 1.5.0
load ../lib/helper

teardown() {
	[ -z "${REPLY_TO:-}" ] || { stop_service; stop_broker; }
}

@test "trial: a backend that grants years of time gets no more than the 10,080 minutes of AWS IoT" {
	for shell in dash bash; do
		budget() {
			"$shell" -euc '. "$0"; setting_trial_seconds=900; trial_budget "$1"' \
				"$ROOT/scripts/driver/record.sh" "$1"
		}
		[ "$(budget 604800)" -eq 483840 ]
		[ "$(budget 604801)" -eq 483840 ]
		[ "$(budget 9223372036854775807)" -eq 483840 ]
		[ "$(budget 100)" -eq 80 ]
		[ "$(budget '')" -eq 900 ]
	done
}

# signed_with FILE: the request's CSR as a certificate with those extensions, as a JSON string
signed_with() {
	jq -r .csr request >request.csr
	openssl x509 -req -in request.csr -CA ca.pem -CAkey ca.key -set_serial 77 -days 30 \
		-extfile "$1" 2>/dev/null |
		jq -Rs .
}
large() {
	cat >request
	{
		printf '1.2.3.4=ASN1:UTF8String:' && head -c 52000 /dev/zero | tr '\0' a && echo
	} >extension
	answer "$REPLY_TO/accepted" "{\"certificatePem\":$(signed_with extension)}"
}

@test "certificate: one that is larger than what a device installs is refused with that reason" {
	load ../lib/session
	start_broker
	configure pump1
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key \
		-out new.csr -subj /CN=pump1 2>/dev/null
	REPLY_TO=awslabs/things/pump1/certificate/create
	start_service "$REPLY_TO" large
	run -1 --separate-stderr gr-create j1 1 new.csr
	[ -z "$output" ]
	[[ $stderr =~ ^gr-create:\ certificate\ [0-9a-f]{16}:\ [0-9]+\ bytes\ with\ what\ stands\ above\ it\;\ this\ device\ installs\ at\ most\ 65536$ ]]
}
