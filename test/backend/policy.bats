# SPDX-License-Identifier: Apache-2.0
# policy.bats - the policy engine by itself

bats_require_minimum_version 1.5.0
load ../lib/helper

setup_file() {
	san=
	[ -z "${SANITIZE:-}" ] ||
		san='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
	# shellcheck disable=SC2086 # a list of flags
	gcc -std=c11 -D_POSIX_C_SOURCE=200809L -g $san -I"$ROOT/src/lib" -I"$ROOT/src/backend" \
		-o "$BATS_FILE_TMPDIR/policy-ask" \
		"$ROOT/test/tools/policy-ask.c" "$ROOT"/src/backend/policy/*.c \
		"$ROOT/src/lib/json.c" "$ROOT/src/lib/str.c" -ljansson
}

setup() {
	PATH=$BATS_FILE_TMPDIR:$PATH
}

# statement FILE JSON...: a document of these statements.
statement() {
	file=$1
	shift
	list=$(printf ',%s' "$@")
	printf '{"Version":"2012-10-17","Statement":[%s]}' "${list#,}" >"$file"
}
# allow FILE ACTION RESOURCE [CONDITION]
allow() {
	statement "$1" "{\"Effect\":\"Allow\",\"Action\":\"$2\",\"Resource\":\"$3\"${4:+,\"Condition\":$4}}"
}
deny() {
	statement "$1" "{\"Effect\":\"Deny\",\"Action\":\"$2\",\"Resource\":\"$3\"${4:+,\"Condition\":$4}}"
}
yes() { run -0 timeout 600 policy-ask "$@"; }
no() { run -1 timeout 600 policy-ask "$@"; }
R=arn:aws:iot:eu-west-1:123456789012

@test "policy: without a matching Allow the answer is no" {
	allow p iot:Publish "$R:topic/a"
	yes Publish a p
	no Publish b p
	no Receive a p
	no Publish a
}

@test "policy: a matching Deny wins, in whatever order and document" {
	allow p 'iot:*' '*'
	deny d iot:Publish "$R:topic/a/secret"
	yes Publish a/b p d
	no Publish a/secret p d
	no Publish a/secret d p
	statement both '{"Effect":"Deny","Action":"iot:Publish","Resource":"*"}' \
		'{"Effect":"Allow","Action":"*","Resource":"*"}'
	no Publish a both
	yes Receive a both
}

@test "policy: lists of actions and resources, and one statement without a list, are understood" {
	printf '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":["%s:topic/a","%s:topic/b"]}}' $R $R >p
	yes Publish a p
	yes Receive b p
	no Subscribe a p
	no Receive c p
}

@test "policy: action names match with wildcards and in any case" {
	allow p 'iot:*Publish' '*'
	yes Publish a p
	yes RetainPublish a p
	no Receive a p
	allow p 'IOT:publis?' '*'
	yes Publish a p
	no RetainPublish a p
	allow p '*' '*'
	yes Subscribe a p
}

@test "policy: the kind of the resource counts, region and account do not" {
	allow p 'iot:*' 'arn:aws:iot:*:*:topic/a'
	yes Publish a p
	no Subscribe a p
	no Connect a p
	allow p 'iot:*' 'arn:aws:iot:mars:none:topicfilter/a/+/b'
	yes Subscribe a/+/b p
	no Subscribe a/x/b p
	allow p 'iot:*' 'arn:aws:iot:r:a:client/x:y'
	yes Connect x:y p
}

@test "policy: * matches slashes too, ? is one character, + and # are plain" {
	allow p iot:Subscribe "$R:topicfilter/a/*/z"
	yes Subscribe a/+/z p
	yes Subscribe a/b/c/z p
	no Subscribe a/b/c p
	allow p iot:Subscribe "$R:topicfilter/a/#"
	no Subscribe a/b p
	yes Subscribe 'a/#' p
	allow p iot:Publish "$R:topic/a?c"
	yes Publish abc p
	yes Publish aéc p
	no Publish ac p
	no Publish abbc p
	allow p iot:Publish "$R:topic/*"
	yes Publish a/b p
	allow p iot:Publish "$R:*"
	yes Publish a/b p
}

