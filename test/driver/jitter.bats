# SPDX-License-Identifier: Apache-2.0
# A fleet that lost its broker must not come back at one moment, nor ask for jobs in step.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/store

setup() {
	make_device
	export END="PATH=/usr/bin:/bin; $ROOT/test/tools/kill_driver $GR_STATE"
}

# random NUMBER: what the driver gets from /dev/urandom, from 0 to 65535
random() {
	printf '#!/bin/sh\necho %s\n' "$1" >fake/od
	chmod +x fake/od
}
# pauses N: the first N pauses of a driver that reaches no broker; none is waited for
pauses() {
	rm -f slept
	wrapped gr-link 'echo "gr-link: nobody is there" >&2; exit 111'
	wrapped sleep 'echo "$1" >>'"$PWD"'/slept; [ "$(wc -l <'"$PWD"'/slept)" -lt '"$1"' ] || { '"$END"'; }'
	run -137 fake/rotate.sh run
	xargs <slept
}
# poll: how long a driver that is connected waits for a job
poll() {
	wrapped gr-link 'echo connected; exec cat'
	wrapped gr-jobs-client 'echo "${*: -1}" >'"$PWD"'/waits; '"$END"
	run -137 fake/rotate.sh run
	cat waits
}

@test "jitter: a pause is up to its delay, which doubles from the least to the greatest" {
	setting retryMinMilliseconds 1000
	setting retryMaxMilliseconds 7000
	wrapped od ''
	random 0
	[ "$(pauses 4)" = '0.001 0.001 0.001 0.001' ]
	random 32768
	[ "$(pauses 4)" = '0.501 1.001 2.001 3.501' ]
	random 65535
	[ "$(pauses 5)" = '1.000 2.000 4.000 7.000 7.000' ]
}
@test "jitter: two devices do not come back at the same moments" {
	[ "$(pauses 4)" != "$(pauses 4)" ]
}
@test "jitter: jobs are asked for between half and the whole of the clock" {
	setting pollSeconds 1000
	wrapped od ''
	random 0
	[ "$(poll)" = 500 ]
	random 65535
	[ "$(poll)" = 999 ]
}
@test "jitter: four devices do not ask in step" {
	setting pollSeconds 1000
	[ "$(for n in 1 2 3 4; do poll; done | sort -u | wc -l)" -gt 1 ]
}
