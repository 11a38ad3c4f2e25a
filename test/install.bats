bats_require_minimum_version 1.5.0
load lib/helper

# One build for all of them; V= keeps make's own words short.
setup_file() {
	make -s -C "$ROOT" install PREFIX=/usr DESTDIR="$BATS_FILE_TMPDIR/root" >/dev/null
}

@test "install: every program, the driver, the plugin and the pages are there, and nothing for others to write" {
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

@test "uninstall: what others put there stays, and with nothing there it is done" {
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
