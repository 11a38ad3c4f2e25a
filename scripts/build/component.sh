#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# component.sh - makes the Greengrass component as GDK expects it: DIR/recipes, and in
# DIR/artifacts one zip for each architecture with the device programs, the driver, the restart
# hooks, the watchdog's units and the libraries that devices do not have. `make component` runs it.
set -eu
umask 022

cd -- "$(dirname -- "$0")/../.."

complain() {
	printf 'component.sh: %s\n' "$1" >&2
}

# The libraries that the component does not bring: the C library, which each device has, and
# OpenSSL, because its security updates must not wait for a new component.
of_the_device='libc.so.6 libm.so.6 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1'
of_the_device="$of_the_device libcrypto.so.3 libssl.so.3"

# package LIBRARY: prints the Debian package of a library that the component may bring.
package() {
	case $1 in
	libmosquitto.so.1) echo libmosquitto1 ;;
	libjansson.so.4) echo libjansson4 ;;
	libyaml-0.so.2) echo libyaml-0-2 ;;
	libsqlite3.so.0) echo libsqlite3-0 ;;
	*)
		complain "$1: is not on every device, and this script names no package for it"
		return 100
		;;
	esac
}
development='libssl-dev libmosquitto-dev libjansson-dev libyaml-dev libp11-kit-dev libsqlite3-dev'
runtime='libssl3 libmosquitto1 libjansson4 libyaml-0-2 libsqlite3-0'
# shellcheck disable=SC2016 # dpkg-deb and dpkg-query put the values in
source_format='${Package} ${source:Package} ${source:Version}\n'

# choose ARCH: sets where the libraries of this architecture are. Native ones are those of this
# machine. Foreign ones are unpacked into a folder of their own, because some development packages
# cannot be installed for two architectures at once.
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

# Runs apt-get for the foreign architecture, with lists and a state of its own; it uses the
# archives and the keys that this machine has configured.
foreign_apt() {
	apt-get -qq -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o APT::Sandbox::User= -o Dir::State="$apt" -o Dir::State::status="$apt/status" \
		-o Dir::Cache="$apt/cache" "$@"
}

download_foreign() {
	# shellcheck disable=SC2086 # the lists are meant to be split
	foreign_apt update && cd -- "$apt/debs" && foreign_apt download $development $runtime
}

unpack_foreign() {
	apt=$PWD/$build/apt
	rm -rf -- "$root" "$apt"
	mkdir -p -- "$root" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
	: >"$apt/status"
	if ! (download_foreign) >"$apt/log" 2>&1; then
		cat -- "$apt/log" >&2
		complain "the $arch libraries could not be downloaded"
		return 111
	fi
	for deb in "$apt"/debs/*.deb; do
		dpkg-deb -x "$deb" "$root"
		dpkg-deb -W --showformat "$source_format" "$deb"
	done >"$root/complete"
}

# Builds the device programs. They find the component's libraries in ../lib by an RPATH, which
# comes before LD_LIBRARY_PATH (a RUNPATH would come after it): they run as root.
compile() {
	rm -rf -- "${build:?}/bin"
	pkg_config=pkg-config include=''
	link="-s -Wl,--disable-new-dtags,-rpath,'\$\$ORIGIN/../lib'"
	if [ -n "$root" ]; then
		pkg_config="env PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig"
		pkg_config="$pkg_config PKG_CONFIG_SYSROOT_DIR=$root pkg-config"
		include="-isystem $root/usr/include -isystem $root/usr/include/$triplet"
		link="$link -L$root/usr/lib/$triplet -Wl,-rpath-link,$root/usr/lib/$triplet"
	fi
	make --no-print-directory -j"$(nproc)" device SANITIZE= WITH_GREENGRASS=1 WITH_PKCS11=1 \
		BUILD="$build/objects" BIN="$build/bin" CC="${tool}gcc" AR="${tool}ar" \
		PKG_CONFIG="$pkg_config" CFLAGS=-O2 CPPFLAGS="$include" LDFLAGS="$link"
}

# needed FILE...: prints the libraries that these programs or libraries are linked with.
needed() {
	"${tool}readelf" -d "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u
}

# bring_libraries FILE...: copies the libraries that these files need, and those that the libraries
# need in turn, with their licences.
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

# bring_licence PACKAGE: copies Debian's copyright file and the licence texts that it points to,
# and notes where the source is.
bring_licence() {
	install -m 644 -- "$root/usr/share/doc/$1/copyright" "$tree/licenses/$1"
	grep -o '/usr/share/common-licenses/[A-Z0-9.-]*[A-Z0-9]' "$tree/licenses/$1" | sort -u |
	while read -r text; do
		install -m 644 -- "$text" "$tree/licenses/"
	done
	if [ -n "$root" ]; then
		grep "^$1 " "$root/complete"
	else
		dpkg-query -W -f "$source_format" "$1:$arch"
	fi | sed 's|\(.*\) \(.*\) \(.*\)|\1: https://snapshot.debian.org/package/\2/\3/|' \
		>>"$tree/licenses/SOURCES"
}

# Puts together what goes into the zip. Scripts that are called are executable, those that are only
# sourced are not.
gather() {
	tree=$build/tree
	rm -rf -- "$tree"
	mkdir -p -- "$tree/bin" "$tree/lib" "$tree/hooks" "$tree/systemd" "$tree/licenses"
	install -m 644 -- "$build"/bin/*.sh "$tree/bin/"
	install -m 755 -- "$build"/bin/gr-* "$tree/bin/"
	chmod 755 -- "$tree/bin/rotate.sh" "$tree/bin/greengrass.sh"
	install -m 644 -- share/hooks/*.sh "$tree/hooks/"
	install -m 755 -- share/hooks/greengrass-* "$tree/hooks/"
	install -m 644 -- share/systemd/gr-recover.service share/systemd/gr-watchdog.* \
		"$tree/systemd/"
	install -m 644 -- LICENSE "$tree/licenses/gr"
	bring_libraries "$tree"/bin/gr-*
}

# Makes the zip. It is reproducible: the same files give the same zip, byte for byte.
pack() {
	when=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
	zip=$artifacts/gr-$arch.zip
	rm -f -- "$zip"
	(
		cd -- "$tree" && find . -exec touch -d "@$when" {} + &&
			find . -type f | sed 's|^\./||' | LC_ALL=C sort |
			TZ=UTC zip -q -9 -X -D -@ "$zip"
	)
}

# Writes the recipe without the manifests whose zip was not made: AWS does not accept a version of
# a component with a missing artifact.
write_recipe() {
	awk -v zips=" $zips " '
		function flush() {
			if (artifact == "" || index(zips, " " artifact " ")) printf "%s", block
			block = artifact = ""
		}
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
# Only one run at a time: all runs build in the same folders.
exec 9>build/component/lock
flock 9
dir=$(cd -- "$1" && pwd)
shift
name_version=$(jq -er '.component | to_entries[0] | "\(.key)/\(.value.version)"' \
	share/gdk-config.json)
artifacts=$dir/artifacts/$name_version
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
