# SPDX-License-Identifier: Apache-2.0
# once.bash - a device that says each word once and never again, at $QOS, whatever becomes of the
# servers meanwhile. Load after helper and lab; the lab is one's own.

# What a test holds open is not for servers.
SHUT='3>&- 4>&- 5>&-'
WORDS=6	# of a rotation

# word HOW KIND PAYLOAD: said once; sets ANSWER and BODY as request does. HOW is one of
#   well     nothing happens
#   stop     the daemon is stopped before, and started once the broker has the word;
#            kill: the same with SIGKILL
#   over     the daemon is killed once the broker has the word, and started again
#   cut-N    it is killed at its N-th system call that changes anything, and started again
#   broker   it is away, and the broker is stopped and started as well: the connection ends,
#            and nobody hears an answer
word() {
	local stop=: start=: t last
	t=$(topic "$2")
	case $1 in
	broker) word_to_nobody "$t" "$3"; return ;;
	cut-*) daemon_cut "${1#cut-}" || return ;;
	stop | kill)
		stop="lab.sh $1 '$LAB' backend $SHUT" start="lab.sh start '$LAB' backend $SHUT"
		;;
	over) start="lab.sh kill '$LAB' backend $SHUT; lab.sh start '$LAB' backend $SHUT" ;;
	esac
	ask -q "$QOS" "+$t/accepted" "+$t/rejected" "!$stop" "=$t" "$3" "!$start" \
		"*$t" >messages ||
		{ echo "$1: $2: ask: $?" >&2; cat messages "$LAB/backend.log" >&2; return 1; }
	[ "${1#cut-}" = "$1" ] || daemon_mended || return
	last=$(tail -n 1 messages)
	ANSWER=${last%% *} BODY=${last#* }
	ANSWER=${ANSWER##*/}
}
granted() {
	word "$@" && [[ $1 = broker || $ANSWER = accepted ]] || {
		echo "$1: $2: $ANSWER $BODY" >&2
		return 1
	}
}

# The second SUBACK shows that the turn of the broker's loop in which it read the word is over.
word_to_nobody() {
	backend stop && ask -q "$QOS" "=$1" "$2" "+things/$THING/a" "+things/$THING/b" &&
		lab.sh stop "$LAB" broker &&
		lab.sh start "$LAB" broker 3>&- 4>&- 5>&- && backend start && turned
}

# daemon_cut N: started under gr-cut; whoever waits has waited long enough once it is ready or
# dead. It is started again when it died. daemon_mended: until then; adds a line to the file
# reached if the N-th call came.
daemon_cut() {
	backend stop
	: >"$LAB/backend.log"
	setsid gr-cut -n "$1" -c file,net -u "$GR_HOME/" -t 600 \
		gr-backendd -H "$GR_HOME" -s "$LAB/home/shared/broker.sock" -q 0 \
		</dev/null >>"$LAB/backend.log" 2>&1 3>&- 4>&- 5>&- &
	CUT=$!
	until grep -q '^ready$' "$LAB/backend.log" || ! kill -0 "$CUT" 2>/dev/null; do
		sleep 0.01
	done
	rm -f mended
	mend_daemon "$CUT" 3>&- 4>&- 5>&- &
	MENDER=$!
}
mend_daemon() {
	while kill -0 "$1" 2>/dev/null; do
		[ ! -e mended ] || return 0
		sleep 0.02
	done
	backend start
}
# The fault may still come while it ends.
daemon_mended() {
	local rc=0
	touch mended
	wait "$MENDER"
	kill -TERM "$CUT" 2>/dev/null
	wait "$CUT" || rc=$?
	[ "$rc" -ne 137 ] || echo "$CUT" >>reached
	lab.sh start "$LAB" backend 3>&- 4>&- 5>&- 2>/dev/null
}

# the_rotation HOW [K]: of a new thing, each of its words in that way, or the K-th alone;
# and what must have become of it
the_rotation() {
	local how=$1 k=${2:-} n=0
	next() {
		n=$((n + 1))
		HOW=$how
		[ -z "$k" ] || [ "$n" = "$k" ] || HOW=well
	}
	job_new "$J" || return
	next; granted "$HOW" jobs/get '{}' || return
	next
	granted "$HOW" "jobs/$J/update" \
		'{"status":"IN_PROGRESS","statusDetails":{"CertificateRotator":true}}' || return
	next; granted "$HOW" "jobs/$J/get" '{}' && execution_is IN_PROGRESS || return
	key_new new
	next; granted "$HOW" create "$(csr_of new)" || return
	# What a device whose connection ended would never hear.
	sql "SELECT pem FROM rotation WHERE thing = '$THING'" >new.pem
	NEW=$(certificate_id new.pem)
	over_new
	next; granted "$HOW" commit "{\"jobId\":\"$J\"}" && custody_is 'committed > 0' 1 || return
	next; granted "$HOW" "jobs/$J/update" '{"status":"SUCCEEDED"}' || return
	[ "$n" -eq "$WORDS" ] && as_ever
}

# as_ever: all is as after a rotation to which nothing happened
as_ever() {
	execution_is SUCCEEDED && custody_is survivor NEW && custody_is 'old || new' "$OLD$NEW" &&
		sql_is "SELECT count(*) FROM rotation WHERE thing = '$THING'" 1 &&
		await certificate_is_gone "$OLD" && only_is "$NEW" &&
		sql_is "SELECT count(*) FROM alarm WHERE thing = '$THING'" 0 &&
		json_is "$(gr-registry history -j "$THING")" '["NEW"]' 'map(.survivor)'
}
