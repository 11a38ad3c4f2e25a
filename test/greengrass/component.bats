# SPDX-License-Identifier: Apache-2.0
# component.bats - the Greengrass component: what make component leaves,
# and what it does on a core device

bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/device

# One build for all of them; never sanitized, a device has no sanitizer.
setup_file() {
	arch=$(dpkg --print-architecture)
	make -s -C "$ROOT" component SANITIZE= ARCH="$arch" \
		COMPONENT="$BATS_FILE_TMPDIR/greengrass-build" >"$BATS_FILE_TMPDIR/log" 2>&1 ||
		{ cat "$BATS_FILE_TMPDIR/log" >&2; return 1; }
	gcc -std=c11 -o "$BATS_FILE_TMPDIR/yaml-json" "$ROOT/test/tools/yaml-json.c" \
		-lyaml -ljansson
	unzip -q "$BATS_FILE_TMPDIR"/greengrass-build/artifacts/*/*/"gr-$arch.zip" \
		-d "$BATS_FILE_TMPDIR/gr-$arch"
}

setup() {
	ARCH=$(dpkg --print-architecture)
	OUT=$BATS_FILE_TMPDIR/greengrass-build
	ZIP=$(echo "$OUT"/artifacts/*/*/"gr-$ARCH.zip")
	UNPACKED=$BATS_FILE_TMPDIR/gr-$ARCH
	HOOKS=$ROOT/share/hooks
	PATH=$BATS_FILE_TMPDIR:$PATH
}

teardown() {
	[ -z "${COMPONENT_PID:-}" ] || kill "$COMPONENT_PID" 2>/dev/null || :
	[ ! -s runtime.pid ] || kill "$(cat runtime.pid)" 2>/dev/null || :
	down
}

recipe() { yaml-json <"$ROOT/share/recipe.yaml" | jq -e "$@"; }

# --- what is built -------------------------------------------------------------------------------

@test "recipe: keys have the case that nucleus lite reads, and every manifest is for any runtime" {
	recipe -r '.Manifests[] | (.Platform | keys[]), (.Lifecycle | keys[]), (.Lifecycle[] | objects | keys[]), (.Artifacts[] | keys[])' |
		sort -u >keys
	diff - keys <<-END
		$(printf '%s\n' GR_KEY_ALGORITHM GR_SIGNING_ALGORITHM GR_STATE GR_WATCHDOG Permission RequiresPrivilege Script Setenv Unarchive Uri architecture install os run runtime | sort)
	END
	recipe 'all(.Manifests[]; .Platform.runtime == "*" and .Platform.os == "linux")'
	recipe '[.Manifests[].Platform.architecture] == ["amd64", "aarch64"]'
	recipe 'has("ComponentDependencies") | not'
}

@test "recipe: algorithms and watchdog are its configuration and reach the programs" {
	recipe '.ComponentConfiguration.DefaultConfiguration == {keyAlgorithm: "RSA-2048", signingAlgorithm: "SHA256WITHRSA", watchdog: "on"}'
	recipe 'all(.Manifests[].Lifecycle.Setenv; . == {GR_KEY_ALGORITHM: "{configuration:/keyAlgorithm}",
		GR_SIGNING_ALGORITHM: "{configuration:/signingAlgorithm}", GR_WATCHDOG: "{configuration:/watchdog}", GR_STATE: "/var/lib/gr"})'
}

@test "recipe: both manifests do the same, as root, each from its own zip; values stand in quotes" {
	for a in amd64:0 arm64:1; do
		for verb in install run; do
			recipe --arg verb "$verb" --argjson n "${a#*:}" --arg zip "gr-${a%:*}" '.Manifests[$n].Lifecycle[$verb] ==
				{RequiresPrivilege: "true", Script: "exec sh \"{artifacts:decompressedPath}/\($zip)/bin/greengrass.sh\" \($verb)"}'
		done
		recipe --argjson n "${a#*:}" --arg zip "gr-${a%:*}" \
			'.Manifests[$n].Artifacts | length == 1 and (.[0] | .Unarchive == "ZIP"
			and (.Uri | endswith("/\($zip).zip")) and .Permission == {Read: "ALL", Execute: "ALL"})'
	done
}

