# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store

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
@test "config: --check prints nothing for a good device" {
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
	[ "$stderr" = "gr-config: rootCaPath: /nowhere/ca.pem: No such file or directory" ]
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
# refused LINE -o KEY=VALUE...: --check says just that.
refused() {
	local line=$1
	shift
	run -100 --separate-stderr gr-config --check "$@"
	[ "$stderr" = "gr-config: $line" ] || { echo "$stderr" >&2; return 1; }
}
@test "config: --check refuses what the next program would refuse, key by key" {
	echo text >text
	refused 'thingName: a/b: not a name of a thing; use 1 to 128 letters, digits, : _ -' \
		-o thingName=a/b
	refused 'iotDataPort: 0: not a port; use one from 1 to 65535' -o iotDataPort=0
	refused 'iotDataPort: 65536: not a port; use one from 1 to 65535' -o iotDataPort=65536
	refused 'iotDataEndpoint: mqtts://x/: not a host name; leave out scheme and path' \
		-o iotDataEndpoint=mqtts://x/
	refused 'retryMinMilliseconds: 5: more than retryMaxMilliseconds 4; lower it or raise the other' -o retryMinMilliseconds=5 -o retryMaxMilliseconds=4
	refused 'trialSeconds: 0: no time for a trial; use 1 or more' -o trialSeconds=0 \
		-o trialMinimumSeconds=0
	refused 'trialMinimumSeconds: 180: more than trialSeconds 9; lower it or raise the other' \
		-o trialSeconds=9
	refused "rootCaPath: $PWD/text: holds no PEM certificates; name a file of CA certificates" -o "rootCaPath=$PWD/text"
	refused "issuerCaPath: $PWD/text: holds no PEM certificates; name a file of CA certificates" -o "issuerCaPath=$PWD/text"
	refused 'issuerCaPath: /nowhere: No such file or directory' -o issuerCaPath=/nowhere
	refused "restartHook: $PWD/text: not an executable file; name a program" \
		-o "restartHook=$PWD/text"
	refused "restartHook: $PWD/dev: not an executable file; name a program" \
		-o "restartHook=$PWD/dev"
	refused 'privateKeyPath: dev/private.key: not an absolute path; begin it with /' \
		-o privateKeyPath=dev/private.key
	refused 'certificateFilePath: dev/cert.pem: not an absolute path; begin it with /' \
		-o certificateFilePath=dev/cert.pem
	chmod +x text
	run -0 gr-config --check -o "restartHook=$PWD/text"
}
@test "config: --check names each setting that is missing" {
	sed -i '/^thingName\|^rootCaPath\|^iotDataEndpoint/d' gr.conf
	run -100 --separate-stderr gr-config --check
	[ "$(printf '%s\n' "${stderr_lines[@]}" | cut -d: -f2 | sort | tr -d '\n')" = \
		' iotDataEndpoint rootCaPath thingName' ]
	[[ $stderr == *"thingName: not set; set it in $GR_CONF or as GR_THING_NAME"* ]]
}
@test "config: --check cannot be combined with another output option" {
	for other in --json --explain; do
		run -100 gr-config --check "$other"
		[[ $output == usage:* ]]
		run -100 gr-config "$other" --check
		[[ $output == usage:* ]]
	done
}
@test "config: --check says which file of the pair is missing, and what to do" {
	mv dev/cert.pem ca.pem
	refused "$PWD/dev/cert.pem: missing; put the certificate of privateKeyPath there" \
		-o "rootCaPath=$PWD/ca.pem"
	mv ca.pem dev/cert.pem
	gr-install-cert adopt
	rm dev/private.key
	refused "$PWD/dev/private.key: missing; run gr-install-cert recover"
	gr-install-cert recover
	run -0 gr-config --check
}
@test "config: --check finds a store that was copied with its links followed" {
	gr-install-cert adopt
	cp -rL dev copy
	rm -r dev
	mv copy dev
	refused "$STORE/live: a directory, not a link: copied with links followed? Put key and certificate back as plain files and remove $STORE"
}
@test "config: a file with CR LF and a byte order mark is read" {
	{ printf '\357\273\277'; sed 's/$/\r/' gr.conf; printf '\r\n  \r\n'; } >dos.conf
	[ "$(GR_CONF=dos.conf gr-config thingName)" = thing1 ]
}
@test "config: NUL bytes in the file are refused" {
	printf 'runtime = a\0b\n' >>gr.conf
	run -100 --separate-stderr gr-config
	[ "$stderr" = "gr-config: $GR_CONF: holds a NUL byte; write it as plain text" ]
}
@test "config: an empty GR_CONF counts as unset, one that is no regular file is refused" {
	GR_CONF='' GR_THING_NAME=env run -0 gr-config thingName
	[ "$output" = env ]
	for path in "$PWD/dev" /dev/null; do
		GR_CONF=$path run -100 --separate-stderr gr-config
		[ "$stderr" = "gr-config: $path: not a regular file" ]
	done
	mkfifo fifo
	GR_CONF=$PWD/fifo run -100 timeout 600 gr-config
}
