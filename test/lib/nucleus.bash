# SPDX-License-Identifier: Apache-2.0
# nucleus.bash - configuration trees as Greengrass nuclei leave them. Load after helper.
#
# A path is written with slashes: services/aws.greengrass.Nucleus/configuration/awsRegion.

ROOT_OF_NUCLEUS=ggc

# unset_identity: nothing but the nucleus says who we are.
unset_identity() {
	: >gr.conf
	export GR_CONF=$PWD/gr.conf GR_GREENGRASS_ROOT=$PWD/$ROOT_OF_NUCLEUS
}

# log_line STAMP WHAT PATH [VALUE]: one line of a transaction log; VALUE is JSON.
log_line() {
	local path=\"${3//\//\",\"}\"
	printf '{"TS":%s,"TP":[%s],"W":"%s","V":%s}\n' "$1" "$path" "$2" "${4:-null}"
}

# log_identity STAMP: what provisioning writes.
log_identity() {
	log_line "$1" changed system/certificateFilePath '"/greengrass/v2/thingCert.crt"'
	log_line "$1" changed system/privateKeyPath '"/greengrass/v2/privKey.key"'
	log_line "$1" changed system/rootCaPath '"/greengrass/v2/rootCA.pem"'
	log_line "$1" changed system/rootpath '"/greengrass/v2"'
	log_line "$1" changed system/thingName '"core-1"'
	log_line "$1" changed services/aws.greengrass.Nucleus/configuration/iotDataEndpoint \
		'"data.example.com"'
}

# log_nucleus: what every log has besides.
log_nucleus() {
	log_line 1 changed services/main/dependencies '["aws.greengrass.Nucleus:SOFT"]'
	log_line 1 changed services/main/lifecycle/run '""'
	log_line 1700000000000 interiorAdded services/aws.greengrass.Nucleus/dependencies
	log_line 1700000000000 changed services/aws.greengrass.Nucleus/componentType '"NUCLEUS"'
	log_line 1700000000000 changed services/aws.greengrass.Nucleus/configuration/awsRegion \
		'"eu-west-1"'
	log_line 1 changed services/aws.greengrass.Nucleus/configuration/mqtt/port 8883
	log_line 1 changed \
		services/aws.greengrass.Nucleus/configuration/mqtt/spooler/maxSizeInBytes 2621440
	log_line 1700000000000 changed services/DeploymentService/runtime/ProcessedDeployments null
	log_line 1700000000500 timestampUpdated \
		services/aws.greengrass.Nucleus/configuration/awsRegion '"eu-west-1"'
}

# make_classic: its log and its snapshot agree.
make_classic() {
	mkdir -p $ROOT_OF_NUCLEUS/config
	{ log_nucleus; log_identity 1700000001000; } >$ROOT_OF_NUCLEUS/config/config.tlog
	snapshot core-1 /greengrass/v2/ >$ROOT_OF_NUCLEUS/config/effectiveConfig.yaml
	unset_identity
	LOG=$ROOT_OF_NUCLEUS/config/config.tlog
	YAML=$ROOT_OF_NUCLEUS/config/effectiveConfig.yaml
}

# snapshot THING FOLDER: effectiveConfig.yaml; of an unprovisioned core with two empty strings.
snapshot() {
	cat <<-END
		---
		services:
		  aws.greengrass.Nucleus:
		    componentType: "NUCLEUS"
		    configuration:
		      awsRegion: "eu-west-1"
		      iotDataEndpoint: "${1:+snapshot.example.com}"
		      iotRoleAlias: ""
		      mqtt:
		        port: 8883
		        spooler: {}
		    dependencies: []
		    version: "2.14.0"
		  main:
		    dependencies:
		    - "aws.greengrass.Nucleus:SOFT"
		    lifecycle: {}
		system:
		  certificateFilePath: "${2:+${2}thingCert.crt}"
		  privateKeyPath: "${2:+${2}privKey.key}"
		  rootCaPath: "${2:+${2}rootCA.pem}"
		  rootpath: "/greengrass/v2"
		  thingName: "$1"
	END
}

