# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper

# One build for all of them; V= keeps make's own words short.
setup_file() {
	make -s -C "$ROOT" install PREFIX=/usr DESTDIR="$BATS_FILE_TMPDIR/root" >/dev/null
}

@test "install: every program, the driver, the plugin and the pages are there, and others may write none of them" {
	root=$BATS_FILE_TMPDIR/root
	for p in "$BIN"/gr-*; do
		case $p in
		*.so) [ -x "$root/usr/lib/gr/${p##*/}" ] ;;
		*)
			[ -x "$root/usr/bin/${p##*/}" ] &&
				[ -e "$ROOT/man/${p##*/}.1" -o -e "$ROOT/man/${p##*/}.8" ]
			;;
		esac
	done
	[ -x "$root/usr/libexec/gr/rotate.sh" ]
	[ -e "$root/usr/share/man/man7/gr-protocol.7" ]
	[ -z "$(find "$root" -perm /022 ! -type l -print)" ]
}

@test "install: gr-rotate runs the installed driver" {
	root=$BATS_FILE_TMPDIR/root
	# The paths inside gr-rotate are those of the final place; here it is tried where it lies.
	sed "s|/usr/|$root/usr/|g" "$root/usr/bin/gr-rotate" >gr-rotate
	run -0 sh gr-rotate --version
	[[ $output == gr\ * ]]
	run -100 sh gr-rotate nonsense
}

@test "install: the installed lab finds its policy and programs" {
	root=$BATS_FILE_TMPDIR/root
	PATH=$root/usr/bin:$PATH run -0 "$root/usr/libexec/gr/lab.sh" --help
	grep -q 'usage: lab.sh up' <<<"$output"
}

@test "uninstall: leaves no file behind" {
	make -s -C "$ROOT" install PREFIX=/opt/gr DESTDIR="$PWD/gone" >/dev/null
	make -s -C "$ROOT" uninstall PREFIX=/opt/gr DESTDIR="$PWD/gone" >/dev/null
	[ -z "$(find gone ! -type d)" ]
}

@test "uninstall: files of others stay, and with nothing installed it succeeds" {
	make -s -C "$ROOT" install PREFIX=/opt/gr DESTDIR="$PWD/gone" >/dev/null
	touch gone/opt/gr/share/gr/mine gone/opt/gr/libexec/gr/mine
	make -s -C "$ROOT" uninstall PREFIX=/opt/gr DESTDIR="$PWD/gone" >/dev/null
	[ "$(find gone ! -type d | sort | xargs)" = \
		'gone/opt/gr/libexec/gr/mine gone/opt/gr/share/gr/mine' ]
	[ ! -e gone/opt/gr/lib/gr ]
	run -0 make -s -C "$ROOT" uninstall PREFIX=/opt/gr DESTDIR="$PWD/none"
	[ ! -e none ]
}

@test "install, uninstall: a PREFIX that is not absolute, or blanks, are refused" {
	for goal in install uninstall; do
		for place in PREFIX=opt PREFIX= PREFIX='/opt/a b' PREFIX='/opt ' \
			DESTDIR="$PWD/a b"; do
			run -2 make -s -C "$ROOT" "$goal" DESTDIR="$PWD/x" "$place"
			[[ $output == *'PREFIX'*'must'* ]]
			[ -z "$(ls -A)" ]
		done
	done
}

# The tests that build share the objects, so that all but the first compile only what differs.

# path_without NAME...: a PATH with every tool of this machine but these
path_without() {
	mkdir -p tools
	for dir in /usr/sbin /usr/bin /sbin /bin; do
		for tool in "$dir"/*; do ln -sf "$tool" "tools/${tool##*/}"; done
	done
	for name; do
		rm -f tools/$name
	done
}

