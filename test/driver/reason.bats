# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device
load ../lib/one-device

# The reason that reaches the operator is the true one: what was waited for,
# in the words of the program that knew.

NOT_YET="the thing's own connection does not use the new certificate yet"

# runtime_on_old: the thing's own client, which keeps its connection over the old pair whatever the
# hook is asked for
runtime_on_old() {
	mosquitto_sub -h localhost -p "$(cat "$LAB/port")" --cafile "$HOME_DIR/ca/ca.pem" \
		--cert old.pem --key old.key -i thing-1 \
		-t things/thing-1/news >runtime.log 2>&1 </dev/null 3>&- &
	echo $! >runtime.pid
	printf '#!/bin/sh\nexit 0\n' >hook
	chmod +x hook
	setting runtime other
	setting restartHook "$PWD/hook"
	await eval '[ "$(sqlite3 "$HOME_DIR/shared/registry.db" "SELECT live FROM session WHERE thing = '"'thing-1'"'")" = 1 ]'
}
# killed_when_noted: the driver is killed once its record holds what it waits for
killed_when_noted() {
	wrapped gr-journal '"$REAL" "$@"; rc=$?; case "$*" in *" note=gr-"*) "$ROOT/test/tools/kill_driver" ;; esac; exit $rc'
	fake/rotate.sh once 2>trial.log || [ $? -eq 137 ]
	rm fake/gr-journal
	ln -s "$BIN/gr-journal" fake/
}
# noisy: every program loads a library that prints around what it says
noisy() {
	gcc -shared -fPIC -o noisy.so "$ROOT/test/tools/noisy_provider.c"
	printf '%s\n' 'openssl_conf = all' '[all]' 'providers = list' '[list]' 'default = on' \
		'noisy = own' '[on]' 'activate = 1' \
		'[own]' "module = $PWD/noisy.so" 'activate = 1' >openssl.cnf
	export OPENSSL_CONF=$PWD/openssl.cnf
}
fails_with() {
	[ "$(status_of j1)" = FAILED ]
	[[ "$(reason_of j1)" == $1 ]] || { echo "reason: $(reason_of j1)" >&2; return 1; }
}

# --- what the trial waited for -------------------------------------------------------------------

@test "reason: commit is answered 'not yet' until the deadline: the reason is the last answer" {
	runtime_on_old
	deadline_when_noted gr-commit
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with "the trial's deadline passed: gr-commit: j1: not yet: $NOT_YET"
	assert_unchanged
}

@test "reason: commit is answered 'not yet' and then not at all: the reason is the answer" {
	wrapped gr-commit '[ ! -e answered ] || { "$REAL" "$@"; rc=$?; touch asked_again; exit $rc; }; touch answered; '"sed -i 's/^requestTimeoutSeconds.*/requestTimeoutSeconds = 1/' $GR_CONF; "'echo "gr-commit: j1: not yet: busy" >&2; exit 111'
	deny iot:Receive 'arn:aws:iot:*:*:topic/awslabs/things/*/certificate/commit/*'
	deadline_when_noted gr-commit '[ -e asked_again ]'
	setting requestTimeoutSeconds 2
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with "the trial's deadline passed: gr-commit: j1: not yet: busy"
}

@test "reason: the driver is killed while it waits for commit, and started past the deadline: the reason is the last answer" {
	runtime_on_old
	rotate_job j1
	killed_when_noted
	[ "$(gr-journal get phase)" = committing ]
	put_into_journal trialUntil=1
	run -1 rotate.sh once
	fails_with "the trial's deadline passed: gr-commit: j1: not yet: $NOT_YET"
	assert_unchanged
}

@test "reason: the driver is killed for good, and the watchdog ends the trial: the reason is the last answer" {
	runtime_on_old
	rotate_job j1
	killed_when_noted
	put_into_journal trialUntil=1
	run -0 rotate.sh recover
	[ "$(gr-journal get reason)" = "the trial's deadline passed: gr-commit: j1: not yet: $NOT_YET" ]
	run -1 rotate.sh once
	fails_with "the trial's deadline passed: gr-commit: j1: not yet: $NOT_YET"
	assert_unchanged
}

@test "reason: there is no network during the trial: the reason says so" {
	deadline_when_noted "gr-link: localhost"
	wrapped gr-commit "$BIN/lab.sh stop $LAB broker; "'exec "$REAL" "$@"'
	# It is back for the report.
	wrapped gr-install-cert \
		"[ \"\$1\" != rollback ] || $BIN/lab.sh start $LAB broker; "'exec "$REAL" "$@"'
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with "the trial's deadline passed: gr-link: localhost:*: Connection refused"
}

@test "reason: the new certificate is refused until the deadline, before the refusal window is over: the reason says so" {
	deadline_when_noted "gr-link: "
	setting refusalWindowSeconds 600
	wrapped gr-link '[ "$2" != 2 ] || { echo "gr-link: localhost: our certificate is refused: bad luck" >&2; exit 1; }; exec "$REAL" "$@"'
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with "the trial's deadline passed: gr-link: localhost: our certificate is refused: bad luck"
	assert_unchanged
}

