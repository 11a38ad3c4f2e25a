# SPDX-License-Identifier: Apache-2.0
# lab.bash - a lab (scripts/lab/lab.sh) for the tests of the backend: its things, raw requests over
# their credentials, and what the registry says afterwards.
#
# THING, CERT, KEY and CLIENT name who is speaking;
# ANSWER ("accepted", "rejected") and BODY hold the last answer.

# lab_up [OPTION...]: one for the whole file, from setup_file.
lab_up() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	ask_build
	lab.sh up -n 0 -a ECDSA-P256 "$@" "$BATS_FILE_TMPDIR/lab" >/dev/null 3>&-
}

# lab_end DIR: fails when a sanitizer had something to say about the daemon.
lab_end() {
	local rc=0
	[ -d "$1/home" ] || return 0
	lab.sh stop "$1" backend
	if grep -q 'Sanitizer\|runtime error' "$1/backend.log"; then
		cat "$1/backend.log" >&2
		rc=1
	fi
	lab.sh down "$1"
	return "$rc"
}
lab_down() { lab_end "$BATS_FILE_TMPDIR/lab"; }

# lab_use: from setup; the test's own thing and job bear its number.
lab_use() {
	LAB=$BATS_FILE_TMPDIR/lab
	PORT=$(cat "$LAB/port")
	export GR_HOME=$LAB/home
	J=job-$BATS_TEST_NUMBER COMMIT="{\"jobId\":\"job-$BATS_TEST_NUMBER\"}"
}

# own_lab [OPTION...]: another one, for a test that changes the world; own_lab_down ends it.
own_lab() {
	LAB=$BATS_TEST_TMPDIR/lab
	lab.sh up -n 0 -a ECDSA-P256 "$@" "$LAB" >/dev/null 3>&-
	PORT=$(cat "$LAB/port")
	export GR_HOME=$LAB/home
}
own_lab_down() { lab_end "$BATS_TEST_TMPDIR/lab"; }

# daemon_alone [OPTION...]: a gr-backendd in ./home without a broker, for tests that need jobs to
# be rolled out and no more; daemon_alone_end for teardown.
daemon_alone() {
	[ -d home/ca ] || gr-ca init -H "$PWD/home" -a ECDSA-P256
	gr-backendd -H "$PWD/home" -c 0 "$@" >daemon.log 2>&1 3>&- &
	ALONE=$!
	await not flock -n home/lock true
}
daemon_alone_end() {
	[ -n "${ALONE:-}" ] || return 0
	kill "$ALONE"
	wait "$ALONE" || { cat daemon.log >&2; return 1; }
	ALONE=
}

# backend start|stop|kill. Descriptor 5 is what tests hold fifos open with.
backend() { lab.sh "$1" "$LAB" backend 3>&- 5>&-; }

# before_notices_had_columns: as in a registry of version 2, but without the triggers of that time
before_notices_had_columns() {
	local column
	sql 'DROP TRIGGER notice_execution; DROP TRIGGER notice_job; DROP TRIGGER notice_alarm'
	for column in event job thing number status details reason comment kind \
		certificate text; do
		sql "ALTER TABLE notice DROP COLUMN $column"
	done
}

# sql_is QUERY VALUE
sql_is() {
	local value
	value=$(sql "$1")
	[ "$value" = "$2" ] || { printf '%s: %s, not %s\n' "$1" "$value" "$2" >&2; return 1; }
}

# thing_new [NAME]: a new thing, and we speak for it.
thing_new() {
	local name=${1:-thing-$BATS_TEST_NUMBER}
	lab.sh add -a ECDSA-P256 "$LAB" "$name" 3>&-
	as_thing "$name"
}

as_thing() {
	THING=$1 CLIENT=$1
	CERT=$LAB/things/$1/certificate.pem KEY=$LAB/things/$1/private.key
	OLD=$(certificate_id "$CERT")
	export GR_CONF=$LAB/things/$1/gr.conf GR_STATE=$LAB/things/$1/state
}

