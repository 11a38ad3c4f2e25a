# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/cut

# A fault at the n-th system call of a whole run, whoever makes it: that the tool misses none, and
# the programs that write keys and journal. Whole rotations: fault/cut.bats.

setup_file() {
	gcc -static -O1 -o "$BATS_FILE_TMPDIR/raw" "$ROOT/test/tools/raw_mkdir.c"
}
setup() {
	RAW=$BATS_FILE_TMPDIR/raw
	cut_ready
}

# A process tree that makes 40 files and renames half of them:
# subshells, background jobs, sessions of their own.
busy() {
	cat >busy <<-'END'
		mkdir out
		for i in 1 2 3 4; do
			setsid sh -c 'for j in 1 2 3 4 5; do : >"out/$0.$j"; done; (for j in 1 2 3 4 5; do mv "out/$0.$j" "out/$0.moved.$j"; done)' "$i" &
		done
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do : >"out/main.$i"; done
		wait
	END
}

@test "gr-cut: all processes of a run share one counter, which is the same in each run" {
	busy
	for i in 1 2 3; do
		rm -rf out
		run -0 gr-cut -l log sh busy
		[ "$(wc -l <log)" -eq 61 ]
		[ "$(cut -d ' ' -f 1 log | xargs)" = "$(seq 61 | xargs)" ]
		[ "$(cut -d ' ' -f 2 log | sort -u | wc -l)" -gt 20 ]
	done
}

# made: calls of busy that have been made
made() {
	local made
	made=$(find . -maxdepth 1 -name out | wc -l)
	[ -d out ] || mkdir out
	echo $((made + $(find out -type f | wc -l) + $(find out -name '*.moved.*' | wc -l)))
}
@test "gr-cut: killed before call N, exactly N - 1 calls were made" {
	busy
	sed -i 's/ &$//' busy	# one after the other
	for n in 1 2 7 20 33 50 60 61; do
		rm -rf out
		run -137 gr-cut -n "$n" -l log sh busy
		[ "$(made)" -eq $((n - 1)) ]
		[ "$(wc -l <log)" -eq "$n" ]
	done
	rm -rf out
	run -0 gr-cut -n 62 sh busy
}
@test "gr-cut: killed before call N, all processes end at once; calls just begun are done or not, as in a power cut" {
	busy
	for n in 1 2 7 20 33 50 60 61; do
		rm -rf out
		run -137 gr-cut -n "$n" -l log sh busy
		made=$(made)
		# five run side by side
		[ "$made" -le $((n - 1)) ] && [ "$made" -ge $((n - 5)) ]
		[ "$(wc -l <log)" -eq "$n" ]
	done
	rm -rf out
	run -0 gr-cut -n 62 sh busy
}