@test "component: it is where GDK looks for it, under one name and version" {
	name=$(jq -r '.component | keys[0]' "$ROOT/share/gdk-config.json")
	version=$(jq -r ".component[\"$name\"].version" "$ROOT/share/gdk-config.json")
	recipe --arg n "$name" --arg v "$version" \
		'.ComponentName == $n and .ComponentVersion == $v'
	[ "gr $version" = "$(gr-config --version)" ]
	[ "$(cd "$OUT" && find . -type f | sort)" = "./artifacts/$name/$version/gr-$ARCH.zip
./recipes/recipe.yaml" ]
	jq -e --arg n "$name" \
		'.component[$n].build | .build_system == "custom" and (.custom_build_command | type == "array")' \
		"$ROOT/share/gdk-config.json"
}

@test "component: the recipe holds the manifests of the zips that were made, and is small enough" {
	yaml-json <"$OUT/recipes/recipe.yaml" >built
	jq -e --arg zip "gr-$ARCH.zip" \
		'[.Manifests[].Artifacts[].Uri | sub(".*/"; "")] == [$zip]' built
	[ "$(jq -S 'del(.Manifests)' built)" = "$(recipe -S 'del(.Manifests)')" ]
	[ "$(wc -c <"$OUT/recipes/recipe.yaml")" -lt 16000 ]
	[ "$(wc -c <"$ROOT/share/recipe.yaml")" -lt 16000 ]
}

@test "component: built again it is the same, byte for byte; an unknown architecture is refused" {
	make -s -C "$ROOT" component SANITIZE= ARCH="$ARCH" COMPONENT="$PWD/again" >/dev/null
	diff -r "$OUT" again
	run -100 --separate-stderr "$ROOT/scripts/build/component.sh" "$PWD/other" sparc
	[ "$stderr" = 'component.sh: sparc: not an architecture we build for; amd64 or arm64' ]
}

@test "zip: every device program, the driver with its parts, the hooks, the libraries and their licences, with the right modes" {
	unzip -Z "$ZIP" | awk '/^[-?dl]/ { print $1, $NF }' | sort -k 2 >found
	{
		for p in "$ROOT"/src/device/gr-*.c; do
			p=${p##*/}
			echo "-rwxr-xr-x bin/${p%.c}"
		done
		printf '%s\n' '-rwxr-xr-x bin/rotate.sh' '-rwxr-xr-x bin/greengrass.sh'
		for p in $(sed -n 's|^\. "$here/\(.*\)"|\1|p' "$ROOT/scripts/driver/rotate.sh"); do
			echo "-rw-r--r-- bin/$p"
		done
		printf '%s\n' '-rwxr-xr-x hooks/greengrass-classic' \
			'-rwxr-xr-x hooks/greengrass-lite' '-rw-r--r-- hooks/systemd.sh'
		printf -- '-rw-r--r-- systemd/%s\n' gr-recover.service gr-watchdog.service \
			gr-watchdog.timer
		printf '%s\n' '-rw-r--r-- licenses/gr' '-rw-r--r-- licenses/SOURCES'
	} | sort -k 2 >wanted
	grep -v ' lib/\| licenses/lib\| licenses/[A-Z]*GPL' found | diff wanted -
	grep -q '^-rw-r--r-- lib/libmosquitto.so.1$' found
	grep -q '^-rw-r--r-- lib/libjansson.so.4$' found
	[ "$(grep -c ' lib/' found)" -eq "$(grep -c ' licenses/lib' found)" ]
	[ "$(grep -c ' lib/' found)" -eq \
		"$(grep -c '^lib.*: https://' "$UNPACKED/licenses/SOURCES")" ]
	[ "$(grep -c '^-rw-r--r-- l' found)" -eq "$(grep -c ' l' found)" ]
	# A licence that a copyright file only points to is there as well.
	for text in $(grep -oh '/usr/share/common-licenses/[A-Z0-9.-]*[0-9]' \
		"$UNPACKED"/licenses/lib*); do
		[ -s "$UNPACKED/licenses/${text##*/}" ]
	done
}

@test "zip: programs and libraries are stripped and for its architecture" {
	case $ARCH in
	amd64) machine=X86-64 ;;
	arm64) machine=AArch64 ;;
	esac
	for f in "$UNPACKED"/bin/gr-* "$UNPACKED"/lib/*; do
		readelf -h "$f" | grep -q "Machine:.* $machine\$"
		file "$f" | grep -q ', stripped$'
	done
}

@test "zip: the programs start with what the zip brings, the C library and OpenSSL" {
	for p in "$UNPACKED"/bin/gr-*; do
		LD_LIBRARY_PATH='' run -0 "$p" --version
		ldd "$p" | while read -r lib arrow path _; do
			case $lib in
			linux-vdso.so.* | */ld-linux-*.so.* | libc.so.6 | libm.so.6) ;;
			libcrypto.so.3 | libssl.so.3) ;;
			*)
				[ "$arrow" = '=>' ] &&
					[ "$(realpath "$path")" = "$UNPACKED/lib/$lib" ]
				;;
			esac || { echo "$p: $lib from $path"; exit 1; }
		done
	done
	ldd "$UNPACKED/bin/gr-link" | grep -q "/lib/libmosquitto.so.1 "
}

