# SPDX-License-Identifier: Apache-2.0
# job-ids.bats - whatever AWS takes for a job's id, and whatever is answered to a final status,
# a device goes on rotating
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

setup() {
	lab
	as thing-1
	setting retryMinMilliseconds 5
	setting retryMaxMilliseconds 20
}
teardown() { down; }

# serve_answering TEXT STATUS [ARGUMENT...]: rotate.sh once,
# while each final status is answered so by gr-jobs-client
serve_answering() {
	mkdir -p mine
	ln -sf "$BIN"/*.sh mine/
	cp --remove-destination "$BIN/rotate.sh" mine/
	cat >mine/gr-jobs-client <<-END
		#!/bin/sh
		case "\$*" in *" SUCCEEDED" | *" FAILED")
			echo x >>"$PWD/asked"
			printf '$1'
			exit $2 ;;
		esac
		exec "$BIN/gr-jobs-client" "\$@"
	END
	chmod +x mine/gr-jobs-client
	timeout 600 mine/rotate.sh once
}
# closed TEXT: the record ended after ten such answers, with one line
closed() {
	[ "$(wc -l <asked)" -eq 10 ]
	[ "$(grep -c "job $1: its end cannot be reported ($2); the pair in use stays, any other is kept; see gr-registry history" <<<"$stderr")" -eq 1 ]
	is_idle
}
rotates() {
	gr-jobs create -H "$HOME_DIR" -t thing/thing-1 -- "$1" >/dev/null
	run -0 rotate.sh once
	[ "$(gr-jobs executions -H "$HOME_DIR" -- "$1" | cut -f 3)" = SUCCEEDED ]
}

@test "job ids: a job whose id looks like an option rotates as any other" {
	for id in -g1 --help -- -; do
		rotates "$id"
	done
}

@test "final status: SUCCEEDED that is refused ten times is given up; both pairs stay, and the next job rotates" {
	rotate_job j1
	run -1 --separate-stderr serve_answering 'code=InvalidRequest\nstatus=\nsurvivor=\n' 1
	closed j1 InvalidRequest
	[ "$(gr-install-cert status | grep -c '^generation')" -eq 2 ]
	[ "$(gr-journal get other)" = 1 ]
	[ "$(sed -n 's/^live=//p' <<<"$(gr-install-cert status)")" = 2 ]
	gr-jobs cancel -H "$HOME_DIR" --force j1 >/dev/null
	rotates j2
}

@test "final status: FAILED that our own program refuses ten times is given up; the old pair stays, and the next job rotates" {
	rotate_job j1
	setting issuerCaPath "$T/other.pem"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k \
		-out "$T/other.pem" -subj /CN=other 2>/dev/null
	run -1 --separate-stderr serve_answering '' 100
	closed j1 'gr-jobs-client ended with status 100'
	[ "$(sed -n 's/^live=//p' <<<"$(gr-install-cert status)")" = 1 ]
	gr-jobs cancel -H "$HOME_DIR" --force j1 >/dev/null
	sed -i /^issuerCaPath/d "$GR_CONF"
	rotates j2
}
