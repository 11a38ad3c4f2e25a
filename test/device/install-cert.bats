# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/store

teardown() { end_holder; }

@test "adopt: plain files become generation 1, byte for byte, behind links" {
	make_device
	cp -r dev before
	run -0 --separate-stderr gr-install-cert adopt
	[ "$output" = 1 ]
	[ -z "$stderr" ]
	[ "$(readlink dev/private.key)" = .gr/private.key/live/private.key ]
	[ "$(readlink dev/cert.pem)" = .gr/private.key/live/certificate.pem ]
	cmp dev/private.key before/private.key
	cmp dev/cert.pem before/cert.pem
	[ "$(live)" = 1 ]
	[ -e "$STORE/1/committed" ]
	[ "$(stat -c %a "$STORE/1/private.key" dev/.gr "$STORE" "$STORE/1" | tr '\n' ' ')" = \
		"600 700 700 700 " ]
	[ "$(find dev -name '.*' -not -name .gr)" = "" ]
}
@test "adopt: a second call changes nothing" {
	make_device
	gr-install-cert adopt
	find dev -printf '%p %i %m %T@\n' | sort >before
	[ "$(gr-install-cert adopt)" = 1 ]
	find dev -printf '%p %i %m %T@\n' | sort | cmp - before
}
@test "adopt: modes follow the files that were there" {
	make_device
	chmod 440 dev/private.key
	chmod 644 dev/cert.pem
	gr-install-cert adopt
	[ "$(stat -c %a "$STORE/1/private.key" "$STORE/1/certificate.pem" "$STORE" |
		tr '\n' ' ')" = "440 644 750 " ]
}
@test "adopt: a certificate in another directory gets an absolute link" {
	make_device
	mkdir elsewhere
	mv dev/cert.pem elsewhere/cert.pem
	export GR_CERTIFICATE_FILE_PATH=$PWD/elsewhere/cert.pem
	sed -i /certificateFilePath/d gr.conf
	gr-install-cert adopt
	[ "$(readlink elsewhere/cert.pem)" = "$STORE/live/certificate.pem" ]
	[ "$(openssl x509 -in elsewhere/cert.pem -noout -pubkey)" = \
		"$(openssl pkey -in dev/private.key -pubout)" ]
}
@test "adopt: relative paths work" {
	make_device
	sed -i "s|$PWD/||" gr.conf
	gr-install-cert adopt
	dev_pair_matches
	cd dev
	GR_PRIVATE_KEY_PATH=private.key GR_CERTIFICATE_FILE_PATH=cert.pem gr-install-cert adopt
}
@test "adopt: a plain pair found later becomes a new generation" {
	make_device
	gr-install-cert adopt
	rm dev/private.key dev/cert.pem
	make_pair dev/private.key dev/cert.pem
	cp dev/private.key new.key
	[ "$(gr-install-cert adopt)" = 2 ]
	cmp dev/private.key new.key
	dev_pair_matches
	[ -e "$STORE/1/private.key" ]
}
@test "adopt: a renewed certificate for the live key becomes a new generation" {
	make_device
	gr-install-cert adopt
	openssl req -x509 -key dev/private.key -subj /CN=thing1 -days 3 -out renewed.pem
	rm dev/cert.pem
	cp renewed.pem dev/cert.pem
	[ "$(gr-install-cert adopt)" = 2 ]
	cmp dev/cert.pem renewed.pem
	dev_pair_matches
}
@test "adopt: in the middle of a rotation a file of another program is left alone" {
	make_trial
	rm dev/private.key
	cp "$STORE/1/private.key" dev/private.key
	for verb in adopt activate; do
		run -100 --separate-stderr gr-install-cert "$verb"
		[[ $stderr == *"a foreign file in the place of our link"* ]]
	done
	[ ! -L dev/private.key ]
	[ "$(live)" = 1 ]
}

