# SPDX-License-Identifier: Apache-2.0
# verb.bash - the programs that write credentials and journal, one by one, without a network.
# Sourced by cut-run.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
# The engine's variables: root, w, cut, fault, scene.
#
# After the fault the program is run again, once at once and once after recover: both must end
# where an undisturbed run does. The configured paths show a good pair at any moment.

verb_scenes='adopt adopt-later keygen stage activate rollback commit discard recover-late recover-lost recover-strays
recover-adoption journal-put journal-arm'

verb_prepare() {
	case $scene in
	adopt) make_device; verb=(gr-install-cert adopt) ;;
	adopt-later)
		make_device
		gr-install-cert adopt
		gr-install-cert recover
		gr-journal put --from idle other=1
		rm dev/private.key dev/cert.pem
		make_pair dev/private.key dev/cert.pem
		verb=(gr-install-cert adopt)
		;;
	keygen)
		make_device
		gr-install-cert adopt
		gr-journal put --from idle phase=creating-certificate job=job1 old=1 new=2
		verb=(gr-keygen)
		;;
	stage) make_trial; rm "$STORE/2/certificate.pem"; verb=(gr-install-cert stage new.pem) ;;
	activate) make_trial; verb=(gr-install-cert activate) ;;
	rollback) make_trial; gr-install-cert activate; verb=(gr-install-cert rollback) ;;
	commit)
		make_trial
		gr-install-cert activate
		gr-journal put phase=reporting
		verb=(gr-install-cert commit)
		;;
	discard)
		make_trial
		gr-journal put --clear phase=idle other=2
		verb=(gr-install-cert discard -g 2)
		;;
	recover-late)
		make_trial
		gr-install-cert activate
		gr-journal arm 0
		verb=(gr-install-cert recover)
		;;
	recover-lost)
		make_trial
		rm "$STORE/rotation" "$STORE/live"
		verb=(gr-install-cert recover)
		;;
	recover-strays)
		make_trial
		gr-keygen -g 5
		touch "$STORE/.half.tmp" "$STORE/1/.half.tmp"
		gr-journal put --clear phase=idle
		verb=(gr-install-cert recover)
		;;
	recover-adoption)
		make_device
		cp -a dev/cert.pem plain.pem
		gr-install-cert adopt
		rm dev/cert.pem
		cp -a plain.pem dev/cert.pem
		verb=(gr-install-cert recover)
		;;
	journal-put) make_trial; verb=(gr-journal put phase=rolling-back reason=word) ;;
	journal-arm) make_trial; verb=(gr-journal arm 600) ;;
	esac
}

verb_begin() { :; }
verb_end() { :; }

verb_up() {
	# shellcheck source=test/lib/store.bash
	. "$root/test/lib/store.bash"
	[ ! -d dev ] || ! mountpoint -q dev || umount dev
	rm -rf dev start state pairs
	mkdir pairs
	verb_prepare >prepare 2>&1 || { lose "not prepared: $(xargs <prepare)"; return; }
	verb_keep_pairs
	mv dev start
	mkdir dev
	[ "$fault" != power ] || { disk_mount dev && cut=(-c 'file,net' -s dev); } || return
	verb_afresh
	if ! {
		verb_again && verb_outcome >expected && verb_afresh &&
			verb_recover && verb_again && verb_outcome >recovered
	}; then
		lose "does not end well undisturbed: $(xargs <why)"
	fi
}

# Every pair that is good, byte for byte: what the configured paths show must be one of them.
verb_keep_pairs() {
	local g
	[ ! -e dev/private.key ] || cat dev/private.key dev/cert.pem >pairs/configured
	for g in "$STORE"/*/; do
		[ ! -e "$g/certificate.pem" ] ||
			cat "$g/private.key" "$g/certificate.pem" >"pairs/${g//\//-}"
	done
	[ ! -e new.pem ] || cat "$STORE/2/private.key" new.pem >pairs/new
}

verb_pair_is_good() {
	local p
	cat dev/private.key dev/cert.pem >seen 2>/dev/null || [ ! -e start/private.key ] || return
	for p in pairs/*; do
		! cmp -s seen "$p" || return 0
	done
	[ ! -e start/private.key ]
}

verb_afresh() {
	rm -rf state
	find dev -mindepth 1 -delete
	cp -a start/. dev/
}

# Where it left things, whoever it was called by, and after the recover that ends each life.
# rotation.back is used up where there was no room for another record; what is half done stays
# until the rotation is over.
verb_outcome() {
	local phase
	verb_recover || return
	gr-install-cert status
	phase=$(gr-journal get phase)
	gr-journal get phase job old new other
	readlink "$STORE/live" "$STORE/back" dev/private.key dev/cert.pem
	find dev -mindepth 1 -maxdepth 1 -printf '%P\n' | sort
	find "$STORE" -mindepth 1 ! -name rotation.back -printf '%P %m\n' |
		sort | if [ "$phase" = idle ]; then cat; else grep -v '\.tmp '; fi
}

verb_recover() {
	gr-install-cert recover >recovery 2>&1 || lose "recover ended with $?: $(xargs <recovery)"
}

verb_again() {
	"${verb[@]}" >again 2>&1 || lose "another run ended with $?: $(xargs <again)"
}

# verb_same FILE: the outcome that FILE holds
verb_same() {
	verb_outcome >found || return
	cmp -s "$1" found ||
		lose "another end than undisturbed: $(diff "$1" found | grep '^[<>]' | xargs)"
}

verb_point() {
	local rc=0 open
	verb_afresh
	[ "$fault" != power ] || disk_settle dev
	(
		umask 0
		exec gr-cut -n "$1" "${cut[@]}" -u "$w/dev/" -u "$w/state" -u "$w/gr.conf" \
			-l log "${verb[@]}"
	) >run 2>&1 || rc=$?
	case $rc in
	137) [ "$fault" != power ] || disk_lose dev ;;
	0 | 1 | 100 | 111) ;;
	*) lose "ended with $rc"; return ;;
	esac
	verb_pair_is_good || { lose 'the pair is broken'; return; }
	open=$(find dev -type f -perm /077 -exec grep -l 'PRIVATE KEY' {} +)
	[ -z "$open" ] || { lose "a key that others can read: $open"; return; }
	reached "$1" || return 2
	rm -rf cut
	cp -a dev cut
	verb_again && verb_same expected || return
	find dev -mindepth 1 -delete
	cp -a cut/. dev/
	verb_recover && verb_again && verb_same recovered
}
