# Every message of a rotation gets lost, or comes twice; in either direction. The job succeeds all the same.
bats_require_minimum_version 1.5.0
load lib/helper
load lib/device
load lib/fleet

setup_file() {
	load lib/helper
	make -s -C "$ROOT" mishaps 3>&-
}
setup() {
	fleet "$PWD/lab" -n 6
	thing thing-1
}
teardown() {
	cat work-*.log 2>/dev/null || :
	fleet_stop lab
	lab.sh down lab
}

# The messages of a rotation, one a line, in the file points.
count_messages() {
	drive
	clean_rotation	# the first one takes the plain files over
	new_job
	mark
	rotation "$JOB"
	messages >points
	healthy
	park
}

@test "messages: W15 W16 W26 W30 W32 each message of a rotation is lost once, and it succeeds" {
	count_messages
	[ "$(wc -l <points)" -gt 20 ]
	crew 6 here struck drop
	echo "points tried: $(wc -l <points), survived: all" >&3
}

@test "messages: W20 W21 W28 every message of a rotation comes twice, and it succeeds" {
	count_messages
	messages=$(wc -l <points)
	echo '1 none' >points
	drive
	new_job
	mark
	mishap 'each * double'
	rotation "$JOB"
	[ "$(traced | grep -c ' double$')" -ge "$messages" ]
	ended_as "$JOB" SUCCEEDED
	healthy
	clean_rotation
	park
}
