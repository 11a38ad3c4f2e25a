# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/aged

# A device that was away when its certificate expired: where the operator grants it, it may come
# back to rotate, and for nothing else.

setup_file() { aged_setup; }
setup() {
	lab
	as thing-1
}
teardown() { down; }

# grace DAYS: the broker's option
grace() {
	lab.sh stop "$LAB" broker
	sed -i '/grace_days/d' "$LAB/broker/mosquitto.conf"
	sed -i "/^plugin_opt_registry/a plugin_opt_grace_days $1" "$LAB/broker/mosquitto.conf"
	lab.sh start "$LAB" broker
}
# client PROGRAM ID ARGUMENT...: a Mosquitto client with the thing's pair
client() {
	"mosquitto_$1" -h localhost -p "$(cat "$LAB/port")" --cafile "$HOME_DIR/ca/ca.pem" \
		--cert "${CERT:-$T/certificate.pem}" --key "${KEY:-$T/private.key}" -i "${@:2}"
}
alarms() { gr-registry alarms -H "$HOME_DIR" | cut -f 2,3; }

@test "grace: without a grace time an expired certificate is refused by TLS" {
	age 60 50
	run -1 --separate-stderr gr-probe
	[[ $stderr == *'our certificate is refused: certificate expired' ]]
	grace 0
	run -1 --separate-stderr gr-probe
	[[ $stderr == *'our certificate is refused: certificate expired' ]]
}

@test "grace: within the grace time an expired device rotates, on record as expired, and is normal afterwards" {
	age 60 50
	keep_old_pair
	grace 30
	rotate_job j1
	run -0 rotate.sh once
	assert_rotated j1
	grep -q "gr-broker: thing-1 comes with certificate $OLD, which has expired: let in for a rotation" "$LAB/broker/log"
	await eval 'alarms | grep -qx "expired-used	thing-1"'
	client sub thing-1 -t things/thing-1/news -W 1 -E
	run -27 client sub thing-1 -t things/thing-1/news -W 1
}

@test "grace: an expired device asks for a rotation by itself" {
	age 60 50
	keep_old_pair
	grace 30
	setting rotateBeforeDays 7
	run -0 rotate.sh once
	assert_rotated "$(gr-jobs list -H "$HOME_DIR" | cut -f 1)"
}

@test "grace: a certificate past the grace time, or not valid yet, is refused, and the broker's log says why" {
	age 60 50
	grace 9
	run -1 gr-probe
	grep -q 'refused thing-1#probe with certificate .*: the certificate expired too long ago' \
		"$LAB/broker/log"
	age -2 50
	run -1 gr-probe
	grep -q 'refused thing-1#probe with certificate .*: the certificate is not valid yet' \
		"$LAB/broker/log"
}

@test "grace: certificates of an unknown CA, and certificates for servers, are refused whatever their dates" {
	grace 30
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout foreign.key \
		-out foreign.pem -subj '/CN=gr lab CA' -days 30 2>/dev/null
	for life in 50 100; do
		issue_at 60 $life "$T/csr.pem" foreign >cert.pem
		run -1 --separate-stderr gr-probe --certificate cert.pem --key "$T/private.key"
		[[ $stderr == *'our certificate is refused: '* ]]
	done
	openssl x509 -in cert.pem -noout -issuer | grep -q 'gr lab CA'
	run -1 grep -q "$(openssl x509 -in cert.pem -outform DER | sha256sum | cut -c 1-64)" \
		"$LAB/broker/log"
	printf 'extendedKeyUsage=serverAuth\n' >server.ext
	openssl x509 -req -in "$T/csr.pem" -CA "$HOME_DIR/ca/ca.pem" -CAkey "$HOME_DIR/ca/ca.key" \
		-set_serial 77 -days 5 -extfile server.ext -out server.pem 2>/dev/null
	run -1 --separate-stderr gr-probe --certificate server.pem --key "$T/private.key"
	[[ $stderr == *'our certificate is refused: '* ]]
}

@test "grace: a certificate that is not ACTIVE is refused, expired or not" {
	age 60 50
	grace 30
	gr-registry update-certificate -H "$HOME_DIR" "$(certificate_id)" INACTIVE
	run -1 gr-probe
	grep -q 'the certificate is not ACTIVE' "$LAB/broker/log"
}

