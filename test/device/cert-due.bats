# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper

DAY=86400

setup_file() {
	gcc -shared -fPIC -O1 -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/test/tools/clock.c"
}
setup() {
	# It lives for 100 days, from BEGUN to ENDS.
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
		-out cert.pem -subj /CN=pump-1 -days 100 2>/dev/null
	BEGUN=$(date -d "$(openssl x509 -in cert.pem -noout -startdate | cut -d = -f 2)" +%s)
	ENDS=$((BEGUN + 100 * DAY))
	: >gr.conf
	export GR_CONF=$PWD/gr.conf
}

# due STATUS NOW MOMENT OPTION...: at NOW the answer is STATUS,
# and the certificate is due at MOMENT
due() {
	run "-$1" --separate-stderr gr-cert-due -j 0 -n "$2" "${@:4}" cert.pem
	[ "$output" = "dueAt=$3
notAfter=$ENDS" ] || { echo "$output" >&2; return 1; }
	[ -z "$stderr" ]
}

@test "due: with a margin before the end it is exact to the second" {
	moment=$((ENDS - 7 * DAY))
	due 1 $((moment - 1)) $moment -m $((7 * DAY))
	due 0 $moment $moment -m $((7 * DAY))
	due 0 $((ENDS + DAY)) $moment -m $((7 * DAY))
}

@test "due: a share of the certificate's life can be given" {
	due 1 $((BEGUN + 66 * DAY - 1)) $((BEGUN + 66 * DAY)) -p 66
	due 0 $((BEGUN + 66 * DAY)) $((BEGUN + 66 * DAY)) -p 66
	due 1 $((ENDS - 1)) $ENDS -p 100
}

@test "due: an age can be given" {
	due 1 $((BEGUN + 30 * DAY - 1)) $((BEGUN + 30 * DAY)) -a $((30 * DAY))
	due 0 $((BEGUN + 30 * DAY)) $((BEGUN + 30 * DAY)) -a $((30 * DAY))
	due 1 $((ENDS + DAY)) $((BEGUN + 1000 * DAY)) -a $((1000 * DAY))
}

@test "due: of several limits the earliest counts; 0 turns one off" {
	due 1 "$BEGUN" $((BEGUN + 40 * DAY)) -m $((7 * DAY)) -p 50 -a $((40 * DAY))
	due 1 "$BEGUN" $((BEGUN + 50 * DAY)) -m $((7 * DAY)) -p 50 -a 0
	due 1 "$BEGUN" $((BEGUN + 93 * DAY)) -m $((7 * DAY)) -p 0 -a 0
}

@test "due: settings are in days; options take precedence over them" {
	printf '%s\n' 'rotateBeforeDays = 7' 'rotateAtPercent = 50' 'rotateAfterDays = 40' \
		'rotateJitterPercent = 0' >gr.conf
	run -1 gr-cert-due -n "$BEGUN" cert.pem
	[ "${lines[0]}" = "dueAt=$((BEGUN + 40 * DAY))" ]
	run -1 gr-cert-due -n "$BEGUN" -a 0 cert.pem
	[ "${lines[0]}" = "dueAt=$((BEGUN + 50 * DAY))" ]
}

@test "due: jitter makes it earlier by at most its share, the same for one thing each time, different between things" {
	declare -A seen
	for n in 1 2 3 4 5 6 7 8; do
		echo "thingName = pump-$n" >gr.conf
		run -1 gr-cert-due -n "$BEGUN" -p 50 -j 20 cert.pem
		at=${lines[0]#dueAt=}
		[ "$at" -le $((BEGUN + 50 * DAY)) ] && [ "$at" -ge $((BEGUN + 40 * DAY)) ]
		[ "$(gr-cert-due -n "$BEGUN" -p 50 -j 20 cert.pem | head -n 1)" = "dueAt=$at" ]
		seen[$at]=1
	done
	[ "${#seen[@]}" -ge 7 ]
}

@test "due: this machine's clock counts unless another time is given" {
	export WRONG_CLOCK=$PWD/wrong ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
	run -1 gr-cert-due -j 0 -p 50 cert.pem
	echo $((60 * DAY)) >wrong
	run -0 env LD_PRELOAD="$BATS_FILE_TMPDIR/clock.so" gr-cert-due -j 0 -p 50 cert.pem
	run -1 env LD_PRELOAD="$BATS_FILE_TMPDIR/clock.so" \
		gr-cert-due -j 0 -p 50 -n "$BEGUN" cert.pem
}

@test "due: without an operand the certificate in use is meant, of plain files and of a generation" {
	printf '%s\n' "privateKeyPath = $PWD/key.pem" "certificateFilePath = $PWD/cert.pem" \
		'thingName = pump-1' >gr.conf
	export GR_STATE=$PWD/state
	run -1 gr-cert-due -p 50
	gr-install-cert adopt
	run -1 gr-cert-due -p 50
	run -1 gr-cert-due -p 50 -g 1
	run -100 gr-cert-due -p 50 -g 2
}

# bad LINE ARGUMENT...: 100 with this one line
bad() {
	run -100 --separate-stderr gr-cert-due "${@:2}"
	[ -z "$output" ]
	[ "$stderr" = "gr-cert-due: $1" ] || { echo "$stderr" >&2; return 1; }
}

@test "due: junk is an error, not a no" {
	echo junk >junk.pem
	run -100 --separate-stderr gr-cert-due -p 50 junk.pem
	[[ $stderr == 'gr-cert-due: junk.pem: not a PEM certificate: '* ]]
	bad 'none.pem: no such file' -p 50 none.pem
	bad 'nothing says when: set rotateBeforeDays, rotateAtPercent or rotateAfterDays' cert.pem
	bad '-p: 101: not a number from 0 to 100' -p 101 cert.pem
	bad '-n: x: not a number from 0 to 4294967294' -n x cert.pem
	echo 'rotateAtPercent = 101' >gr.conf
	bad 'rotateAtPercent: 101: not a share; use 0 to 100' cert.pem
	run -100 gr-cert-due -p 50 cert.pem cert.pem
	run -111 sh -c 'gr-cert-due -p 50 -o rotateAtPercent=1 cert.pem >/dev/full'
}

@test "due: a margin as long as the certificate's whole life is refused" {
	run -100 --separate-stderr gr-cert-due -m $((100 * DAY)) cert.pem
	[[ $stderr == *": it lives for $((100 * DAY)) s and would be due $((100 * DAY)) s before its end, from the first moment on" ]]
	due 0 $((BEGUN + DAY)) $((BEGUN + DAY)) -m $((99 * DAY))
}