@test "reason: the token is away during the trial: the reason says so" {
	deadline_when_noted "gr-link: "
	wrapped gr-link '[ "$2" != 2 ] || { echo "gr-link: pkcs11:object=x: there is no token" >&2; exit 111; }; exec "$REAL" "$@"'
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with "the trial's deadline passed: gr-link: pkcs11:object=x: there is no token"
}

@test "reason: the check of the runtime never succeeds: the reason says so" {
	printf '#!/bin/sh\nexit 3\n' >check
	chmod +x check
	wrapped gr-jobs-client '"$REAL" "$@" | sed /^idempotent=/d; exit "${PIPESTATUS[0]}"'
	deadline_when_noted 'the runtime'
	setting repeatSeconds 1
	rotate_job j1
	GR_RUNTIME_CHECK=$PWD/check run -1 fake/rotate.sh once
	fails_with "the trial's deadline passed: the runtime is not on the new certificate yet: $PWD/check ended with status 3"
}

@test "reason: no certificate comes in time, since there is no network: the reason says so" {
	setting trialSeconds 4
	wrapped gr-create 'echo "gr-create: link.sock: Connection refused" >&2; exit 111'
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with "no certificate came in time: gr-create: link.sock: Connection refused"
}

@test "reason: a full disk does not hide the reason that the driver knows" {
	setting trialSeconds 300
	wrapped gr-commit 'echo "gr-commit: j1: rejected: for a test" >&2; exit 1'
	wrapped gr-journal 'case "$*" in put*phase=rolling-back*) ulimit -f 0; trap "" XFSZ ;; esac; exec "$REAL" "$@"'
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with "commit was refused: j1: rejected: for a test"
}

# --- whose line it is ----------------------------------------------------------------------------

@test "reason: lines of libraries before, after and in front of our line are left out" {
	make_ca() {
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-keyout "$1.key" -out "$1.pem" -subj "/CN=$1" -days 3 2>/dev/null
	}
	make_ca other
	setting issuerCaPath "$PWD/other.pem"
	noisy
	rotate_job j1
	run -1 rotate.sh once
	unset OPENSSL_CONF
	[[ $output == *'noisy: half a line'* ]]
	fails_with 'the request for a certificate failed: certificate *: unable to get local issuer certificate'
	[[ "$(reason_of j1)" != *noisy* ]]
}

@test "reason: lines of libraries are left out when commit is refused, the broker refuses, or a step breaks" {
	noisy
	wrapped gr-csr 'printf "\033[1mTCTI: \001 no" >&2; echo "gr-csr: pkcs11:object=x: token is away" >&2; printf "gone\nand more" >&2; exit 100'
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with 'a step on the device failed in phase creating-certificate: gr-csr: pkcs11:object=x: token is away'
	rm fake/gr-csr
	ln -s "$BIN/gr-csr" fake/
	gr-jobs delete-execution -H "$HOME_DIR" j1 thing-1 1 2>/dev/null || :
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"CREATE TRIGGER off AFTER INSERT ON certificate
		BEGIN UPDATE certificate SET status = 'INACTIVE' WHERE id = new.id; END"
	rotate_job j2
	run -1 fake/rotate.sh once
	[[ "$(reason_of j2)" == \
		'the broker refuses the new certificate: localhost:'*': refused: '* ]]
	[[ "$(reason_of j2)" != *noisy* ]]
}

@test "reason: a step without a line of its own, or that is not there, is named" {
	wrapped gr-csr 'exit 100'
	rotate_job j1
	run -1 fake/rotate.sh once
	fails_with 'a step on the device failed in phase creating-certificate: gr-csr ended with status 100'
	rm fake/gr-csr
	rotate_job j2
	run -1 env PATH=/usr/sbin:/usr/bin:/bin fake/rotate.sh once
	[[ "$(reason_of j2)" == 'a step on the device failed in phase creating-certificate: gr-csr: '*'not found' ]]
}

@test "reason: it has at most 1000 printable characters, and never a PIN" {
	wrapped gr-csr 'printf "gr-csr: pkcs11:object=x?pin-value=123456&module-name=y: \033]0;x\007 \302\233m \342\200\256 %2000s\n" z >&2; exit 100'
	rotate_job j1
	run -1 fake/rotate.sh once
	reason=$(reason_of j1)
	[ "${#reason}" -eq 1000 ]
	[[ $reason != *123456* ]]
	[[ $reason == *'pin-value=***&module-name=y'* ]]
	[ -z "$(printf %s "$reason" | LC_ALL=C tr -d ' -~')" ]
}

# --- a device that cannot begin ------------------------------------------------------------------

# cannot_begin REASON: the job has begun in name and failed with that reason;
# nothing of the device has changed
cannot_begin() {
	fails_with "$1"
	sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT count(*) FROM execution WHERE job = 'j1' AND started > 0" |
		grep -qx 1
	[ "$(certificate_id)" = "$OLD" ]
	cmp "$T/private.key" old.key
	[ "$(gr-probe)" = "$OLD" ]
}

