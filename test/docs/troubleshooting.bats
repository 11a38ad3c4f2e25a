# SPDX-License-Identifier: Apache-2.0
# troubleshooting.bats - share/doc/troubleshooting.md has a row for whatever the product can say,
# and for nothing else
bats_require_minimum_version 1.5.0
load ../lib/helper

setup() {
	PAGE=$ROOT/share/doc/troubleshooting.md
	SAID=$ROOT/test/tools/message_list
	cd "$ROOT/src"
}

# rows HEADING: the texts that stand first in the rows of this part of the page
rows() {
	awk -v heading="## $1" '/^## / { inside = $0 == heading } inside' "$PAGE" |
		sed -n 's/^| `\(.*\)` | .* | .* |$/\1/p' | sort
}

# same HEADING TEXTS: each of the texts has a row there, once, and nothing else has
same() {
	[ "$(wc -l <<<"$2")" -ge 5 ]
	diff <(sort -u <<<"$2") <(rows "$1") >"$BATS_TEST_TMPDIR/difference" || {
		sed -n "s/^< /no row below \"$1\": /p; s/^> /the product does not say: /p" \
			"$BATS_TEST_TMPDIR/difference" >&2
		return 1
	}
}

# files NAME...: where they are in src, wherever that is
files() {
	local name
	for name; do find . -name "$name"; done
}

@test "troubleshooting: each alarm that the backend raises has a row, and no other" {
	same Alarms "$(find backend -name '*.c' -exec perl -0777 \
		-ne 'print "$1\n" while /\balarm_raise\s*\([^,;]*,\s*"([^"]+)"/g' {} +)"
}

@test "troubleshooting: each reason of a failed rotation has a row, and no other" {
	same 'Why a rotation failed' "$(
		"$SAID" reasons ../scripts/driver/*.sh
		"$SAID" records $(grep -rlw JOURNAL_REASON device lib --include='*.c')
	)"
}

@test "troubleshooting: each want of a watchdog has a row, and no other" {
	same 'When the device has no watchdog' "$("$SAID" lines $(files heartbeat.c))"
}

@test "troubleshooting: each refusal of the backend has a row, and no other" {
	same 'What the backend refuses' "$("$SAID" refusals $(files csr.c strength.c dispatch.c) \
		$(find backend -path '*/rules/*.c' -o -path '*/rotation/*.c' -o -name own_job_request.c) \
		$(grep -rl ' to certify is ' backend --include='*.c'))"
}

@test "troubleshooting: each rule of the broker plugin has a row, and no other" {
	same 'What the broker refuses' "$("$SAID" refusals backend/gr-broker.c \
		backend/broker/*.c backend/registry/registry_reader.c)"
}

@test "troubleshooting: each defect of a certificate that a device refuses has a row, and no other" {
	same 'What the device refuses' "$(
		"$SAID" refusals device/gr-create/*.c $(files chain.c) | grep -vx -e 'out of memory' -e 'no such purpose' -e 'certificate .*'
		"$SAID" lines device/gr-create/*.c | grep '^the answer'
		"$SAID" records device/gr-create/*.c
	)"
}

@test "troubleshooting: each verdict on a connection has a row, and no other" {
	same 'No connection' "$("$SAID" lines $(files connect_result.c))"
}

@test "said: strings side by side are joined, values of variables are left out" {
	cd "$BATS_TEST_TMPDIR"
	cat >x.c <<-'END'
		/* return "not a refusal"; */
		return n ? "one; two" : "three " "four";
		why = strcmp(x, "NAME") == 0 ? "five six" : NULL;
		snprintf(why, sizeof why, "%zu bytes are too many: %s", n, text);
		alarm_raise(db, "kind", "an alarm text");
		complain("%s: %s: cannot be read", a, b);
	END
	run -0 "$SAID" refusals x.c
	[ "$output" = '... bytes are too many: ...
five six
one; two
three four' ]
	run -0 "$SAID" lines x.c
	[ "$output" = 'cannot be read' ]
	printf '%s\n' 'why "a b: $(f "$x")"' 'why "${said:-c d $1}"' '# why "no no"' \
		"next=x; too_late \"e f\"" >x.sh
	run -0 "$SAID" reasons x.sh
	[ "$output" = 'a b: ...
c d ...
e f' ]
}
