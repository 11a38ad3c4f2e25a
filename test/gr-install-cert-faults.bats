#!/usr/bin/env bats
# Every verb is killed before each of its system calls, and each call fails once: whenever it stops, the pair at
# the configured paths works, and another run ends where an undisturbed one does.
bats_require_minimum_version 1.5.0
load lib/helper
load lib/store

# A kill matters before a call that changes something; an error matters everywhere.
CHANGES='openat symlinkat mkdirat renameat write pwrite64 ftruncate fchmod fsync unlinkat'
LOOKS='read readlinkat newfstatat flock'

setup() {
	# LeakSanitizer cannot work below strace.
	export ASAN_OPTIONS=exitcode=86:detect_leaks=0
}

# What a verb leaves behind, whoever it was called by: the state that must be reached again.
outcome() {
	gr-install-cert status
	[ ! -e "$STORE/rotation" ] || gr-journal get phase job old new
	readlink "$STORE/live" "$STORE/back" dev/private.key dev/cert.pem || :
	# rotation.back is used up when there was no room for another record.
	find "$STORE" -mindepth 1 -name '.*' -prune -o -type f ! -name rotation.back -printf '%P %m\n' | sort
}

# Every pair that is good, checked once: what the configured paths show must be one of them, byte for byte.
keep_pairs() {
	rm -rf pairs
	mkdir pairs
	[ ! -e dev/private.key ] || keep_pair dev/private.key dev/cert.pem
	for n in "$STORE"/*/; do
		[ ! -e "$n/certificate.pem" ] || keep_pair "$n/private.key" "$n/certificate.pem"
	done
	[ ! -e new.pem ] || keep_pair "$STORE/2/private.key" new.pem
}
keep_pair() {
	local to
	[ "$(openssl x509 -in "$2" -noout -pubkey)" = "$(openssl pkey -in "$1" -pubout)" ]
	to=$(mktemp -d pairs/XXXXXX)
	cat "$1" "$2" >"$to/pair"
}
pair_is_good() {
	local p
	cat dev/private.key dev/cert.pem >seen || return
	for p in pairs/*/pair; do
		! cmp -s seen "$p" || return 0
	done
	return 1
}

again() {
	rm -rf dev state
	cp -a start dev
}

# points CALL COMMAND...: the first and the last call of an undisturbed run that are the program's own; what comes
# before it opens gr.conf is the loader's.
points() {
	strace -qq -f -o trace -e "trace=openat,$1" "${@:2}" >/dev/null 2>&1 || return
	awk -v "call=$1(" 'index($0, "gr.conf") && !own { own = n + 1 } index($0, call) { n++ } END { print own, n }' trace
}

# disturb HOW COMMAND...: each point in turn, with HOW = signal=SIGKILL or error=ENOSPC.
disturb() {
	local how=$1 calls=$2 call n last rc tried=0
	shift 2
	keep_pairs
	mv dev start
	again
	"$@" >/dev/null
	outcome >expected
	for call in $calls; do
		again
		read -r n last < <(points "$call" "$@")
		for (( ; n <= last; n++)); do
			again
			rc=$({
				strace -qq -f -o trace -e "trace=$call" -e "inject=$call:$how:when=$n" "$@" >/dev/null && echo 0 || echo $?
			} 2>/dev/null)
			case $how,$rc in
			signal=SIGKILL,137 | error=*,0 | error=*,1 | error=*,100 | error=*,111 | error=*,127) ;;
			*) echo "$call $n: ended with $rc"; return 1 ;;
			esac
			pair_is_good || [ ! -e start/private.key ] || { echo "$call $n: the pair is broken"; return 1; }
			if ! { "$@" >/dev/null && outcome >found && cmp expected found; }; then
				echo "$call $n: another run did not complete it"
				diff expected found
				return 1
			fi
			tried=$((tried + 1))
		done
	done
	echo "$tried points"
	[ "$tried" -ge 20 ]
}

kill_and_fail() {
	disturb signal=SIGKILL "$CHANGES" "$@"
	rm -rf dev
	mv start dev
	disturb error=EIO "$CHANGES $LOOKS" "$@"
}

@test "faults: adopt" {
	make_device
	kill_and_fail gr-install-cert adopt
}
@test "faults: adopt of a pair found later" {
	make_device
	gr-install-cert adopt
	rm dev/private.key dev/cert.pem
	make_pair dev/private.key dev/cert.pem
	kill_and_fail gr-install-cert adopt
}
@test "faults: stage" {
	make_trial
	rm "$STORE/2/certificate.pem"
	kill_and_fail gr-install-cert stage new.pem
}
@test "faults: activate" {
	make_trial
	kill_and_fail gr-install-cert activate
}
@test "faults: rollback" {
	make_trial
	gr-install-cert activate
	kill_and_fail gr-install-cert rollback
}
@test "faults: commit" {
	make_trial
	gr-install-cert activate
	gr-journal put phase=reporting
	kill_and_fail gr-install-cert commit
}
@test "faults: discard" {
	make_trial
	gr-journal put --clear phase=idle
	kill_and_fail gr-install-cert discard -g 2
}
@test "faults: recover past the deadline" {
	make_trial
	gr-install-cert activate
	gr-journal arm 0
	kill_and_fail gr-install-cert recover
}
@test "faults: recover without journal, live link and a configured path" {
	make_trial
	rm "$STORE/rotation"
	rm "$STORE/live"
	kill_and_fail gr-install-cert recover
}
@test "faults: recover with strays" {
	make_trial
	gr-keygen -g 5 >/dev/null
	gr-journal put --clear phase=idle
	kill_and_fail gr-install-cert recover
}
@test "faults: recover after an adoption that was cut" {
	make_device
	cp -a dev plain
	gr-install-cert adopt
	rm dev/cert.pem
	cp -a plain/cert.pem dev/cert.pem
	kill_and_fail gr-install-cert recover
}
