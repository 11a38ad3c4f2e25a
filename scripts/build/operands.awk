# SPDX-License-Identifier: Apache-2.0
# operands.awk - finds programs that a script calls with a variable where an option could stand, and without "--" before it.
#
# What a variable holds may have come from a message or a file, and "-x" is a good name for a job. By line, not by grammar: a
# word that begins with a variable counts as an operand unless it follows an option that takes an argument.

BEGIN {
	n = split("basename cat cd chmod chown cmp cp cut dirname head install jq ln ls mkdir mkfifo mktemp mv" \
		" od readlink rm rmdir sed sleep systemctl tail tar timeout touch unzip", name, " ")
	for (i = 1; i <= n; i++)
		known[name[i]] = 1
	# Of ours those with a value, and of the others the few that are in use.
	n = split("-C -H -P -a -c -d -e -f -g -i -k -m -n -o -p -s -t -u -w -execution -from -front -owe -fd -pid -max-time -certificate -key", name, " ")
	for (i = 1; i <= n; i++)
		valued["-" substr(name[i], 2)] = valued[name[i]] = valued["-" name[i]] = 1
	n = split("cat chmod chown cp ln mkdir mv rm rmdir sed touch", name, " ")
	for (i = 1; i <= n; i++)
		plain[name[i]] = 1	# their short options take no value, but for -e
}

# True inside quotes, and not at the start of a $( ) there.
function is_quoted(before) {
	return (gsub(/"/, "\"", before) % 2 == 1 && before !~ /\$\($/) || gsub(/'/, "'", before) % 2 == 1
}

# A variable, of which nobody knows how it begins; a number that was reckoned, and "$@", which the caller has written, are none.
function is_open(word) {
	return word ~ /^"?\$/ && word !~ /^"?\$(\(\(|[@!])/ && word !~ /^"?\$\{[^}]*:\+/
}

# The word before it is an option that takes it as its value; sets such as ${x:+-g "$x"} count too.
function is_value(command, before) {
	sub(/^\$\{[^}]*:\+"?/, "", before)
	return before in valued && (!(command in plain) || before == "-e")
}

# One command and its words; answers with the word at fault, "" for none.
function fault(command, words,    word, count, i) {
	sub(/[ \t]([0-9]?[<>]|[|&;)]).*/, "", words)
	count = split(words, word, /[ \t]+/)
	for (i = 1; i <= count; i++) {
		if (word[i] == "--")
			return ""
		if (is_open(word[i]) && !(i > 1 && is_value(command, word[i - 1])))
			return word[i]
	}
	return ""
}

/\\$/ {
	held = held substr($0, 1, length($0) - 1) " "
	next
}
{
	line = held $0
	held = ""
	sub(/^[ \t]*#.*/, "", line)
	for (at = 1; match(substr(line, at), /(^|[ \t(|;&!`])[a-z][a-z_-]*[ \t]/); at += RSTART + RLENGTH - 2) {
		command = substr(line, at + RSTART - 1, RLENGTH)
		gsub(/[^a-z_-]/, "", command)
		if (!(command in known) && command !~ /^gr-/)
			continue
		start = at + RSTART - 1
		if (is_quoted(substr(line, 1, start - (substr(line, start, 1) ~ /[a-z]/))))
			continue
		what = fault(command, substr(line, at + RSTART + RLENGTH - 1))
		if (what != "") {
			printf "%s:%d: %s: %s: put -- before it\n", FILENAME, FNR, command, what
			found = 1
		}
	}
}
END { exit found }