@test "zip: the driver finds its parts and the programs beside it" {
	PATH=/usr/bin:/bin run -0 "$UNPACKED/bin/rotate.sh" --version
	[[ $output == gr\ * ]]
}

# --- the restart hooks ---------------------------------------------------------------------------

# core classic|lite: a core device's folders in ./root, and a systemctl that knows one unit: no
# test machine runs systemd. ./unit holds what it shows, ./units what it lists, ./restart is run
# when it restarts; ./calls is what it was asked.
core() {
	ROOT_DIR=$PWD/root
	mkdir -p root/work/gr.CertificateRotator root/deployments/1 root/config fake
	case $1 in
	classic) UNIT=greengrass.service; : >root/config/config.tlog ;;
	lite) UNIT=ggl.core.iotcored.service; : >root/config.db ;;
	esac
	HOOK=$HOOKS/greengrass-$1
	printf '%s\n' LoadState=loaded ActiveState=active MainPID=100 \
		ExecMainStartTimestampMonotonic=5000 \
		"ExecStart={ path=/bin/sh ; argv[]=/bin/sh $ROOT_DIR/alts/current/distro/bin/loader ; ignore_errors=no ; pid=100 }" >unit
	: >units
	cat >fake/systemctl <<-END
		#!/bin/bash
		cd "$PWD" || exit 1
		for word; do shift; [ "\$word" = -- ] || set -- "\$@" "\$word"; done	# the end of the options, as for the real one
		echo "\$*" >>calls
		[ ! -e broken ] || exit 1
		case \$1 in
		show)
			[ "\${*: -1}" = $UNIT ] || { echo LoadState=not-found; exit; }
			shift
			while [ "\$1" = -p ]; do grep "^\$2=" unit; shift 2; done
			;;
		list-units) cat units ;;
		reset-failed) [ "\$2" = $UNIT ] ;;
		daemon-reload | enable) ;;
		--no-block) [ "\$2 \$3" = "restart $UNIT" ] && { [ ! -e restart ] || bash ./restart; } ;;
		*) exit 1 ;;
		esac
	END
	chmod +x fake/systemctl
	PATH=$PWD/fake:$PATH
}

show() { sed -i "s/^$1=.*/$1=$2/" unit; }

@test "hook: it restarts the nucleus on classic and the MQTT daemon on lite, without waiting" {
	for nucleus in classic:greengrass.service lite:ggl.core.iotcored.service; do
		core "${nucleus%:*}"
		: >calls
		run -0 "$HOOK" restart
		[ -z "$output" ]
		[ "$(tail -n 1 calls)" = "--no-block restart ${nucleus#*:}" ]
		run -1 grep reset-failed calls
		echo exit 1 >restart
		run -111 --separate-stderr "$HOOK" restart
		[ "$stderr" = "greengrass-${nucleus%:*}: ${nucleus#*:}: systemctl cannot restart it" ]
		rm restart
	done
}

