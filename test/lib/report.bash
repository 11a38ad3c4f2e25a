# SPDX-License-Identifier: Apache-2.0
# report.bash - a fleet with something for every section of the fleet page,
# some of it written by an enemy.

# A device may give any reason. What it would like to be is a tag, a script, an entity,
# the end of an attribute.
EVIL='<script>document.title="owned"</script><img src=x onerror="document.title=1"> &lt;b&gt; "x" '\''y'\'' </td></table>'
LONG=$(printf 'x%.0s' $(seq 400))

# fleet_made: in ./home, with a daemon for the rollout that has ended when this returns
fleet_made() {
	local t n=0
	export GR_HOME=$PWD/home
	gr-ca init -a ECDSA-P256
	gr-registry init
	gr-registry create-thing-group all
	for t in one two three four five; do
		n=$((n + 1))
		THING=$t key_new "$t"
		gr-registry register -g all "$t" "$t.csr" >/dev/null
		sql "UPDATE certificate SET not_after = (unixepoch() / 86400 + $((n * 100 - 150))) * 86400000 WHERE id = (SELECT certificate FROM principal WHERE thing = '$t')"
	done
	daemon_alone
	gr-jobs create -t thinggroup/all november >/dev/null
	gr-jobs create -t thing/one -t thing/two done >/dev/null
	gr-jobs create -s "$(date -u -d '+2 days' +%Y-%m-%dT%H:%M)" \
		-t thing/one december >/dev/null
	await sql_is 'SELECT count(*) FROM execution' 7
	daemon_alone_end
	sql "UPDATE execution SET status = 'SUCCEEDED' WHERE job = 'done' OR (job = 'november' AND thing = 'one');
		UPDATE job SET status = 'COMPLETED' WHERE id = 'done';
		UPDATE execution SET status = 'FAILED', details = json_object('DeviceFailureReason', '${EVIL//\'/\'\'}') WHERE job = 'november' AND thing IN ('two', 'three');
		UPDATE execution SET updated = updated + 1 WHERE thing = 'three';
		UPDATE execution SET status = 'TIMED_OUT', details = json_object('DeviceFailureReason', '$LONG') WHERE job = 'november' AND thing = 'four';
		INSERT INTO alarm (at, kind, thing, certificate, text, count) VALUES (unixepoch() * 1000, 'second-key', 'five', '', '${EVIL//\'/\'\'}', 3),
			(unixepoch() * 1000, 'unknown-certificate', '', '$(printf '%064d' 7)', 'a certificate that is not registered tried to connect', 1);
		INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem, requested)
			VALUES (99, 'four', 'november', 1, 'four', 'o', 'n', 's', '', '', (unixepoch() - 3 * 86400) * 1000)"
}
