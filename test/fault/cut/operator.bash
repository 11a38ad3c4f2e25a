# SPDX-License-Identifier: Apache-2.0
# operator.bash - the operator's programs, one by one, on a backend's directory. For cut-run.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
# The engine's variables: w, cut, fault, scene.
#
# After the fault the registry holds all of the change or nothing of it, but for the scenes in
# operator_in_parts. The same command, run again, ends where an undisturbed run does, and leaves no
# other file. Where it is refused then, all had been done. The registry is whole.

operator_scenes='ca-init ca-mode create-thing import jobs-create jobs-cancel backup restore'
operator_jobs='jobs-update jobs-delete cancel-execution delete-execution associate-targets create-template
delete-template'
operator_things='registry-init delete-thing create-group delete-group join leave create-policy change-policy delete-policy
attach-policy detach-policy move-registry ca-import'
operator_certificates='register update-certificate revoke delete-certificate attach-principal detach-principal adopt-certificate
adopt-by-connection settle settle-certificate resume-retirement confirm-clock'
operator_in_parts='import restore move-registry'

operator_begin() { :; }
operator_end() { :; }

operator_prepare() {
	export GR_HOME=$w/world/home
	mkdir -p world
	echo 'fault of an operator' >world/keys
	[ "$scene" != ca-init ] || { verb=(gr-ca init -a ECDSA-P256); return; }
	gr-ca init -a ECDSA-P256
	[ "$scene" != registry-init ] || { verb=(gr-registry init); return; }
	gr-registry init
	gr-registry create-thing-group all
	gr-registry create-thing thing-1
	case $scene in
	ca-mode) verb=(gr-ca mode -d 30 private) ;;
	ca-import)
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
			-subj /CN=second -addext basicConstraints=critical,CA:TRUE \
			-addext keyUsage=critical,keyCertSign,cRLSign \
			-keyout world/second.key -out world/second.pem
		verb=(gr-ca import second world/second.key world/second.pem)
		;;
	create-thing) verb=(gr-registry create-thing thing-2) ;;
	import)
		printf '{"thingName":"thing-%d"}\n' 2 3 4 >world/lines
		verb=(gr-registry import world/lines)
		;;
	backup) verb=(gr-registry backup -k world/keys world/backup) ;;
	restore)
		gr-registry backup -k world/keys world/backup
		gr-registry create-thing thing-2
		verb=(gr-registry restore --no-ledger -k world/keys world/backup)
		;;
	jobs-* | *-execution | associate-targets | *-template) operator_prepare_jobs ;;
	delete-thing | *-group | join | leave | move-registry) operator_prepare_things ;;
	*) operator_prepare_certificates ;;
	esac
}

operator_prepare_jobs() {
	case $scene in
	*-template) gr-jobs create-template -D text t1 ;;
	associate-targets) gr-jobs create -c -t thinggroup/all j1 ;;
	*) gr-jobs create -t thing/thing-1 j1 ;;
	esac
	case $scene in
	jobs-create) verb=(gr-jobs create -t thing/thing-1 j2) ;;
	jobs-cancel) verb=(gr-jobs cancel j1) ;;
	jobs-update) verb=(gr-jobs update -D other j1) ;;
	jobs-delete) operator_roll_out; gr-jobs cancel j1; verb=(gr-jobs delete j1) ;;
	cancel-execution) operator_roll_out; verb=(gr-jobs cancel-execution j1 thing-1) ;;
	delete-execution) operator_roll_out; verb=(gr-jobs delete-execution -f j1 thing-1) ;;
	associate-targets) verb=(gr-jobs associate-targets -t thing/thing-1 j1) ;;
	create-template) verb=(gr-jobs create-template -D text t2) ;;
	delete-template) verb=(gr-jobs delete-template t1) ;;
	esac
}

