#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo.sh - shows a rotation on this machine: one thing replaces its private key and certificate.
# `make demo` runs it; with `make demo HSM=1` both are in a token, SoftHSM.
set -eu
umask 077

bin=$(cd -- "$(dirname -- "$0")/../../bin" && pwd)
PATH=$bin:$PATH:/usr/sbin
export PATH

step() {
	printf '\n\033[1m%s\033[0m\n' "$1"
}
[ -t 1 ] || step() { printf '\n== %s\n' "$1"; }

lab=$(mktemp -d "${TMPDIR:-/tmp}/gr-demo.XXXXXX")
driver=
finish() {
	[ -z "$driver" ] || kill "$driver" 2>/dev/null || :
	[ -z "$driver" ] || wait "$driver" 2>/dev/null || :
	[ ! -d "$lab/home" ] || lab.sh down "$lab"
	rm -rf -- "$lab"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Key and certificate in files.
make_thing() {
	thing=$lab/things/thing-1
	export GR_CONF="$thing/gr.conf" GR_STATE="$thing/state"
	cp -- "$thing/private.key" "$thing/old.key"
	cp -- "$thing/certificate.pem" "$thing/old.pem"
}
show_keys() {
	:
}
sha256() {
	openssl dgst -sha256 | sed 's/.*= //'
}
key_hash() {
	openssl pkey -in "$thing/private.key" -pubout -outform DER 2>/dev/null | sha256
}
certificate_id() {
	openssl x509 -in "$thing/certificate.pem" -outform DER | sha256
}
show_old_is_refused() {
	step 'The broker refuses the old certificate'
	rc=0
	gr-probe --certificate "$thing/old.pem" --key "$thing/old.key" 2>&1 || rc=$?
	[ "$rc" -eq 1 ] || { echo 'demo: the old certificate was not refused' >&2; exit 1; }
}

things=1
if [ -n "${HSM:-}" ]; then
	# shellcheck source=scripts/lab/demo_hsm.sh
	. "$(dirname -- "$0")/demo_hsm.sh"
fi

step 'A lab: certificate authority, Mosquitto with gr-broker.so, gr-backendd, one thing'
port=$(lab.sh up -n "$things" "$lab")
make_thing
old=$(certificate_id)
old_key=$(key_hash)
printf 'broker on localhost:%s; %s has certificate %s\n' "$port" "${thing##*/}" "$old"

step 'The device: rotate.sh run, waiting for jobs'
rotate.sh run 2>&1 &
driver=$!

step 'The operator: gr-jobs create -t thinggroup/all rotate-1'
gr-jobs create -H "$lab/home" -t thinggroup/all rotate-1
gr-jobs watch -H "$lab/home" -w 60 rotate-1
# The device destroys the old pair after it has received the answer to its final status.
until [ "$(gr-journal get phase)" = idle ]; do
	if ! kill -0 "$driver"; then
		echo 'demo: rotate.sh ended before the rotation was finished' >&2
		exit 1
	fi
	sleep 0.05
done
kill "$driver"
wait "$driver" 2>/dev/null || :
driver=

step 'Before and after'
new=$(certificate_id)
new_key=$(key_hash)
printf 'certificate before: %s\ncertificate after:  %s\n' "$old" "$new"
printf 'public key before:  %s\npublic key after:   %s\n' "$old_key" "$new_key"
if [ "$old" = "$new" ] || [ "$old_key" = "$new_key" ]; then
	echo 'demo: key or certificate did not change' >&2
	exit 1
fi
show_keys

step 'The old certificate is gone from the registry'
gr-registry list-thing-principals -H "$lab/home" thing-1
tries=0
while :; do
	rc=0
	gr-registry describe-certificate -H "$lab/home" -- "$old" 2>"$lab/gone" || rc=$?
	[ "$rc" -ne 1 ] || break
	tries=$((tries + 1))
	if [ "$tries" -eq 100 ]; then
		echo 'demo: the old certificate is still registered' >&2
		exit 1
	fi
	sleep 0.05
done
cat -- "$lab/gone"

show_old_is_refused
gr-probe | sed 's/^/the new certificate is accepted: /'

step 'The chain of custody: gr-registry history thing-1'
gr-registry history -H "$lab/home" thing-1

printf '\nThis was a complete rotation. README.md says how to go on.\n'