over_old() { CERT=$LAB/things/$THING/certificate.pem KEY=$LAB/things/$THING/private.key; }
over_new() { CERT=new.pem KEY=new.key; }

# topic KIND: jobs/..., create or commit, of our thing
topic() {
	case $1 in
	jobs/*) printf '$aws/things/%s/%s' "$THING" "$1" ;;
	*) printf 'awslabs/things/%s/certificate/%s' "$THING" "$1" ;;
	esac
}

# ask STEP...: see tools/ask.c; ask_build makes it, once for a file. WAIT is its -w.
ask_build() {
	gcc -O1 -o "$BATS_FILE_TMPDIR/ask.$BASHPID" "$ROOT/test/tools/ask.c" -lmosquitto &&
		mv "$BATS_FILE_TMPDIR/ask.$BASHPID" "$BATS_FILE_TMPDIR/ask"
}
ask() {
	timeout 600 "$BATS_FILE_TMPDIR/ask" -p "$PORT" -a "$GR_HOME/ca/ca.pem" -c "$CERT" \
		-k "$KEY" -i "$CLIENT" ${WAIT:+-w "$WAIT"} "$@"
}

# request KIND PAYLOAD: sets ANSWER and BODY; the messages are in the file `messages`
request() {
	local last
	ask "$(topic "$1")" "$2" >messages || { echo "ask: $?" >&2; return 1; }
	last=$(tail -n 1 messages)
	ANSWER=${last%% *} BODY=${last#* }
	ANSWER=${ANSWER##*/}
}

accepted() { request "$@" && [ "$ANSWER" = accepted ] || { echo "$ANSWER $BODY" >&2; return 1; }; }
# rejected KIND PAYLOAD CODE: of the Jobs service
rejected() {
	request "$1" "$2"
	[ "$ANSWER" = rejected ] && [ "$(jq -r .code <<<"$BODY")" = "$3" ] || {
		echo "$ANSWER $BODY" >&2
		return 1
	}
}
# refused KIND PAYLOAD MESSAGE: of create and commit
refused() {
	request "$1" "$2"
	[ "$ANSWER" = rejected ] && [ "$(jq -r .errorMsg <<<"$BODY")" = "$3" ] || {
		echo "$ANSWER $BODY" >&2
		return 1
	}
}

# Times in whole seconds near now become "S"; every other value stays what it is.
TIMES='def s: if type == "number" and floor == . and ((now - .) | fabs) < 100 then "S" else . end;
	walk(if type == "object" then with_entries(if .key | IN("timestamp", "queuedAt", "lastUpdatedAt", "startedAt") then .value |= s else . end) else . end)'

# json_is TEXT JSON [FILTER]: the same, whatever the order of members
json_is() {
	local got want
	got=$(jq -cS "$TIMES | ${3:-.}" <<<"$1")
	want=$(jq -cS . <<<"$2")
	[ "$got" = "$want" ] || { printf 'got  %s\nwant %s\n' "$got" "$want" >&2; return 1; }
}
body_is() { json_is "$BODY" "$@"; }

# story STEP...: what comes in on one session, in order, as words: topics below jobs/, without the
# answers to get. Two requests begin and end it: whatever was given rise to has been sent before
# the answer to the second.
story() {
	local -a turn=("$(topic jobs/get)" '{}' "$(topic jobs/get)" '{}')
	ask "${turn[@]}" "+$(topic jobs/notify)" "+$(topic jobs/notify-next)" "$@" \
		"${turn[@]}" >messages || return
	grep -v "/jobs/get/accepted " messages |
		sed "s,^.aws/things/$THING/jobs/\([^ ]*\) .*,\1," | xargs
}
# message WORD: the payload of the last one on jobs/WORD
message() { grep -F "$(topic "jobs/$1") " messages | tail -n 1 | cut -d ' ' -f 2-; }

# job_new ID [OPTION...]: for our thing
job_new() { gr-jobs create -t "thing/$THING" "${@:2}" "$1" >/dev/null; }
# other_job ID [OPTION...]: one that is no rotation, so that SUCCEEDED needs nothing else;
# for our thing
other_job() {
	echo '{"operation":"other"}' >other.json
	job_new "$1" -d other.json "${@:2}"
}