@test "hook: a nucleus that systemd does not start any more after many failures is started again" {
	for nucleus in classic:greengrass.service lite:ggl.core.iotcored.service; do
		core "${nucleus%:*}"
		show ActiveState failed
		: >calls
		run -0 "$HOOK" restart
		[ "$(tail -n 2 calls)" = "reset-failed ${nucleus#*:}
--no-block restart ${nucleus#*:}" ]
	done
}

# start_client: a process with a connection, and another one after each signal; sets CLIENT
start_client() {
	: >connections
	perl -MIO::Socket::INET \
		-e 'my $l = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die; my @pair;
		$SIG{USR1} = sub { @pair = () };
		while (1) {
			my $c = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $l->sockport) or die;
			@pair = ($c, $l->accept);
			open my $f, ">>", "connections"; print $f "1\n"; close $f;
			select undef, undef, undef, 0.05 while @pair;
		}' 3>&- &
	CLIENT=$!
	await_connections 1
}
is_again() { [ "$("$HOOK" instance)" = "$1" ]; }
await_connections() { await eval '[ "$(wc -l <connections)" -ge '"$1"' ]'; }

@test "hook: lite's instance changes with every connection, and is unknown without one" {
	core lite
	start_client
	show MainPID "$CLIENT"
	run -0 "$HOOK" instance
	[[ $output == "$(cat /proc/sys/kernel/random/boot_id) $CLIENT 5000 "* ]]
	before=$output
	await is_again "$before"	# the kernel's list may miss one while others come and go
	kill -USR1 "$CLIENT"
	await_connections 2
	run -0 "$HOOK" instance
	[ "$output" != "$before" ]
	kill "$CLIENT"
	perl -e 'sleep 600' 3>&- &
	show MainPID $!
	run -111 --separate-stderr "$HOOK" instance
	[ -z "$output$stderr" ]
	kill $!
	show MainPID 0
	run -0 "$HOOK" instance
	[ "$output" = "$(cat /proc/sys/kernel/random/boot_id) 0 5000" ]
}

# programs JOURNAL-PHASE PROBE-STATUS: what the hook calls, played;
# ./asked is what gr-probe was asked
programs() {
	mkdir -p tools
	printf '#!/bin/sh\n[ "$2" = old ] && echo 3 || echo %s\n' "$1" >tools/gr-journal
	printf '#!/bin/sh\necho 30\n' >tools/gr-config
	printf '#!/bin/sh\necho "$*" >%s/asked\nexit %s\n' "$PWD" "$2" >tools/gr-probe
	chmod +x tools/*
	rm -f note asked
	: >calls
}

@test "hook: lite takes the session over once, over the old pair while the new one is on trial, then it restarts" {
	core lite
	PATH=$PWD/tools:$PATH
	export GR_RECONNECTED=$PWD/note
	for phase in trial committing rolling-back idle; do
		case $phase in trial | committing) over=' -g 3' ;; *) over= ;; esac
		for answer in 0 111; do
			programs $phase $answer
			run -0 "$HOOK" restart
			[ "$(cat asked)" = "--take-over$over -o requestTimeoutSeconds=15" ]
			[ -e note ]
			run -1 grep -e --no-block calls
			rm asked
			run -0 "$HOOK" restart
			[ ! -e asked ]
			grep -q -e '--no-block restart' calls
		done
		for answer in 1 100 127; do
			programs $phase $answer
			run -0 "$HOOK" restart
			[ ! -e note ]
			grep -q -e '--no-block restart' calls
		done
	done
	programs idle 0
	show ActiveState failed
	run -0 "$HOOK" restart
	[ ! -e asked ]
}

@test "hook: classic is always restarted" {
	core classic
	programs trial 0
	PATH=$PWD/tools:$PATH GR_RECONNECTED=$PWD/note run -0 "$HOOK" restart
	[ ! -e asked ]
	grep -q -e '--no-block restart' calls
}

@test "hook: an instance is made of boot, process and start time" {
	for nucleus in classic lite; do
		core "$nucleus"
		show MainPID 0
		: >calls
		run -0 "$HOOK" instance
		[ "$output" = "$(cat /proc/sys/kernel/random/boot_id) 0 5000" ]
		[ "$(grep -c show calls)" -eq 1 ]
		before=$output
		show ExecMainStartTimestampMonotonic 6000
		run -0 "$HOOK" instance
		[ "$output" != "$before" ]
		for state in activating deactivating; do
			show ActiveState "$state"
			run -111 --separate-stderr "$HOOK" instance
			[ -z "$output" ]
		done
		touch broken
		run -111 --separate-stderr "$HOOK" instance
		[ -z "$output" ]
		rm broken
	done
}

@test "hook: classic is not ready while a deployment is under way, and ready after" {
	core classic
	run -0 "$HOOK" ready
	ln -s "$ROOT_DIR/deployments/1" root/deployments/ongoing
	run -111 --separate-stderr "$HOOK" ready
	[ "$stderr" = 'greengrass-classic: a deployment is running' ]
	rmdir root/deployments/1
	run -111 "$HOOK" ready
	mv root/deployments/ongoing root/deployments/previous-success
	run -0 "$HOOK" ready
}

@test "hook: classic is ready too where the unit starts the loader without a shell, and in a folder with a blank" {
	mkdir -p 'a b'
	cd 'a b'
	core classic
	run -0 "$HOOK" ready
	sed -i 's|\[\]=/bin/sh |[]=|' unit
	run -0 "$HOOK" ready
	ln -s nowhere root/deployments/ongoing
	run -111 "$HOOK" ready
}

@test "hook: lite is not ready while install or bootstrap steps run" {
	core lite
	run -0 "$HOOK" ready
	echo 'ggl.com.example.Pump.install.service loaded activating start Pump' >units
	run -111 --separate-stderr "$HOOK" ready
	[ "$stderr" = 'greengrass-lite: a deployment is running' ]
	[[ $(tail -n 1 calls) == 'list-units '*'--state=activating ggl.*.install.service ggl.*.bootstrap.service' ]]
}

@test "hook: a missing unit, or one that starts something else, is 100" {
	for nucleus in classic lite; do
		core "$nucleus"
		show LoadState not-found
		run -100 --separate-stderr "$HOOK" ready
		[ "$stderr" = "greengrass-$nucleus: $UNIT: no such unit on this device" ]
	done
	core classic
	sed -i 's|alts/current|elsewhere|' unit
	run -100 "$HOOK" ready
	for words in '' 'ready now' nonsense; do
		# shellcheck disable=SC2086
		run -100 --separate-stderr "$HOOK" $words
		[ "$stderr" = 'usage: greengrass-classic ready | instance | restart' ]
	done
}

# --- on a core device ----------------------------------------------------------------------------

# installed: a copy of the component whose programs a test may change
installed() {
	cp -r "$UNPACKED" component
	START=$PWD/component/bin/greengrass.sh
}

@test "install: prints nothing on a device that has all it needs" {
	core classic
	cd root/work/gr.CertificateRotator
	run -0 sh "$UNPACKED/bin/greengrass.sh" install
	[ -z "$output" ]
}

@test "install: names each missing library and exits 100" {
	core lite
	installed
	echo 'int a(void) { return 1; }' >a.c
	for n in one two; do
		gcc -shared -fPIC -Wl,-soname,libgr-test-$n.so.7 -o libgr-test-$n.so a.c
	done
	echo 'int main(void) { return 0; }' >main.c
	gcc -o component/bin/gr-first main.c -Wl,--no-as-needed -L. -lgr-test-one -lgr-test-two
	gcc -o component/bin/gr-second main.c -Wl,--no-as-needed -L. -lgr-test-two
	cd root/work/gr.CertificateRotator
	run -100 --separate-stderr sh "$START" install
	[ "$stderr" = 'greengrass.sh: this device has no library libgr-test-one.so.7
greengrass.sh: this device has no library libgr-test-two.so.7' ]
	[ -z "$output" ]
}

@test "install: names a symbol version that a library lacks, and a program that nothing here can start" {
	core lite
	installed
	printf 'V_2 { global: a; };\n' >map
	echo 'int a(void) { return 1; }' >a.c
	gcc -shared -fPIC -Wl,--version-script,map -Wl,-soname,libgr-test.so.7 -o libgr-test.so a.c
	echo 'int a(void); int main(void) { return a(); }' >main.c
	gcc -o component/bin/gr-first main.c -L. -lgr-test
	sed -i s/V_2/V_1/ map
	gcc -shared -fPIC -Wl,--version-script,map -Wl,-soname,libgr-test.so.7 \
		-o component/lib/libgr-test.so.7 a.c
	gcc -o component/bin/gr-other main.c -Wl,--dynamic-linker,/lib/ld-nowhere.so.1 -L. \
		-lgr-test
	cd root/work/gr.CertificateRotator
	LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/component/lib run -100 --separate-stderr sh "$START" \
		install
	[[ $stderr == *'greengrass.sh: this device has no version V_2 of '*/libgr-test.so.7* ]]
	[[ $stderr == *'greengrass.sh: this device has no C library that can start gr-other'* ]]
}

