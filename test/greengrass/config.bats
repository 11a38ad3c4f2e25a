# SPDX-License-Identifier: Apache-2.0
# What a Greengrass nucleus knows of the device: trees as real ones leave them,
# and as nobody should.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store
load ../lib/nucleus

INSTALLED=/greengrass/v2/

@test "classic: a core that was set up by hand is read" {
	make_classic
	assert_classic $INSTALLED data.example.com
	[ "$(gr-config iotDataPort)" = 8883 ]
	[ "$(gr-config greengrassRoot)" = "$PWD/ggc" ]
}
@test "classic: --explain names file and line" {
	make_classic
	[ "$(source_of thingName)" = "$PWD/ggc/config/config.tlog:14" ]
	[ "$(source_of certificateFilePath)" = "$PWD/ggc/config/config.tlog:10" ]
	[ "$(source_of runtime)" = "$PWD/ggc" ]
}
@test "classic: of a fleet-provisioned core with an empty snapshot the log is read" {
	make_classic
	{
		log_nucleus
		log_line 1 changed system/thingName '""'
		log_line 1 changed system/privateKeyPath '""'
		log_line 1 changed system/certificateFilePath '""'
		log_line 1 changed system/rootCaPath '""'
		log_line 1 changed services/aws.greengrass.Nucleus/configuration/iotDataEndpoint \
			'""'
		log_identity 1700000002000
	} >$LOG
	snapshot '' '' >$YAML
	assert_classic $INSTALLED data.example.com
}
@test "classic: of a fleet-provisioned core with everything empty nothing is found" {
	make_classic
	{
		log_nucleus
		log_line 1 changed system/thingName '""'
		log_line 1 changed system/privateKeyPath '""'
	} >$LOG
	snapshot '' '' >$YAML
	[ -z "$(identity | tr -d '\n')" ]
	run -1 --separate-stderr gr-config privateKeyPath
	[ -z "$output$stderr" ]
}
@test "classic: after an interrupted clean-up the old log is read" {
	make_classic
	mv $LOG $LOG.old
	log_line 1700000009000 changed system/thingName '"half"' >$LOG
	echo '{"TS":1700000' >$LOG+
	assert_classic $INSTALLED data.example.com
	[ "$(source_of thingName)" = "$PWD/$LOG.old:14" ]
}
@test "classic: the clean-up was interrupted before the new log was there" {
	make_classic
	mv $LOG $LOG.old
	rm $YAML
	assert_classic $INSTALLED data.example.com
}
@test "classic: a torn last line is left out" {
	make_classic
	printf '{"TS":1700000005000,"TP":["system","thingName"],"W":"chan' >>$LOG
	assert_classic $INSTALLED data.example.com
}
@test "classic: NUL bytes at the end, as a power cut leaves them, are left out" {
	make_classic
	head -c 3000 /dev/zero >>$LOG
	assert_classic $INSTALLED data.example.com
}
@test "classic: with garbage in the middle of the log the backup is read" {
	make_classic
	sed 's/core-1/backup/' $LOG >$LOG~
	sed -i '5s/.*/\x00\xff garbage/' $LOG
	[ "$(gr-config thingName)" = backup ]
	[ "$(source_of thingName)" = "$PWD/$LOG~:14" ]
}
@test "classic: with garbage in log and backup the first log is read" {
	make_classic
	cp $LOG ggc/config/bootstrap.tlog
	echo garbage >$LOG
	cp $LOG $LOG~
	assert_classic $INSTALLED data.example.com
	[ "$(source_of thingName)" = "$PWD/ggc/config/bootstrap.tlog:14" ]
}
@test "classic: with garbage in the log and no backup the snapshot is read" {
	make_classic
	sed -i '5s/.*/{"TS":12}/' $LOG
	assert_classic $INSTALLED snapshot.example.com
	[ "$(source_of thingName)" = "$PWD/$YAML:23" ]
}
@test "classic: two garbled lines at the end are more than a torn one" {
	make_classic
	printf 'one\ntwo' >>$LOG
	assert_classic $INSTALLED snapshot.example.com
	printf 'one\n\n' >>$LOG
	assert_classic $INSTALLED snapshot.example.com
}
@test "classic: garbage and nothing else is an error that names the line" {
	make_classic
	rm $YAML
	sed -i '5s/.*/garbage/' $LOG
	run -100 --separate-stderr gr-config
	bad_line "$PWD/$LOG:5: not a line of a transaction log, and there is no backup of it"
	: >$LOG
	run -100 --separate-stderr gr-config
	bad_line "$PWD/$LOG:1: "
}
@test "classic: a key that was removed and set again has its last value" {
	make_classic
	{
		log_line 1700000003000 removed system
		log_line 1700000003001 changed system/thingName '"core-2"'
		log_line 1700000003001 changed system/privateKeyPath '"/new/key"'
		log_line 1700000003002 removed system/privateKeyPath
		log_line 1600000000000 changed system/privateKeyPath '"/newer/key"'
	} >>$LOG
	rm $YAML
	[ "$(gr-config thingName)" = core-2 ]
	[ "$(gr-config privateKeyPath)" = /newer/key ]
	run -1 gr-config certificateFilePath
}
@test "classic: a removed key does not come back from the older snapshot, or as a default" {
	make_classic
	touch ggc/thingCert.crt ggc/privKey.key ggc/rootCA.pem
	log_line 1700000003000 removed system/rootCaPath >>$LOG
	log_line 1700000003000 removed system/certificateFilePath >>$LOG
	[ "$(gr-config thingName)" = core-1 ]
	run -1 gr-config rootCaPath
	run -1 gr-config certificateFilePath
}
@test "classic: a removal that is older than what it would remove does nothing" {
	make_classic
	log_line 1700000000999 removed system/thingName >>$LOG
	log_line 1700000000999 removed system >>$LOG
	assert_classic $INSTALLED data.example.com
}
@test "classic: an older change is ignored, of two of the same time the later line counts, and an update of the time keeps the value" {
	make_classic
	{
		log_line 1700000000999 changed system/thingName '"older"'
		log_line 1700000001000 changed system/rootCaPath '"/same/time"'
		log_line 1700000008000 timestampUpdated system/privateKeyPath
		log_line 1700000007000 changed system/privateKeyPath '"/between"'
	} >>$LOG
	[ "$(identity)" = "$(printf '%s\n' core-1 ${INSTALLED}privKey.key \
		${INSTALLED}thingCert.crt /same/time data.example.com)" ]
}
@test "classic: keys in another case are the same keys" {
	make_classic
	sed -i 's/"system"/"SYSTEM"/; s/"privateKeyPath"/"PRIVATEKEYPATH"/; s/"services"/"Services"/; s/iotDataEndpoint/IotDataEndpoint/' $LOG
	log_line 1700000009000 changed System/ThingName '"Core-1"' >>$LOG
	[ "$(identity)" = "$(printf '%s\n' Core-1 ${INSTALLED}privKey.key \
		${INSTALLED}thingCert.crt ${INSTALLED}rootCA.pem data.example.com)" ]
	rm $LOG
	sed -i 's/^system:/SYSTEM:/; s/thingName:/THINGNAME:/; s/^services:/Services:/' $YAML
	assert_classic $INSTALLED snapshot.example.com
}
@test "classic: without a log the snapshot is read" {
	make_classic
	rm $LOG
	assert_classic $INSTALLED snapshot.example.com
	[ "$(source_of rootCaPath)" = "$PWD/$YAML:21" ]
}
@test "classic: values that the log lacks come from the snapshot" {
	make_classic
	sed -i '/iotDataEndpoint/d; /rootCaPath/d' $LOG
	assert_classic $INSTALLED snapshot.example.com
	[ "$(source_of rootCaPath)" = "$PWD/$YAML:21" ]
}
@test "classic: values that are nowhere are the installer's file names, if these files exist" {
	make_classic
	sed -i '/Path"/d' $LOG
	snapshot '' '' >$YAML
	touch ggc/thingCert.crt ggc/privKey.key ggc/rootCA.pem
	assert_classic "$PWD/ggc/" data.example.com
	[ "$(source_of privateKeyPath)" = "the installer's file name" ]
	rm ggc/thingCert.crt ggc/rootCA.pem
	run -1 gr-config rootCaPath
}
@test "classic: half a pair is not completed with an installer's file name" {
	make_classic
	sed -i '/certificateFilePath"/d' $LOG
	snapshot '' '' >$YAML
	touch ggc/thingCert.crt ggc/privKey.key
	run -1 gr-config certificateFilePath
}
@test "classic: the nucleus may have another name" {
	make_classic
	sed -i 's/aws.greengrass.Nucleus"/com.example.Nucleus"/' $LOG
	log_line 1 changed services/aws.example.Other/componentType '"GENERIC"' >>$LOG
	log_line 1 changed services/aws.example.Other/configuration/iotDataEndpoint \
		'"wrong.example.com"' >>$LOG
	assert_classic $INSTALLED data.example.com
}
@test "classic: numbers may be strings, and strings numbers" {
	make_classic
	log_line 1700000003000 changed services/aws.greengrass.Nucleus/configuration/mqtt/port \
		'"443"' >>$LOG
	log_line 1700000003000 changed system/thingName 4711 >>$LOG
	[ "$(gr-config iotDataPort)" = 443 ]
	[ "$(gr-config thingName)" = 4711 ]
	log_line 1700000004000 changed services/aws.greengrass.Nucleus/configuration/mqtt/port \
		'"many"' >>$LOG
	run -100 --separate-stderr gr-config
	bad_line "iotDataPort: many: not a number"
}
@test "classic: null and lists are not taken for text" {
	make_classic
	log_line 1700000003000 changed system/thingName null >>$LOG
	log_line 1700000003000 changed system/rootCaPath '["/a","/b"]' >>$LOG
	[ "$(source_of thingName)" = "$PWD/$YAML:23" ]
	[ "$(source_of rootCaPath)" = "$PWD/$YAML:21" ]
}
@test "paths: file: URIs are paths, ~ is home, URIs of tokens stay as they are" {
	make_classic
	log_line 1700000003000 changed system/privateKeyPath '"file:///x/my%20key"' >>$LOG
	log_line 1700000003000 changed system/certificateFilePath '"~root/cert.pem"' >>$LOG
	log_line 1700000003000 changed system/rootCaPath '"~/ca.pem"' >>$LOG
	export HOME=/home/gg
	[ "$(gr-config privateKeyPath)" = "/x/my key" ]
	[ "$(gr-config certificateFilePath)" = "$PWD/ggc/cert.pem" ]
	[ "$(gr-config rootCaPath)" = /home/gg/ca.pem ]
	log_line 1700000004000 changed system/privateKeyPath \
		'"pkcs11:object=core;type=private"' >>$LOG
	log_line 1700000004000 changed system/certificateFilePath \
		'"pkcs11:object=core;type=cert"' >>$LOG
	[ "$(gr-config privateKeyPath)" = "pkcs11:object=core;type=private" ]
	[ "$(gr-config certificateFilePath)" = "pkcs11:object=core;type=cert" ]
}
@test "paths: they are the same in gr.conf, environment and flags" {
	unset_identity
	unset GR_GREENGRASS_ROOT
	echo 'privateKeyPath = file:/k%C3%A9y' >gr.conf
	export GR_CERTIFICATE_FILE_PATH=file://localhost/cert HOME=/home/gg
	[ "$(gr-config -o runtime=none privateKeyPath)" = /kéy ]
	[ "$(gr-config -o runtime=none certificateFilePath)" = /cert ]
	[ "$(gr-config -o runtime=none -o 'issuerCaPath=~/ca' issuerCaPath)" = /home/gg/ca ]
	[ "$(env -u HOME gr-config -o runtime=none -o 'issuerCaPath=~/ca' issuerCaPath)" = \
		"$(getent passwd "$(id -u)" | cut -d : -f 6 | sed 's|^/$||')/ca" ]
}
@test "paths: a file: URI that names no file here is an error" {
	unset_identity
	for uri in file:relative file://elsewhere/key file:/a%00b file:/a%zz file:/a%2 file:; do
		run -100 --separate-stderr gr-config -o runtime=none -o "privateKeyPath=$uri"
		bad_line "privateKeyPath: $uri: not a file: URI of a file on this machine"
	done
}
@test "paths: programs say in one line that no module is configured for a token's key" {
	make_classic
	make_pair ca.key ca.pem
	export GR_ROOT_CA_PATH=$PWD/ca.pem GR_STATE=$PWD/state
	log_line 1700000004000 changed system/privateKeyPath \
		'"pkcs11:object=core;type=private"' >>$LOG
	log_line 1700000004000 changed system/certificateFilePath \
		'"pkcs11:object=core;type=cert"' >>$LOG
	for program in 'gr-install-cert adopt' gr-probe gr-link 'gr-config --check'; do
		run -100 --separate-stderr $program
		[ "$stderr" = "${program%% *}: pkcs11Module: not set; set it in $GR_CONF or as GR_PKCS11_MODULE" ]
	done
}