# refused TEXT: adopt says TEXT in one line, and not a name in dev has changed.
refused() {
	find dev -printf '%p %i %m %l\n' | sort >before
	run -100 --separate-stderr gr-install-cert adopt
	[[ $stderr == *"$1"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	find dev -printf '%p %i %m %l\n' | sort | cmp - before
}
@test "adopt: refuses a key and a certificate that do not match" {
	make_device
	make_pair other.key dev/cert.pem
	refused "does not belong to the private key"
}
@test "adopt: refuses a missing file, an empty file, an encrypted key" {
	make_device
	openssl pkey -in dev/private.key -aes128 -passout pass:secret -out encrypted.key
	mv encrypted.key dev/private.key
	refused "not an unencrypted PEM private key"
	: >dev/private.key
	refused "not an unencrypted PEM private key"
	rm dev/private.key
	refused "there is nothing to adopt"
}
@test "adopt: refuses one file for both key and certificate" {
	make_device
	cat dev/cert.pem >>dev/private.key
	ln -f dev/private.key dev/cert.pem
	refused "one file for both key and certificate"
	run -100 gr-install-cert adopt -o certificateFilePath="$PWD/dev/private.key"
	[ ! -e dev/.gr ]
}
@test "adopt: refuses a link of the user, and says where it leads" {
	make_device
	mv dev/private.key real.key
	ln -s ../real.key dev/private.key
	refused "a symbolic link to ../real.key that is not ours; configure the path of the file itself"
	rm real.key
	refused "a symbolic link to ../real.key that is not ours"
}
@test "adopt: refuses a foreign .gr" {
	make_device
	echo hello >dev/.gr
	refused "not a directory"
	rm dev/.gr
	ln -s /tmp dev/.gr
	refused "not a directory"
	rm dev/.gr
	mkdir -p dev/.gr/private.key/data
	refused "bears no format mark"
	chmod 777 dev/.gr
	refused "is foreign"
}
@test "adopt: refuses a file system without symbolic links before anything is touched" {
	make_device
	find dev -printf '%p %i %m\n' | sort >before
	export ASAN_OPTIONS=exitcode=86:detect_leaks=0
	run -100 --separate-stderr strace -qq -f -o /dev/null -e inject=symlinkat:error=EPERM \
		gr-install-cert adopt
	[[ $stderr == *"this file system has no symbolic links"* ]]
	find dev -printf '%p %i %m\n' | sort | cmp - before
}
@test "adopt: a newer format stops every program" {
	make_device
	gr-install-cert adopt
	echo "gr-store 2" >"$STORE/format"
	run -100 gr-install-cert adopt
	run -100 gr-install-cert recover
	run -100 gr-keygen
	run -100 gr-journal get
}
@test "adopt: two things in one directory do not disturb each other" {
	make_device
	make_pair dev/second.key dev/second.pem
	gr-install-cert adopt
	[ "$(gr-install-cert adopt -o privateKeyPath="$PWD/dev/second.key" \
		-o certificateFilePath="$PWD/dev/second.pem")" = 1 ]
	dev_pair_matches
	[ "$(openssl x509 -in dev/second.pem -noout -pubkey)" = \
		"$(openssl pkey -in dev/second.key -pubout)" ]
}
@test "adopt: paths in a token are refused" {
	make_device
	run -100 gr-install-cert adopt -o privateKeyPath=pkcs11:object=x
}

@test "next: prints one more than the greatest generation, and makes nothing" {
	make_trial
	[ "$(gr-install-cert next)" = 3 ]
	[ "$(gr-install-cert next)" = 3 ]
	[ ! -e "$STORE/3" ]
}

@test "stage: prints the certificate id, from a file or standard input, twice the same" {
	make_trial
	id=$(openssl x509 -in new.pem -outform DER | sha256sum | cut -d' ' -f1)
	[ "$(gr-install-cert stage new.pem)" = "$id" ]
	[ "$(gr-install-cert stage <new.pem)" = "$id" ]
	[ "$(gr-install-cert stage -g 2 new.pem)" = "$id" ]
	cmp new.pem "$STORE/2/certificate.pem"
}
@test "stage: a certificate for another key is refused and nothing is written" {
	make_trial
	rm "$STORE/2/certificate.pem"
	run -100 --separate-stderr gr-install-cert stage "$STORE/1/certificate.pem"
	[ "$stderr" = "gr-install-cert: $STORE/2: the certificate does not belong to the private key" ]
	[ ! -e "$STORE/2/certificate.pem" ]
}
@test "stage: junk, a missing file and a missing key are errors" {
	make_trial
	echo junk >junk.pem
	run -100 gr-install-cert stage junk.pem
	run -100 gr-install-cert stage nowhere.pem
	run -100 gr-install-cert stage -g 9 new.pem
	run -100 gr-install-cert stage </dev/null
}
@test "stage: the live certificate is not replaced, nor a committed one" {
	make_trial
	openssl req -x509 -key dev/private.key -subj /CN=thing1 -days 3 -out renewed.pem
	before=$(sha256sum "$STORE/1/certificate.pem")
	run -100 gr-install-cert stage -g 1 renewed.pem
	[ "$(sha256sum "$STORE/1/certificate.pem")" = "$before" ]
}

@test "activate: key and certificate change together, and the way back is ready" {
	make_trial
	run -0 --separate-stderr gr-install-cert activate
	[ -z "$output$stderr" ]
	[ "$(live)" = 2 ]
	[ "$(readlink "$STORE/back")" = 1 ]
	[ -e "$STORE/rotation.back" ]
	cmp dev/cert.pem new.pem
	dev_pair_matches
}
@test "activate: a second call keeps the link back" {
	make_trial
	gr-install-cert activate
	gr-install-cert activate
	[ "$(readlink "$STORE/back")" = 1 ]
	[ "$(live)" = 2 ]
}
@test "activate: an incomplete or damaged generation never becomes live" {
	make_trial
	cp -r "$STORE/2" good
	: >"$STORE/2/private.key"
	run -100 gr-install-cert activate
	rm "$STORE/2/private.key"
	run -100 --separate-stderr gr-install-cert activate
	[ "$stderr" = "gr-install-cert: $STORE/2: not a complete pair" ]
	cp good/private.key "$STORE/2/"
	cp "$STORE/1/certificate.pem" "$STORE/2/"
	run -100 gr-install-cert activate
	run -100 gr-install-cert activate -g 9
	[ "$(live)" = 1 ]
	dev_pair_matches
}
@test "activate: a planted link inside a generation is not followed" {
	make_trial
	mv "$STORE/2/private.key" stolen.key
	ln -s "$PWD/stolen.key" "$STORE/2/private.key"
	run -100 gr-install-cert activate
	[ "$(live)" = 1 ]
}

@test "rollback: the old pair is live again; a second call changes nothing" {
	make_trial
	gr-install-cert activate
	gr-install-cert rollback
	[ "$(live)" = 1 ]
	dev_pair_matches
	gr-install-cert rollback
	[ "$(live)" = 1 ]
	[ ! -e "$STORE/back" ]
}
@test "rollback: without a journal the link back names the old pair" {
	make_trial
	gr-install-cert activate
	rm "$STORE/rotation"
	gr-install-cert rollback
	[ "$(live)" = 1 ]
	gr-install-cert rollback
}
@test "rollback: without the link back the journal names the old pair" {
	make_trial
	gr-install-cert activate
	rm "$STORE/back"
	gr-install-cert rollback
	[ "$(live)" = 1 ]
}
@test "rollback: an old pair that is damaged does not become live" {
	make_trial
	gr-install-cert activate
	: >"$STORE/1/private.key"
	run -100 gr-install-cert rollback
	[ "$(live)" = 2 ]
	dev_pair_matches
}
@test "rollback: a committed pair is not rolled back" {
	make_trial
	gr-install-cert activate
	gr-journal put phase=reporting
	cp -r "$STORE/1" kept
	gr-install-cert commit
	cp -r kept "$STORE/1"
	run -100 gr-install-cert rollback
	[ "$(live)" = 2 ]
}
@test "rollback: a full disk does not stop it, nor its record" {
	make_trial
	gr-install-cert activate
	full='inject=symlinkat,mkdirat,ftruncate,write,pwrite64,link,linkat:error=ENOSPC'
	export ASAN_OPTIONS=exitcode=86:detect_leaks=0
	strace -qq -f -o /dev/null -e "$full" \
		gr-journal put --from trial phase=rolling-back "reason=a long story"
	[ "$(gr-journal get phase)" = rolling-back ]
	[[ $(gr-journal get reason) == *"written ahead"* ]]
	[ "$(gr-journal get job old new)" = $'job=job1\nold=1\nnew=2' ]
	strace -qq -f -o /dev/null -e "$full" gr-install-cert rollback
	[ "$(live)" = 1 ]
	dev_pair_matches
}
@test "rollback: the record written ahead for another rotation is not used" {
	make_trial
	gr-install-cert activate
	gr-journal put job=job2
	export ASAN_OPTIONS=exitcode=86:detect_leaks=0
	run -111 strace -qq -f -o /dev/null -P "$STORE" -e inject=openat:error=ENOSPC \
		gr-journal put --from trial phase=rolling-back
	[ "$(gr-journal get phase)" = trial ]
}

@test "commit: marks the live pair and destroys the old one; a second call changes nothing" {
	make_trial
	gr-install-cert activate
	gr-journal put phase=reporting
	gr-install-cert commit
	[ -e "$STORE/2/committed" ]
	[ ! -e "$STORE/1" ]
	[ ! -L "$STORE/back" ]
	dev_pair_matches
	gr-install-cert commit
}
@test "commit: before reporting the old pair is kept" {
	make_trial
	gr-install-cert activate
	run -100 --separate-stderr gr-install-cert commit
	[ "$stderr" = "gr-install-cert: the phase is trial: only reporting and idle commit" ]
	[ -e "$STORE/1/private.key" ]
	[ ! -e "$STORE/2/committed" ]
}
@test "commit: the pair that is live is not destroyed, whatever the journal says" {
	make_trial
	gr-journal put phase=reporting
	gr-install-cert commit
	[ -e "$STORE/1/private.key" ]
	[ -e "$STORE/2/private.key" ]
	run -100 gr-install-cert commit -g 9
}
@test "discard: deletes a generation that is not live; a second call changes nothing" {
	make_trial
	run -100 --separate-stderr gr-install-cert discard -g 1
	[ "$stderr" = "gr-install-cert: $STORE/1: live; it is not destroyed" ]
	gr-install-cert discard -g 2
	[ ! -e "$STORE/2" ]
	gr-install-cert discard -g 2
	run -100 gr-install-cert discard
	dev_pair_matches
}

@test "status: without adoption it says so" {
	make_device
	run -0 gr-install-cert status
	[ "$output" = "live=0
certificateId=$(openssl x509 -in dev/cert.pem -outform DER | sha256sum | cut -d' ' -f1)" ]
}
@test "status: shows generations as lines and as JSON" {
	make_trial
	gr-install-cert next
	mkdir -m 700 "$STORE/3"
	new=$(openssl x509 -in new.pem -outform DER | sha256sum | cut -d' ' -f1)
	run -0 gr-install-cert status
	[ "${lines[0]}" = live=1 ]
	[[ ${lines[2]} =~ ^"generation 1 complete committed "[0-9a-f]{64}" "[0-9]+$ ]]
	[ "${lines[3]}" = \
		"generation 2 complete - $new $(date -d "$(openssl x509 -in new.pem -noout -enddate | cut -d= -f2)" +%s)" ]
	[ "${lines[4]}" = "generation 3 empty - - -" ]
	gr-install-cert status --json >status.json
	[ "$(jq -c '[.live, .healthy, .generations[].state]' status.json)" = \
		'[1,true,"complete","complete","empty"]' ]
	[ "$(jq -r '.generations[1].certificateId' status.json)" = "$new" ]
}
@test "status: a pair that does not match or is missing is a no" {
	make_trial
	cp "$STORE/2/certificate.pem" "$STORE/1/certificate.pem"
	run -1 gr-install-cert status
	rm dev/cert.pem
	run -1 gr-install-cert status
	run -1 gr-install-cert status --json
}

@test "recover: what an adoption that was cut short tried with is removed" {
	make_device
	gr-install-cert adopt
	touch dev/.private.key.gr-try
	gr-install-cert recover
	[ "$(ls -A dev | xargs)" = '.gr cert.pem private.key' ]
}

@test "recover: a healthy device, adopted or not, is left unchanged without a line" {
	make_device
	run -0 --separate-stderr gr-install-cert recover
	[ -z "$output$stderr" ]
	[ ! -e dev/.gr ]
	gr-install-cert adopt
	gr-journal put phase=idle
	run -0 --separate-stderr gr-install-cert recover
	[ -z "$output$stderr" ]
}
@test "recover: a trial before its deadline goes on" {
	make_trial
	gr-install-cert activate
	run -0 gr-install-cert recover
	[ -z "$output" ]
	[ "$(live)" = 2 ]
}
@test "recover: past the deadline the old pair comes back, from trial and from committing" {
	for phase in trial committing; do
		rm -rf dev new.pem
		make_trial
		gr-install-cert activate
		gr-journal put "phase=$phase"
		gr-journal arm 0
		run -0 gr-install-cert recover
		[ "$(live)" = 1 ]
		[ "$(gr-journal get phase reason)" = \
			$'phase=rolling-back\nreason=the trial\'s deadline passed' ]
		dev_pair_matches
		run -0 gr-install-cert recover
		[ -z "$output" ]
	done
}
@test "recover: past the deadline reporting goes on, since the final status may have been sent" {
	make_trial
	gr-install-cert activate
	gr-journal arm 0
	gr-journal put phase=reporting final=1
	run -0 gr-install-cert recover
	[ "$(live)" = 2 ]
	[ "$(gr-journal get phase)" = reporting ]
}
@test "recover: a trial without a deadline gets one" {
	make_trial
	gr-journal put trialUntil=
	run -0 gr-install-cert recover -o trialSeconds=77
	[ "$(gr-journal get budget phase)" = $'budget=77\nphase=trial' ]
}
@test "recover: each boot of the first three starts the trial's time anew, the fourth rolls back" {
	make_trial
	gr-install-cert activate
	gr-journal put trialBoot=earlier
	gr-install-cert recover
	[ "$(gr-journal get trialBoots phase)" = $'trialBoots=2\nphase=trial' ]
	gr-journal put trialBoot=earlier trialBoots=3
	gr-install-cert recover
	[ "$(gr-journal get phase)" = rolling-back ]
	[ "$(live)" = 1 ]
}
@test "recover: rolling-back puts the old pair back, reporting and failing are left alone" {
	make_trial
	gr-install-cert activate
	for phase in reporting failing; do
		gr-journal put "phase=$phase"
		gr-install-cert recover
		[ "$(live)" = 2 ]
	done
	gr-journal put phase=rolling-back
	gr-install-cert recover
	[ "$(live)" = 1 ]
}
@test "recover: with the journal lost over a committed pair the phase is idle, and another complete pair is kept" {
	make_trial
	for damage in 'rm' 'truncate -s 40' 'truncate -s 0'; do
		$damage "$STORE/rotation"
		run -0 gr-install-cert recover
		[ "$(gr-journal get phase other)" = $'phase=idle\nother=2' ]
		[ -e "$STORE/2/private.key" ]
	done
}
@test "recover: with the journal lost over a pair that is not committed a trial begins, with a link back" {
	make_trial
	gr-install-cert activate
	rm "$STORE/rotation"
	run -0 gr-install-cert recover -o trialSeconds=300
	[ "$(gr-journal get phase old new budget)" = $'phase=trial\nold=1\nnew=2\nbudget=300' ]
	[ "$(live)" = 2 ]
	gr-journal arm 0
	gr-install-cert recover
	[ "$(live)" = 1 ]
}
@test "recover: with the journal lost and no pair committed it rolls back to another pair that is not committed" {
	make_trial
	gr-install-cert activate
	rm "$STORE/rotation" "$STORE/1/committed"
	run -0 gr-install-cert recover
	[ "$(gr-journal get phase old new)" = $'phase=trial\nold=1\nnew=2' ]
	gr-journal arm 0
	gr-install-cert recover
	[ "$(live)" = 1 ]
}
@test "recover: with the journal lost the runtime is to be restarted on the live pair" {
	make_trial
	for live in 1 2; do
		[ "$live" = 1 ] || gr-install-cert activate
		rm "$STORE/rotation"
		gr-install-cert recover -o restartHook=/bin/true
		[ "$(gr-journal get restartInstance restartFor restartCount)" = \
			$'restartInstance=unknown\nrestartFor='"$live"$'\nrestartCount=0' ]
		rm "$STORE/rotation"
		gr-install-cert recover
		[ -z "$(gr-journal get restartInstance)" ]
		gr-journal put phase=idle new=2
	done
}
@test "recover: the only pair stays" {
	make_trial
	gr-install-cert activate
	rm -r "$STORE/1" "$STORE/rotation"
	gr-install-cert recover
	gr-journal arm 0
	gr-install-cert recover
	[ "$(live)" = 2 ]
	[ "$(gr-journal get phase)" = idle ]
	dev_pair_matches
}
@test "recover: a live link that is gone, dangling or leads to a torn pair goes to the committed one" {
	make_trial
	rm "$STORE/live"
	gr-install-cert recover
	[ "$(live)" = 1 ]
	ln -sfn 9 "$STORE/live"
	gr-install-cert recover
	[ "$(live)" = 1 ]
	ln -sfn 2 "$STORE/live"
	: >"$STORE/2/private.key"
	gr-install-cert recover
	[ "$(live)" = 1 ]
	dev_pair_matches
}
@test "recover: in reporting a live link that is gone goes to the new pair, which may be the only one that counts" {
	make_trial
	gr-install-cert activate
	gr-journal put --from trial phase=reporting
	for lost in 'rm' 'ln -sfn 9'; do
		$lost "$STORE/live"
		gr-install-cert recover
		[ "$(live)" = 2 ]
		dev_pair_matches
	done
	ln -sfn 9 "$STORE/live"
	: >"$STORE/2/private.key"
	gr-install-cert recover
	[ "$(live)" = 1 ]
	dev_pair_matches
}
@test "recover: a configured path that is gone is linked again" {
	make_trial
	rm dev/private.key
	gr-install-cert recover
	rm dev/cert.pem
	gr-install-cert recover
	dev_pair_matches
}
@test "recover: leftover generations are deleted in idle alone, except those that the journal names" {
	make_trial
	for n in 3 4 5; do gr-keygen -g "$n"; done
	: >"$STORE/.live.tmp"
	: >"$STORE/1/.x.123.tmp"
	mkdir "$STORE/.7.dead"
	: >"$STORE/.7.dead/private.key"
	gr-install-cert recover
	[ -e "$STORE/5" ]
	gr-journal put --clear phase=idle other=4
	gr-install-cert recover
	[ "$(ls -A "$STORE" | tr '\n' ' ')" = "1 4 format live rotation " ]
	[ ! -e "$STORE/1/.x.123.tmp" ]
	dev_pair_matches
}
@test "recover: leftover generations stay while the live pair is not committed" {
	make_trial
	gr-install-cert activate
	gr-journal put --clear phase=idle
	gr-install-cert recover
	[ -e "$STORE/1/private.key" ]
}
@test "recover: before the deadline the holder of the lock is left alone" {
	make_trial
	gr-install-cert activate
	hold_lock
	run -0 gr-install-cert recover
	[ -z "$output" ]
	kill -0 "$HOLDER"
	[ "$(live)" = 2 ]
}
@test "recover: in another phase the holder of the lock is left alone" {
	make_trial
	gr-install-cert activate
	gr-journal arm 0
	gr-journal put phase=rolling-back
	hold_lock
	run -0 gr-install-cert recover
	kill -0 "$HOLDER"
	[ "$(live)" = 2 ]
}
@test "recover: past the deadline the holder and all of its group are ended, and the old pair comes back" {
	make_trial
	gr-install-cert activate
	gr-journal arm 0
	hold_lock
	child=$(pgrep -g "$HOLDER" sleep)
	run -0 gr-install-cert recover
	[ "$(live)" = 1 ]
	[ "$(gr-journal get phase)" = rolling-back ]
	process_is_gone "$HOLDER"
	process_is_gone "$child"
}
@test "recover: a holder of the lock that does not end is killed after two seconds" {
	make_trial
	gr-install-cert activate
	gr-journal arm 0
	hold_lock stubborn
	gr-install-cert recover
	process_is_gone "$HOLDER"
	[ "$(live)" = 1 ]
}
@test "recover: a process with the holder's pid and another start time is not ended" {
	make_trial
	gr-install-cert activate
	gr-journal arm 0
	hold_lock
	echo "$HOLDER 1" >state/lock
	run -111 --separate-stderr gr-install-cert recover
	[ "$stderr" = "gr-install-cert: $GR_STATE/lock: held by a process that did not leave its name" ]
	kill -0 "$HOLDER"
	[ "$(live)" = 2 ]
}
@test "recover: called by the driver, it does not end the driver" {
	make_trial
	gr-install-cert activate
	gr-journal arm 0
	exec 9>>state/lock
	gr-journal lock --fd 9 --pid $$
	GR_LOCK_FD=9 gr-install-cert recover
	[ "$(live)" = 1 ]
}
@test "commands: those that change something respect another's lock, the others do not need it" {
	make_trial
	hold_lock
	for verb in adopt "stage new.pem" activate rollback commit "discard -g 2"; do
		# shellcheck disable=SC2086 # words on purpose
		run -111 gr-install-cert $verb
	done
	run -0 gr-install-cert status
	run -0 gr-install-cert next
}
@test "commands: an unknown one, extra operands and unknown options are errors" {
	make_device
	run -100 gr-install-cert
	run -100 gr-install-cert dance
	run -100 gr-install-cert adopt extra
	run -100 gr-install-cert recover --hard
	for verb in adopt next stage activate rollback commit discard recover status; do
		run -0 gr-install-cert "$verb" --help
	done
}
@test "manual: the rotation by hand of the manual page works" {
	make_device
	old=$(gr-install-cert adopt)
	new=$(gr-install-cert next)
	gr-journal put --from idle phase=creating-certificate old="$old" new="$new"
	gr-keygen
	gr-csr >device.csr
	certify "$new" device.pem
	gr-install-cert recover
	gr-install-cert stage device.pem
	gr-journal arm 900
	gr-journal put phase=trial
	gr-install-cert activate
	gr-journal put phase=reporting
	gr-install-cert commit
	gr-journal put --clear phase=idle
	run -0 gr-install-cert recover
	[ -z "$output" ]
	cmp dev/cert.pem device.pem
	dev_pair_matches
	[ "$(ls -A "$STORE" | tr '\n' ' ')" = "2 format live rotation " ]
}
@test "recover, status, adopt: a store copied with its links followed is refused in one line that says what to do" {
	for kind in directory file; do
		rm -rf dev
		make_device
		gr-install-cert adopt
		if [ "$kind" = directory ]; then
			cp -rL dev copy
			rm -r dev
			mv copy dev
		else
			rm "$STORE/live"
			echo 1 >"$STORE/live"
		fi
		for verb in recover status adopt; do
			run -100 --separate-stderr gr-install-cert "$verb"
			[ "$stderr" = "gr-install-cert: $STORE/live: a $kind, not a link: copied with links followed? Put key and certificate back as plain files and remove $STORE" ]
		done
	done
	cp "$STORE/1/private.key" key
	cp "$STORE/1/certificate.pem" cert
	rm -r "$STORE"
	mv key dev/private.key
	mv cert dev/cert.pem
	run -0 gr-install-cert adopt
}
@test "recover: its lines begin with the program's name" {
	make_device
	gr-install-cert adopt
	gr-journal put phase=idle
	rm dev/private.key "$STORE/live"
	run -0 --separate-stderr gr-install-cert recover
	[ "$output" = "gr-install-cert: live: generation 1
gr-install-cert: $PWD/dev/private.key: linked again" ]
}
@test "stage: a generation out of range is refused with the range" {
	make_device
	gr-install-cert adopt
	for n in 0 100000000 4294967295; do
		run -100 --separate-stderr gr-install-cert stage -g "$n" dev/cert.pem
		[ "$stderr" = "gr-install-cert: -g: $n: not a generation; they go from 1 to 99999999" ]
	done
}
@test "adopt: GR_STATE that is not there is made, one that cannot be made is named" {
	make_device
	gr-install-cert adopt
	[ "$(stat -c '%a %F' state)" = '700 directory' ]
	GR_STATE=/nowhere/at/all run -111 --separate-stderr gr-install-cert adopt
	[ "$stderr" = "gr-install-cert: GR_STATE: /nowhere/at/all: No such file or directory" ]
	GR_STATE=$PWD/gr.conf run -111 --separate-stderr gr-install-cert adopt
	[ "$stderr" = "gr-install-cert: GR_STATE: $PWD/gr.conf: Not a directory" ]
}
@test "recover: a directory that cannot be listed is not taken for an empty one" {
	make_trial
	rm "$STORE/rotation" "$STORE/live"
	mv dev start
	n=0
	while :; do
		n=$((n + 1))
		rm -rf dev
		cp -a start dev
		rc=0
		ASAN_OPTIONS=exitcode=86:detect_leaks=0 strace -qq -o trace -e trace=getdents64 \
			-e "inject=getdents64:error=EIO:when=$n" \
			gr-install-cert recover 2>err || rc=$?
		grep -q INJECTED trace || break
		[ "$rc" -eq 111 ]
		gr-install-cert recover
		[ "$(live)" = 1 ]
		[ -e "$STORE/2/certificate.pem" ]
	done
	[ "$n" -gt 3 ]
}
