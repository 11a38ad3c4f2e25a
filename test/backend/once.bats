# SPDX-License-Identifier: Apache-2.0
# A device that says each word of a rotation once, and the daemon dies somewhere over it.
# test/fault/messages-run tries every place (once, once-cut); these are samples.
bats_require_minimum_version 1.5.0

setup_file() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/cut
	cut_ready
	ask_build
}
setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/once
	load ../lib/cut
	cut_ready
	own_lab
	J=job-$BATS_TEST_NUMBER QOS=1
	thing_new
}
teardown() { own_lab_down; }

@test "once: a device that sends each message once rotates though the daemon is killed right after the broker has it" { the_rotation over; }
@test "once: a device that sends each message once at QoS 0 rotates though the daemon is killed right after the broker has it" { QOS=0 the_rotation over; }

@test "once: a device that sends each message once rotates though the daemon is killed at one of its system calls" {
	local n=$((RANDOM % 50 + 30))
	echo "call $n"
	the_rotation "cut-$n"
}

# thrice N: it comes again, over a new connection each time, as long as it is not acknowledged;
# N connections were there before
thrice() { [ "$(grep -c ' as gr/backendd (' "$LAB/broker/log")" -ge $(($1 + 3)) ]; }

@test "full disk: a final status that finds no room in the ledger counts once there is room" {
	rotation_begun
	over_new
	accepted commit "{\"jobId\":\"$J\"}"
	backend stop
	cp "$GR_HOME/ledger" ledger
	# As long as a file may be, by the limit that the daemon and its signer get.
	yes '{"event":"status"}' | head -c $((8 * 1024 * 1024 - 1)) >>"$GR_HOME/ledger"
	echo >>"$GR_HOME/ledger"
	ask "=$(topic "jobs/$J/update")" '{"status":"SUCCEEDED"}'
	before=$(grep -c ' as gr/backendd (' "$LAB/broker/log")
	(
		trap '' XFSZ
		ulimit -f 8192
		exec gr-backendd -s "$LAB/home/shared/broker.sock" -q 0 >full.log 2>&1 3>&-
	) &
	await thrice "$before" || { kill -KILL $!; return 1; }
	grep -q 'ledger: cannot be appended to: File too large' full.log
	execution_is IN_PROGRESS
	kill -KILL $!
	wait $! || :
	cp ledger "$GR_HOME/ledger"
	backend start
	await execution_is SUCCEEDED
	as_ever
}
