# SPDX-License-Identifier: Apache-2.0
# jobs.bash - jobs for many things, for the tests in test/jobs. Load after helper and lab.

# things N GROUP: N things without certificates, GROUP-00001 and on,
# in a group of that name that is made
things() {
	gr-registry create-thing-group "$2"
	sql "BEGIN; WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) INSERT INTO thing SELECT printf('$2-%05d', i), 1 FROM n;
		INSERT INTO member SELECT '$2', name FROM thing WHERE name LIKE '$2-_____'; COMMIT"
}

# reports THING JOB STATUS [MEMBERS]: an update as the thing would send it,
# through the handler alone; its answer is in `report`
reports() {
	jq -nc --arg thing "$1" --arg job "$2" --arg status "$3" --argjson more "${4:-{\}}" \
		'{topic: "$aws/things/\($thing)/jobs/\($job)/update",
		principal: ("0" * 64), clientId: $thing, payload: ({status: $status} + $more)}' |
		gr-job-terminal >report
}

# statuses JOB: of its executions by thing and number, as in "a:1FAILED a:2QUEUED"
statuses() {
	sql "SELECT coalesce(group_concat(thing || ':' || number || status, ' '), '') FROM (SELECT * FROM execution WHERE job = '$1' ORDER BY thing, number)"
}
statuses_are() {
	[ "$(statuses "$1")" = "$2" ] || { echo "$(statuses "$1"), not $2" >&2; return 1; }
}
job_is() { sql_is "SELECT status FROM job WHERE id = '${2:-$J}'" "$1"; }
# queued N [JOB]: so many executions are there, or more
queued() { [ "$(sql "SELECT count(*) FROM execution WHERE job = '${2:-$J}'")" -ge "$1" ]; }
job_gone() { sql_is "SELECT count(*) FROM job WHERE id = '$1'" 0; }

# refused_job CODE MESSAGE [OPTION...]: create says no, with that line and code, and leaves nothing
refused_job() {
	local code=$1 message=$2
	shift 2
	run --separate-stderr gr-jobs create "$@"
	[ "$status" -eq 1 ] || [ "$status" -eq 100 ]
	[ -z "$output" ] && [ "$stderr" = "gr-jobs: $message ($code)" ] || {
		printf 'out: %s\nerr: %s\n' "$output" "$stderr" >&2
		return 1
	}
	sql_is "SELECT count(*) FROM job WHERE id = '$J'" 0
}
# taken_job JSON: create -i takes it, as our job for our thing
taken_job() { gr-jobs create -i - -t "thing/$THING" "$J" <<<"$1" >/dev/null; }
# config_is JSON [FILTER]: the blocks of our job
config_is() { json_is "$(sql "SELECT config FROM job WHERE id = '$J'")" "$@"; }

# hear FILE FILTER...: from the broker's Unix socket, in the background; lines "topic payload".
# hearers_end for teardown.
hear() {
	local file=$1 filter
	local -a filters=()
	shift
	for filter; do filters+=(-t "$filter"); done
	timeout -k 2 300 stdbuf -oL mosquitto_sub --unix "$LAB/home/shared/broker.sock" -q 1 -v \
		-d "${filters[@]}" >"$file" 2>&1 3>&- &
	HEARERS="${HEARERS:-} $!"
	await grep -q '^Subscribed (mid' "$file"
}
hearers_end() {
	local pid
	for pid in ${HEARERS:-}; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
}
# told FILE TOPIC: waits for a message there; sets BODY to the last one
told() {
	await grep -qF "$2 {" "$1" || { cat "$1" >&2; return 1; }
	BODY=$(grep -F "$2 {" "$1" | tail -n 1)
	BODY=${BODY#* }
}

# utc SECONDS: so many from now, as --schedule wants it
utc() { date -u -d "+$1 sec" +%Y-%m-%dT%H:%M:%S; }
