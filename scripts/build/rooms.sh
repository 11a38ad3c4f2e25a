#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rooms.sh - checks that the includes under src keep to the order of the rooms. `make lint` runs
# it.
# usage: rooms.sh [SRC]
#
# A room is a directory of src with a height. An include names its room ("store/generation.h";
# files of src/lib are named without one) and goes to a file of the same room or of a lower one.
# device and backend never include each other. No modules include each other in a circle. The guard
# of a header spells its path.
set -u

src=${1:-src}
work=$(mktemp -d) || exit 111
trap 'rm -rf -- "$work"' EXIT

# The rooms of each side with their height. Rooms of the same height do not include each other.
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
find "$src" -name '*.[ch]' -exec grep -n '^ *# *include *"' /dev/null {} + |
awk -v src="$src/" -v edges="$work/edges" '
FNR == NR { height[$1] = $2; next }
function exists(path) { return (getline line <path) >= 0 && close(path) >= 0 }
function room_of(file) {
	sub("/[^/]*$", "", file)
	return file ~ /^(device|backend)\/gr-/ ? substr(file, 1, index(file, "/")) "gr-" : file
}
function bad(why) { printf "%s:%s: \"%s\" %s\n", src from, place[2], name, why; found = 1 }
function known(room, file) {
	if (room in height) return 1
	printf "%s: the room %s has no height in rooms.sh\n", src file, room
	found = 1
	return 0
}
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
	if (!known(here, from) || !known(there, to)) next
	if (height[there] > height[here]) bad("is of a higher room, " there)
	else if (height[there] == height[here] && there != here)
		bad("is of another room of the same height, " there)
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

# A guard spells the path: store/generation.h has GR_STORE_GENERATION_H.
find "$src" -name '*.h' | while read -r header; do
	guard=$(printf '%s\n' "${header#"$src/"}" | tr 'a-z/-' 'A-Z__' |
		sed 's/^LIB_//; s/^DEVICE_//; s/^BACKEND_//; s/^GR_//; s/\.H$//')
	grep -qx "#ifndef GR_${guard}_H" "$header" ||
		printf '%s: its guard is not GR_%s_H\n' "$header" "$guard"
done >"$work/guards"
if [ -s "$work/guards" ]; then
	cat -- "$work/guards"
	failed=yes
fi

if ! tsort "$work/edges" >/dev/null 2>"$work/circles"; then
	printf 'files that include each other in a circle:\n'
	sed -e 's/^tsort: /  /; /input contains a loop/d' -- "$work/circles"
	failed=yes
fi
[ -z "${failed:-}" ]
