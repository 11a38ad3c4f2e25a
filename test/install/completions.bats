# SPDX-License-Identifier: Apache-2.0
# Completion for bash and zsh, sourced and asked as a shell would.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	export GR_HOME=$PWD/home
	gr-registry init
	for t in pump-1 pump-2 valve; do gr-registry create-thing "$t"; done
	gr-jobs create -s "$(date -u -d '+2 days' +%Y-%m-%dT%H:%M)" \
		-t thing/valve november >/dev/null
	gr-jobs create-template -D x standard
}

# in_bash WORD...: what bash would offer for the last word, in one line
in_bash() {
	env -i PATH="$PATH" GR_HOME="${GR_HOME:-}" bash --norc --noprofile -c '
		source "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		$(complete -p "$1" | sed "s/.*-F \([^ ]*\) .*/\1/")
		printf "%s\n" "${COMPREPLY[@]}" | sort | xargs' \
		- "$ROOT/share/completions/gr.bash" "$@" 2>err || {
			cat err >&2
			return 1
		}
	[ ! -s err ] || { cat err >&2; return 1; }
}
# in_zsh WORD...: the same, without what does not begin with the word at the cursor
in_zsh() {
	env -i PATH="$PATH" GR_HOME="${GR_HOME:-}" HOME="$PWD" zsh -f -c '
		file=$1; shift
		compdef() { : }
		compadd() { print -rl -- "${(@P)2}" }
		_describe() { print -rl -- "${(@)${(@P)2}%%:*}" }
		_files() { print files }
		source "$file"
		words=("$@") CURRENT=$#
		_gr | grep -e "^${words[CURRENT]}" | sort | xargs' \
		- "$ROOT/share/completions/_gr-jobs" "$@" 2>err || {
			cat err >&2
			return 1
		}
	[ ! -s err ] || { cat err >&2; return 1; }
}
# both OFFER WORD...: either shell offers that
both() {
	local offer=$1 shell got
	shift
	for shell in in_bash in_zsh; do
		got=$($shell "$@")
		[ "$got" = "$offer" ] || {
			printf '%s %s: %s, not %s\n' "$shell" "$*" "$got" "$offer" >&2
			return 1
		}
	done
}

@test "completion: offers every command of both programs" {
	for program in gr-jobs gr-registry; do
		both "$("$program" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p' | sort | xargs)" \
			"$program" ''
	done
	both 'cancel cancel-execution' gr-jobs canc
}

@test "completion: offers every option of every command" {
	for program in gr-jobs gr-registry; do
		for verb in $("$program" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
			offered=$(in_bash "$program" "$verb" --)
			[ "$offered" = "$("$program" "$verb" --help | grep -o -e '^ .*--[a-z-]*' |
				grep -o -e '--[a-z-]*' | sort -u | xargs)" ]
			[[ $offered == *--help* ]]
		done
	done
	both '--starting-token --status' gr-jobs list --sta
	both '--template' gr-jobs create --tem
}

@test "completion: offers jobs, things, templates, targets and statuses by name" {
	both november gr-jobs describe ''
	both november gr-jobs cancel -f n
	both 'pump-1 pump-2' gr-jobs cancel-execution november p
	both standard gr-jobs create -m ''
	both standard gr-jobs delete-template s
	both 'thing/pump-1 thing/pump-2' gr-jobs create --target thing/p
	both thinggroup/ gr-jobs create -t thingg
	both 'pump-1 pump-2 valve' gr-registry history ''
	both valve gr-jobs executions -t v
	both 'CANCELED COMPLETED' gr-jobs list -s C
	both 'FAILED' gr-jobs executions --status F
}

@test "completion: uses the directory that the line names, and offers nothing without a registry" {
	mv home elsewhere
	both '' gr-jobs describe ''
	both november gr-jobs describe -H "$PWD/elsewhere" ''
	both november gr-jobs describe --home "$PWD/elsewhere" n
}

@test "completion: zsh offers files where a file is wanted" {
	[ "$(in_zsh gr-jobs create -d f)" = files ]
	[ "$(in_zsh gr-jobs create -i f)" = files ]
	[ -z "$(in_bash gr-jobs create -d f)" ]
}

@test "completion: compinit of zsh finds it" {
	cp "$ROOT/share/completions/_gr-jobs" .
	run -0 env -i PATH="$PATH" HOME="$PWD" zsh -f -c 'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -d dump; print -- $_comps[gr-jobs] $_comps[gr-registry]'
	[ "$output" = '_gr-jobs _gr-jobs' ]
}
