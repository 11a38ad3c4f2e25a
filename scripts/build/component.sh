#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# component.sh - the Greengrass component as GDK expects it: DIR/recipes, and in DIR/artifacts one zip for each
# architecture with the device programs, the driver, the restart hooks, the watchdog's units and the libraries that devices do not have.
# `make component` runs it.
set -eu
umask 022

cd -- "$(dirname -- "$0")/../.."

complain() {
	printf 'component.sh: %s\n' "$1" >&2
}

# What a device has: its C library, and OpenSSL, whose updates must not wait for a new component.
of_the_device='libc.so.6 libm.so.6 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libcrypto.so.3 libssl.so.3'

# package LIBRARY: the Debian package of a library that we may bring along; its licence comes with it.
package() {
	case $1 in
	libmosquitto.so.1) echo libmosquitto1 ;;
	libjansson.so.4) echo libjansson4 ;;
	libyaml-0.so.2) echo libyaml-0-2 ;;
	libsqlite3.so.0) echo libsqlite3-0 ;;
	*) complain "$1: neither on every device nor among what we bring along"; return 100 ;;
	esac
}
development='libssl-dev libmosquitto-dev libjansson-dev libyaml-dev libp11-kit-dev libsqlite3-dev'
runtime='libssl3 libmosquitto1 libjansson4 libyaml-0-2 libsqlite3-0'

# choose ARCH: native libraries are those of this machine, foreign ones are unpacked into a folder of their own:
# installed beside the native ones, some development packages would put each other out.
choose() {
	case $1 in
	amd64) triplet=x86_64-linux-gnu ;;
	arm64) triplet=aarch64-linux-gnu ;;
	*) complain "$1: not an architecture we build for; amd64 or arm64"; return 100 ;;
	esac
	arch=$1 build=build/component/$1 root='' tool=''
	[ "$arch" != "$(dpkg --print-architecture)" ] || return 0
	root=$PWD/$build/root tool=$triplet-
	[ -e "$root/complete" ] || unpack_foreign
}

# apt with lists and a state of its own; the archives and keys are those of this machine.
foreign_apt() {
	apt-get -qq -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User= \
		-o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" "$@"
}

