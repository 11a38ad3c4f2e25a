# SPDX-License-Identifier: Apache-2.0
# history.bash - what a device and its backend did, step by step, held against the model
# (test/model/steps.expected). Load after helper, device and cut.

# history_on: every change of custody is on record in the registry's own transaction, in the words
# of the model's table. A time-out is to the model what a cancel is, and REJECTED what FAILED is.
history_on() {
	local word survivor committed
	word="CASE %.status WHEN 'TIMED_OUT' THEN 'CANCELED' WHEN 'REJECTED' THEN 'FAILED' ELSE %.status END"
	survivor="coalesce((SELECT CASE survivor WHEN 'OLD' THEN 'o' WHEN 'NEW' THEN 'n' ELSE '_' END
		FROM rotation WHERE execution = old.id), '-')"
	committed="' committed=' || (SELECT count(committed) FROM rotation WHERE execution = old.id)"
	sql "CREATE TABLE history (thing TEXT, step TEXT);
		CREATE TRIGGER history_issue AFTER INSERT ON rotation
			BEGIN INSERT INTO history SELECT new.thing, 'issue ' || coalesce((SELECT status FROM execution WHERE id = new.execution), 'GONE'); END;
		CREATE TRIGGER history_grant AFTER UPDATE OF committed ON rotation WHEN new.committed IS NOT old.committed
			BEGIN INSERT INTO history SELECT new.thing, 'grant ' || coalesce((SELECT status FROM execution WHERE id = new.execution), 'GONE')
				|| ' survivor=' || CASE new.survivor WHEN 'OLD' THEN 'o' WHEN 'NEW' THEN 'n' ELSE '_' END; END;
		CREATE TRIGGER history_decide AFTER UPDATE OF survivor ON rotation WHEN new.survivor IS NOT old.survivor
			BEGIN INSERT INTO history SELECT new.thing, 'decide survivor=' || CASE old.survivor WHEN 'OLD' THEN 'o' WHEN 'NEW' THEN 'n' ELSE '_' END
				|| ' to=' || CASE new.survivor WHEN 'OLD' THEN 'o' WHEN 'NEW' THEN 'n' ELSE '_' END || ' committed=' || (new.committed IS NOT NULL); END;
		CREATE TRIGGER history_status AFTER UPDATE OF status ON execution WHEN new.status <> old.status
			BEGIN INSERT INTO history SELECT new.thing, 'execution ' || ${word//%/old} || ' ' || ${word//%/new} || ' survivor=' || $survivor || $committed; END;
		CREATE TRIGGER history_gone AFTER DELETE ON execution
			BEGIN INSERT INTO history SELECT old.thing, 'execution ' || ${word//%/old} || ' GONE survivor=' || $survivor || $committed; END;
		CREATE TRIGGER history_retire AFTER DELETE ON principal
			BEGIN INSERT INTO history SELECT old.thing, 'retire survivor=' || coalesce((SELECT CASE survivor WHEN 'OLD' THEN 'o' WHEN 'NEW' THEN 'n' ELSE '_' END
				|| CASE old.certificate WHEN new THEN ' n' ELSE ' o' END
				FROM rotation WHERE thing = old.thing AND old.certificate IN (old, new) ORDER BY id DESC LIMIT 1), '- ?'); END"
}

# watched COMMAND...: with each state of the device's journal and pairs on record.
# killed_at N COMMAND...: the same, killed at the N-th system call that changes anything.
watched() { killed_at 0 "$@"; }
killed_at() {
	local rc=0
	gr-cut -n "$1" -w "$T/.gr/private.key" -l calls -t 600 "${@:2}" >>run.log 2>&1 || rc=$?
	grep '^state ' calls >>states || :
	[ "$rc" -ne 137 ] || CUTS=$((${CUTS:-0} + 1))
	return "$rc"
}

# replayed [STEP...]: the model has every step of the thing and of its custody, and these
# (patterns) were among them
replayed() {
	local step
	sql "SELECT 'custody ' || step FROM history WHERE thing = '${T##*/}' ORDER BY rowid" >custody
	awk -v table="$ROOT/test/model/steps.expected" -f "$ROOT/test/model/replay.awk" \
		states custody >steps || { grep -A 2 '^unknown' steps; return 1; }
	for step; do
		grep -qx "$step" steps || { echo "no step: $step" >&2; return 1; }
	done
}
