# SPDX-License-Identifier: Apache-2.0
# ledger.bash - the chain of a ledger's lines, computed anew, and backups that are put back. Load
# after lab.

# what a line carries that has none before it
NO_LINE=$(printf '0%.0s' {1..64})

hash_of_last() { tail -n 1 "$1" | tr -d '\n' | sha256sum | cut -d ' ' -f 1; }

# chain_is_whole FILE: each line but the first carries the hash of the line before it.
chain_is_whole() {
	perl -MDigest::SHA=sha256_hex -ne 'chomp;
		/,"previous":"([0-9a-f]{64})"\}$/ && $1 eq $before or die "line $.\n" if $. > 1;
		$before = sha256_hex($_)' "$1"
}

# rotated: our thing rotates, and lives on pair $1.key, $1.pem from here on
rotated() {
	J=$THING-$1
	job_started
	key_new "$1"
	accepted create "$(csr_of "$1")"
	jq -r .certificatePem <<<"$BODY" >"$1.pem"
	NEW=$(certificate_id "$1.pem")
	CERT=$PWD/$1.pem KEY=$PWD/$1.key
	accepted commit "{\"jobId\":\"$J\"}"
	heard SUCCEEDED NEW
	await only_is "$NEW"
}

# is_taken: the broker takes the certificate that we hold, and the service answers
is_taken() { accepted jobs/get '{}'; }
# is_refused: it does not
is_refused() {
	local rc=0
	ask "$(topic jobs/get)" '{}' >/dev/null 2>&1 || rc=$?
	[ "$rc" -ne 0 ]
}
# restore ARGUMENT...: and the daemon has a new connection, on which alone requests reach it
restore() {
	local before
	before=$(times_ready)
	gr-registry restore "$@" 2>restore.err && await is_ready_since "$before" || {
		cat restore.err >&2
		return 1
	}
}
times_ready() { grep -cx ready "$LAB/backend.log"; }
is_ready_since() { [ "$(times_ready)" -gt "$1" ]; }