@test "install: needs neither apt nor dpkg, nor a broker, nor bats" {
	path_without 'apt*' 'dpkg*' 'mosquitto*' 'bats*' 'sqlite3*'
	PATH=$PWD/tools make -s -C "$ROOT" install-device SANITIZE= \
		BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" \
		DESTDIR="$PWD/device" CFLAGS=-O0 >log
	[ -x device/usr/local/bin/gr-install-cert ]
	[ -x device/usr/local/bin/gr-rotate ]
	[ ! -e device/usr/local/bin/gr-jobs ]
	[ ! -e device/usr/local/lib/gr ]
	PATH=$PWD/tools make -s -C "$ROOT" install DESTDIR="$PWD/all" >log
	[ -x all/usr/local/bin/gr-jobs ]
	[ -e all/usr/local/lib/gr/gr-broker.so ]
}

@test "install: every place can be given, and counts in programs, scripts, units and pages" {
	make -s -C "$ROOT" install-device SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" \
		BIN="$PWD/programs" CFLAGS=-O0 DESTDIR="$PWD/d" PREFIX=/opt/gr \
		BINDIR=/opt/bin LIBEXECDIR=/opt/parts SYSCONFDIR=/opt/etc LOCALSTATEDIR=/opt/var \
		MANDIR=/opt/man UNITDIR=/opt/units >log
	[ -x d/opt/bin/gr-config ]
	[ -x d/opt/parts/rotate.sh ]
	[ -e d/opt/man/man5/gr.conf.5 ]
	grep -q '^PATH=/opt/bin:\$PATH exec /opt/parts/rotate.sh' d/opt/bin/gr-rotate
	grep -q '^ExecStart=/opt/bin/gr-rotate' d/opt/units/gr-rotate.service
	grep -q 'path_localstate=/opt/var$' d/opt/parts/paths.sh
	grep -q /opt/etc/gr/gr.conf d/opt/man/man5/gr.conf.5
	! grep -rEn '[^t]/var/lib/gr([^a-z]|$)|[^t]/etc/gr/' d/opt/units d/opt/man/man5 || false
	strings d/opt/bin/gr-config | grep -qx /opt/etc/gr/gr.conf
	strings d/opt/bin/gr-config | grep -qx /opt/var/lib/gr
}

@test "install: one file holds the version, and the component's files agree with it" {
	version=$(cat "$ROOT/VERSION")
	[ "$(jq -r '.component[].version' "$ROOT/share/gdk-config.json")" = "$version" ]
	grep -q "^ComponentVersion: \"$version\"\$" "$ROOT/share/recipe.yaml"
}

@test "make: a header that changed compiles anew what reads it, wherever BUILD is" {
	make -s -C "$ROOT" SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" \
		CFLAGS=-O0 "$PWD/programs/gr-cert-due" >log
	run -0 make -C "$ROOT" SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" \
		CFLAGS=-O0 "$PWD/programs/gr-cert-due"
	[[ $output != *' CC '* ]]
	run -0 make -n -C "$ROOT" SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" \
		CFLAGS=-O0 -W src/lib/cert.h "$PWD/programs/gr-cert-due"
	[[ $output == *lib/cert.c* ]]
}

