# SPDX-License-Identifier: Apache-2.0
# readme.bats - README.md and share/doc keep their word: their commands run,
# and they name what there is

bats_require_minimum_version 1.5.0
load ../lib/helper

setup() {
	README=$ROOT/README.md DOC=$ROOT/share/doc
	mapfile -t PAGES < <(printf '%s\n' "$README" "$ROOT"/CONTRIBUTING.md \
		"$ROOT"/CHANGELOG.md "$DOC"/*.md "$DOC"/*/*.md)
}

# blocks FILE...: the blocks marked to be run, in order.
blocks() {
	awk '/^```/ { if (inside) { inside = 0; run = 0 } else { inside = 1 } next } inside && run { print }
		/^<!-- run -->$/ { run = 1 }' "$@"
}

# A broker that is started by hand needs the sanitizer's library before the sanitized plugin.
wrap_broker() {
	[ -n "${SANITIZE:-}" ] || return 0
	mkdir wrapped
	{
		echo '#!/bin/sh'
		echo "LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=exitcode=86:detect_leaks=0 \\"
		echo "exec $(PATH=$PATH:/usr/sbin command -v mosquitto) \"\$@\""
	} >wrapped/mosquitto
	chmod +x wrapped/mosquitto
	PATH=$PWD/wrapped:$PATH
}

# walk_once FILE...: all of their blocks in one shell and a fresh folder that looks like the
# checkout; another port where 8883 stands. What a reader would leave running is ended.
walk_once() {
	rm -rf walk
	mkdir walk
	ln -s "$BIN" walk/bin
	ln -s "$ROOT/share" walk/share
	{
		# shellcheck disable=SC2016 # for that shell
		echo 'trap '\''kill $(jobs -p) 2>/dev/null || :; wait
			for l in lab fleet hsm; do [ ! -d $l/home ] || lab.sh down $l; done'\'' EXIT'
		# shellcheck disable=SC2016 # for that shell
		echo 'export PATH=$PWD/bin:$PATH:/usr/sbin'
		blocks "$@" | sed "s/8883/$(free_port)/"
	} >walk.sh
	(cd walk && exec timeout 600 bash -eu ../walk.sh) >out 2>err 3>&-
}

# Somebody else may have been quicker with the port.
walk() {
	wrap_broker
	walk_once "$@" && return
	grep -qs 'Address already in use' walk/backend/broker.log && walk_once "$@" && return
	cat out err >&2
	[ ! -e walk/backend/broker.log ] || cat walk/backend/broker.log >&2
	return 1
}

@test "readme: the commands of README.md run as they stand" {
	walk "$README"
	grep -qx 'rotate-1: 3 SUCCEEDED' out
	[ "$(grep -c '^  .* survivor: NEW$' out)" -eq 1 ]
}

@test "readme: the commands for backend, device and authorities run as they stand" {
	walk "$DOC"/{backend,install-device,authorities}.md
	grep -q $'^pump-1\t1\tSUCCEEDED\t' out
	[ "$(grep -c '^  .* survivor: NEW$' out)" -eq 1 ]
	grep -q 'Signature Algorithm: sha384WithRSAEncryption' out
	grep -q $'^next\tprivate\tECDSA-P256\t.*\t1\tCN=Example Devices CA 2$' out
	[ "$(openssl crl -in walk/backend/ca.crl -noout -text | grep -c Superseded)" -eq 1 ]
	grep -q '^gr_rotations_total{survivor="NEW"} ' walk/backend/gr.prom
	grep -q 'gr-probe: localhost:.*: refused: ' err
	gr-registry list-thing-principals -H walk/backend pump-1 >principals
	[ "$(cut -f 2 principals)" = INACTIVE ]
}

