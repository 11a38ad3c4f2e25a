# SPDX-License-Identifier: Apache-2.0
# cut.bash - gr-cut on PATH, and samples of what make fault does at every point. Load after helper.

cut_ready() {
	PATH=$ROOT/build/${SANITIZE:+sanitize/}fault/bin:$PATH
	# Nobody can look for leaks in a process that is traced.
	[ -z "${SANITIZE:-}" ] || export ASAN_OPTIONS=exitcode=86:detect_leaks=0
	command -v gr-cut >/dev/null || {
		echo 'gr-cut is not there; make check builds it' >&2
		return 1
	}
}

# sample PATTERN: of these classes three points, each another kind of call; as many survive as were
# tried. The seed of a sample that failed is told, for test/fault/cut-run -s SEED PATTERN.
sample() {
	local seed=${FAULT_SEED:-$RANDOM}
	echo "seed $seed"
	"$ROOT/test/fault/cut-run" -s "$seed" "$1" >table
	cat table
	[ -s table ]
	awk -F '\t' '$2 == 0 || $2 != $3 { exit 1 }' table
}