# known_but NAME...: a folder for PKG_CONFIG_LIBDIR, as on a machine that has no headers of these
known_but() {
	mkdir known
	for dir in $(pkg-config --variable pc_path pkg-config | tr : ' '); do
		for pc in "$dir"/*.pc; do
			[ ! -e "$pc" ] || cp -n "$pc" known/
		done
	done
	for name; do
		rm -f "known/$name.pc"
	done
}

@test "install-device: without SQLite and libyaml gr-config is built without Greengrass, and says so to who needs it" {
	known_but sqlite3 yaml-0.1
	PKG_CONFIG_LIBDIR=$PWD/known make -s -C "$ROOT" install-device \
		SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" \
		DESTDIR="$PWD/d" CFLAGS=-O0 >log
	grep -q 'built without Greengrass' log
	! ldd d/usr/local/bin/* 2>/dev/null | grep -q 'sqlite\|libyaml' || false
	GR_THING_NAME=pump-1 run -0 d/usr/local/bin/gr-config thingName
	[ "$output" = pump-1 ]
	GR_RUNTIME=greengrass-lite run -100 --separate-stderr d/usr/local/bin/gr-config thingName
	[[ $stderr == 'gr-config: runtime: this gr was built without Greengrass (WITH_GREENGRASS=0) and reads no nucleus; '* ]]
	[ -z "$output" ]
}

# As the next tests need it: everything without tokens, beside what make has built, of whose
# objects only what differs is compiled. pkg-config does not know p11-kit.
build_tokenless() {
	local built=$ROOT/build name
	[ -z "${SANITIZE:-}" ] || built=$ROOT/build/sanitize
	TOKENLESS=$BATS_FILE_TMPDIR/tokenless
	export PATH=$TOKENLESS/bin:$PATH GR_STATE=$PWD/state GR_RUNTIME=none
	WHY="this build has no PKCS#11 (WITH_PKCS11=0); for keys in a token build gr with p11-kit's headers"
	[ ! -e "$TOKENLESS/done" ] || return 0
	known_but p11-kit-1
	mkdir -p "$TOKENLESS"
	for name in lib device backend generated; do cp -a "$built/$name" "$TOKENLESS/$name"; done
	PKG_CONFIG_LIBDIR=$PWD/known make -s -C "$ROOT" programs BUILD="$TOKENLESS" \
		BIN="$TOKENLESS/bin" >"$TOKENLESS/log"
	touch "$TOKENLESS/done"
}

@test "WITH_PKCS11=0: no file of tokens is compiled, and none that reads a header of p11-kit" {
	local built=$ROOT/build source
	[ -z "${SANITIZE:-}" ] || built=$ROOT/build/sanitize
	make -nB -C "$ROOT" WITH_PKCS11=0 all | grep -o ' src/[^ ]*\.c$' | sort -u >compiled
	[ "$(wc -l <compiled)" -ge 200 ]
	[ "$(grep -E 'pkcs11/|device/token/|store/(token_|no_|relabel)' compiled | xargs)" = \
		'src/device/store/no_token_keys.c src/device/token/no_token.c src/lib/pkcs11/no_pkcs11.c' ]
	# one header of ours includes p11-kit's, which a compiler's list of dependencies leaves out
	[ "$(cd "$ROOT" && grep -rl 'include.*p11-kit' src)" = src/lib/pkcs11/module.h ]
	grep -q pkcs11/module.h "$built/lib/pkcs11/module.d"
	while read -r source; do
		source=${source#src/}
		[ ! -e "$built/${source%.c}.d" ] ||
			not grep -F pkcs11/module.h "$built/${source%.c}.d"
	done <compiled
	make -nB -C "$ROOT" WITH_PKCS11=1 all |
		grep -o ' src/[^ ]*\.c$' | not grep -E 'no_(pkcs11|token)'
	run -0 make -C "$ROOT" help
	[[ $output == *WITH_PKCS11=0* ]]
}

@test "WITH_PKCS11=0: it is so by itself without p11-kit, for device and backend, and no module can be loaded" {
	build_tokenless
	[ "$(grep -c 'built without keys in tokens' "$TOKENLESS/log")" = 1 ]
	for p in "$TOKENLESS"/bin/gr-*; do
		not grep -q C_GetFunctionList "$p"
		nm -D "$p" | not grep -w 'dlopen\|dlsym'
	done
	grep -q C_GetFunctionList "$BIN/gr-csr"
	run -0 make -n -C "$ROOT" WITH_PKCS11=1 programs
	[[ $output != *'without keys in tokens'* ]]
}

@test "WITH_PKCS11=0: keys and certificates in files rotate as ever" {
	load ../lib/store
	build_tokenless
	make_trial
	gr-csr -g 2 | openssl req -noout -verify
	gr-install-cert activate
	[ "$(live)" = 2 ]
	dev_pair_matches
	cmp dev/cert.pem new.pem
	gr-csr -k dev/private.key -s /CN=first | openssl req -noout -verify
	run -0 gr-keygen -l
	[[ $output == *'ECDSA-P256 ECDSA-WITH-SHA256'* ]]
}

@test "WITH_PKCS11=0: a URI of a token is refused where it stands, before anything has changed" {
	load ../lib/store
	build_tokenless
	make_device
	uri='pkcs11:token=gr;object=pump'
	# no PROGRAM OBJECT [ARGUMENT...]: refuses so, in one line
	no() {
		run -100 --separate-stderr "$1" "${@:3}"
		[ -z "$output" ]
		[ "$stderr" = "$1: $2: $WHY" ] || { echo "$stderr"; return 1; }
	}
	no gr-csr "key: $uri" -k "$uri" -s /CN=x
	no gr-keygen "-k: $uri" -k "$uri"
	no gr-keygen "-k: pkcs11:object=pump;" -k 'pkcs11:object=pump;pin-value=4711'
	no gr-csr "key: $uri" -k "$uri?pin-value=4711" -s /CN=x
	no gr-install-cert "privateKeyPath: $uri" adopt -o privateKeyPath="$uri"
	GR_NEXT_KEY=$uri no gr-keygen "nextKey: $uri"
	no gr-config 'PIN: fd:0' --pin-fd 1 -o pkcs11PinSource=fd:0
	printf '%s\n' 'thingName = thing1' "privateKeyPath = $uri" >token.conf
	GR_CONF=$PWD/token.conf no gr-config "privateKeyPath: $uri"
	[ "$(ls -A dev | xargs)" = 'cert.pem private.key' ]
	[ -f dev/private.key ]
	# a file that refers to a key in a token, and one in a store that another build left
	gr-install-cert adopt
	echo "$uri" >"$STORE/1/private.key"
	no gr-install-cert "$PWD/dev/private.key: $uri" adopt
	no gr-keygen "$STORE/1: $uri" -g 2
	[ ! -e "$STORE/2" ]
}

@test "WITH_PKCS11=0: a nucleus whose key is in a token is refused, and no PIN is shown" {
	load ../lib/store
	load ../lib/nucleus
	build_tokenless
	unset GR_RUNTIME
	make_lite
	lite_put <<-'END'
		5 system/thingName "thing1"
		5 system/privateKeyPath "pkcs11:token=gr;object=core;pin-value=4711"
	END
	run -100 --separate-stderr gr-config
	[ -z "$output" ]
	[ "$stderr" = "gr-config: privateKeyPath: pkcs11:token=gr;object=core;: $WHY" ]
	run -100 --separate-stderr gr-keygen -g 2
	[ "$stderr" = "gr-config: privateKeyPath: pkcs11:token=gr;object=core;: $WHY" ]
}

@test "WITH_PKCS11=0: an authority has its key in a file; in a token it is refused" {
	build_tokenless
	export GR_HOME=$PWD/home
	run -100 --separate-stderr gr-ca init -k 'pkcs11:token=gr;object=ca' \
		--module /m --pin-source /p
	[ "$stderr" = "gr-ca: --key: pkcs11:token=gr;object=ca: $WHY" ]
	[ ! -e home/ca/ca.key ]
	gr-ca init
	openssl verify -CAfile home/ca/ca.pem home/ca/ca.pem
	cp home/ca/ca.key ca.key
	printf '%s\n' 'pkcs11:token=gr;object=ca;type=private?module-path=/m&pin-source=/p' \
		>home/ca/ca.key
	openssl req -new -key ca.key -subj /CN=x -out server.csr
	run -100 --separate-stderr gr-ca issue-server x server.csr
	[ -z "$output" ]
	[ "$stderr" = "gr-ca: $PWD/home/ca/ca.key: pkcs11:token=gr;object=ca;type=private: $WHY" ]
}

@test "make: another WITH_PKCS11 in the same folder of objects links anew, to and fro" {
	for with in 1 0 1; do
		make -s -C "$ROOT" SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" \
			BIN="$PWD/programs" CFLAGS=-O0 WITH_PKCS11=$with \
			"$PWD/programs/gr-csr" >log
		[ "$(grep -c C_GetFunctionList programs/gr-csr)" = "$with" ]
	done
}