@test "begin: settings that become bad while the driver runs: FAILED with the line, then a good job rotates" {
	rotate.sh run 3>&- 2>log &
	driver=$!
	await eval '[ "$(sqlite3 "$HOME_DIR/shared/registry.db" "SELECT live FROM session WHERE thing = '"'thing-1'"'")" = 1 ]'
	cp "$GR_CONF" good.conf
	setting keyAlgorithm Foobar
	rotate_job j1
	await eval '[ "$(status_of j1)" = FAILED ]'
	cp good.conf "$GR_CONF"
	cannot_begin \
		'the job cannot begin: gr-config: keyAlgorithm: Foobar: unknown; allowed are *'
	rotate_job j2
	await eval '[ "$(status_of j2)" = SUCCEEDED ]'
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
}

@test "begin: settings that cannot be read while the driver runs: FAILED with the line" {
	setting pollSeconds 2
	rotate.sh run 3>&- 2>log &
	driver=$!
	await eval '[ "$(sqlite3 "$HOME_DIR/shared/registry.db" "SELECT live FROM session WHERE thing = '"'thing-1'"'")" = 1 ]'
	cp "$GR_CONF" good.conf
	echo 'this is no setting' >>"$GR_CONF"
	rotate_job j1
	await eval '[ "$(status_of j1)" = FAILED ]'
	cp good.conf "$GR_CONF"
	cannot_begin 'the job cannot begin: gr-*: not of the form key = value'
	kill "$driver"
	wait "$driver" || [ $? -eq 143 ]
}

@test "begin: adoption is refused: FAILED with the line, and the driver ends with 1" {
	wrapped gr-install-cert '[ "$1" != adopt ] || { echo "gr-install-cert: $0: a mount point of its own" >&2; exit 100; }; exec "$REAL" "$@"'
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	cannot_begin 'the job cannot begin: gr-install-cert: *: a mount point of its own'
	# Each job has its answer.
	rotate_job j2
	rotate_job j3
	run -1 timeout 600 fake/rotate.sh once
	[ "$(status_of j2)$(status_of j3)" = FAILEDFAILED ]
}

@test "begin: a fault that may pass is waited for during the refusal window" {
	setting refusalWindowSeconds 600
	wrapped gr-install-cert '[ "$1" != adopt ] || [ -e mended ] || { touch mended; echo "gr-install-cert: read-only" >&2; exit 111; }; exec "$REAL" "$@"'
	rotate_job j1
	run -0 timeout 600 fake/rotate.sh once
	[ -e mended ]
	assert_rotated j1
}

@test "begin: a fault that lasts longer than the refusal window fails the job" {
	wrapped gr-install-cert '[ "$1" != adopt ] || { echo "gr-install-cert: $0: Read-only file system" >&2; exit 111; }; exec "$REAL" "$@"'
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	cannot_begin 'the job cannot begin: gr-install-cert: *: Read-only file system'
}

@test "begin: the journal cannot be written: FAILED without it" {
	gr-install-cert adopt
	wrapped gr-journal '[ "$1" != put ] || { echo "gr-journal: $0: cannot be replaced: Read-only file system" >&2; exit 111; }; exec "$REAL" "$@"'
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	cannot_begin \
		'the job cannot begin: gr-journal: *: cannot be replaced: Read-only file system'
}

@test "begin: the answer to FAILED is lost: it is sent again" {
	wrapped gr-install-cert '[ "$1" != adopt ] || { echo "gr-install-cert: no" >&2; exit 100; }; exec "$REAL" "$@"'
	wrapped gr-jobs-client 'case "$*" in *FAILED*) [ -e unsaid ] || { touch unsaid; exit 111; } ;; esac; exec "$REAL" "$@"'
	setting recordGraceSeconds 600
	rotate_job j1
	run -1 timeout 600 fake/rotate.sh once
	[ -e unsaid ]
	fails_with 'the job cannot begin: gr-install-cert: no'
}

# --- what the operator is shown ------------------------------------------------------------------

@test "reason: control characters from a device do not reach the operator's terminal" {
	rotate_job j1
	printf '\302\233 \342\200\256 \342\201\246 \302\205 \303\244 \342\202\254 \360\237\224\221' >reason
	sqlite3 "$HOME_DIR/shared/registry.db" "UPDATE execution SET status = 'FAILED', details = json_object('DeviceFailureReason', cast(readfile('reason') AS TEXT))"
	shown='? ? ? ? ä € 🔑'
	[ "$(reason_of j1)" = "$shown" ] || { reason_of j1 >&2; false; }
	gr-jobs describe-execution -H "$HOME_DIR" j1 thing-1 |
		grep -qF "DeviceFailureReason	$shown"
	gr-report -H "$HOME_DIR" | grep -qF "$shown"
	# What a program of ours says as well.
	run -100 --separate-stderr gr-jobs-client update \
		"$(cat reason; printf ' \377 \303( \340\202\233 \355\240\200 \364\220\200\200 \342\202')" \
		FAILED
	[ "$stderr" = "gr-jobs-client: $shown ? ?( ??? ? ? ??: not a job id" ] || {
		echo "$stderr" >&2
		false
	}
}