# key_new NAME [SUBJECT [OPENSSL-REQ-OPTION...]]: NAME.key, and NAME.csr with the subject on record
key_new() {
	local name=$1 subject=${2:-/O=gr lab/CN=$THING}
	shift $(($# < 2 ? $# : 2))
	[ $# -gt 0 ] || set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256
	openssl req -new -nodes -keyout "$name.key" -out "$name.csr" \
		-subj "$subject" "$@" 2>/dev/null
}

# csr_of NAME [MEMBERS]: the payload of create for our job, with other members
csr_of() { jq -nc --rawfile csr "$1.csr" --arg job "$J" '{jobId: $job, csr: $csr} + '"${2:-{\}}"; }

# job_started [ID]: a rotation, IN_PROGRESS, by a device that says that it is ours unless DEVICE is
# set to another word
job_started() {
	job_new "${1:-$J}"
	accepted "jobs/${1:-$J}/update" \
		'{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true,"CertificateRotatorDevice":"'"${DEVICE:-gr}"'"}}'
}

# rotation_begun: our thing has asked for new.pem; OLD and NEW are the certificate ids
rotation_begun() {
	[ -n "${THING:-}" ] || thing_new
	job_started
	rotation_asked
}
rotation_asked() {
	key_new new
	accepted create "$(csr_of new)"
	jq -r .certificatePem <<<"$BODY" >new.pem
	NEW=$(certificate_id new.pem)
}

# say STATUS: as DEVICE does, see job_started
say() {
	request "jobs/$J/update" "$(jq -nc --arg s "$1" --arg device "${DEVICE:-gr}" \
		'{status: $s} + if $s == "FAILED" or $s == "REJECTED" then {statusDetails: {CertificateRotatorDevice: $device}} else {} end')"
}
# heard STATUS SURVIVOR: the final word is accepted
heard() {
	say "$1" && [ "$ANSWER" = accepted ] && custody_is survivor "$2" || {
		echo "$ANSWER $BODY" >&2
		return 1
	}
}

# custody_is COLUMN VALUE: of the newest rotation of our thing
custody_is() {
	sql_is "SELECT coalesce($1, '') FROM rotation WHERE thing = '$THING' ORDER BY id DESC LIMIT 1" "$2"
}
execution_is() {
	sql_is "SELECT status FROM execution WHERE thing = '$THING' AND job = '${2:-$J}'" "$1"
}
certificate_is_gone() { [ "$(sql "SELECT count(*) FROM certificate WHERE id = '$1'")" = 0 ]; }
# only_is ID: our thing has this one certificate, and it is ACTIVE
only_is() {
	sql_is "SELECT p.certificate || c.status FROM principal p JOIN certificate c ON c.id = p.certificate WHERE p.thing = '$THING'" "$1ACTIVE"
}
both_stay() {
	sql_is "SELECT count(*) FROM principal p JOIN certificate c ON c.id = p.certificate WHERE p.thing = '$THING' AND c.status = 'ACTIVE'" 2
}
alarms() { sql "SELECT count(*) FROM alarm WHERE kind = '$1' AND thing = '${2-$THING}'"; }

# The registry without what comes and goes with connections, and the ledger.
state() {
	local table
	for table in thing thing_group member principal policy certificate_policy seen_key \
		revoked job execution; do
		sql "SELECT '$table', * FROM $table"
	done
	sql 'SELECT id, status, spki, not_after, created, retired FROM certificate'
	sql 'SELECT id, execution, thing, job, number, client, old, new, spki, requested, used, committed, survivor, decided, retired FROM rotation'
	# what came of it stands in other lines
	[ ! -f "$GR_HOME/ledger" ] || sed "/^{\"event\":\"signed\"/d" "$GR_HOME/ledger"
}
remember() { state >before; }
is_unchanged() { state | diff before -; }

# A turn of the daemon is over: it has reconciled what was decided.
turned() { request jobs/get '{}' && request jobs/get '{}'; }