# A daemon without a broker, until the job has its execution.
operator_roll_out() {
	local n pid
	gr-backendd -H "$GR_HOME" -c 0 >daemon.log 2>&1 7>&- 8>&- &
	pid=$!
	for ((n = 0; n < 600; n++)); do
		[ "$(operator_sql 'SELECT count(*) FROM execution')" = 0 ] || break
		sleep 0.1
	done
	kill "$pid"
	wait "$pid"
	[ "$n" -lt 600 ]
}
operator_sql() { sqlite3 -cmd '.timeout 10000' "$GR_HOME/shared/registry.db" "$1"; }

operator_prepare_things() {
	case $scene in
	delete-thing) verb=(gr-registry delete-thing thing-1) ;;
	create-group) verb=(gr-registry create-thing-group other) ;;
	delete-group)
		gr-registry add-thing-to-thing-group all thing-1
		verb=(gr-registry delete-thing-group all)
		;;
	join) verb=(gr-registry add-thing-to-thing-group all thing-1) ;;
	leave)
		gr-registry add-thing-to-thing-group all thing-1
		verb=(gr-registry remove-thing-from-thing-group all thing-1)
		;;
	move-registry)
		mv "$GR_HOME"/shared/registry.db* "$GR_HOME"
		verb=(gr-registry move-registry)
		;;
	esac
}

# thing-1 has certificate a, thing-b has b, both with the policy.
operator_prepare_certificates() {
	gr-registry create-policy rotation "$root/share/policies/rotation.json"
	operator_register thing-1 a && operator_register thing-b b
	case $scene in
	create-policy) verb=(gr-registry create-policy other "$root/share/policies/rotation.json") ;;
	change-policy)
		jq -c . "$root/share/policies/rotation.json" >world/policy
		verb=(gr-registry create-policy rotation world/policy)
		;;
	delete-policy)
		gr-registry create-policy other "$root/share/policies/rotation.json"
		verb=(gr-registry delete-policy other)
		;;
	attach-policy)
		gr-registry create-policy other "$root/share/policies/rotation.json"
		verb=(gr-registry attach-policy other "$a")
		;;
	detach-policy) verb=(gr-registry detach-policy rotation "$b") ;;
	register)
		operator_csr thing-c c
		verb=(gr-registry register -p rotation -g all thing-c world/c.csr)
		;;
	update-certificate) verb=(gr-registry update-certificate -f "$a" INACTIVE) ;;
	revoke) verb=(gr-registry update-certificate -f "$a" REVOKED) ;;
	delete-certificate)
		operator_free b
		gr-registry detach-policy rotation "$b"
		gr-registry update-certificate -f "$b" INACTIVE
		verb=(gr-registry delete-certificate "$b")
		;;
	attach-principal) operator_free b; verb=(gr-registry attach-thing-principal thing-1 "$b") ;;
	detach-principal) verb=(gr-registry detach-thing-principal -f thing-b "$b") ;;
	adopt-*)
		gr-registry create-thing thing-c
		gr-registry backup -k world/keys world/backup
		operator_register thing-c c
		rm "$GR_HOME/ledger" "$GR_HOME"/shared/registry.db*
		gr-registry restore --no-ledger -k world/keys world/backup
		verb=(gr-registry adopt-certificate thing-c world/c.pem)
		[ "$scene" != adopt-by-connection ] || verb=(gr-registry adopt-by-connection -t 1)
		;;
	settle*)
		operator_free b
		gr-registry attach-thing-principal thing-1 "$b"
		verb=(gr-registry settle thing-1 "$b")
		[ "$scene" != settle ] || { operator_rotation; verb=(gr-registry settle thing-1 new); }
		;;
	resume-retirement)
		operator_sql "INSERT INTO meta VALUES ('retirement_paused', 1)"
		verb=(gr-registry resume-retirement)
		;;
	confirm-clock)
		operator_sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES (1, 'clock', '', '', 'ahead')"
		verb=(gr-registry confirm-clock)
		;;
	esac
}

# operator_csr THING NAME: in world/NAME.csr
operator_csr() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
		-keyout "world/$2.key" -out "world/$2.csr"
}

