# SPDX-License-Identifier: Apache-2.0
# device.bash - a thing rotates under rotate.sh: the scenes, the recovery, and what must hold.
# Sourced by cut-run.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
# The engine's variables: c, w, me, lives, cut, fault, scene.
#
# first: from plain files, so that the pair is adopted. later: the second rotation. rollback:
# NEW is switched off once the device has used it. canceled: the job is cancelled at that
# moment. refused: create is refused. With -hook there is a runtime, which must run on the pair
# in use in the end. With -rsa the keys are RSA keys.
#
# The refusal window: refusal is a rollback for which the device waits as long as the window.
# passing: the refusal ends before the window, so that NEW is kept. With -probe NEW is refused from
# the moment on in which it is issued, so that the probe before the switch finds it.

device_begin() {
	lab.sh up -n 0 -a ECDSA-P256 "$c/lab" >/dev/null
	home=$c/lab/home
	device_triggers
}

device_triggers() {
	sql "CREATE TRIGGER cut_rollback AFTER UPDATE OF used ON rotation WHEN new.job LIKE 'rollback-%'
			OR (old.used IS NULL AND new.job NOT LIKE '%-probe-%' AND (new.job LIKE 'refusal-%' OR new.job LIKE 'passing-%'))
			BEGIN UPDATE certificate SET status = 'INACTIVE' WHERE id = new.new; END;
		CREATE TRIGGER cut_probe AFTER INSERT ON rotation WHEN new.job LIKE 'refusal-probe-%' OR new.job LIKE 'passing-probe-%'
			BEGIN UPDATE certificate SET status = 'INACTIVE' WHERE id = new.new; END;
		CREATE TRIGGER cut_canceled AFTER UPDATE OF used ON rotation WHEN new.job LIKE 'canceled-%'
			BEGIN UPDATE execution SET status = 'CANCELED' WHERE id = new.execution; END;
		CREATE TRIGGER cut_refused AFTER UPDATE OF status ON execution WHEN new.job LIKE 'refused-%' AND new.status = 'IN_PROGRESS'
			BEGIN UPDATE job SET document = '{\"operation\":\"OTHER\"}' WHERE id = new.job; END;
		CREATE TABLE cut_third (thing);
		CREATE TRIGGER cut_third AFTER INSERT ON principal WHEN (SELECT count(*) FROM principal WHERE thing = new.thing) > 2
			BEGIN INSERT INTO cut_third VALUES (new.thing); END"
}

sql() { sqlite3 -cmd '.timeout 10000' "$home/shared/registry.db" "$1"; }

# A thing of our own; another one when the last one was lost.
device_up() {
	thing=$scene-$me-$lives
	T=$c/lab/things/$thing
	home=$c/lab/home
	lab.sh add -a "$(device_algorithm)" "$c/lab" "$thing" || { lose 'no thing'; return; }
	device_hurry "$([ -n "$seed" ] && echo 10 || echo 3)"	# a sample is also taken on a busy machine
	[ "$fault" != power ] || { disk_mount "$T" && cut=(-c 'file,net' -s "$T"); } || return
	export GR_CONF=$T/gr.conf GR_STATE=$T/state
	[[ $scene != *hook ]] || device_runtime
	[ "$scene" = first ] || device_rotate next
}

device_algorithm() {
	[[ $scene == *rsa ]] && echo RSA-2048 || echo ECDSA-P256
}

# device_hurry SECONDS: what is waited for in the field must not be waited for here. But a device
# that has not adopted its files yet fails its job when it cannot, and one fault must not make it
# give up: it has the window to try again.
# The refusal that passes is over long before its window is.
device_hurry() {
	sed -i '/^\(requestTimeoutSeconds\|refusalWindowSeconds\) =/d' "$T/gr.conf"
	printf '%s\n' "requestTimeoutSeconds = $1" \
		"refusalWindowSeconds = $(device_window)" >>"$T/gr.conf"
}

device_window() {
	case $scene in
	first) echo 5 ;;
	refusal*) echo 2 ;;
	passing*) echo 40 ;;
	*) echo 0 ;;
	esac
}

