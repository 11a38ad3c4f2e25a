# SPDX-License-Identifier: Apache-2.0
# programs.bats - what every program has in common, so that none is forgotten

bats_require_minimum_version 1.5.0
load ../lib/helper

# The sourced parts of the driver are no programs.
setup() {
	PROGRAMS=()
	local p
	for p in "$BIN"/gr-* "$BIN/rotate.sh" "$BIN/lab.sh"; do
		[[ $p == *.so ]] || PROGRAMS+=("${p##*/}")
	done
	[ "${#PROGRAMS[@]}" -ge 19 ]
}

fail() {
	echo "$*" >&2
	return 1
}

@test "programs: --help is answered on standard output" {
	for p in "${PROGRAMS[@]}"; do
		run -0 --separate-stderr "$p" --help
		[[ $output == "usage: "* ]] || fail "$p: $output"
		[ -z "$stderr" ] || fail "$p: $stderr"
	done
}

@test "programs: --version is one line on standard output, the same for all" {
	version="gr $(cat "$ROOT/VERSION")"
	[ "$version" != 'gr ' ]
	for p in "${PROGRAMS[@]}"; do
		run -0 --separate-stderr "$p" --version
		[ "$output" = "$version" ] || fail "$p: $output"
		[ -z "$stderr" ] || fail "$p: $stderr"
	done
}

@test "programs: an unknown option is 100, with one usage and nothing on standard output" {
	for p in "${PROGRAMS[@]}"; do
		for option in --nonsense -Z; do
			run -100 --separate-stderr "$p" "$option"
			[ -z "$output" ] || fail "$p: $output"
			[ "$(grep -c '^usage: ' <<<"$stderr")" -eq 1 ] || fail "$p: $stderr"
		done
	done
}

@test "programs: commands of a program follow the same rules" {
	verbs=0
	for p in gr-registry gr-jobs gr-ca gr-install-cert gr-journal gr-jobs-client; do
		while read -r verb; do
			run -0 --separate-stderr "$p" "$verb" --help
			[[ $output == "usage: $p $verb"* ]] || fail "$p $verb: $output"
			run -100 --separate-stderr "$p" "$verb" --nonsense
			[ -z "$output" ] || fail "$p $verb: $output"
			[ "$(grep -c '^usage: ' <<<"$stderr")" -eq 1 ] || fail "$p $verb: $stderr"
			verbs=$((verbs + 1))
		done < <("$p" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
		run -100 "$p" nonsense
	done
	[ "$verbs" -ge 40 ]
}

# named FILE: the libraries that a binary asks the dynamic linker for, but for the compiler's own.
named() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' |
		grep -vE '^(libc|libm|libgcc_s|libasan|libubsan|ld-linux.*)$' | sort
}

# linked NAME: the same, as the LINK table of the Makefile has it.
linked() {
	local row
	row=$(sed -n "s/^LINK_$1 *= *//p" "$ROOT/Makefile")
	[ -n "$row" ] || return 1
	# shellcheck disable=SC2086 # words
	pkg-config --libs-only-l $row | tr ' ' '\n' |
		sed -n 's/^-l/lib/p' | sed 's/^libyaml$/libyaml-0/' | sort -u
}

@test "programs: each links what the Makefile's LINK table says, and nothing else" {
	for p in "${PROGRAMS[@]}"; do
		[[ $p != *.sh ]] || continue
		diff <(linked "$p") <(named "$BIN/$p") >&2 || fail "$p"
	done
	diff <(linked gr-broker) <(named "$BIN/gr-broker.so") >&2 || fail gr-broker.so
}

@test "programs: gr-config alone of those of a device reads YAML and SQLite" {
	for p in gr-keygen gr-csr gr-journal gr-cert-due gr-install-cert gr-link gr-probe \
		gr-jobs-client gr-create gr-commit gr-request; do
		run -1 grep -E 'yaml|sqlite' <(named "$BIN/$p")
	done
	run -0 grep -c -E 'yaml|sqlite' <(named "$BIN/gr-config")
	[ "$output" = 2 ]
}

@test "programs: a full standard output is a temporary failure, never success" {
	for p in "${PROGRAMS[@]}"; do
		rc=0
		"$p" --version >/dev/full 2>err || rc=$?
		[ "$rc" -eq 111 ] || fail "$p: $rc"
		[ "$(wc -l <err)" -eq 1 ] || fail "$p: $(cat err)"
	done
}

# names PAGE: the names in its NAME section.
names() { sed -n '/^\.Sh NAME/,/^\.Sh /s/^\.Nm \([^ ]*\).*/\1/p' "$1"; }

@test "man: every program stands in the NAME of a page" {
	cat "$ROOT"/man/*.[18] >/dev/null
	for page in "$ROOT"/man/*.[18]; do names "$page"; done >names
	for p in "${PROGRAMS[@]}" gr-broker gr-rotate; do
		grep -qxF -- "$p" names || fail "$p has no page"
	done
}

@test "man: every page has EXIT STATUS or is none of a program's, and EXAMPLES" {
	for page in "$ROOT"/man/*; do
		case $page in
		*.[18]) grep -q '^\.Sh EXIT STATUS$' "$page" || fail "$page: no EXIT STATUS" ;;
		esac
		grep -q '^\.Sh EXAMPLES$' "$page" || fail "$page: no EXAMPLES"
	done
}

@test "man: mandoc finds nothing to warn of" {
	run -0 mandoc -T lint -W warning "$ROOT"/man/*
	[ -z "$output" ]
}

@test "man: a page of ours that another one refers to is there" {
	seen=0
	while read -r name section; do
		[ -f "$ROOT/man/$name.$section" ] || fail "$name($section)"
		seen=$((seen + 1))
	done < <(sed -n 's/^\.Xr \(gr[-.][^ ]*\) \([1-8]\).*/\1 \2/p' "$ROOT"/man/* | sort -u)
	[ "$seen" -ge 10 ]
}

@test "man: every command of a program is described in its page" {
	for p in gr-registry gr-jobs gr-ca gr-install-cert gr-journal gr-jobs-client; do
		while read -r verb; do
			grep -qE "^\.It Cm (.* )?$verb( |\$)" "$ROOT/man/$p.1" ||
				fail "$p $verb is not described"
		done < <("$p" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
	done
}

@test "man: every option of a program is described in its page" {
	for p in gr-backendd gr-registry gr-jobs gr-ca gr-audit gr-report; do
		page=$(ls "$ROOT"/man/"$p".[18])
		{
			"$p" --help
			for verb in $("$p" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'); do
				"$p" "$verb" --help
			done
		} | sed -n 's/^  \(-.\), --.*/\1/p' | sort -u >options
		[ -s options ]
		while read -r option; do
			grep -qE "Fl ([^ ]* )?${option#-}( |\$)" "$page" ||
				fail "$p $option is not described"
		done <options
	done
}