@test "install: a device without systemctl needs a hook of the operator's" {
	core classic
	rm fake/systemctl
	mkdir commands
	for c in cat cp cut date dirname ls mkdir mkfifo od rm sed sh sleep sort timeout tr; do
		ln -s "$(command -v "$c")" commands/
	done
	path=$PWD/commands
	cd root/work/gr.CertificateRotator
	run -100 --separate-stderr env PATH="$path" sh "$UNPACKED/bin/greengrass.sh" install
	[ "$stderr" = 'greengrass.sh: this device has no command systemctl; name a restartHook of your own in gr.conf' ]
	run -0 env PATH="$path" GR_RESTART_HOOK=/opt/hook sh "$UNPACKED/bin/greengrass.sh" install
	rm "$path/od"
	run -100 --separate-stderr env PATH="$path" sh "$UNPACKED/bin/greengrass.sh" install
	[ "$stderr" = 'greengrass.sh: this device has no command od' ]
}

@test "install: without a nucleus it is refused" {
	mkdir -p a/b/c
	cd a/b/c
	run -100 --separate-stderr sh "$UNPACKED/bin/greengrass.sh" install
	[ "$stderr" = 'greengrass.sh: no Greengrass nucleus two folders up, nor in the environment' ]
	run -100 sh "$UNPACKED/bin/greengrass.sh"
}