# operator_register THING NAME: its certificate is world/NAME.pem, whose id the variable NAME holds
operator_register() {
	operator_csr "$1" "$2" &&
		gr-registry register -p rotation "$1" "world/$2.csr" >"world/$2.pem" &&
		printf -v "$2" %s "$(openssl x509 -in "world/$2.pem" -outform DER | openssl dgst -sha256 | sed 's/.*= //')"
}

# A certificate that is no thing's.
operator_free() { gr-registry detach-thing-principal -f thing-b "${!1}"; }

# thing-1 is asked to go from a to b.
operator_rotation() {
	operator_sql "INSERT INTO rotation (execution, thing, job, number, client, old, new, spki, csr, pem, requested, used)
		SELECT 1, 'thing-1', 'j1', 1, 'thing-1', '$a', id, spki, 'csr', pem, 1, 1 FROM certificate WHERE id = '$b'"
}

operator_up() {
	rm -rf world start
	operator_prepare >prepare 2>&1 || { lose "not prepared: $(xargs <prepare)"; return; }
	mv world start
	operator_afresh
	operator_registry >before
	"${verb[@]}" >undisturbed 2>&1 || { lose "undisturbed: $(xargs <undisturbed)"; return; }
	operator_registry >changed
	operator_state >after
}

operator_afresh() {
	rm -rf world
	cp -a start world
}

operator_state() { operator_registry; operator_ledger; operator_files; }

# What the registry holds, without times; what is drawn anew each time is N.
operator_registry() {
	local db=$GR_HOME/shared/registry.db what
	if [ -e "$db" ]; then
		for what in "name FROM thing" "name FROM thing_group" "thing_group || thing FROM member" \
			"id || status || coalesce(description, '') FROM job" "job || target FROM job_target" \
			"target || job FROM continuous_target" "id FROM job_template" \
			"job || thing || number || status FROM execution" \
			"id || status || (retired IS NOT NULL) FROM certificate" \
			"certificate || thing FROM principal" "certificate || policy FROM certificate_policy" \
			"certificate || thing || reason FROM revoked" "certificate FROM departure" \
			"name || length(document) FROM policy" "spki || thing FROM seen_key" \
			"kind || thing || certificate FROM alarm" \
			"new || coalesce(survivor, '') FROM rotation" "key FROM meta"; do
			sqlite3 -cmd '.timeout 10000' "$db" "SELECT '${what##* }', $what ORDER BY 2"
		done
		sqlite3 "$db" "SELECT * FROM pragma_integrity_check"
	fi 2>&1 | operator_plain | sort
	gr-ca mode 2>&1
}

# A line for each deed, however often it was begun.
operator_ledger() {
	[ ! -e "$GR_HOME/ledger" ] ||
		jq -rR 'fromjson? | "ledger \(.event) \(.thingName) \(.certificateId)"' "$GR_HOME/ledger" |
		operator_plain | sort -u
}
operator_files() {
	(cd world && find . \( -name '*-wal' -o -name '*-shm' \) -o -printf '%P %m\n') |
		operator_plain | sort
}
operator_plain() { sed -E 's/[0-9a-f]{16,}/N/g'; }

operator_point() {
	local rc=0
	operator_afresh
	gr-cut -n "$1" "${cut[@]}" -u "$w/world/" -l log "${verb[@]}" >run 2>&1 || rc=$?
	case $rc in
	0 | 1 | 100 | 111 | 137) ;;
	*) lose "ended with $rc"; return ;;
	esac
	operator_is_whole || return
	reached "$1" || return 2
	operator_state >found
	rc=0
	"${verb[@]}" >again 2>&1 || rc=$?
	# What is done already is refused.
	[ "$rc" -eq 0 ] || cmp -s found after ||
		{ lose "another run ended with $rc: $(xargs <again)"; return; }
	operator_state >found
	cmp -s after found ||
		lose "another end than undisturbed: $(diff after found | grep '^[<>]' | xargs)"
}

# As before or as after, never in between.
operator_is_whole() {
	[[ " $operator_in_parts " != *" $scene "* ]] || return 0
	operator_registry >found
	cmp -s before found || cmp -s changed found ||
		lose "half done: $(diff changed found | grep '^[<>]' | xargs)"
}