@test "grace: an expired certificate may use rotation topics alone, as T or T#gr; a valid one is not restricted" {
	grace 30
	# What a device may do on its own topics otherwise.
	client pub thing-1 -q 1 -t things/thing-1/data -m x
	client pub 'thing-1#meter' -q 1 -t things/thing-1/data -m x
	age 60 50
	run ! client pub thing-1 -q 1 -t things/thing-1/data -m x
	run ! client pub 'thing-1#meter' -q 1 -t things/thing-1/data -m x
	grep -q 'refused thing-1#meter with certificate .*: the certificate has expired, and this client does not rotate' "$LAB/broker/log"
	for filter in things/thing-1/news '#' '+/#' '$aws/things/thing-1/#' \
		'$aws/things/+/jobs/notify' '$aws/things/thing-2/jobs/notify'; do
		run client sub thing-1 -d -t "$filter" -W 1
		[[ $output == *'Subscribed (mid: 1): 128'* ]] || {
			echo "$filter: $output" >&2
			return 1
		}
	done
	for id in thing-1 'thing-1#gr'; do
		client rr "$id" -W 10 -t '$aws/things/thing-1/jobs/get' \
			-e '$aws/things/thing-1/jobs/get/accepted' -m '{}' |
			jq -e .timestamp
		run client sub "$id" -d -t '$aws/things/thing-1/jobs/notify' -W 1
		[[ $output == *'Subscribed (mid: 1): 0'* ]]
	done
	# What somebody else says on a topic that it had subscribed to before does not
	# reach it either.
	mosquitto_pub --unix "$LAB/home/shared/broker.sock" -t things/thing-1/news -m x
	gr-probe
}

@test "grace: a value that is no number of days is refused, and the broker does not start" {
	for value in x -1 1.5 1000000; do
		run ! grace "$value"
		grep -q "plugin_opt_grace_days: $value: not a number of days from 0 to 99999" \
			"$LAB/broker/log"
	done
}

# --- alarms --------------------------------------------------------------------------------------

# refused_in_tls WORDS: the daemon has an alarm with the thing's name, and the broker a line
refused_in_tls() {
	run -1 gr-probe
	# It was written before the device was told.
	grep -q "gr-broker: refused thing-1 in the TLS handshake with certificate $(certificate_id): $1" "$LAB/broker/log"
	await eval 'alarms | grep -qx "unverified	thing-1"'
	gr-registry alarms -H "$HOME_DIR" | grep -q "the broker does not accept the thing's certificate: $1"
}

@test "alarm: an expired certificate that TLS refuses is one with the thing's name" {
	age 60 50
	refused_in_tls 'certificate has expired'
}

@test "alarm: so is one that is not valid yet" {
	age -1 50
	refused_in_tls 'certificate is not yet valid'
}

@test "alarm: so is one of an authority that the broker does not know" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key \
		-out other.pem -subj '/CN=another CA' -days 30 2>/dev/null
	CA=$PWD/other age 0 50
	refused_in_tls 'unable to get local issuer certificate'
}

@test "alarm: so is one that the plugin refuses for its dates, where it looks at them" {
	age 60 50
	grace 5
	run -1 gr-probe
	await eval 'alarms | grep -qx "unverified	thing-1"'
	gr-registry alarms -H "$HOME_DIR" | grep -q 'the certificate expired too long ago'
}

@test "alarm: none of a certificate that no thing has, and the broker ends as always" {
	issue_at 60 50 "$T/csr.pem" "$HOME_DIR/ca/ca" >aged.pem
	run -1 gr-probe --certificate aged.pem --key "$T/private.key"
	# One that was reported afterwards: nothing came before it.
	age 60 50
	refused_in_tls 'certificate has expired'
	[ "$(gr-registry alarms -H "$HOME_DIR" | wc -l)" -eq 1 ]
	broker=$(cat "$LAB/broker.pid")
	lab.sh stop "$LAB" broker
	process_is_gone "$broker"
	not grep -qi 'segmentation\|sanitizer' "$LAB/broker/log"
}
