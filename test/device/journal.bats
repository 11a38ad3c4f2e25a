# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store

setup() {
	make_device
	gr-install-cert adopt >/dev/null
	J=$STORE/rotation
}
teardown() { end_holder; }

@test "get: without a journal it is a silent no" {
	run -1 --separate-stderr gr-journal get
	[ -z "$output$stderr" ]
}
@test "get: one key prints its value alone, an unset one an empty line" {
	gr-journal put phase=trial job=j1
	[ "$(gr-journal get job)" = j1 ]
	[ "$(gr-journal get reason; echo "$?")" = $'\n0' ]
}
@test "get: several keys, or none, print key=value" {
	gr-journal put phase=trial job=j1
	[ "$(gr-journal get job reason)" = $'job=j1\nreason=' ]
	run -0 gr-journal get
	[ "${lines[0]}" = phase=trial ]
	[ "${lines[1]}" = job=j1 ]
}
@test "get: an unknown key is an error" {
	run -100 gr-journal get Phase
}
@test "get: a journal with a flipped bit is a no with one line" {
	gr-journal put phase=trial job=j1
	sed -i s/job=j1/job=j2/ "$J"
	run -1 --separate-stderr gr-journal get phase
	[ -z "$output" ]
	[ "$stderr" = "gr-journal: $STORE/rotation: damaged: the checksum does not fit" ]
}
@test "get: each cut of the file is noticed" {
	gr-journal put phase=trial job=j1
	cp "$J" whole
	for ((n = 0; n < $(stat -c %s whole); n += 7)); do
		head -c "$n" whole >"$J"
		run -1 gr-journal get phase
	done
}
@test "get, put: a newer version stops everything, and the file stays as it is" {
	gr-journal put phase=trial
	sed -i '1s/.*/gr-journal 2/' "$J"
	cp "$J" before
	run -100 gr-journal get
	run -100 gr-journal put phase=idle
	run -100 gr-journal arm 5
	run -100 gr-install-cert recover
	cmp "$J" before
}
@test "put: the file has the format of the manual page" {
	gr-journal put phase=trial 'reason=a = b'
	head -n -1 "$J" | sha256sum | grep -q "^$(tail -n 1 "$J" | sed s/^sum=//) "
	[ "$(head -n 1 "$J")" = "gr-journal 1" ]
	[ "$(gr-journal get reason)" = "a = b" ]
	[ "$(stat -c %a "$J")" = 600 ]
}
@test "put: --from lets the expected phase pass and stops another" {
	gr-journal put phase=trial
	gr-journal put --from trial phase=committing
	cp "$J" before
	run -1 --separate-stderr gr-journal put --from trial phase=reporting
	[ "$stderr" = "gr-journal: the phase is committing, not trial" ]
	cmp "$J" before
}
@test "put: --from idle also matches a missing journal, no other phase does" {
	run -1 --separate-stderr gr-journal put --from trial phase=committing
	[ "$stderr" = "gr-journal: the phase is idle, not trial" ]
	[ ! -e "$J" ]
	gr-journal put --from idle phase=updating-job
	[ "$(gr-journal get phase)" = updating-job ]
}
@test "put: a damaged journal is not idle" {
	gr-journal put phase=trial
	echo junk >"$J"
	run -1 gr-journal put --from idle phase=updating-job
	[ "$(cat "$J")" = junk ]
}
@test "put: --owe records the restart that a switch to a generation owes to the runtime" {
	gr-journal put phase=trial restartCount=7
	gr-journal put --from trial --owe 2
	[ "$(gr-journal get restartInstance restartFor restartCount)" = 'restartInstance=unknown
restartFor=2
restartCount=0' ]
	wait=$(($(gr-journal get restartAt) - $(cut -d . -f 1 /proc/uptime)))
	[ "$wait" -ge 890 ] && [ "$wait" -le 900 ]
	run -1 gr-journal put --from committing --owe 3
	[ "$(gr-journal get restartFor)" = 2 ]
	for bad in 0 -1 x 99999999999; do run -100 gr-journal put --owe "$bad"; done
	gr-journal put --owe 3 note=both
	[ "$(gr-journal get restartFor note)" = $'restartFor=3\nnote=both' ]
}

@test "put: KEY= clears one value, --clear with phase=idle clears all" {
	gr-journal put phase=reporting job=j1 old=1 new=2
	gr-journal put job=
	[ -z "$(gr-journal get job)" ]
	gr-journal put --clear --from reporting phase=idle note=done
	[ "$(gr-journal get | sed s/since=.*/since/)" = $'phase=idle\nsince\nnote=done' ]
}
@test "put: --clear with another phase than idle is refused" {
	gr-journal put phase=trial old=1
	run -100 gr-journal put --clear phase=reporting
	[ "$(gr-journal get old)" = 1 ]
}
@test "put: since is the time of the last change of the phase" {
	gr-journal put phase=trial
	first=$(gr-journal get since)
	now=$(date +%s%3N)
	[ "$first" -le "$now" ] && [ "$first" -gt $((now - 60000)) ]
	gr-journal put since=5
	gr-journal put job=j1 phase=trial
	[ "$(gr-journal get since)" = 5 ]
	gr-journal put phase=committing
	[ "$(gr-journal get since)" -ge "$first" ]
}
@test "put: unknown keys, unknown phases, control characters and long values are refused, and nothing is written" {
	gr-journal put phase=trial
	cp "$J" before
	run -100 gr-journal put colour=red
	run -100 gr-journal put phase=dancing
	run -100 gr-journal put $'reason=two\nlines'
	run -100 gr-journal put "reason=$(printf '%01025d' 0)"
	run -100 gr-journal put job
	run -100 gr-journal put
	cmp "$J" before
	gr-journal put "reason=$(printf '%01024d' 0)"
}
@test "put: counters must be numbers, and the message names the phase as it was given" {
	gr-journal put phase=trial
	cp "$J" before
	for key in execution old new other createdAt budget trialUntil trialBoots since \
		restartFor restartCount restartAt attempts refusedSince; do
		run -100 --separate-stderr gr-journal put "$key=12x"
		[ "$stderr" = "gr-journal: journal: $key: 12x: not a number" ]
	done
	run -100 gr-journal put execution=1234567890123456789
	run -100 --separate-stderr gr-journal put phase=dancing
	[ "$stderr" = "gr-journal: journal: phase: dancing: no such phase" ]
	cmp "$J" before
	gr-journal put execution=12 old= new=
}
@test "put: needs a store" {
	run -100 gr-journal put -o "privateKeyPath=$PWD/dev/cert2.key" \
		-o "certificateFilePath=$PWD/dev/cert3.pem" phase=trial
}
@test "put: another's lock is respected; get needs no lock" {
	gr-journal put phase=trial
	hold_lock
	run -111 --separate-stderr gr-journal put phase=committing
	[ "$stderr" = "gr-journal: $GR_STATE/lock: held by process $HOLDER" ]
	[ "$(gr-journal get phase)" = trial ]
}
# swap NAME: puts until the journal answers something else than "held by another";
# its answer into the file rc.NAME
swap() {
	local rc
	while :; do
		rc=0
		gr-journal put --from trial phase=committing job="j$1" 2>/dev/null || rc=$?
		[ "$rc" = 111 ] || break
	done
	echo "$rc" >"rc.$1"
}

@test "put: of eight calls at once with the same --from exactly one succeeds" {
	# One time they may happen to come one after the other.
	for round in $(seq 10); do
		gr-journal put phase=trial
		for i in 1 2 3 4 5 6 7 8; do swap "$i" 3>&- & done
		wait
		[ "$(cat rc.* | sort | uniq -c | tr -s ' ' | tr '\n' ,)" = " 1 0, 7 1," ] || {
			echo "round $round: $(cat rc.*)"
			false
		}
	done
}

@test "lock: programs with the holder's descriptor act for it" {
	mkdir -p state
	exec 9>>state/lock
	gr-journal lock --fd 9 --pid $$
	[ "$(cut -d' ' -f1 state/lock)" = $$ ]
	[ "$(cut -d' ' -f2 state/lock)" = "$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)" ]
	run -111 gr-journal put phase=trial
	GR_LOCK_FD=9 gr-journal put phase=trial
	[ "$(gr-journal get phase)" = trial ]
	exec 9>&-
	gr-journal put phase=committing
}
@test "lock: a second driver gets the pid of the first one" {
	hold_lock
	exec 9>>state/lock
	run -111 --separate-stderr gr-journal lock --fd 9 --pid $$
	[ "$stderr" = "gr-journal: $GR_STATE/lock: held by process $HOLDER" ]
}
@test "lock: a symbolic link in its place is not followed, whatever it leads to" {
	: >victim
	for target in victim missing; do
		ln -sf "$PWD/$target" state/lock
		run -111 --separate-stderr gr-journal put phase=trial job=j1
		[ "$stderr" = "gr-journal: $GR_STATE/lock: Too many levels of symbolic links" ]
		exec 9>>victim
		not gr-journal lock --fd 9 --pid $$
		exec 9>&-
	done
	[ ! -s victim ]
	[ ! -e missing ]
}
@test "lock: a descriptor of another file is refused" {
	mkdir -p state
	: >state/lock
	exec 9>>other
	run -100 gr-journal lock --fd 9 --pid $$
	run -100 gr-journal lock --fd 77 --pid $$
	run -100 gr-journal lock --fd 9
	GR_LOCK_FD=9 gr-journal put phase=trial
}
@test "arm, left: the deadline counts down from the budget" {
	gr-journal put phase=trial
	run -1 gr-journal left
	[ "$output" = 0 ]
	gr-journal arm 600
	run -0 gr-journal left
	[ "$output" -le 600 ] && [ "$output" -ge 590 ]
	[ "$(gr-journal get trialBoots)" = 1 ]
	[ "$(gr-journal get trialBoot)" = "$(cat /proc/sys/kernel/random/boot_id)" ]
}
@test "left: without a journal it is a silent no" {
	run -1 --separate-stderr gr-journal left
	[ -z "$output$stderr" ]
}
@test "left: past the deadline it is a no" {
	gr-journal put phase=trial
	gr-journal arm 0
	run -1 --separate-stderr gr-journal left
	[ "$output" = 0 ]
	[ -z "$stderr" ]
}
@test "left: each of the first three boots starts the time anew, on record, and the fourth does not" {
	gr-journal put phase=trial
	gr-journal arm 500
	for boots in 2 3; do
		gr-journal put trialBoot=an-earlier-boot trialUntil=1
		run -0 gr-journal left
		[ "$output" = 500 ]
		[ "$(gr-journal get trialBoots)" = "$boots" ]
		run -0 gr-journal left
	done
	gr-journal put trialBoot=an-earlier-boot
	run -1 gr-journal left
	[ "$output" = 0 ]
}
@test "left: no change of a clock makes the trial longer" {
	gr-journal put phase=trial
	gr-journal arm 5
	gr-journal put trialUntil=999999999999999
	[ "$(gr-journal left)" = 5 ]
}
@test "arm: needs a journal" {
	run -1 gr-journal arm 5
	run -100 gr-journal arm soon
}
@test "journal: an unknown command is an error" {
	run -100 gr-journal dance
	run -0 gr-journal --help
	run -0 gr-journal put --help
}
