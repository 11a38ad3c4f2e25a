# SPDX-License-Identifier: Apache-2.0
# replay.awk - looks up in the model's table what real rotations did: each pair of consecutive states
# of a device's journal and pairs must be a step of the model, and each change of custody.
# usage: awk -v table=test/model/steps.expected -f test/model/replay.awk FILE...
#   FILE has the lines "state ..." of one device, in order, as gr-cut -w logs them, and lines
#   "custody ..." in the words of the table; all other lines are passed over.
# Prints each step as the table spells it, what the model has not with the states around it, and
# then a plain line: N steps, N unknown.

BEGIN {
	while ((getline text <table) > 0)
		known[text] = 1
}

/^custody / { step(substr($0, 9)); next }
!/^state / { next }

{
	split("", now)
	for (i = 2; i <= NF; i++) {
		at = index($i, "=")
		now[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
	gsub("-", "_", now["phase"])
	if (count_states++ > 0) {
		pairs()
		journal()
	}
	split("", was)
	for (key in now)
		was[key] = now[key]
	line = $0
}

END {
	printf "%d steps, %d unknown\n", steps, unknown
	exit !steps || unknown > 0
}

# One that the model knows, or the reason to fail.
function step(text) {
	steps++
	if (text in known) {
		print text
		return
	}
	unknown++
	printf "unknown to the model: %s\n  before: %s\n  after:  %s\n", text, line, $0
}

# What pair n is in the rotation that these values tell of.
function role(n, values) {
	if (n == "")
		return "-"
	if (n == values["old"])
		return "o"
	if (n == values["new"])
		return "n"
	return n == values["other"] ? "x" : "?"
}

# mark: 1 where pair n is complete and committed, 0 where it is complete; else nothing
function mark(n, values,    list, i, count) {
	count = split(values["pairs"], list, ",")
	for (i = 1; i <= count; i++)
		if (list[i] == n || list[i] == n "m")
			return list[i] == n ? 0 : 1
	return ""
}

# The changes of generations and of the live link, in the phase in which they were made.
function pairs(    all, n, list, i, count, before, after) {
	count = split(was["pairs"] "," now["pairs"], list, ",")
	for (i = 1; i <= count; i++)
		if (list[i] != "") {
			sub("m$", "", list[i])
			all[list[i]] = 1
		}
	for (n in all) {
		before = mark(n, was)
		after = mark(n, now)
		if (before == "")
			step(pair("stage", n))
		else if (after == "")
			step(pair("destroy", n))
		else if (after > before)
			step(pair("mark", n))
		else if (after < before)
			step(pair("unmark", n))
	}
	if (was["live"] != now["live"])
		step("switch " was["phase"] " " role(was["live"], was) " " role(now["live"], was))
}

function pair(what, n) {
	return what " " was["phase"] " " role(n, was) " live=" role(was["live"], was) \
		" mark=" mark(was["live"], was)
}

# The change of the journal. On the way to idle the rotation is forgotten: the roles are those
# that it had before.
function journal(    from) {
	if (was["phase"] == now["phase"]) {
		put("newCertificateId", "certificate")
		if (was["newCertificateId"] == now["newCertificateId"])
			put("other", "other")
		put("commit", "commit")
		put("final", "final")
		put("goneBack", "back")
		put("job", "job")
		put("execution", "execution")
		put("old", "old")
		put("new", "new")
	} else if (now["phase"] == "idle") {
		enter(was, role(now["other"], was))
	} else {
		enter(now, role(now["other"], now))
	}
}

function put(key, name) {
	if (was[key] != now[key])
		step("put " now["phase"] " " name)
}

function enter(values, other) {
	step("enter " was["phase"] " " now["phase"] " live=" role(now["live"], values) \
		" mark=" mark(now["live"], now) " certificate=" is(values["newCertificateId"]) \
		" final=" is(values["final"]) " back=" is(values["goneBack"]) " other=" other)
}

function is(value) {
	return value == "" ? 0 : 1
}
