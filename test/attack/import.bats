# SPDX-License-Identifier: Apache-2.0
# import.bats - files that somebody else wrote, into gr-registry import:
# nothing beyond a line is read, and each byte once

bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	export GR_HOME=$PWD/home
	gr-registry init
}

# checked COMMAND...: 87 where memory is read that was not asked for.
# A sanitized build looks for itself.
checked() {
	if [ -n "${SANITIZE:-}" ]; then
		"$@"
	else
		# What valgrind does not know of the system it says as well: that goes into a file.
		valgrind -q --log-file=memory.log --error-exitcode=87 "$@" || {
			cat memory.log >&2
			return 87
		}
	fi
}

# instructions FILE: how many an import of it takes
instructions() {
	valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null \
		gr-registry import "$1" 2>&1 >sum |
		sed -n 's/.* I *refs: *//p' | tr -d ,
}

# newlines N
newlines() {
	head -c "$1" /dev/zero | tr '\0' '\n'
}

@test "import: a line of blanks that fills the buffer is read to its end and no further" {
	{ head -c 1048576 /dev/zero | tr '\0' ' '; echo; } >blanks
	run -0 --separate-stderr checked gr-registry import blanks
	[ "$output" = '1 line(s): 0 thing(s), 0 new certificate(s)' ]
	[ -z "$stderr" ]
}

@test "import: blanks at the end of a file, without a newline, are one line" {
	head -c 100000 /dev/zero | tr '\0' '\t' >blanks
	run -0 --separate-stderr checked gr-registry import blanks
	[ "$output" = '1 line(s): 0 thing(s), 0 new certificate(s)' ]
}

@test "import: twice the blank lines take twice the work" {
	newlines 400000 >many
	run -0 gr-registry import many
	[ "$output" = '400000 line(s): 0 thing(s), 0 new certificate(s)' ]
	[ -z "${SANITIZE:-}" ] || return 0	# valgrind counts, and does not run that one
	newlines 20000 >some
	newlines 40000 >twice
	newlines 1 >one
	base=$(instructions one) some=$(instructions some) twice=$(instructions twice)
	echo "one $base, 20000 $some, 40000 $twice"
	[ $((twice - base)) -lt $((3 * (some - base))) ]
}