@test "policy: \${*} \${?} \${\$} are the characters themselves, and a bare dollar is one" {
	allow p iot:Publish "$R:topic/a\${*}\${?}\${\$}\$b"
	yes Publish 'a*?$$b' p
	no Publish 'axy$$b' p
}

@test "policy: variables stand for literal text, never for patterns" {
	allow p iot:Publish "$R:topic/\${iot:ClientId}/\${iot:Connection.Thing.ThingName}/\${iot:CertificateId}/\${aws:SourceIp}"
	yes Publish c/t/x/1.2.3.4 client=c thing=t certificate=x address=1.2.3.4 p
	no Publish d/t/x/1.2.3.4 client=c thing=t certificate=x address=1.2.3.4 p
	allow p iot:Publish "$R:topic/\${iot:ClientId}"
	no Publish abc client='*' p
	yes Publish '*' client='*' p
	no Publish a client='?' p
	allow p iot:Publish "$R:topic/*\${iot:ClientId}*"
	yes Publish xx-abc-yy client=abc p
	no Publish xx-ab-yy client=abc p
	yes Publish aabaab-aabaac client=aabaac p
}

@test "policy: a statement whose variable is absent does not match, Deny or Allow" {
	allow p iot:Publish "$R:topic/\${iot:Certificate.Subject.CommonName}*"
	yes Publish dev1 cn=dev1 p
	no Publish dev1 p
	no Publish 'de*1' 'cn=de*1' p
	allow a 'iot:*' '*'
	deny d iot:Publish "$R:topic/\${iot:Certificate.Subject.CommonName}"
	no Publish dev1 cn=dev1 a d
	yes Publish dev1 a d
}

@test "policy: an unknown variable, operator, key or member: Allow does not match, Deny does" {
	allow any 'iot:*' '*'
	for condition in '{"NumericEquals":{"iot:ClientId":"1"}}' \
		'{"StringEquals":{"iot:Moon":"full"}}' '{"Bool":{"iot:ClientId":"maybe"}}' \
		'{"IpAddress":{"aws:SourceIp":"here"}}' '{"StringEquals":{"iot:ClientId":[]}}' \
		'{"StringEquals":{"iot:ClientId":1}}' '[]' '{"StringEquals":1}' \
		"{\"StringEquals\":{\"iot:ClientId\":\"\${iot:Moon}\"}}"; do
		allow p iot:Publish '*' "$condition"
		no Publish a client=1 p
		run -1 policy-ask problem p
		deny p iot:Publish '*' "$condition"
		no Publish a client=1 any p
		yes Receive a client=1 any p
	done
	for resource in "$R:topic/\${iot:Moon}" "$R:topic/\${iot:ClientId" topic/a \
		arn:aws:s3:::bucket/a arn:aws:iot:r:topic; do
		allow p iot:Publish "$resource"
		no Publish a client=1 p
		run -1 policy-ask problem p
		deny p iot:Publish "$resource"
		no Publish a client=1 any p
	done
	for member in '"NotResource":"*"' '"Principal":"*"' '"NotAction":"x"'; do
		statement p \
			"{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\",$member}"
		no Publish a p
		statement p "{\"Effect\":\"Deny\",\"Action\":\"iot:*\",\"Resource\":\"*\",$member}"
		no Publish a any p
	done
	statement p '{"Effect":"Deny","Resource":"*"}'
	no Publish a any p
	statement p '{"Effect":"Deny","Action":"iot:Publish"}'
	no Publish a any p
}

@test "policy: a document that is no policy denies everything" {
	allow any 'iot:*' '*'
	for text in '' nonsense '[]' '{}' '{"Version":"2012-10-17"}' \
		'{"Version":"2012-10-17","Statement":[]}' '{"Statement":[],"Statement":[]}'; do
		printf '%s' "$text" >p
		no Publish a p any
		run -1 policy-ask problem p
	done
	printf '{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}' >p
	no Publish a p
	run -1 policy-ask problem p
	[ "$output" = 'no Version "2012-10-17"' ]
}