# A runtime that loads its credentials when it is restarted, and leaves word of it.
device_runtime() {
	runtime=$w/runtime.$lives
	cat >"$w/hook" <<-END
		#!/bin/sh
		case \$1 in
		instance) cat $runtime ;;
		restart) echo \$\$ \$(cksum <$T/certificate.pem) >$runtime.new && mv $runtime.new $runtime ;;
		esac
	END
	chmod 755 "$w/hook"
	"$w/hook" restart
	echo "restartHook = $w/hook" >>"$T/gr.conf"
}

# device_rotate NAME: a job with nothing in its way
device_rotate() {
	device_job "$1" && device_serve next && device_settled SUCCEEDED
}

device_job() {
	jobs=$((${jobs:-0} + 1))
	job=$1-$thing-$jobs
	gr-jobs create -H "$home" -t "thing/$thing" "$job" >/dev/null || lose "no job"
}

# Back to plain files, as they were provisioned.
device_plain() {
	cp -L "$T/private.key" "$T/certificate.pem" "$w" &&
		rm -rf "$T/.gr" "$T/private.key" "$T/certificate.pem" "$T"/state/* &&
		mv "$w/private.key" "$w/certificate.pem" "$T"
}

device_point() {
	local rc=0 passing=''
	[[ $scene != passing* ]] || { device_pass "$((jobs + 1))" & passing=$!; }
	device_fault "$1" || rc=$?
	[ -z "$passing" ] || { kill "$passing" 2>/dev/null; wait "$passing" || :; }
	return "$rc"
}

# device_pass NUMBER: the refusal of that job's certificate ends a second after it began
device_pass() {
	local where="status = 'INACTIVE' AND id IN (SELECT new FROM rotation WHERE job = '$scene-$thing-$1')"
	until [ "$(sql "SELECT count(*) FROM certificate WHERE $where")" = 1 ]; do sleep 0.2; done
	sleep 1
	sql "UPDATE certificate SET status = 'ACTIVE' WHERE $where"
}

device_fault() {
	local rc=0 looks=()
	[ "$scene" != first ] || device_plain || { lose 'the pair is gone'; return; }
	device_job "$scene" || return
	case $fault in look | EMFILE | short) looks=(-u "$T/") ;; esac
	[ "$fault" != power ] || disk_settle "$T"
	(
		umask 0
		exec gr-cut -n "$1" "${cut[@]}" "${looks[@]}" -l log rotate.sh once
	) >run 2>&1 || rc=$?
	[ "$rc" -lt 124 ] || [ "$rc" -eq 137 ] || { lose "the run ended with $rc"; return; }
	[ "$fault-$rc" != power-137 ] || disk_lose "$T" || { lose 'the disk is gone'; return; }
	device_holds || return
	device_recover "$1" && device_settled "$(device_word)" || return
	ended=$word
	reached "$1" || return 2
	device_is_chained || device_rotate next
}

# The next job that must succeed is the next point's own.
device_is_chained() {
	[[ $scene =~ ^(later|rsa)$ ]] && [ "$(device_word)" = SUCCEEDED ]
}

device_end() {
	! device_is_chained || device_rotate next
}

# How the job may end.
device_word() {
	case $scene-$fault in
	rollback-* | refused-* | refusal-*) echo FAILED ;;
	canceled-*) echo CANCELED ;;
	*-kill | *-kill-take | *-twice | *-power) echo SUCCEEDED ;;
	*) echo 'SUCCEEDED|FAILED' ;;
	esac
}

# What holds at any moment.
device_holds() {
	local open
	open=$(find "$T" -type f -perm /077 -exec grep -l 'PRIVATE KEY' {} +)
	[ -z "$open" ] || { lose "a key that others can read: $open"; return; }
	[ "$(sql "SELECT count(*) FROM cut_third WHERE thing = '$thing'")" = 0 ] ||
		lose 'more than two certificates'
}

# As at the next boot; gr-cut sees to it that no process stays.
device_recover() {
	: >recovery
	[ "$fault" != twice ] || [ "$1" -eq 0 ] || device_cut_again "$1" || return
	gr-cut -t 600 gr-install-cert recover >>recovery 2>&1 || {
		lose "recover ended with $?"
		return
	}
	device_serve recovery
}

# device_cut_again N: somewhere in what was left to do
device_cut_again() {
	local rc=0
	again=$((1 + $1 * 7919 % (total - $1 + 60)))
	(
		umask 0
		exec gr-cut -n "$again" "${cut[@]}" \
			sh -c 'gr-install-cert recover && exec rotate.sh once'
	) >>recovery 2>&1 || rc=$?
	[ "$rc" -le 1 ] || [ "$rc" -eq 137 ] || { lose "the second life ended with $rc"; return; }
	device_holds
}

device_serve() {
	local rc=0
	(umask 0; exec gr-cut -t 600 rotate.sh once) >>"$1" 2>&1 || rc=$?
	[ "$rc" -le 1 ] || lose "rotate.sh once ended with $rc"
}

# device_settled WORDS: the job ended with one of them, which word says then, and everything is in
# its place
device_settled() {
	local id seen n tries=0
	until id=$(gr-probe 2>probe); do
		# Where the daemon dies later still, and its machine with it,
		# the next one is asked.
		if [[ ! $kind =~ ^(daemon|broker)$ ]] || [ "$tries" -eq 50 ]; then
			lose "the pair in use is not taken: $(cat probe)"
			return
		fi
		tries=$((tries + 1))
		"${kind}_mind"
		sleep 0.1
	done
	for ((n = 0; n < 1200; n++)); do
		[[ ! $kind =~ ^(daemon|broker)$ ]] || "${kind}_mind"
		seen=$(sql "SELECT (SELECT status FROM execution WHERE thing = '$thing' AND job = '$job'),
			(SELECT group_concat(p.certificate || c.status) FROM principal p JOIN certificate c ON c.id = p.certificate WHERE p.thing = '$thing'),
			(SELECT count(*) FROM certificate WHERE id NOT IN (SELECT certificate FROM principal))")
		word=${seen%%|*}
		[[ ! $seen =~ ^($1)\|${id}ACTIVE\|0$ ]] || { device_tidy; return; }
		sleep 0.05
	done
	lose "not $1 with one certificate, $id: $seen"
}

# One pair, nothing under way, nothing left lying about; what is in state/ has a fixed name.
device_tidy() {
	local seen
	seen=$(cd "$T" && find . -mindepth 1 ! -path './state/*' -printf '%y %P\n' | sed 's,/private.key/[0-9][0-9]*,/private.key/N,' | grep -v '/rotation.back$' | sort)
	[ "$seen" = "$DEVICE_TIDY" ] || {
		lose "lying about: $(diff <(echo "$DEVICE_TIDY") <(echo "$seen") |
			grep '^[<>]' | xargs)"
		return
	}
	seen=$(find "$T/state" -mindepth 1 -printf '%P\n' | grep -vxE 'error[.][a-z]+|execution|front|heartbeat|link[.](error|in|out|sock)|lock|no[.]conf' | xargs)
	[ -z "$seen" ] || { lose "lying about in state: $seen"; return; }
	[ "$(gr-journal get phase)" = idle ] || { lose 'the phase is not idle'; return; }
	flock -n "$T/state/lock" true || { lose 'the lock is held'; return; }
	[[ $scene != *hook ]] ||
		[ "$(cut -d ' ' -f 2- "$runtime")" = "$(cksum <"$T/certificate.pem")" ] ||
		lose 'the runtime runs on another pair'
}
DEVICE_TIDY='d .gr
d .gr/private.key
d .gr/private.key/N
d state
f .gr/private.key/N/certificate.pem
f .gr/private.key/N/committed
f .gr/private.key/N/private.key
f .gr/private.key/format
f .gr/private.key/rotation
f csr.pem
f gr.conf
f openssl.log
l .gr/private.key/live
l certificate.pem
l private.key'
