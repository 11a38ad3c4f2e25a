# SPDX-License-Identifier: Apache-2.0
# events.bash - what happens to the world in chaos, one event after another from a shuffled deck,
# so that each kind occurs. A kind is a function event_KIND; after it the operator looks after
# things.
# shellcheck shell=bash disable=SC2154,SC2034,SC2015,SC2013
# chaos sets seed, work, things, decks and minutes.

KINDS='broker-stopped broker-killed daemon-stopped daemon-killed power-cut clock-ahead clock-behind
	clock-at-boot disk-full upgraded ledger-moved ledger-lost registry-lost registry-damaged
	backup restored backup-damaged ledger-damaged validity authority deactivated detached
	cut-off brought-back revoked
	cancel time-out gone refuse wire driver device device-clock device-disk'

shuffle() {
	local -a deck
	local i j card
	read -r -d '' -a deck <<<"$1"
	for ((i = ${#deck[@]} - 1; i > 0; i--)); do
		draw $((i + 1))
		j=$DRAWN card=${deck[i]}
		deck[i]=${deck[j]} deck[j]=$card
	done
	printf '%s ' "${deck[@]}"
}

# a_while SECONDS: up to so many, in tenths; how long a fault lasts
a_while() {
	draw $(($1 * 10))
	sleep "$((DRAWN / 10)).$((DRAWN % 10))"
}

# Functions that draw print nothing: a subshell would draw the same number again and again.
# some_thing: sets CHOSEN, one that is not cut off; 1: there is none
some_thing() {
	local n
	for ((n = 0; n < 100; n++)); do
		draw "$things"
		CHOSEN=thing-$((DRAWN + 1))
		[ -e "cut-off/$CHOSEN" ] || return 0
	done
	return 1
}

# What a thing was given to do it has begun.
all_is_begun() {
	local t
	for t in "$LAB"/things/*/; do
		[ ! -e "$t/next" ] || [ -e "$t/is-cut-off" ] || return 1
	done
}

all_live() { [ "$(find "$LAB/things" -name lives | wc -l)" -eq "$things" ]; }

happen() {
	tell "$1"
	case $1 in
	cancel | time-out | gone | refuse | wire | driver | device | device-clock | device-disk)
		# the thing does it to its next rotation
		eventually all_is_begun && some_thing && printf '%s\n' "$1" >"$LAB/things/$CHOSEN/next"
		;;
	*) "event_${1//-/_}" ;;
	esac || { finding "$1: what came of it is in $work/world.log"; return 1; }
	printf '%s\n' "$1" >>happened
	[ -e found ] || look_after || finding "$1: the operator could not mend it" || return
	tell "$1: over"
}

goes_on() {
	runs || return 1
	if [ -n "$decks" ]; then [ "$1" -le "$decks" ]; else [ "$SECONDS" -lt $((minutes * 60)) ]; fi
}

world() {
	local k kind
	RANDOM=$((seed * 1009))
	until all_live; do
		runs || return 1
		sleep 0.3
	done
	event_backup
	for ((k = 1; k > 0; k++)); do
		goes_on "$k" || break
		for kind in $(deal); do
			happen "$kind" || break 2
			goes_on "$((decks ? 1 : k))" || break 2
			a_while "$((decks ? 1 : 3))"
		done
	done
	[ -e found ] || eventually all_is_begun
	touch stop
}

deal() { shuffle "${kinds:-$KINDS}"; }
