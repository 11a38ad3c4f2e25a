#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sql.sh - finds SQL outside of the room registry, where it must not be. `make lint` runs it.
# usage: sql.sh [SRC]
#
# The only other file with SQL is lite.c, which reads the database of a Greengrass nucleus. A file
# on the list below that has no SQL is an error too.
set -u

src=${1:-src}
work=$(mktemp -d) || exit 111
trap 'rm -rf -- "$work"' EXIT

cat >"$work/allowed" <<'EOL'
device/config/greengrass/lite.c
EOL

begins='SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|PRAGMA|CREATE|ALTER|DROP|BEGIN|ATTACH|DETACH'
grep -rlE --include='*.[ch]' -- "\"($begins) " "$src" | sed "s|^$src/||" |
	grep -v '^backend/registry/' | sort >"$work/found"
sort -o "$work/allowed" -- "$work/allowed"

cd -- "$work" || exit 111
{
	comm -23 -- found allowed | sed 's|$|: holds SQL, which belongs to the room registry|'
	comm -13 -- found allowed | sed 's|$|: holds no SQL; take it off the list in sql.sh|'
} | awk -v src="$src" '{ print src "/" $0 }' >bad
cat -- bad
[ ! -s bad ]