@test "policy: Bool and String conditions" {
	allow p iot:Publish '*' '{"Bool":{"iot:Connection.Thing.IsAttached":["true"]}}'
	yes Publish a thing=t p
	no Publish a p
	allow p iot:Publish '*' '{"Bool":{"iot:Connection.Thing.IsAttached":false}}'
	yes Publish a p
	allow p iot:Publish '*' '{"StringEquals":{"iot:ClientId":["a*","b"]}}'
	yes Publish a client=b p
	yes Publish a client='a*' p
	no Publish a client=abc p
	allow p iot:Publish '*' '{"StringNotEquals":{"iot:ClientId":["a","b"]}}'
	no Publish a client=b p
	yes Publish a client=c p
	yes Publish a p
	allow p iot:Publish '*' \
		"{\"StringLike\":{\"IOT:clientid\":\"\${iot:Connection.Thing.ThingName}#*\"}}"
	yes Publish a client='t#gr' thing=t p
	no Publish a client=t thing=t p
	no Publish a client='t#gr' p
	allow p iot:Publish '*' '{"StringNotLike":{"iot:ClientId":"*#*"}}'
	yes Publish a client=t p
	no Publish a client='t#gr' p
	allow p iot:Publish '*' '{"ArnLike":{"iot:ClientId":"a*"},"StringLike":{"iot:Connection.Thing.ThingName":"t?"}}'
	yes Publish a client=ab thing=t1 p
	no Publish a client=ab thing=t p
	no Publish a client=b thing=t1 p
}

@test "policy: IpAddress takes addresses and networks of both families" {
	allow p iot:Publish '*' \
		'{"IpAddress":{"aws:SourceIp":["10.1.0.0/20","192.168.1.7","2001:db8::/33"]}}'
	yes Publish a address=10.1.15.255 p
	no Publish a address=10.1.16.0 p
	yes Publish a address=192.168.1.7 p
	no Publish a address=192.168.1.8 p
	yes Publish a address=2001:db8:7fff::1 p
	no Publish a address=2001:db8:8000::1 p
	yes Publish a address=::ffff:10.1.2.3 p
	no Publish a address=junk p
	no Publish a p
	allow p iot:Publish '*' '{"NotIpAddress":{"aws:SourceIp":"0.0.0.0/0"}}'
	no Publish a address=1.2.3.4 p
	yes Publish a address=::1 p
}

@test "policy: ForAllValues holds for an absent key, ForAnyValue does not" {
	allow p iot:Publish '*' \
		'{"ForAllValues:StringEquals":{"iot:Certificate.Subject.CommonName":"x"}}'
	yes Publish a p
	yes Publish a cn=x p
	no Publish a cn=y p
	allow p iot:Publish '*' \
		'{"ForAnyValue:StringNotEquals":{"iot:Certificate.Subject.CommonName":"x"}}'
	no Publish a p
	no Publish a cn=x p
	yes Publish a cn=y p
}

@test "policy: a pattern of many stars is matched quickly against a long topic" {
	allow p iot:Publish "$R:topic/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab"
	no Publish "$(printf 'a%.0s' {1..1024})" p
	allow p iot:Publish '*'
	yes Publish "$(printf 'a%.0s' {1..1024})" p
	no Publish "$(printf 'a%.0s' {1..1025})" p
}

@test "policy: a bad document is refused with what is wrong in it, a good one without a word" {
	allow p iot:Publish "$R:topic/a" '{"Bool":{"iot:Connection.Thing.IsAttached":"true"}}'
	run -0 policy-ask problem p
	[ -z "$output" ]
	allow p iot:Publish bucket
	run -1 policy-ask problem p
	[ "$output" = 'a Resource that is neither * nor arn:aws:iot:REGION:ACCOUNT:KIND/NAME' ]
	allow p iot:Publish "$R:topic/$(printf 'a%.0s' {1..2048})"
	run -1 policy-ask problem p
	[ "$output" = 'longer than 2048 characters' ]
}
