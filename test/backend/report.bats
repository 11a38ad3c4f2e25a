# SPDX-License-Identifier: Apache-2.0
# The fleet page as text; test/browser looks at it as people do.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/report
}
teardown() { daemon_alone_end; }

# rows TABLE: the rows of a table of the page as text, cells between bars
rows() {
	sed -n "/<table id=\"$1\"/,/<\/table>/p" page.html | grep '^<tr>' |
		sed 's/<\/td> */|/g; s/<[^>]*>//g; s/|$//; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'\''/g; s/&amp;/\&/g'
}
# has TABLE ROW
has() { rows "$1" | grep -qxF -e "$2" || { rows "$1" >&2; return 1; }; }

@test "report: each section has its rows" {
	fleet_made
	run -0 --separate-stderr gr-report
	[ -z "$stderr" ]
	printf '%s\n' "$output" >page.html
	[ "$(grep -o '<dt>[^<]*</dt><dd>[0-9]*' page.html | sed 's/<[^>]*>/ /g' | xargs)" = \
		'things 5 ACTIVE certificates 5 connected 0 queued or in progress 1 rotated 0 rolled back 0' ]
	has expiry 'expired||1'
	has expiry '30 to 59 days||1'
	has expiry '90 to 179 days||1'
	has expiry '180 to 364 days||2'
	has expiry 'less than 7 days||0'
	has jobs 'november||IN_PROGRESS: 4 of 5|3 failed|0 in progress|1 waiting'
	has jobs 'december||SCHEDULED: 0 of 0|0 failed|0 in progress|0 waiting'
	[ "$(rows jobs | wc -l)" -eq 2 ]
	[ "$(rows failures | cut -d '|' -f 1-3,5-)" = "$EVIL|FAILED|2|three|november
$LONG|TIMED_OUT|1|four|november" ]
	rows findings | grep -qF "second-key|five|$EVIL|3 time(s), "
	rows findings | grep -qF "unknown-certificate|$(printf '%064d' 7)|"
	rows findings | grep -q '^no final status|four|asked .*|since 20'
	rows findings | grep -q '^expired|one|ended 20'
	run -1 gr-audit
	[ "$(rows findings | grep -cE '^(expired|expiring|old|weak|shared-key|not-attached|two-certificates)\|')" -eq \
		"${#lines[@]}" ]
}

@test "report: the page fetches nothing and runs nothing, and no device can put a tag into it" {
	fleet_made
	gr-report >page.html
	[ "$(grep -ciE 'url\(|@import|https?:' page.html)" -eq 0 ]
	grep -o '<[^>]*>' page.html >tags
	[ "$(sed 's/^<\/*\([!a-zA-Z0-9]*\).*/\1/' tags | sort -u | xargs)" = '!DOCTYPE bdi body dd div dl dt h1 h2 head html meta p style table td th thead time title tr' ]
	[ "$(grep -oE ' [a-z-]+="' tags | tr -d ' ="' | sort -u | xargs)" = \
		'charset class content http-equiv id lang name style' ]
	grep -q "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"" page.html
	# A byte that is no letter is none in the page either.
	sql "UPDATE alarm SET text = 'a' || char(27) || '[31m' || char(0x7f) || char(10) || 'b'"
	gr-report >page.html
	grep -q 'a?\[31m??b' page.html
}

@test "report: a registry with nothing in it is a page that says so" {
	gr-registry init -H "$PWD/home"
	gr-report -H "$PWD/home" >page.html
	[ "$(grep -c '^<p>None.</p>$' page.html)" -eq 2 ]
	grep -qx '<p>Nothing.</p>' page.html
	[ "$(tail -n 1 page.html)" = '</html>' ]
}

@test "report: long lists are cut, and say which command shows the rest" {
	gr-registry init -H "$PWD/home"
	export GR_HOME=$PWD/home
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO alarm (at, kind, thing, certificate, text) SELECT i, 'k', 't' || i, '', 'x' FROM n;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO job (id, document, status, created, updated) SELECT 'job-' || i, '{}', 'IN_PROGRESS', i, i FROM n;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO execution (thing, job, number, status, details, queued, updated)
			SELECT 't' || i, 'job-' || i, 1, 'FAILED', json_object('DeviceFailureReason', 'reason ' || i), i, unixepoch() * 1000 FROM n;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO certificate (id, status, pem, spki, not_after, created, key_type, digest)
			SELECT printf('%064d', i), 'ACTIVE', '', printf('%064d', i), 1, 0, 'ECDSA-P256', 'SHA256' FROM n"
	gr-report >page.html
	[ "$(rows jobs | wc -l) $(rows jobs | head -n 1 | cut -d '|' -f 1)" = '50 job-100' ]
	grep -qx '<p>For older jobs: gr-jobs list.</p>' page.html
	[ "$(rows failures | wc -l)" -eq 20 ]
	grep -qx '<p>For rarer reasons: gr-jobs executions -s FAILED.</p>' page.html
	[ "$(rows findings | grep -c '^k|')" -eq 20 ]
	has findings 'alarms||for older alarms: gr-registry alarms|'
	[ "$(rows findings | grep -c '^expired|')" -eq 6 ]
	has findings 'expired||95 more: gr-audit -c expired|'
}

@test "report: only failures of the given number of days are shown" {
	fleet_made
	sql "UPDATE execution SET updated = (unixepoch() - 10 * 86400) * 1000 WHERE thing = 'four'"
	gr-report -d 7 >page.html
	[ "$(rows failures | wc -l)" -eq 1 ]
	gr-report -d 11 >page.html
	[ "$(rows failures | wc -l)" -eq 2 ]
	grep -q '<h2>Failures of the last 11 day(s), by reason</h2>' page.html
}

@test "report: a missing registry and a wrong option are 100, a page that cannot be written is 111" {
	run -100 --separate-stderr gr-report -H "$PWD/none"
	[ -z "$output" ]
	run -100 gr-report -d 0
	run -100 gr-report operand
	gr-registry init -H "$PWD/home"
	run -111 --separate-stderr bash -c 'gr-report -H home >/dev/full'
	[ "${#stderr_lines[@]}" -eq 1 ]
}
