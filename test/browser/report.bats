# SPDX-License-Identifier: Apache-2.0
# The fleet page as a browser shows it, on a phone and on a desk. Needs chromium;
# .ci/run installs it.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	load ../lib/lab
	load ../lib/report
	fleet_made
	gr-report >page.html
}
teardown() { daemon_alone_end; }

# look WIDTH: what a window of so many pixels shows of page.html, as JSON in the file `seen`. The
# page is in a frame of that width, as it is: a window of chromium itself is never narrower than
# some 500 pixels, and the page lets no script in.
look() {
	{
		printf '<!DOCTYPE html><meta charset="utf-8"><iframe id="page" style="border:0;width:%dpx;height:900px" srcdoc="' "$1"
		sed 's/&/\&amp;/g; s/"/\&quot;/g' page.html
		cat <<'END'
"></iframe><pre id="seen"></pre><script>
const frame = document.getElementById("page")
frame.onload = () => {
	const doc = frame.contentDocument, win = frame.contentWindow
	const texts = selector => [...doc.querySelectorAll(selector)].map(e => e.innerText.trim())
	const bars = [...doc.querySelectorAll("#expiry tr")].map(tr => Math.round([...tr.querySelectorAll(".bar > *")].reduce((sum, e) => sum + e.getBoundingClientRect().width, 0)))
	const right = Math.max(...[...doc.body.querySelectorAll("*")].map(e => e.getBoundingClientRect().right))
	document.getElementById("seen").textContent = JSON.stringify({
		width: win.innerWidth, scrolls: doc.scrollingElement.scrollWidth > win.innerWidth || right > win.innerWidth, title: doc.title,
		sections: texts("h2"), heads: [...doc.querySelectorAll("#failures th")].filter(e => e.getClientRects().length).map(e => e.innerText), broken: [...doc.querySelectorAll("th")].some(e => e.getBoundingClientRect().height > 45), reasons: texts("#failures td:first-child"), findings: texts("#findings td:first-child"),
		jobs: texts("#jobs tr").map(t => t.replace(/\s+/g, " ")), bars: bars, small: Math.min(...[...doc.querySelectorAll("td, dt, p")].map(e => parseFloat(win.getComputedStyle(e).fontSize))),
		left: [...new Set([...doc.querySelectorAll("#failures td:nth-child(2)")].map(e => e.getBoundingClientRect().top > e.previousElementSibling.getBoundingClientRect().bottom - 1))]
	})
}
</script>
END
	} >frame.html
	chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
		--user-data-dir="$PWD/profile" --window-size=1400,1000 --virtual-time-budget=5000 \
		--dump-dom "file://$PWD/frame.html" >dom 2>chromium.log 3>&-
	sed -n 's/.*<pre id="seen">\(.*\)<\/pre>.*/\1/p' dom |
		sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' >seen
	[ -s seen ] || { cat chromium.log dom >&2; return 1; }
}
seen() { jq -r "$1" seen; }

# What is there at any width.
is_all_there() {
	[ "$(seen .title)" = Fleet ]
	[ "$(seen '.sections | join("; ")')" = \
		'ACTIVE certificates by the time until they expire; Jobs in progress; Failures of the last 30 day(s), by reason; Needs attention' ]
	[ "$(seen .scrolls)" = false ]
	[ "$(seen '.small >= 14')" = true ]
	# What the enemy wrote is text.
	[ "$(seen '.reasons[0]')" = "$EVIL" ]
	[ "$(seen '.reasons[1]')" = "$LONG" ]
	[ "$(seen '.findings | map(select(. == "second-key" or . == "unknown-certificate" or . == "no final status" or . == "expired")) | unique | length')" -eq 4 ]
	[ "$(seen '.jobs | sort | join("; ")')" = 'december SCHEDULED: 0 of 0 0 failed 0 in progress 0 waiting; november IN_PROGRESS: 4 of 5 3 failed 0 in progress 1 waiting' ]
	# Bars as long as their numbers: 1 expired, 1, 1 and 2 of later ones, nothing in between.
	[ "$(seen '.bars | [.[0] > 20, .[1] == 0, (.[4] - .[0] | fabs) < 2, (.[7] - 2 * .[0] | fabs) < 2] | all')" = \
		true ]
}

@test "report: on a screen 360 pixels wide nothing scrolls sideways, and a row's first cell has a line of its own" {
	look 360
	[ "$(seen .width)" -eq 360 ]
	is_all_there
	[ "$(seen '.left == [true]')" = true ]
	[ "$(seen '.heads | length')" -eq 0 ]
}

@test "report: on a screen 1280 pixels wide tables have columns and headings" {
	look 1280
	[ "$(seen .width)" -eq 1280 ]
	is_all_there
	[ "$(seen '.left == [false]')" = true ]
	[ "$(seen .broken)" = false ]
	[ "$(seen '.heads | join(" ")')" = 'Reason Status Times Newest Thing Job' ]
}

@test "report: the page can be drawn as a picture" {
	chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
		--user-data-dir="$PWD/profile" --window-size=1280,900 --hide-scrollbars \
		--screenshot="$PWD/page.png" "file://$PWD/page.html" >chromium.log 2>&1 3>&-
	[ "$(head -c 8 page.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
	[ "$(stat -c %s page.png)" -gt 20000 ]
}