# The nucleus of a lab thing: a Mosquitto client as thing-1 that reads key and certificate
# at each connection.
nucleus() {
	lab
	as thing-1
	keep_old_pair
	core "$1"
	cat >restart <<-END
		[ ! -s runtime.pid ] || kill "\$(cat runtime.pid)"
		mosquitto_sub -h localhost -p $(cat "$LAB/port") --cafile $HOME_DIR/ca/ca.pem --cert $T/certificate.pem \\
			--key $T/private.key -i thing-1 -t things/thing-1/news >runtime.log 2>&1 </dev/null 3>&- &
		echo \$! >runtime.pid
		sed -i "s/^MainPID=.*/MainPID=\$!/" unit
	END
	systemctl --no-block restart "$UNIT"
	: >calls
	await nucleus_is_on "$OLD"
}
nucleus_is_on() {
	[ "$(sqlite3 "$HOME_DIR/shared/registry.db" \
		"SELECT certificate || live FROM session WHERE thing = 'thing-1'")" = "${1}1" ]
}
# start: as the nucleus runs the recipe's script
start() {
	(cd root/work/gr.CertificateRotator &&
		exec env GR_KEY_ALGORITHM=ECDSA-P384 GR_SIGNING_ALGORITHM=ECDSA-WITH-SHA384 \
		sh -c "exec sh \"$UNPACKED/bin/greengrass.sh\" run") 2>log 3>&- &
	COMPONENT_PID=$!
}
ended() { [ "$(status_of j1)" = "$1" ]; }