@test "lite: a device that was set up with config.yaml is read" {
	make_lite
	lite_config 2 | lite_put
	[ "$(identity)" = "$(printf '%s\n' lite-1 /var/lib/greengrass/device.key \
		/var/lib/greengrass/device.pem /var/lib/greengrass/ca.pem lite.example.com)" ]
	[ "$(gr-config runtime)" = lite ]
	[ "$(gr-config iotDataPort)" = 8883 ]
	[ "$(source_of privateKeyPath)" = "$PWD/ggc/config.db: system.privateKeyPath" ]
	[ "$(source_of iotDataEndpoint)" = "$PWD/ggc/config.db: services.aws.greengrass.NucleusLite.configuration.iotDataEndpoint" ]
}
@test "lite: of a fleet-provisioned device the database alone is read" {
	make_lite
	lite_config 2 | sed 's/"[^"]*"$/""/' | lite_put
	lite_put <<-'END'
		1700000000000 system/thingName "fleet-1"
		1700000000000 system/privateKeyPath "/var/lib/greengrass/credentials/priv_key"
		1700000000000 system/certificateFilePath "/var/lib/greengrass/credentials/certificate.pem"
		1700000000000 system/rootCaPath "/var/lib/greengrass/credentials/AmazonRootCA.pem"
		1700000000000 services/aws.greengrass.NucleusLite/configuration/iotDataEndpoint "fleet.example.com"
	END
	[ "$(identity)" = "$(printf '%s\n' fleet-1 /var/lib/greengrass/credentials/{priv_key,certificate.pem,AmazonRootCA.pem} fleet.example.com)" ]
}
@test "lite: of a device that is not provisioned yet nothing is found" {
	make_lite
	lite_config 2 | sed 's/"[^"]*"$/""/' | lite_put
	[ -z "$(identity | tr -d '\n')" ]
}
@test "lite: URIs and values of any type are read" {
	make_lite
	lite_config 2 | lite_put
	lite_put <<-'END'
		3 system/thingName 4711
		3 system/privateKeyPath "pkcs11:token=T;object=K;type=private"
		3 system/certificateFilePath "file:///etc/cert\u002epem"
		3 system/rootCaPath null
	END
	[ "$(identity)" = "$(printf '%s\n' 4711 \
		'pkcs11:token=T;object=K;type=private' /etc/cert.pem '' lite.example.com)" ]
}
@test "lite: keys of the same name elsewhere in the tree are other keys" {
	make_lite
	lite_put <<-'END'
		2 services/system/thingName "wrong"
		2 services/C/configuration/system/thingName "wrong"
		2 thingName "wrong"
	END
	lite_config 2 | lite_put
	[ "$(gr-config thingName)" = lite-1 ]
}
@test "lite: configuration under the name of the other nucleus is read" {
	make_lite
	lite_config 2 | sed 's/NucleusLite/Nucleus/' | lite_put
	[ "$(gr-config iotDataEndpoint)" = lite.example.com ]
}
@test "lite: it is read beside a nucleus that writes" {
	make_lite
	lite_config 2 | lite_put
	mkfifo go
	sqlite3 "$DB" "BEGIN IMMEDIATE; UPDATE valueTable SET value = '\"half\"';" \
		'.shell echo > go' '.shell cat go' "ROLLBACK;" 3>&- &
	read -r _ <go
	[ "$(gr-config thingName)" = lite-1 ]
	[ ! -e "$DB-wal" ]
	echo >go
	wait $!
}
@test "lite: the database is never written to" {
	make_lite
	lite_config 2 | lite_put
	chmod 444 "$DB"
	before=$(sha256sum "$DB")
	gr-config >/dev/null
	[ "$(sha256sum "$DB")" = "$before" ]
	[ "$(ls ggc)" = config.db ]
}
@test "lite: an empty database counts as none" {
	unset_identity
	mkdir ggc
	: >ggc/config.db
	run -100 --separate-stderr gr-config
	bad_line "$PWD/ggc: no configuration of a Greengrass nucleus"
}