# make_lite: an empty database, as nucleus lite makes it.
make_lite() {
	mkdir -p $ROOT_OF_NUCLEUS
	DB=$ROOT_OF_NUCLEUS/config.db
	sqlite3 "$DB" <<-'END'
		CREATE TABLE keyTable('keyid' INTEGER PRIMARY KEY AUTOINCREMENT unique not null, 'keyvalue' TEXT NOT NULL);
		CREATE TABLE relationTable('keyid' INT UNIQUE NOT NULL, 'parentid' INT NOT NULL, primary key (keyid),
			foreign key (keyid) references keyTable(keyid), foreign key (parentid) references keyTable(keyid));
		CREATE TABLE valueTable('keyid' INT UNIQUE NOT NULL, 'value' TEXT NOT NULL, 'timeStamp' INTEGER NOT NULL,
			foreign key (keyid) references keyTable(keyid));
		CREATE TABLE version('version' TEXT DEFAULT '0.1');
		CREATE INDEX parentIndex ON relationTable(parentid);
	END
	unset_identity
}

# lite_sql: the statements that put "STAMP PATH JSON" lines from standard input into the database.
lite_sql() {
	local stamp path json name parent where
	echo 'BEGIN; CREATE TEMP TABLE here(id INT);'
	while read -r stamp path json; do
		echo 'DELETE FROM here; INSERT INTO here VALUES (0);'
		while [ -n "$path" ]; do
			name=${path%%/*} path=${path#"$name"}
			path=${path#/}
			where="keyvalue = '$name' AND ifnull((SELECT parentid FROM relationTable r WHERE r.keyid = k.keyid), 0) = (SELECT id FROM here)"
			parent='(SELECT id FROM here) <> 0'
			echo "INSERT INTO keyTable(keyvalue) SELECT '$name' WHERE NOT EXISTS (SELECT 1 FROM keyTable k WHERE $where);"
			echo "INSERT INTO relationTable SELECT last_insert_rowid(), id FROM here WHERE changes() = 1 AND $parent;"
			echo "UPDATE here SET id = (SELECT keyid FROM keyTable k WHERE $where);"
		done
		echo "INSERT OR REPLACE INTO valueTable SELECT id, '$json', $stamp FROM here;"
	done
	echo 'COMMIT;'
}
lite_put() { lite_sql | sqlite3 "$DB"; }

# lite_config STAMP: what config.yaml, merged at a start, leaves: all scalars are strings.
lite_config() {
	cat <<-END
		$1 services/aws.greengrass.NucleusLite/configuration/awsRegion "eu-west-1"
		$1 services/aws.greengrass.NucleusLite/configuration/greengrassDataPlanePort "8443"
		$1 services/aws.greengrass.NucleusLite/configuration/iotDataEndpoint "lite.example.com"
		$1 services/aws.greengrass.NucleusLite/configuration/runWithDefault/posixUser "ggcore:ggcore"
		$1 system/certificateFilePath "/var/lib/greengrass/device.pem"
		$1 system/privateKeyPath "/var/lib/greengrass/device.key"
		$1 system/rootCaPath "/var/lib/greengrass/ca.pem"
		$1 system/rootPath "/var/lib/greengrass"
		$1 system/thingName "lite-1"
	END
}

# identity: what gr-config says, in five lines without keys.
identity() {
	gr-config "$@" |
		sed -n 's/^\(thingName\|certificateFilePath\|privateKeyPath\|rootCaPath\|iotDataEndpoint\)=//p'
}
# source_of KEY
source_of() { gr-config --explain | sed -n "s/^$1=.*	//p"; }
# assert_classic FOLDER ENDPOINT: the device is core-1 with the installer's file names in FOLDER.
assert_classic() {
	[ "$(identity)" = "core-1
${1}privKey.key
${1}thingCert.crt
${1}rootCA.pem
${2}" ] || { gr-config --explain >&2; return 1; }
	[ "$(gr-config runtime)" = classic ]
}
# bad_line: the last run wrote one line alone on standard error and nothing on standard output.
bad_line() {
	[ -z "$output" ] && [ "${#stderr_lines[@]}" -eq 1 ] && [[ $stderr == "gr-config: "* ]] || {
		echo "$output$stderr" >&2
		return 1
	}
	[[ $stderr == *"$1"* ]] || { echo "$stderr" >&2; return 1; }
}
