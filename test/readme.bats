# readme.bats - README.md keeps its word: its commands run, and it names what there is

bats_require_minimum_version 1.5.0
load lib/helper

setup() { README=$ROOT/README.md; }

# blocks: the blocks marked to be run, in order.
blocks() { awk '/^```/ { if (inside) { inside = 0; run = 0 } else { inside = 1 } next } inside && run { print } /^<!-- run -->$/ { run = 1 }' "$README"; }

free_port() { perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_ANY)); print((sockaddr_in(getsockname S))[0])'; }

# A broker that is started by hand needs the sanitizer's library before the sanitized plugin.
wrap_broker() {
	[ -n "${SANITIZE:-}" ] || return 0
	mkdir wrapped
	{
		echo '#!/bin/sh'
		echo "LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=exitcode=86:detect_leaks=0 exec $(PATH=$PATH:/usr/sbin command -v mosquitto) \"\$@\""
	} >wrapped/mosquitto
	chmod +x wrapped/mosquitto
	PATH=$PWD/wrapped:$PATH
}

# walk: all of them in one shell and a fresh folder that looks like the checkout; another port where 8883 stands.
walk() {
	rm -rf walk
	mkdir walk
	ln -s "$BIN" walk/bin
	ln -s "$ROOT/share" walk/share
	{
		# shellcheck disable=SC2016 # for that shell
		echo 'trap '\''kill $(jobs -p) 2>/dev/null || :; wait; [ ! -d lab/home ] || lab.sh down lab'\'' EXIT'
		blocks | sed "s/8883/$(free_port)/"
	} >walk.sh
	(cd walk && exec timeout 300 bash -eu ../walk.sh) >out 2>err 3>&-
}

@test "readme: the commands run as they stand" {
	wrap_broker
	# Somebody else may have been quicker with the port.
	walk || { grep -q 'Address already in use' walk/backend/broker.log && walk; } || { cat out err walk/backend/broker.log >&2; return 1; }
	grep -qx 'rotate-1: 3 SUCCEEDED' out
	[ "$(grep -c '^  .* survivor: NEW$' out)" -eq 2 ]
	grep -q $'^pump-1\t1\tSUCCEEDED\t' out
	grep -q 'Signature Algorithm: sha384WithRSAEncryption' out
	grep -q $'^next\tprivate\tECDSA-P256\t.*\t1\tCN=Example Devices CA 2$' out
	[ "$(openssl crl -in walk/backend/ca.crl -noout -text | grep -c Superseded)" -eq 1 ]
	grep -qx 'november: 19 SUCCEEDED, 1 FAILED' out
	grep -q $'^thing-7\t.*unable to get local issuer certificate' out
	grep -q '<bdi>.*unable to get local issuer certificate.*</bdi>.*<bdi>thing-7</bdi>' walk/fleet.html
	grep -qx 'november-7: 1 SUCCEEDED' out
	grep -q '^put back as of .*; from the ledger: 1 certificate(s), 1 survivor(s), 0 revocation(s)$' out
	grep -q '^gr_rotations_total{survivor="NEW"} ' walk/backend/gr.prom
	grep -q 'gr-probe: localhost:.*: refused: ' err
	grep -q '^generation 2 complete committed .* pkcs11:token=gr;object=thing-1.2;id=' out
	grep -q '^generation 2 complete committed .* pkcs11:token=gr;object=pump-2;id=' out
	[ "$(grep -c '^  label:  *pump-2$' out)" -eq 2 ]
	gr-registry list-thing-principals -H walk/backend pump-1 >principals
	[ "$(cut -f 2 principals)" = INACTIVE ]
}

@test "readme: every block of commands is run, or says why not" {
	awk '/^```/ { inside = !inside; if (inside && last !~ /^<!-- (run|not run: .+) -->$/) { print NR ": " $0; bad = 1 } } { last = $0 } END { exit bad }' "$README"
	[ "$(grep -c '^<!-- run -->$' "$README")" -ge 5 ]
}

@test "readme: the demo is on the first screen" {
	head -n 24 "$README" | grep -q '^make demo'
}

@test "readme: every program stands in a table, and nothing else does" {
	for p in "$BIN"/gr-*; do
		grep -qE "^\|.*\b${p##*/}\b.*\|" "$README" || { echo "${p##*/} is missing" >&2; return 1; }
	done
	grep -oE '^\| (gr-[a-z-]+(\.so)?(, )?)+' "$README" | grep -oE 'gr-[a-z-]+(\.so)?' | while read -r p; do
		[ -e "$BIN/$p" ] || [ "$p" = gr-rotate ] || { echo "$p does not exist" >&2; return 1; }
	done
}

@test "readme: every setting stands in README, example and gr.conf(5), with its default" {
	printf 'thingName = t\n' >gr.conf
	gr-config -C gr.conf >settings
	[ "$(wc -l <settings)" -ge 20 ]
	while IFS='=' read -r key value; do
		[ "$key" != state ] || continue
		grep -qw "$key" "$README" || { echo "README: $key" >&2; return 1; }
		grep -qE "^#?$key =" "$ROOT/share/gr.conf.example" || { echo "example: $key" >&2; return 1; }
		grep -qw "$key" "$ROOT/man/gr.conf.5" || { echo "gr.conf(5): $key" >&2; return 1; }
		[ "$key" = thingName ] || [ -z "$value" ] || grep -qxF "#$key = $value" "$ROOT/share/gr.conf.example" || { echo "default of $key" >&2; return 1; }
	done <settings
}

@test "readme: the example configuration is taken as it stands" {
	run -0 --separate-stderr gr-config -C "$ROOT/share/gr.conf.example" thingName
	[ "$output" = pump-17 ]
	sed 's/^#\([a-z]\)/\1/' "$ROOT/share/gr.conf.example" | grep -v '= *$' | sed '/^[a-z]* off:/d' >all.conf
	run -0 --separate-stderr gr-config -C all.conf
}

@test "readme: the folders that it names are there" {
	sed -n '/^## The tree/,/^## /s/^    \([a-z/]*\)\/ .*/\1/p' "$README" >folders
	[ "$(wc -l <folders)" -ge 7 ]
	while read -r folder; do [ -d "$ROOT/$folder" ]; done <folders
}
