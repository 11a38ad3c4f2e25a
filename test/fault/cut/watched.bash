# SPDX-License-Identifier: Apache-2.0
# watched.bash - a watchdog, as its timer runs it, and a driver that meets the fault. For cut-run.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
# The engine's variables: root, build, c, w, me, cut, fault, scene.
# The scenes, and what holds: see device.bash.
#
# aside: nothing is killed; the watchdog comes while the driver stands before the call, and the
# deadline is not near. hung: the same, and the trial's deadline is past: the driver is ended.
# The driver is killed before the call with all others. together: watchdog and next driver are
# there at once, one at some call of the other. in-time: the watchdog comes before the next driver.
# past: the same after the deadline; then the old pair is in use before any driver comes. dog: the
# driver was killed on trial, and the watchdog that comes past the deadline is killed at the call.

watched_begin() {
	device_begin && gcc -shared -fPIC -o "$c/late.so" "$root/test/tools/late.c"
}

watched_up() {
	device_up || return
	sed -i 's/^watchdog = .*/watchdog = on/' "$T/gr.conf"
	echo 'watchdogSeconds = 3600' >>"$T/gr.conf"
	[ "$fault" != dog ] || watched_mortal
}

# Programs by links, of which the one that asks for commit kills the driver.
watched_mortal() {
	rm -rf mortal
	mkdir mortal
	ln -s "$BIN"/* mortal/
	rm mortal/gr-commit
	printf '#!/bin/sh\n"%s"\nexit 111\n' "$root/test/tools/kill_driver" >mortal/gr-commit
	chmod +x mortal/gr-commit
}

watched_point() {
	local rc=0
	: >run
	: >was
	[ "$scene" != first ] || device_plain || { lose 'the pair is gone'; return; }
	watched_comes run || return	# no trial begins without its heartbeat
	device_job "$scene" || return
	old=$(watched_serves) || { lose 'the pair in use is not known'; return; }
	"watched_${fault//-/_}" "$1" || return
	device_holds && device_recover "$1" && device_settled "$(watched_word)" || return
	ended=$word
	reached "$1" || return 2
	device_is_chained || device_rotate next
}

watched_end() { device_end; }

# watched_driver N COMMAND...: the driver, with what gr-cut needs besides
watched_driver() {
	local rc=0
	(
		umask 0
		exec gr-cut -n "$1" "${cut[@]}" -l log "${@:2}"
	) >>run 2>&1 || rc=$?
	case $rc in
	0 | 1 | 111 | 137 | 143) ;;
	*) lose "the driver ended with $rc" ;;
	esac
}

# watched_comes FILE: once, as its timer runs it
watched_comes() {
	local rc=0
	gr-cut -t 600 rotate.sh recover >>"$1" 2>&1 || rc=$?
	[ "$rc" -eq 0 ] || lose "the watchdog ended with $rc"
}

watched_serves() { gr-install-cert status | sed -n 's/^certificateId=//p'; }

watched_phase() { gr-journal get phase >was || :; }
watched_was_on_trial() { grep -qxE 'trial|committing' was; }

# --- a driver that lives -------------------------------------------------------------------------

watched_aside() {
	: >dog
	watched_driver "$1" -x 'rotate.sh recover; echo $? >dog' rotate.sh once || return
	watched_said_well "$1"
}

watched_hung() {
	: >dog
	watched_driver "$1" -x "gr-journal get phase >was
		! grep -qxE 'trial|committing' was || export LD_PRELOAD=$(watched_preload)
		rotate.sh recover
		echo \$? >dog" setsid rotate.sh once || return
	watched_said_well "$1" || return
	[ "$1" -eq 0 ] || ! watched_was_on_trial || watched_is_back
}

watched_preload() {
	[ -z "${SANITIZE:-}" ] || printf '%s:' "$(gcc -print-file-name=libasan.so)"
	echo "$c/late.so"
}

watched_said_well() {
	! reached "$1" || [ "$(cat dog)" = 0 ] || lose "the watchdog ended with $(cat dog)"
}

# --- a driver that was killed --------------------------------------------------------------------

watched_together() {
	local rc=0 at=$((1 + $1 * 7919 % 60))
	watched_driver "$1" rotate.sh once || return
	[ "$1" -gt 0 ] || return 0
	: >dog
	: >recovery
	case $(($1 % 3)) in
	0)
		gr-cut -n "$at" -t 600 -x 'rotate.sh recover; echo $? >dog' \
			rotate.sh once >>recovery 2>&1 || rc=$?
		[ ! -s dog ] || [ "$(cat dog)" = 0 ] || lose "the watchdog ended with $(cat dog)"
		;;
	1)
		gr-cut -n "$at" -t 600 -x 'rotate.sh once; echo $? >dog' \
			rotate.sh recover >>recovery 2>&1 || rc=$?
		[ "$rc" -eq 0 ] || { lose "the watchdog ended with $rc"; return; }
		[ ! -s dog ] || rc=$(cat dog)
		;;
	2)
		gr-cut -t 600 rotate.sh once >>recovery 2>&1 &
		watched_comes run || return
		wait $! || rc=$?
		;;
	esac
	# The lock is the watchdog's for a moment: then the driver is started again.
	case $rc in 0 | 1 | 111) ;; *) lose "rotate.sh once ended with $rc" ;; esac
}

watched_in_time() {
	watched_driver "$1" rotate.sh once && watched_comes run && watched_comes run &&
		watched_is_taken
}

watched_past() {
	watched_driver "$1" rotate.sh once || return
	watched_phase
	watched_ends_trial
}

watched_ends_trial() {
	! watched_was_on_trial || gr-journal put trialUntil=1 || { lose 'no journal'; return; }
	watched_comes run || return
	if watched_was_on_trial; then watched_is_back; else watched_is_taken; fi
}

watched_is_back() {
	[ "$(watched_serves)" = "$old" ] || { lose 'the old pair is not in use'; return; }
	watched_is_taken
}

watched_is_taken() {
	gr-probe >probe 2>&1 || lose "the pair in use is not taken: $(cat probe)"
}

# --- a watchdog that is killed -------------------------------------------------------------------

watched_dog() {
	local rc=0
	gr-cut mortal/rotate.sh once >>run 2>&1 || [ $? -eq 137 ] ||
		{ lose 'the driver was not killed'; return; }
	watched_phase
	watched_was_on_trial || { lose "the driver died in $(cat was)"; return; }
	gr-journal put trialUntil=1 || { lose 'no journal'; return; }
	watched_driver "$1" rotate.sh recover && device_holds && watched_comes run &&
		watched_is_back
}

# How the job may end: a trial past its deadline fails, whoever ended it.
watched_word() {
	case $scene-$fault in
	rollback*) echo FAILED ;;
	canceled-past) echo "CANCELED|FAILED" ;;	# it was not used yet
	canceled*) echo CANCELED ;;
	*-dog) echo FAILED ;;
	*-hung | *-past) if watched_was_on_trial; then echo FAILED; else echo SUCCEEDED; fi ;;
	*) echo SUCCEEDED ;;
	esac
}
