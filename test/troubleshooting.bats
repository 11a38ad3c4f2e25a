# troubleshooting.bats - share/doc/troubleshooting.md has a row for whatever the product can say, and for nothing else
bats_require_minimum_version 1.5.0
load lib/helper

setup() { PAGE=$ROOT/share/doc/troubleshooting.md; }

# rows HEADING: what the tables below this heading of the page explain: the text in the first cell
rows() {
	awk -v heading="## $1" '/^## / { inside = $0 == heading } inside' "$PAGE" | sed -n 's/^| `\(.*\)` | .*/\1/p' | sort
}

# same HEADING FILE: the rows are what FILE lists, each once
same() {
	rows "$1" >rows
	sort -u "$2" >said
	diff said rows >difference || {
		sed -n "s/^< /no row below \"$1\": /p; s/^> /the product does not say: /p" difference >&2
		return 1
	}
}

@test "troubleshooting: each alarm that the backend raises has a row, and no other" {
	find "$ROOT/src/backend" -name '*.c' -exec perl -0777 -ne 'print "$1\n" while /\balarm_raise\s*\([^,;]*,\s*"([^"]+)"/g' {} + >alarms
	[ "$(wc -l <alarms)" -ge 10 ]
	same Alarms alarms
}