@test "readme: the commands for a fleet run as they stand" {
	walk "$DOC/fleet.md"
	grep -qx 'november: 19 SUCCEEDED, 1 FAILED' out
	grep -q $'^thing-7\t.*unable to get local issuer certificate' out
	grep -q '<bdi>.*unable to get local issuer certificate.*</bdi>.*<bdi>thing-7</bdi>' \
		walk/fleet.html
	grep -qx 'november-7: 1 SUCCEEDED' out
	grep -q '^put back as of .*; from the ledger: 1 certificate(s), 1 survivor(s), 0 revocation(s)$' out
}

@test "readme: the commands for keys in a token run as they stand" {
	walk "$DOC/hardware-keys.md"
	grep -q '^generation 2 complete committed .* pkcs11:token=gr;object=thing-1.2;id=' out
	grep -q '^generation 2 complete committed .* pkcs11:token=gr;object=pump-2;id=' out
	[ "$(grep -c '^  label:  *pump-2$' out)" -eq 2 ]
}

@test "readme: each page with commands is one of those whose commands are run" {
	run -0 grep -l '^<!-- run -->$' "${PAGES[@]}"
	for page in "${lines[@]}"; do
		grep -qE "^	walk .*(\\\$README|\b$(basename "$page" .md)\b)" \
			"$BATS_TEST_FILENAME" || {
			echo "${page##*/} is never walked" >&2
			return 1
		}
	done
}

@test "readme: every block of commands is run, or says why not" {
	for page in "${PAGES[@]}"; do
		awk -v page="${page##*/}" '
			/^```/ { inside = !inside }
			/^```/ && inside && last !~ /^<!-- (run|not run: .+|output of .+) -->$/ { print page ":" NR ": " last; bad = 1 }
			{ last = $0 }
			END { exit bad }' "$page"
	done
}

@test "readme: a command in the text names a program, and a verb that it has" {
	# What stands first in a row of troubleshooting.md is a text, not a command.
	sed 's/^| `[^`]*` | //' "${PAGES[@]}" |
		grep -oP '`(gr-[a-z-]+|rotate\.sh)( [a-z-]+)?(?=[ `])' |
		tr -d '`' | sort -u >commands
	[ "$(wc -l <commands)" -ge 20 ]
	while read -r program verb; do
		[ "$program" != gr-rotate ] || program=rotate.sh
		[ ! -e "$ROOT/share/init/$program" ] || continue
		[ -x "$BIN/$program" ] || { echo "no program: $program" >&2; return 1; }
		case $verb in '' | -*) continue ;; esac
		"$program" --help 2>&1 | grep -qw -- "$verb" || {
			echo "no verb: $program $verb" >&2
			return 1
		}
	done <commands
}

@test "readme: the demo prints what README shows" {
	[ -z "${SANITIZE:-}" ] || BIN=$ROOT/bin
	mkdir tmp
	TMPDIR=$PWD/tmp "$ROOT/scripts/lab/demo.sh" >out 2>&1
	awk '/^<!-- output of make demo/ { here = 1; next } /^```/ && here { if (inside) exit; inside = 1; next } inside' "$README" >shown
	[ "$(wc -l <shown)" -ge 8 ]
	while read -r line; do
		grep -qF -- "${line%...}" out || {
			echo "the demo does not print: $line" >&2
			cat out >&2
			return 1
		}
	done <shown
}

@test "readme: README.md has at most 200 lines, and the demo is on the first screen" {
	[ "$(wc -l <"$README")" -le 200 ]
	head -n 24 "$README" | grep -q '^make demo'
}

@test "readme: each link leads to a file and heading that is there" {
	for page in "${PAGES[@]}"; do
		tr '\n' ' ' <"$page" | grep -oE '\]\([^)]+\)' |
			sed 's/^](//; s/)$//' | grep -v '^https\?:' >links || :
		while read -r link; do
			file=$(dirname "$page")/${link%%#*}
			[ "${link%%#*}" != '' ] || file=$page
			[ -e "$file" ] || { echo "$page: $link" >&2; return 1; }
			case $link in *'#'*) ;; *) continue ;; esac
			# A heading's anchor: lower case, blanks as dashes, no other signs.
			sed -n 's/^#\{1,\} //p' "$file" |
				tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9\n_-' >anchors
			grep -qxF -- "${link#*#}" anchors || { echo "$page: $link" >&2; return 1; }
		done <links
	done
}

