#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# setup.sh - installs the Debian packages that are missing; silent and quick when none is.
# usage: setup.sh [FOR]
#
# FOR is what they are needed for; the default is check, which includes build, demo and component.
set -eu

build='gcc libc6-dev make pkg-config libssl-dev libmosquitto-dev mosquitto-dev libjansson-dev'
build="$build libsqlite3-dev libp11-kit-dev libyaml-dev"
demo="$build mosquitto mosquitto-clients openssl jq util-linux procps"
component="$build jq zip unzip file util-linux"
check="$demo $component sqlite3 bats parallel strace valgrind mandoc systemd zsh e2fsprogs mount"
check="$check curl binutils"

case ${1:-check} in
build) packages=$build ;;
demo) packages=$demo ;;
component) packages=$component ;;
check) packages=$check ;;
lint) packages="$check shellcheck cppcheck" ;;
arm64) packages="$component gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
token)
	packages="$check softhsm2 opensc swtpm tpm2-abrmd libtss2-tcti-tabrmd0 libtpm2-pkcs11-1"
	packages="$packages dbus-daemon"
	;;
model) packages='gcc libc6-dev spin' ;;
fuzz) packages="$build clang libclang-rt-dev" ;;
browser) packages='chromium' ;;
debian) packages='debootstrap git' ;;
*)
	cat >&2 <<'EOF'
usage: setup.sh [build | demo | component | check | lint | arm64 | token | model | fuzz |
                 browser | debian]
EOF
	exit 100
	;;
esac

if ! command -v dpkg-query >/dev/null; then
	printf 'setup: this is not Debian; not checked whether these are installed: %s\n' \
		"$packages" >&2
	exit 0
fi
missing=
for p in $packages; do
	status=$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null) || :
	[ "$status" = 'install ok installed' ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
		printf 'setup: packages are missing; as root run:\n' >&2
		printf '  apt-get install -y --no-install-recommends%s\n' "$missing" >&2
		exit 100
	fi
	as_root=sudo
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # the list is meant to be split
install_packages() {
	$as_root apt-get -o DPkg::Lock::Timeout=600 update &&
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
			install -y --no-install-recommends -- $missing
}
# Tries again while another apt holds the lock on the lists of packages, as a daily update does:
# apt itself waits only for dpkg's lock.
install_when_unlocked() {
	for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
		! install_packages >"$log" 2>&1 || return 0
		grep -q 'Could not get lock' "$log" || return
		[ "$try" -gt 1 ] || printf 'setup: waiting for another apt that is running\n' >&2
		sleep 10
	done
	return 1
}

printf 'setup: installing%s\n' "$missing" >&2
# The mosquitto package starts a system broker, which is stopped again if none ran before.
broker_before=no
pgrep -x mosquitto >/dev/null 2>&1 && broker_before=yes
if ! install_when_unlocked; then
	tail -n 20 -- "$log" >&2
	printf 'setup: the packages could not be installed; as root run:\n' >&2
	printf '  apt-get update && apt-get install -y --no-install-recommends%s\n' "$missing" >&2
	exit 111
fi
case $missing in
*\ mosquitto\ * | *\ mosquitto)
	if [ "$broker_before" = no ] && command -v systemctl >/dev/null &&
		[ -d /run/systemd/system ]; then
		$as_root systemctl disable --now mosquitto.service >/dev/null 2>&1 ||
			printf 'setup: %s could not be stopped; see systemctl status mosquitto\n' \
				mosquitto.service >&2
	fi
	;;
esac