@test "both: the classic nucleus is preferred unless runtime names lite" {
	make_lite
	lite_config 2 | lite_put
	make_classic
	assert_classic $INSTALLED data.example.com
	[ "$(gr-config -o runtime=lite thingName)" = lite-1 ]
	[ "$(GR_RUNTIME=classic gr-config thingName)" = core-1 ]
}
@test "both: a classic nucleus that knows nothing does not hide the other, and values are not mixed" {
	make_lite
	lite_config 2 | grep -v rootCaPath | lite_put
	make_classic
	snapshot '' '' >$YAML
	log_nucleus >$LOG
	[ "$(gr-config thingName)" = lite-1 ]
	[ "$(gr-config runtime)" = lite ]
	log_line 5 changed system/rootCaPath '"/of/classic"' >>$LOG
	run -1 gr-config rootCaPath
}
@test "none: a device without a nucleus is a plain device" {
	unset_identity
	unset GR_GREENGRASS_ROOT
	[ ! -e /greengrass/v2 ] && [ ! -e /var/lib/greengrass ]
	[ "$(gr-config runtime)" = none ]
	run -1 --separate-stderr gr-config thingName
	[ -z "$output$stderr" ]
}
@test "none: a root directory that is configured must hold a nucleus" {
	unset_identity
	run -100 --separate-stderr gr-config
	bad_line "$PWD/ggc: no configuration of a Greengrass nucleus; config/config.tlog or config.db would be one"
	mkdir ggc
	run -100 --separate-stderr gr-config thingName
	bad_line "$PWD/ggc: no configuration"
}
@test "order: flag, environment and gr.conf take precedence over the nucleus, value by value" {
	make_classic
	printf 'thingName = ours\niotDataPort = 1\n' >gr.conf
	export GR_ROOT_CA_PATH=/env/ca
	[ "$(identity -o iotDataEndpoint=flag.example.com)" = "$(printf '%s\n' ours \
		${INSTALLED}privKey.key ${INSTALLED}thingCert.crt /env/ca flag.example.com)" ]
	[ "$(gr-config iotDataPort)" = 1 ]
	[ "$(gr-config -o runtime=mine runtime)" = mine ]
	[ "$(gr-config -o runtime=mine privateKeyPath)" = ${INSTALLED}privKey.key ]
}
@test "order: with every value given no nucleus is read" {
	make_classic
	echo garbage >$LOG
	rm $YAML
	cat >gr.conf <<-END
		thingName = a
		privateKeyPath = /k
		certificateFilePath = /c
		rootCaPath = /r
		iotDataEndpoint = e
	END
	[ "$(gr-config runtime)" = none ]
	strace -f -e trace=open,openat,access -o calls gr-config thingName ||
		[ -n "${SANITIZE:-}" ]
	run ! grep -q 'greengrass\|ggc/' calls
}
@test "order: with runtime none no nucleus is looked for" {
	make_classic
	run -1 gr-config -o runtime=none thingName
}
@test "places: a component finds the nucleus that started it two folders up" {
	make_classic
	unset GR_GREENGRASS_ROOT
	mkdir -p ggc/work/gr.CertificateRotator
	cd ggc/work/gr.CertificateRotator
	[ "$(AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT=../../ipc.socket gr-config \
		thingName)" = core-1 ]
	[ "$(AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT=../../ipc.socket gr-config \
		greengrassRoot)" = "${PWD%/work/*}" ]
	run -1 gr-config thingName
}
@test "places: a root with /work in its own path is found" {
	make_classic
	unset GR_GREENGRASS_ROOT
	mkdir -p work/a
	mv ggc work/a/ggc
	mkdir -p work/a/ggc/work/c
	cd work/a/ggc/work/c
	[ "$(AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT=x gr-config thingName)" = core-1 ]
}

