#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
load lib/helper
load lib/store

setup() { make_device; }

@test "config: one key prints one bare value" {
	run -0 --separate-stderr gr-config thingName
	[ "$output" = thing1 ]
	[ -z "$stderr" ]
}
@test "config: an unset value is a silent no" {
	run -1 --separate-stderr gr-config issuerCaPath
	[ -z "$output$stderr" ]
}
@test "config: an unknown key is an error" {
	run -100 --separate-stderr gr-config thingname
	[ "$stderr" = "gr-config: thingname: no such setting; gr.conf(5) lists them" ]
}
@test "config: without an operand all values, state among them" {
	run -0 gr-config
	[[ $output == *"keyAlgorithm=ECDSA-P256"* ]]
	[[ $output == *"state=$GR_STATE"* ]]
}
@test "config: a flag goes before the environment, the environment before the file" {
	[ "$(GR_THING_NAME=env gr-config thingName)" = env ]
	[ "$(GR_THING_NAME=env gr-config -o thingName=flag thingName)" = flag ]
}
@test "config: --explain names the source of each value" {
	run -0 env GR_ROOT_CA_PATH=/ca.pem gr-config --explain -o runtime=lite
	[[ $output == *$'runtime=lite\tflag'* ]]
	[[ $output == *$'rootCaPath=/ca.pem\tenvironment'* ]]
	[[ $output == *$'iotDataPort=8883\tdefault'* ]]
	[[ $output == *$'issuerCaPath=\tunset'* ]]
	[[ $output == *$'state='*$'\tenvironment'* ]]
	[[ $output == *$'thingName=thing1\t'*:1* ]]
}
@test "config: --json holds the same" {
	gr-config --json -o 'restartHook=say "hi" \' >all.json
	[ "$(jq -r .restartHook all.json)" = 'say "hi" \' ]
	[ "$(jq -r .state all.json)" = "$GR_STATE" ]
}
@test "config: --check is silent about a good device" {
	run -0 --separate-stderr gr-config --check
	[ -z "$output$stderr" ]
}
@test "config: --check refuses algorithms of two families" {
	run -100 --separate-stderr gr-config --check -o signingAlgorithm=SHA256WITHRSA
	[[ $stderr == *"does not go with keyAlgorithm ECDSA-P256"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}
@test "config: --check refuses an unknown algorithm" {
	run -100 gr-config --check -o keyAlgorithm=DSA
}
@test "config: --check refuses a certificate that does not belong to the key" {
	make_pair dev/other.key dev/cert.pem
	run -100 --separate-stderr gr-config --check
	[ "$stderr" = "gr-config: $PWD/dev/cert.pem: the certificate does not belong to the private key" ]
}
@test "config: --check refuses a missing key, a missing CA" {
	run -100 --separate-stderr gr-config --check -o rootCaPath=/nowhere/ca.pem
	[ "$stderr" = "gr-config: /nowhere/ca.pem: no such file" ]
	rm dev/private.key
	run -100 --separate-stderr gr-config --check
	[ "${#stderr_lines[@]}" -eq 1 ]
}
@test "config: --check finds an adopted device good" {
	gr-install-cert adopt
	run -0 gr-config --check
}
@test "config: a full disk is not a success" {
	run -111 bash -c 'gr-config >/dev/full'
}