# rotates_beside KIND RESTARTS
rotates_beside() {
	nucleus "$1"
	start
	rotate_job j1
	await ended SUCCEEDED
	NEW=$(certificate_id)
	[ "$NEW" != "$OLD" ]
	openssl x509 -in "$T/certificate.pem" -noout -text | grep -q 'NIST CURVE: P-384'
	[ "$(grep -c -- "--no-block restart $UNIT" calls)" -eq "$2" ]
	nucleus_is_on "$NEW"
	gr-registry history -H "$HOME_DIR" -j thing-1 | jq -e '.[0].clientId == "thing-1#gr"'
	kill "$COMPONENT_PID"
	wait "$COMPONENT_PID"
	COMPONENT_PID=
	assert_rotated j1
}

@test "run: rotates beside the classic nucleus, with the configured algorithms, and restarts its unit" {
	rotates_beside classic 1
}

@test "run: rotates beside nucleus lite, with the configured algorithms, and its MQTT daemon connects anew without a restart" {
	rotates_beside lite 0
}

@test "run: a deployment is waited for before anything is switched" {
	nucleus classic
	ln -s "$ROOT_DIR/deployments/1" root/deployments/ongoing
	start
	rotate_job j1
	await grep -q 'a deployment is running' log
	[ "$(certificate_id)" = "$OLD" ]
	rm root/deployments/ongoing
	await ended SUCCEEDED
}

@test "run: bad algorithms end it at once, with one line that says what is allowed" {
	lab
	as thing-1
	core lite
	cd root/work/gr.CertificateRotator
	GR_KEY_ALGORITHM=RSA-3072 GR_SIGNING_ALGORITHM=ECDSA-WITH-SHA256 \
		run -100 --separate-stderr sh "$UNPACKED/bin/greengrass.sh" run
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ $stderr == *ECDSA-WITH-SHA256* ]]
}

@test "run: a temporary failure is tried again, and a stop in between ends it" {
	lab
	as thing-1
	core lite
	exec 7>>"$GR_STATE/lock"
	flock 7
	start
	await eval '[ "$(grep -c lock log)" -ge 2 ]'
	kill "$COMPONENT_PID"
	wait "$COMPONENT_PID"
	COMPONENT_PID=
	exec 7>&-
}

@test "run: a hook that the operator named is used instead of ours" {
	nucleus lite
	printf '#!/bin/sh\nPATH=%s:$PATH\necho "$1" >>%s/own\nexec %s "$@"\n' \
		"$PWD/fake" "$PWD" "$HOOK" >hook
	chmod +x hook
	setting restartHook "$PWD/hook"
	start
	rotate_job j1
	await ended SUCCEEDED
	grep -q '^restart$' own
}

