# A device that says each word of a rotation once, and the daemon dies somewhere over it. test/fault/messages-run tries
# every place (once, once-cut); these are samples.
bats_require_minimum_version 1.5.0

setup_file() {
	load lib/helper
	load lib/lab
	load lib/cut
	cut_ready
	lab_up
	lab_down	# for the program ask alone: here each test kills servers of its own
}
setup() {
	load lib/helper
	load lib/lab
	load lib/once
	load lib/cut
	cut_ready
	own_lab
	J=job-$BATS_TEST_NUMBER QOS=1
	thing_new
}
teardown() { own_lab_down; }

@test "once: the daemon is killed as soon as the broker has the word" { the_rotation over; }
@test "once: the same at QoS 0" { QOS=0 the_rotation over; }

@test "once: the daemon is killed at one of its system calls" {
	local n=$((RANDOM % 50 + 30))
	echo "call $n"
	the_rotation "cut-$n"
}
