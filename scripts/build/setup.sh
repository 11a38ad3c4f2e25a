#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# setup.sh - puts the Debian packages in place that gr is built and tested with; with the word lint also those of
# scripts/build/lint.sh, with arm64 the compiler for such devices, with token the tokens that are tested with, with model the
# checker of test/model, with fuzz the compiler of test/fuzz, with browser what test/browser looks at pages with, with
# debian what test/debian makes roots with. Quiet and quick when all are there.
set -eu

packages='gcc libc6-dev make pkg-config libssl-dev libmosquitto-dev mosquitto-dev mosquitto mosquitto-clients libjansson-dev
libsqlite3-dev libp11-kit-dev sqlite3 openssl bats parallel jq util-linux procps strace valgrind mandoc libyaml-dev zip unzip file systemd zsh e2fsprogs mount curl'

case ${1:-} in
'') ;;
lint) packages="$packages shellcheck cppcheck" ;;
arm64) packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
token) packages="$packages softhsm2 opensc swtpm tpm2-abrmd libtss2-tcti-tabrmd0 libtpm2-pkcs11-1 dbus-daemon" ;;
model) packages='gcc libc6-dev spin' ;;
fuzz) packages="$packages clang libclang-rt-dev" ;;
browser) packages="$packages chromium" ;;
debian) packages='debootstrap git' ;;
*) printf 'usage: setup.sh [lint | arm64 | token | model | fuzz | browser | debian]\n' >&2; exit 100 ;;
esac

missing=
for p in $packages; do
	[ "$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null)" = 'install ok installed' ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
		printf 'setup: packages are missing; as root run:\n  apt-get install -y --no-install-recommends%s\n' "$missing" >&2
		exit 100
	fi
	as_root=sudo
fi

printf 'setup: installing%s\n' "$missing" >&2
# The mosquitto package starts a system broker; one that was not there before must not stay behind.
broker_before=no
pgrep -x mosquitto >/dev/null 2>&1 && broker_before=yes
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # the list is meant to be split
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -- $missing; } >"$log" 2>&1; then
	tail -n 20 -- "$log" >&2
	printf 'setup: the packages could not be installed; as root run:\n  apt-get update && apt-get install -y --no-install-recommends%s\n' "$missing" >&2
	exit 111
fi
case $missing in
*\ mosquitto\ * | *\ mosquitto)
	if [ "$broker_before" = no ] && command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then
		$as_root systemctl disable --now mosquitto.service >/dev/null 2>&1 ||
			printf 'setup: the system broker could not be stopped; see systemctl status mosquitto\n' >&2
	fi
	;;
esac