@test "watchdog: it has a copy and units of its own, which work once the component is gone" {
	lab
	as thing-1
	core classic
	setting watchdog on
	cp -R "$UNPACKED" component
	for again in 1 2; do
		: >calls
		run -0 sh component/bin/greengrass.sh watchdog "$PWD/opt" "$PWD/etc"
		[ "$(cat calls)" = 'daemon-reload
enable --now gr-recover.service gr-watchdog.timer' ]
	done
	rm -r component
	[ "$(ls etc | xargs)" = 'gr-recover.service gr-watchdog.service gr-watchdog.timer' ]
	for unit in gr-recover gr-watchdog; do
		rm -f "$GR_STATE/heartbeat"
		run -0 env -i PATH=/usr/bin:/bin GR_CONF="$GR_CONF" GR_STATE="$GR_STATE" \
			sh -c "$(sed -n 's/^ExecStart=//p' "etc/$unit.service")"
		[ -e "$GR_STATE/heartbeat" ]
	done
	run -0 gr-journal watched
	[ "$(ls | grep -c '^opt')" -eq 1 ]
}

@test "watchdog: its restart hook is that of the nucleus, though nobody names one" {
	nucleus classic
	sed -i '/^restartHook/d' "$GR_CONF"
	setting runtime classic
	PATH=$PWD/fake:$PATH run -0 sh "$UNPACKED/bin/greengrass.sh" watchdog "$PWD/opt" "$PWD/etc"
	run -0 opt/bin/gr-install-cert adopt
	run -0 opt/bin/gr-journal put --from idle restartInstance=old restartFor=1 restartCount=0
	: >calls
	run -0 opt/bin/rotate.sh recover
	# It is another one already: nothing is restarted for that.
	run -1 grep -q restart calls
	opt/bin/gr-journal put --from idle \
		"restartInstance=$(cat /proc/sys/kernel/random/boot_id) $(sed -n 's/^MainPID=//p' unit) 5000" \
		restartFor=1 restartCount=0
	run -0 opt/bin/rotate.sh recover
	grep -qx -- '--no-block restart greengrass.service' calls
}

# --- what an operator needs at the service -------------------------------------------------------

@test "policy: a device may ask as itself, and never speak for the service or to it as another thing" {
	gcc -std=c11 -D_POSIX_C_SOURCE=200809L -I"$ROOT/src/lib" -I"$ROOT/src/backend" \
		-o policy-ask "$ROOT/test/tools/policy-ask.c" "$ROOT"/src/backend/policy/*.c \
		"$ROOT/src/lib/json.c" "$ROOT/src/lib/str.c" -ljansson
	p=$ROOT/share/policies/rotation.json
	run -0 ./policy-ask problem "$p"
	# Attached beside a policy that allows everything, as some fleets have,
	# the Deny statements still hold.
	echo '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}' >all.json
	for topic in '$aws/things/T/jobs/get' '$aws/things/T/jobs/start-next' \
		'$aws/things/T/jobs/$next/get' '$aws/things/T/jobs/j1/update' \
		'$aws/things/T/jobs/$next/namespace-aws-gg-deployment/get' \
		'$aws/things/T/shadow/name/AWSManagedGreengrassV2Deployment/get' \
		'$aws/things/T/greengrassv2/health/json' awslabs/things/T/certificate/create \
		awslabs/things/T/certificate/commit things/T/data; do
		run -0 ./policy-ask Publish "$topic" thing=T client=T "$p"
		run -0 ./policy-ask Publish "$topic" thing=T client=T "$p" all.json
	done
	for topic in '$aws/things/T/jobs/j1/update/accepted' '$aws/things/T/jobs/get/rejected' \
		'$aws/things/T/jobs/notify' '$aws/things/U/jobs/notify-next' \
		'$aws/events/jobExecution/j1/succeeded' \
		awslabs/things/T/certificate/create/accepted \
		awslabs/things/U/certificate/commit/rejected \
		'$aws/rules/rotator/awslabs/things/U/certificate/create' in/x out/x; do
		run -1 ./policy-ask Publish "$topic" thing=T client=T "$p" all.json
	done
	for topic in '$aws/things/U/jobs/get' '$aws/things/T/shadow/update' \
		'$aws/things/T/shadow/name/n/delete' '$aws/things/U/shadow/get' \
		'$aws/things/U/greengrassv2/health/json' awslabs/things/U/certificate/create \
		things/U/data data; do
		run -1 ./policy-ask Publish "$topic" thing=T client=T "$p"
	done
	for topic in '$aws/things/T/jobs/notify-next' \
		awslabs/things/T/certificate/create/accepted \
		'$aws/things/T/shadow/get/rejected'; do
		run -0 ./policy-ask Receive "$topic" thing=T client=T "$p"
		run -0 ./policy-ask Subscribe "$topic" thing=T client=T "$p"
	done
	run -0 ./policy-ask Connect 'T#gr' thing=T client='T#gr' "$p"
	run -1 ./policy-ask Connect T2 thing=T client=T2 "$p"
}

@test "job template: asks for a rotation and keeps the service's limits" {
	jq -e '.document == "{\"operation\":\"ROTATE_CERTIFICATE\"}" and (.description | length) > 0
		and (.jobTemplateId | test("^[A-Za-z0-9_-]{1,64}$"))
		and (.timeoutConfig.inProgressTimeoutInMinutes | . >= 5 and . <= 10080)
		and (.jobExecutionsRolloutConfig | .exponentialRate.baseRatePerMinute < .maximumPerMinute and .maximumPerMinute <= 1000
			and (.exponentialRate.incrementFactor | . >= 1.1 and . <= 5))
		and all(.abortConfig.criteriaList[]; .action == "CANCEL" and .thresholdPercentage <= 100)' \
		"$ROOT/share/job-template.json"
}