# --- the other programs ask gr-config ------------------------------------------------------------

# own_programs [SCRIPT]: gr-cert-due alone in a directory of its own,
# with this script as gr-config if one is given.
own_programs() {
	mkdir -p own
	cp "$BIN/gr-cert-due" own/
	[ "$#" -eq 0 ] || {
		printf '#!/bin/sh\n%s\n' "$1" >own/gr-config
		chmod 755 own/gr-config
	}
}
# starts CALLS: how many programs were started.
starts() { grep -c 'execve(.*= 0$' "$1"; }

@test "asked: a program that reads no nucleus is told by gr-config what it says" {
	make_classic
	sed -i "s|/greengrass/v2|$PWD|" $LOG
	run -100 --separate-stderr gr-cert-due
	[ "$stderr" = "gr-cert-due: $PWD/thingCert.crt: no such file" ]
	run -100 --separate-stderr gr-cert-due -o certificateFilePath="$PWD/cert.pem"
	[ "$stderr" = "gr-cert-due: $PWD/cert.pem: no such file" ]
}
@test "asked: flags and environment are those of the program that asks" {
	own_programs 'printf "%s\n" "$*" "$GR_THING_NAME" >args; exec "$BIN/gr-config" "$@"'
	export BIN GR_THING_NAME=env-1
	make_classic
	unset GR_GREENGRASS_ROOT
	sed -i "s|/greengrass/v2|$PWD|" $LOG
	run -100 --separate-stderr own/gr-cert-due -o greengrassRoot="$PWD/ggc" \
		-o "rootCaPath=/r o/ca.pem"
	[ "$stderr" = "gr-cert-due: $PWD/thingCert.crt: no such file" ]
	[ "$(cat args)" = "-o rootCaPath=/r o/ca.pem -o greengrassRoot=$PWD/ggc
env-1" ]
}
@test "asked: the line and the status of gr-config about a broken nucleus are the program's" {
	make_classic
	echo garbage >$LOG
	rm $YAML
	run -100 --separate-stderr gr-cert-due
	bad_line "$PWD/$LOG:1: "
	own_programs 'echo "gr-config: not now" >&2; exit 111'
	run -111 --separate-stderr own/gr-cert-due
	[ "$stderr" = "gr-config: not now" ]
}
@test "asked: a malformed answer of gr-config is a temporary failure, with one line" {
	make_classic
	own_programs 'kill -9 $$'
	run -111 --separate-stderr own/gr-cert-due
	[ "$stderr" = "gr-cert-due: gr-config: killed by signal 9" ]
	own_programs 'exit 3'
	run -111 --separate-stderr own/gr-cert-due
	[ "$stderr" = "gr-cert-due: gr-config: ended with status 3" ]
	own_programs 'yes thingName=x'
	run -100 --separate-stderr own/gr-cert-due
	[ "${stderr_lines[0]}" = "gr-cert-due: gr-config: larger than 262144 bytes" ]
}
@test "asked: gr-config beside the program is preferred to one in PATH; without any it is 100" {
	make_classic
	sed -i "s|/greengrass/v2|$PWD|" $LOG
	own_programs 'printf "%s\n" "privateKeyPath=$PWD/k" "certificateFilePath=$PWD/beside"'
	run -100 --separate-stderr own/gr-cert-due
	[ "$stderr" = "gr-cert-due: $PWD/beside: no such file" ]
	rm own/gr-config
	run -100 --separate-stderr own/gr-cert-due
	[ "$stderr" = "gr-cert-due: $PWD/thingCert.crt: no such file" ]
	PATH=.:relative:/usr/bin run -100 --separate-stderr own/gr-cert-due
	[ "$stderr" = "gr-cert-due: gr-config: not found beside this program nor in PATH; install it there" ]
}
@test "asked: a gr-config that others may write is not run" {
	make_classic
	own_programs ': >ran'
	chmod o+w own/gr-config
	run -100 --separate-stderr own/gr-cert-due
	[[ $stderr == "gr-cert-due: gr-config: "*"others may write"* ]]
	[ ! -e ran ]
}
@test "asked: gr-config gets none of the descriptors that its caller holds" {
	make_classic
	own_programs 'ls -l /proc/self/fd >seen'
	: >lock
	run -100 own/gr-cert-due 9<lock 8>lock2
	grep -q '/dev/null\|pipe:' seen
	run -1 grep 'lock' seen
}
@test "asked: with every value given, or without a nucleus, no other program is started" {
	make_classic
	for setting in 'thingName = a' 'privateKeyPath = /k' 'certificateFilePath = /c' \
		'rootCaPath = /r' 'iotDataEndpoint = e'; do
		echo "$setting" >>gr.conf
	done
	strace -f -e trace=execve -o calls gr-cert-due ||
		[ -n "${SANITIZE:-}" ] || [ "$(starts calls)" -eq 1 ]
	# Nothing is said, and there is no nucleus.
	: >gr.conf
	unset GR_GREENGRASS_ROOT
	[ ! -e /greengrass/v2 ] && [ ! -e /var/lib/greengrass ]
	strace -f -e trace=execve -o calls gr-cert-due ||
		[ -n "${SANITIZE:-}" ] || [ "$(starts calls)" -eq 1 ]
	export GR_GREENGRASS_ROOT=$PWD/ggc
	strace -f -e trace=execve -o calls gr-cert-due ||
		[ -n "${SANITIZE:-}" ] || [ "$(starts calls)" -eq 2 ]
}
@test "asked: the PIN of a nucleus comes with the time when it was set" {
	make_classic
	log_line 1700000007000 changed \
		services/aws.greengrass.crypto.Pkcs11Provider/configuration/userPin '"1234"' >>$LOG
	gr-config --pin-fd 7 --pin-stamp 7>handed
	[ "$(cat handed)" = "1234
1700000007000" ]
	gr-config --pin-fd 7 7>handed
	[ "$(cat handed)" = 1234 ]
	run -100 gr-config --pin-stamp
	run -100 gr-config --pin-stamp --json
}

# hostile WHY [OPTION...]: gr-config ends with 100 and one line.
hostile() {
	run -100 --separate-stderr timeout 600 gr-config "${@:2}"
	bad_line "$1"
}
# deep N OPEN CLOSE
deep() {
	head -c "$1" /dev/zero | tr '\0' "$2"
	head -c "$1" /dev/zero | tr '\0' "$3"
}

@test "hostile: 20,000 levels in a log are refused in one line" {
	make_classic
	rm $YAML
	{
		echo '{}'
		printf '{"TS":1,"TP":["system","thingName"],"W":"changed","V":'
		deep 20000 '[' ']'
		echo '}'
		log_nucleus
	} >$LOG
	hostile "$LOG:1: "
	{
		log_nucleus
		printf '{"TS":1,"TP":["system","thingName"],"W":"changed","V":'
		deep 20000 '[' ']'
		echo '}'
		log_nucleus
	} >$LOG
	hostile "$LOG:10: "
}
@test "hostile: a path of 20,000 names is ignored" {
	make_classic
	{
		printf '{"TS":1,"TP":["system"'
		head -c 20000 /dev/zero | sed 's/\x00/,"x"/g'
		echo '],"W":"changed","V":1}'
	} >>$LOG
	assert_classic $INSTALLED data.example.com
}
@test "hostile: 20,000 levels in a snapshot are refused in one line" {
	make_classic
	rm $LOG
	{ printf 'x: '; deep 20000 '[' ']'; } >$YAML
	hostile "$YAML:1: "
	{ printf 'x: '; deep 20000 '{' '}'; } >$YAML
	hostile "$YAML:1: "
	{ printf 'system: {thingName: '; deep 20000 '[' ']'; echo '}'; } >$YAML
	hostile "$YAML:1: "
	deep 20000 '[' ']' >$YAML
	hostile "$YAML:1: not a map"
	for i in $(seq 2000); do printf '%*s- \n' "$i" ''; done >$YAML
	hostile "$YAML:1: not a map"
}
@test "hostile: aliases" {
	make_classic
	rm $LOG
	{
		echo 'a: &a ["x","x","x","x","x","x","x","x","x"]'
		for n in b c d e f g h i; do
			echo "$n: &$n [*a,*a,*a,*a,*a,*a,*a,*a,*a]"
		done
	} >$YAML
	hostile "$YAML:2: an alias"
	printf 'a: &a core\nsystem:\n  thingName: *a\n' >$YAML
	hostile "$YAML:3: an alias"
	printf 'system: &s\n  thingName: *s\n' >$YAML
	hostile "$YAML:2: an alias"
}
@test "hostile: a key twice" {
	make_classic
	rm $LOG
	printf 'system:\n  thingName: a\n  ThingName: b\n' >$YAML
	hostile "$YAML:3: ThingName: set twice"
	printf 'system:\n  thingName: a\nsystem:\n  privateKeyPath: b\n' >$YAML
	hostile "$YAML:3: system: set twice"
	rm $YAML
	{
		log_nucleus
		echo '{"TS":1,"TS":2,"TP":["system","thingName"],"W":"changed","V":"x"}'
		log_nucleus
	} >$LOG
	hostile "$LOG:10: not a line"
}
@test "hostile: a key twice in a database" {
	make_lite
	lite_config 2 | lite_put
	sqlite3 "$DB" "INSERT INTO keyTable(keyvalue) VALUES ('thingName');
		INSERT INTO relationTable SELECT max(keyid), (SELECT keyid FROM keyTable WHERE keyvalue = 'system') FROM keyTable;"
	hostile "$DB: thingName: set twice"
	sqlite3 "$DB" "INSERT INTO keyTable(keyvalue) VALUES ('system');"
	hostile "$DB: system: set twice"
}
@test "hostile: 100 MB" {
	make_classic
	rm $YAML
	truncate -s 100M $LOG
	hostile "$LOG: larger than 67108864 bytes"
	rm $LOG
	truncate -s 100M $YAML
	hostile "$YAML: larger than 16777216 bytes"
	rm -r ggc/config
	truncate -s 100M ggc/config.db
	hostile "ggc/config.db: larger than 67108864 bytes"
}
@test "hostile: 60 MB of one line, of short lines, of services" {
	make_classic
	rm $YAML
	{
		printf '{"TS":1,"TP":["x"],"W":"changed","V":['
		head -c 60000000 /dev/zero | tr '\0' '1'
		echo ']}'
		log_nucleus
	} >$LOG
	hostile "$LOG:1: not a line"
	yes '{"TS":1,"TP":["system","x"],"W":"changed","V":1}' | head -c 60000000 >$LOG
	hostile "$PWD/ggc: no configuration" -o runtime=lite
	run -0 timeout 600 gr-config
	seq -f '{"TS":1,"TP":["services","s%.0f","componentType"],"W":"changed","V":"x"}' \
		5000 >$LOG
	hostile "$LOG: more than 4000 services and settings"
}
@test "hostile: bytes that are no text" {
	make_classic
	rm $LOG
	printf 'system:\n  thingName: "a\\0b"\n' >$YAML
	hostile "$YAML:2: holds a NUL byte"
	printf 'system:\n  thingName: \xff\xfe\n' >$YAML
	hostile "$YAML:"
	printf 'system:\n  thingName: "a\\nrestartHook=x"\n' >$YAML
	hostile "thingName ($PWD/$YAML:2): holds a control character"
	printf '? [a, b]\n: c\nsystem:\n  thingName: a\n' >$YAML
	hostile "$YAML:1: a key that is not text"
	printf 'just text\n' >$YAML
	hostile "$YAML:1: not a map"
	printf 'system: "unfinished\n' >$YAML
	hostile "$YAML:"
}
@test "hostile: a log whose value would break a line" {
	make_classic
	log_line 1700000009000 changed system/thingName '"a\nrestartHook=x"' >>$LOG
	hostile "thingName ($PWD/$LOG:16): holds a control character"
}
@test "hostile: a path that is too long" {
	make_classic
	log_line 1700000009000 changed system/privateKeyPath \
		"\"/$(head -c 5000 /dev/zero | tr '\0' x)\"" >>$LOG
	hostile "privateKeyPath: longer than 4095 bytes"
}
@test "hostile: what is not a database, or another one" {
	make_lite
	head -c 4096 /dev/urandom >"$DB"
	hostile "$DB: file is not a database"
	rm "$DB"
	sqlite3 "$DB" 'CREATE TABLE other(x)'
	hostile "$DB: not a configuration of nucleus lite"
	sqlite3 "$DB" 'CREATE VIEW keyTable AS SELECT 1 AS keyid, 2 AS keyvalue; CREATE VIEW relationTable AS SELECT 1; CREATE VIEW valueTable AS SELECT 1'
	hostile "$DB: not a configuration of nucleus lite"
}
@test "hostile: values in a database that are no JSON, or go deep" {
	make_lite
	lite_config 2 | lite_put
	sqlite3 "$DB" "UPDATE valueTable SET value = '/no/quotes'"
	hostile "$DB: system.thingName: not JSON"
	sqlite3 "$DB" "UPDATE valueTable SET value = '$(deep 20000 '[' ']')'"
	hostile "$DB: system.thingName: not JSON"
	sqlite3 "$DB" "UPDATE valueTable SET value = '\"' || hex(zeroblob(2000000)) || '\"'"
	hostile "$DB: "
}
@test "hostile: keys in a database that are 20,000 levels deep or their own parents" {
	make_lite
	lite_config 2 | lite_put
	sqlite3 "$DB" \
		"WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 21000)
		INSERT INTO keyTable SELECT i, 'system' FROM n;
		INSERT INTO relationTable SELECT keyid, keyid - 1 FROM keyTable WHERE keyid > 1000;
		INSERT INTO relationTable VALUES (1000, 1000);"
	[ "$(gr-config thingName)" = lite-1 ]
}
@test "hostile: a folder, a fifo, a device in a file's place" {
	make_classic
	rm $LOG
	mkdir $LOG
	hostile "$LOG: not a regular file"
	rmdir $LOG
	mkfifo $LOG
	hostile "$LOG: not a regular file"
	rm $LOG
	ln -s /dev/zero $LOG
	hostile "$LOG: not a regular file"
	rm -r ggc/config
	mkdir ggc/config.db
	hostile "ggc/config.db: not a regular file"
}
@test "hostile: what may not be read is an error, not a device without a nucleus" {
	make_classic
	chmod 000 $LOG
	# Root reads all, unless it has no capabilities.
	[ "$(id -u)" -ne 0 ] || without='setpriv --bounding-set -all --inh-caps -all'
	run -100 --separate-stderr ${without:-} gr-config
	bad_line "$LOG: Permission denied"
	chmod 600 $LOG
	chmod 000 ggc
	run -100 --separate-stderr ${without:-} gr-config
	bad_line ": Permission denied"
	chmod 700 ggc
}
@test "hostile: damaged files of all kinds never crash it" {
	make_lite
	lite_config 2 | lite_put
	make_classic
	cp -r ggc good
	for i in $(seq 60); do
		for f in config.db config/config.tlog config/effectiveConfig.yaml; do
			size=$(stat -c %s "good/$f")
			cp -r good/. ggc
			case $f in *.yaml) rm $LOG ;; *.db) rm -r ggc/config ;; esac
			printf "\\x$(printf %x $((RANDOM % 256)))" |
				dd of="ggc/$f" bs=1 seek=$(((RANDOM << 15 | RANDOM) % size)) \
					conv=notrunc status=none
			[ $((i % 3)) -ne 0 ] || truncate -s $((RANDOM % size)) "ggc/$f"
			rc=0
			timeout 600 gr-config >out 2>err || rc=$?
			case $rc in
			0) [ ! -s err ] ;;
			100 | 111) [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] ;;
			*) cat err >&2; cp "ggc/$f" "$BATS_FILE_TMPDIR/"; return 1 ;;
			esac
		done
	done
}
