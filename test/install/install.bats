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
		*) [ -x "$root/usr/bin/${p##*/}" ] && [ -e "$ROOT/man/${p##*/}.1" -o -e "$ROOT/man/${p##*/}.8" ] ;;
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
	[ "$(find gone ! -type d | sort | xargs)" = 'gone/opt/gr/libexec/gr/mine gone/opt/gr/share/gr/mine' ]
	[ ! -e gone/opt/gr/lib/gr ]
	run -0 make -s -C "$ROOT" uninstall PREFIX=/opt/gr DESTDIR="$PWD/none"
	[ ! -e none ]
}

@test "install, uninstall: a PREFIX that is not absolute, or blanks, are refused" {
	for goal in install uninstall; do
		for place in PREFIX=opt PREFIX= PREFIX='/opt/a b' PREFIX='/opt ' DESTDIR="$PWD/a b"; do
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
	PATH=$PWD/tools make -s -C "$ROOT" install-device SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" DESTDIR="$PWD/device" CFLAGS=-O0 >log
	[ -x device/usr/local/bin/gr-install-cert ]
	[ -x device/usr/local/bin/gr-rotate ]
	[ ! -e device/usr/local/bin/gr-jobs ]
	[ ! -e device/usr/local/lib/gr ]
	PATH=$PWD/tools make -s -C "$ROOT" install DESTDIR="$PWD/all" >log
	[ -x all/usr/local/bin/gr-jobs ]
	[ -e all/usr/local/lib/gr/gr-broker.so ]
}

@test "install: every place can be given, and counts in programs, scripts, units and pages" {
	make -s -C "$ROOT" install-device SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" CFLAGS=-O0 DESTDIR="$PWD/d" PREFIX=/opt/gr \
		BINDIR=/opt/bin LIBEXECDIR=/opt/parts SYSCONFDIR=/opt/etc LOCALSTATEDIR=/opt/var MANDIR=/opt/man UNITDIR=/opt/units >log
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
	make -s -C "$ROOT" SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" CFLAGS=-O0 "$PWD/programs/gr-cert-due" >log
	run -0 make -C "$ROOT" SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" CFLAGS=-O0 "$PWD/programs/gr-cert-due"
	[[ $output != *' CC '* ]]
	run -0 make -n -C "$ROOT" SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" CFLAGS=-O0 -W src/lib/cert.h "$PWD/programs/gr-cert-due"
	[[ $output == *lib/cert.c* ]]
}

# As on a machine that has no headers of SQLite and libyaml: pkg-config does not know them.
@test "install-device: without SQLite and libyaml gr-config is built without Greengrass, and says so to who needs it" {
	mkdir known
	for dir in $(pkg-config --variable pc_path pkg-config | tr : ' '); do
		for pc in "$dir"/*.pc; do
			[ ! -e "$pc" ] || cp -n "$pc" known/
		done
	done
	rm -f known/sqlite3.pc known/yaml-0.1.pc
	PKG_CONFIG_LIBDIR=$PWD/known make -s -C "$ROOT" install-device SANITIZE= BUILD="$BATS_FILE_TMPDIR/objects" BIN="$PWD/programs" DESTDIR="$PWD/d" CFLAGS=-O0 >log
	grep -q 'built without Greengrass' log
	! ldd d/usr/local/bin/* 2>/dev/null | grep -q 'sqlite\|libyaml' || false
	GR_THING_NAME=pump-1 run -0 d/usr/local/bin/gr-config thingName
	[ "$output" = pump-1 ]
	GR_RUNTIME=greengrass-lite run -100 --separate-stderr d/usr/local/bin/gr-config thingName
	[[ $stderr == 'gr-config: runtime: this gr was built without Greengrass (WITH_GREENGRASS=0) and reads no nucleus; '* ]]
	[ -z "$output" ]
}
