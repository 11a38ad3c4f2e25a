# SPDX-License-Identifier: Apache-2.0
# gr.bash - completion of gr-jobs and gr-registry for bash. Commands, options and operands are
# taken from the help texts of the programs, and names from the registry, so this file is never out
# of date.

# Prints the kind of value that an option takes (FILE, JOB), or nothing. Standard input: the help
# text of the command. $1: the option.
_gr_value() {
	awk -v word="$1" '$1 ~ /^-/ {
		long = $1 ~ /,$/ ? 2 : 1
		if (word == $long || word "," == $1) {
			if ($(long + 1) ~ /^[A-Z]+$/)
				print $(long + 1)
			exit
		}
	}'
}

# Prints the kind of the n-th operand, from the usage line without its options. $1: n.
_gr_operand() {
	sed -n '1{s/\[[^]]*\]//g;s/-[A-Za-z] [A-Z]*\( \.\.\.\)*//g;p;}' | grep -o '\b[A-Z][A-Z-]*' | sed -n "$1p"
}

# Prints the words of a kind. $1: the kind, $2: the help text of the command; the rest is -H DIR.
_gr_words() {
	local kind=$1 help=$2
	shift 2
	case $kind in
	JOB) gr-jobs list "$@" | cut -f 1 ;;
	TEMPLATE) gr-jobs list-templates "$@" | cut -f 1 ;;
	THING) gr-registry list-things "$@" | cut -f 1 ;;
	TARGET) echo thinggroup/; gr-registry list-things "$@" | sed 's,^,thing/,' | cut -f 1 ;;
	STATUS) grep -e --status <<<"$help" | grep -o '[A-Z_]*[A-Z]\{4,\}' | grep -vx STATUS ;;
	esac 2>/dev/null
}

# Prints the words that are possible at the cursor, one in each line. $1: the word there now; the
# rest: the words before it.
_gr_candidates() {
	local current=$1 program=$2 subcommand=${3:-} help word value='' n=1
	local -a home=()
	if [ $# -eq 2 ]; then
		"$program" --help 2>/dev/null | sed -n 's/^  \([a-z-]*\) .*/\1/p'
		return
	fi
	help=$("$program" "$subcommand" --help 2>/dev/null) || return 0
	for word in "${@:4}"; do
		if [ -n "$value" ]; then
			[ "$value" != DIR ] || home=(-H "$word")
			value=
		elif [[ $word == -* ]]; then
			value=$(_gr_value "$word" <<<"$help")
		else
			n=$((n + 1))
		fi
	done
	if [ -z "$value" ] && [[ $current == -* ]]; then
		grep -o '^ *\(-., \)\{0,1\}--[a-z-]*' <<<"$help" | grep -o -e '--.*'
	else
		_gr_words "${value:-$(_gr_operand "$n" <<<"$help")}" "$help" "${home[@]}"
	fi
}

# If no word is offered here, bash offers file names.
_gr() {
	local current=${COMP_WORDS[COMP_CWORD]}
	mapfile -t COMPREPLY < <(compgen -W "$(_gr_candidates "$current" "${COMP_WORDS[@]:0:COMP_CWORD}")" -- "$current")
	[ "${COMPREPLY[*]}" != thinggroup/ ] || compopt -o nospace 2>/dev/null || :
}
complete -o bashdefault -o default -F _gr gr-jobs gr-registry