@test "readme: every page of share/doc is linked from README" {
	for page in "$DOC"/*.md; do
		grep -qF "(share/doc/${page##*/})" "$README" || {
			echo "${page##*/}" >&2
			return 1
		}
	done
	for page in "$DOC"/decisions/*.md; do
		[ "${page##*/}" = README.md ] ||
			grep -qF "(${page##*/})" "$DOC/decisions/README.md" || {
			echo "decisions/${page##*/}" >&2
			return 1
		}
	done
}

@test "readme: architecture.md has a row for each room, and no other" {
	awk '/^EOF$/ { inside = 0 } inside { print "src/" $1 "/" } /<<.EOF.$/ { inside = /rooms/ }' "$ROOT/scripts/build/rooms.sh" |
		grep -vE 'gr-/$|^src/(device|backend)/$' | sort >rooms
	[ "$(wc -l <rooms)" -ge 15 ]
	sed -n 's/^| `\(src\/[^`]*\)` |.*/\1/p' "$DOC/architecture.md" | sort >rows
	diff rooms rows
}

@test "readme: each picture was drawn from the text beside it" {
	for text in "$DOC"/*.dot; do
		sum=$(sha256sum <"$text")
		grep -qxF "<!-- drawn from ${text##*/}, sha256 ${sum%% *}: make doc-pictures -->" \
			"${text%.dot}.svg" || {
			echo "${text##*/} has changed: run make doc-pictures" >&2
			return 1
		}
	done
}

@test "readme: every program stands in a table of how-it-works, and nothing else does" {
	for p in "$BIN"/gr-*; do
		grep -qE "^\|.*\b${p##*/}\b.*\|" "$DOC/how-it-works.md" || {
			echo "${p##*/} is missing" >&2
			return 1
		}
	done
	grep -oE '^\| (gr-[a-z-]+(\.so)?(, )?)+' "$DOC/how-it-works.md" |
		grep -oE 'gr-[a-z-]+(\.so)?' | while read -r p; do
		[ -e "$BIN/$p" ] || [ "$p" = gr-rotate ] || {
			echo "$p does not exist" >&2
			return 1
		}
	done
}

@test "readme: every setting stands in configuration.md, example and gr.conf(5), with its default" {
	printf 'thingName = t\n' >gr.conf
	gr-config -C gr.conf >settings
	[ "$(wc -l <settings)" -ge 20 ]
	while IFS='=' read -r key value; do
		[ "$key" != state ] || continue
		grep -qw "$key" "$DOC/configuration.md" || {
			echo "configuration.md: $key" >&2
			return 1
		}
		grep -qE "^#?$key =" "$ROOT/share/gr.conf.example" || {
			echo "example: $key" >&2
			return 1
		}
		grep -qw "$key" "$ROOT/man/gr.conf.5" || { echo "gr.conf(5): $key" >&2; return 1; }
		[ "$key" = thingName ] || [ -z "$value" ] ||
			grep -qxF "#$key = $value" "$ROOT/share/gr.conf.example" || {
			echo "default of $key" >&2
			return 1
		}
	done <settings
}

@test "readme: the example configuration is taken as it stands" {
	run -0 --separate-stderr gr-config -C "$ROOT/share/gr.conf.example" thingName
	[ "$output" = pump-17 ]
	sed 's/^#\([a-z]\)/\1/' "$ROOT/share/gr.conf.example" |
		grep -v '= *$' | sed '/^[a-z]* off:/d' >all.conf
	run -0 --separate-stderr gr-config -C all.conf
}