@test "gr-cut: a system call made without the C library counts" {
	run -0 gr-cut -l log "$RAW" made
	[ "$(cut -d ' ' -f 3- log)" = "raw mkdirat $PWD/made
raw unlinkat $PWD/made" ]
	run -137 gr-cut -n 2 "$RAW" made
	[ -d made ]
}

@test "gr-cut: call N fails once and the run goes on" {
	run -0 gr-cut -n 2 -e ENOSPC -c space -l log sh -c 'echo 1 >a; echo 2 >b'
	[ ! -s a ]
	[ -s b ]
	[ "$(wc -l <log)" -eq 4 ]
}

@test "gr-cut: call N moves half of the bytes that it was asked to, and the program asks for the rest" {
	printf 'hello world\n' >text
	run -0 gr-cut -c part -n 1 -e SHORT -u "$PWD/" dd if=text bs=12 count=1 status=none
	[ "$output" = 'hello ' ]
	run -0 gr-cut -c part -n 1 -e SHORT -u "$PWD/" -l log cat text
	[ "$output" = 'hello world' ]
	# a byte alone cannot be cut short, and nothing but reads and writes can
	run -0 gr-cut -c part -n 1 -e SHORT -u "$PWD/" -l log dd if=text of=copy bs=1 status=none
	cmp text copy
	[ ! -s log ]
}

@test "gr-cut: a process that makes a descriptor may be told that it has too many, and for what" {
	echo text >text
	run -1 gr-cut -c new -n 1 -e EMFILE -u "$PWD/" cat text
	[ "$output" = 'cat: text: Too many open files' ]
	for error in ENOMEM:'Cannot allocate memory' EACCES:'Permission denied' \
		EROFS:'Read-only file system' EINTR:'Interrupted system call'; do
		run -1 gr-cut -c file -n 1 -e "${error%%:*}" mkdir new
		[[ $output == *": ${error#*:}" ]]
	done
}

@test "gr-cut: before call N another command runs to its end, and nobody comes to a counted call meanwhile" {
	busy
	for n in 1 20 61; do
		rm -rf out seen
		run -0 gr-cut -n "$n" -x 'find out -type f >seen; sleep 0.1; find out -type f | diff - seen && echo same' -l log sh busy
		[ "$(grep -cx same <<<"$output")" -eq 1 ]
		[ "$(wc -l <seen)" -lt "$n" ]
		# all were made in the end
		[ "$(wc -l <log)" -eq 61 ]
		[ "$(made)" -eq 61 ]
	done
	run -0 gr-cut -x 'echo never' true
	[ -z "$output" ]
}
@test "gr-cut: a command beside the program may end it; then call N is never made" {
	echo 'trap "" TERM; echo $$ >pid; mkdir out; mkdir late' >victim
	run -137 gr-cut -c file -n 3 -x 'kill -KILL "$(cat pid)"' sh victim
	[ -d out ] && [ ! -e late ]
}

@test "gr-cut: calls that only read count below a directory, and only when asked for" {
	mkdir here
	echo text >here/file
	run -0 gr-cut -l log cat here/file
	[ ! -s log ]
	run -0 gr-cut -c look -u "$PWD/here/" -l log cat here/file
	[ "$(cut -d ' ' -f 3-4 log | xargs)" = "cat openat cat newfstatat cat read cat read" ]
	run -1 gr-cut -c look -u "$PWD/here/" -n 1 -e EIO cat here/file
}

@test "gr-cut: calls on both ends of a connection count, with a signal in between, and none twice" {
	for i in 1 2 3; do
		run -0 gr-cut -c net,take -l log perl -MSocket -e '
			socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); $SIG{CHLD} = sub { wait };
			for (1 .. 20) { fork or exit; syswrite A, "ab" or die; sysread B, $x, 2 or die }'
		[ "$(wc -l <log)" -eq 40 ]
	done
}

@test "gr-cut: a process that stays behind is named and 125, one that never ends is 124" {
	run -125 --separate-stderr gr-cut sh -c 'setsid sleep 600 &'
	[[ $stderr =~ ^"gr-cut: left behind: "[0-9]+" (sleep)"$ ]]
	run -124 --separate-stderr gr-cut -t 1 sleep 600
	[[ $stderr =~ ^"gr-cut: still running at the time limit: "[0-9]+" (sleep)"$ ]]
}

@test "gr-cut: passes on the program's status, and a signal to it" {
	run -42 gr-cut sh -c 'exit 42'
	run -127 gr-cut ./nothing
	gr-cut sh -c 'trap "exit 7" TERM; echo ready >fifo; while :; do sleep 0.1; done' &
	pid=$!
	mkfifo fifo 2>/dev/null || :
	until [ -e fifo ] && read -r _ <fifo; do :; done
	kill "$pid"
	rc=0
	wait "$pid" || rc=$?
	[ "$rc" -eq 7 ]
}

@test "cut: each program that writes keys or the journal may be killed or fail at any call" {
	sample '^one program: (killed|EIO|EIO from a look|ENOSPC)$'
}

@test "make fault: it calls every test/fault/*-run without an operand, and none needs one" {
	for set in "$ROOT"/test/fault/*-run; do
		usage=$(sed -n 's/^# usage: [^ ]* *//p' "$set" | sed 's/\[[^]]*\]//g' | tr -d ' .')
		[ -z "$usage" ] || { echo "$set: $usage" >&2; return 1; }
	done
}
