#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sql.sh - refuses SQL outside of the room registry; `make lint`. usage: sql.sh [SRC]
#
# lite.c reads a database that is not ours. The other files are still to be emptied of SQL: the
# list may only become shorter, and a file on it without SQL is an error.
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
comm -23 -- found allowed | awk -v src="$src" '{ print src "/" $0 ": holds SQL, which belongs to the room registry" }' >bad
comm -13 -- found allowed | awk -v src="$src" '{ print src "/" $0 ": holds no SQL; take it off the list in sql.sh" }' >>bad
cat -- bad
[ ! -s bad ]
