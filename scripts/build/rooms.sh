#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rooms.sh - holds the includes under src to the order of the rooms; `make lint`. usage: rooms.sh [SRC]
#
# An include names its room ("store/generation.h"; files of src/lib stand without one) and goes to the same room or to a
# lower one. device and backend never include each other. No two modules include each other in a circle.
set -u

src=${1:-src}
work=$(mktemp -d) || exit 111
trap 'rm -rf -- "$work"' EXIT

# The rooms of each side with their height. Rooms of the same height do not know each other.
cat >"$work/rooms" <<'EOF'
lib 0
lib/pkcs11 1
device/config/greengrass 2
device/config 3
device/token 4
device/store 5
device/rotation 6
device/session 7
device/gr- 8
device 9
backend/base 2
backend/policy 2
backend/rules 2
backend/registry 3
backend/issuer 4
backend/jobs 5
backend/rotation 5
backend/broker 6
backend/daemon 6
backend/gr- 6
backend 7
EOF

# shellcheck disable=SC2016 # awk's own
find "$src" -name '*.[ch]' -exec grep -n '^ *# *include *"' /dev/null {} + | awk -v src="$src/" -v edges="$work/edges" '
FNR == NR { height[$1] = $2; next }
function exists(path) { return (getline line <path) >= 0 && close(path) >= 0 }
function room_of(file) {
	sub("/[^/]*$", "", file)
	return file ~ /^(device|backend)\/gr-/ ? substr(file, 1, index(file, "/")) "gr-" : file
}
function bad(why) { printf "%s:%s: \"%s\" %s\n", src from, place[2], name, why; found = 1 }
{
	split($0, place, ":")
	split($0, quoted, "\"")
	name = quoted[2]
	from = substr(place[1], length(src) + 1)
	side = from
	sub("/.*", "", side)
	to = ""
	if (name == "paths.h") next # the Makefile makes it
	if (name ~ "/" && exists(src side "/" name))
		to = side "/" name
	else if (exists(src "lib/" name))
		to = "lib/" name
	if (to == "") { bad("is not written with its room, or is of the other side"); next }
	here = room_of(from)
	there = room_of(to)
	if (!(here in height)) { printf "%s: the room %s has no height in rooms.sh\n", src from, here; found = 1; next }
	if (!(there in height)) { printf "%s: the room %s has no height in rooms.sh\n", src to, there; found = 1; next }
	if (height[there] > height[here]) bad("runs up, to " there)
	else if (height[there] == height[here] && there != here) bad("runs across, to " there)
	a = from; b = to
	sub("\\.[ch]$", "", a); sub("\\.[ch]$", "", b)
	if (a ~ "/gr-[^/]*/" && there ~ "/gr-$") {
		own = a; other = b
		sub("/[^/]*$", "", own); sub("/[^/]*$", "", other)
		if (own != other) bad("belongs to another program")
	}
	if (a != b) print a, b >edges
}
END { exit found }' "$work/rooms" - || failed=yes

if ! tsort "$work/edges" >/dev/null 2>"$work/circles"; then
	printf 'files that include each other in a circle:\n'
	sed -e 's/^tsort: /  /; /input contains a loop/d' -- "$work/circles"
	failed=yes
fi
[ -z "${failed:-}" ]