unpack_foreign() {
	apt=$PWD/$build/apt
	rm -rf -- "$root" "$apt"
	mkdir -p -- "$root" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
	: >"$apt/status"
	# shellcheck disable=SC2086 # the lists are meant to be split
	if ! { foreign_apt update && cd -- "$apt/debs" && foreign_apt download $development $runtime; } >"$apt/log" 2>&1; then
		cat -- "$apt/log" >&2
		complain "the $arch libraries could not be had"
		return 111
	fi
	cd -- "$OLDPWD"
	for deb in "$apt"/debs/*.deb; do
		dpkg-deb -x "$deb" "$root"
		# shellcheck disable=SC2016 # dpkg-deb puts the values in
		dpkg-deb -W --showformat '${Package} ${source:Package} ${source:Version}\n' "$deb"
	done >"$root/complete"
}

# The linker finds what the programs bring along in ../lib, whatever LD_LIBRARY_PATH says: they run as root.
compile() {
	rm -rf -- "${build:?}/bin"
	pkg_config=pkg-config
	[ -z "$root" ] || pkg_config="env PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root pkg-config"
	make --no-print-directory -j"$(nproc)" device SANITIZE= WITH_GREENGRASS=1 BUILD="$build/objects" BIN="$build/bin" \
		CC="${tool}gcc" AR="${tool}ar" PKG_CONFIG="$pkg_config" CFLAGS=-O2 \
		CPPFLAGS="${root:+-isystem $root/usr/include -isystem $root/usr/include/$triplet}" \
		LDFLAGS="-s -Wl,--disable-new-dtags,-rpath,'\$\$ORIGIN/../lib' ${root:+-L$root/usr/lib/$triplet -Wl,-rpath-link,$root/usr/lib/$triplet}"
}

needed() {
	"${tool}readelf" -d "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u
}

# With what the libraries themselves need.
bring_libraries() {
	for lib in $(needed "$@"); do
		case " $of_the_device " in
		*" $lib "*) continue ;;
		esac
		[ ! -e "$tree/lib/$lib" ] || continue
		name=$(package "$lib") || return
		install -m 644 -- "$root/usr/lib/$triplet/$lib" "$tree/lib/$lib"
		"${tool}strip" --strip-unneeded "$tree/lib/$lib"
		bring_licence "$name" || return
		bring_libraries "$tree/lib/$lib" || return
	done
}

# Debian's copyright file, the licence texts that it points to, and where the source is.
bring_licence() {
	install -m 644 -- "$root/usr/share/doc/$1/copyright" "$tree/licenses/$1"
	grep -o '/usr/share/common-licenses/[A-Z0-9.-]*[A-Z0-9]' "$tree/licenses/$1" | sort -u | while read -r text; do
		install -m 644 -- "$text" "$tree/licenses/"
	done
	if [ -n "$root" ]; then
		grep "^$1 " "$root/complete"
	else
		# shellcheck disable=SC2016 # dpkg-query puts the values in
		dpkg-query -W -f '${Package} ${source:Package} ${source:Version}\n' "$1:$arch"
	fi | sed 's|\(.*\) \(.*\) \(.*\)|\1: https://snapshot.debian.org/package/\2/\3/|' >>"$tree/licenses/SOURCES"
}

# The scripts that are called are executable, those that are sourced are not.
gather() {
	tree=$build/tree
	rm -rf -- "$tree"
	mkdir -p -- "$tree/bin" "$tree/lib" "$tree/hooks" "$tree/systemd" "$tree/licenses"
	install -m 644 -- "$build"/bin/*.sh "$tree/bin/"
	install -m 755 -- "$build"/bin/gr-* "$tree/bin/"
	chmod 755 -- "$tree/bin/rotate.sh" "$tree/bin/greengrass.sh"
	install -m 644 -- share/hooks/*.sh "$tree/hooks/"
	install -m 755 -- share/hooks/greengrass-* "$tree/hooks/"
	install -m 644 -- share/systemd/gr-recover.service share/systemd/gr-watchdog.* "$tree/systemd/"
	install -m 644 -- LICENSE "$tree/licenses/gr"
	bring_libraries "$tree"/bin/gr-*
}

# The same tree and libraries give the same zip, byte for byte.
pack() {
	when=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
	zip=$artifacts/gr-$arch.zip
	rm -f -- "$zip"
	(cd -- "$tree" && find . -exec touch -d "@$when" {} + && find . -type f | sed 's|^\./||' | LC_ALL=C sort | TZ=UTC zip -q -9 -X -D -@ "$zip")
}

# The recipe without the manifests whose zip was not made: a version with a missing artifact cannot be published.
write_recipe() {
	awk -v zips=" $zips " '
		function flush() { if (artifact == "" || index(zips, " " artifact " ")) printf "%s", block; block = artifact = "" }
		/^  - Platform:/ { flush() }
		{ block = block $0 "\n" }
		/Uri:/ { artifact = $0; sub(/.*\//, "", artifact); sub(/".*/, "", artifact) }
		END { flush() }' share/recipe.yaml >"$dir/recipes/recipe.yaml"
}

if [ $# -lt 2 ]; then
	printf 'usage: component.sh DIR ARCH...\n' >&2
	exit 100
fi
mkdir -p -- "$1" build/component
# One at a time: they share the folders in which they build.
exec 9>build/component/lock
flock 9
dir=$(cd -- "$1" && pwd)
shift
artifacts=$dir/artifacts/$(jq -er '.component | to_entries[0] | "\(.key)/\(.value.version)"' share/gdk-config.json)
rm -rf -- "$dir/recipes" "$dir/artifacts"
mkdir -p -- "$dir/recipes" "$artifacts"
zips=
for wanted; do
	choose "$wanted"
	compile
	gather
	pack
	zips="$zips gr-$arch.zip"
done
write_recipe
