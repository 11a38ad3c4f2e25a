# SPDX-License-Identifier: Apache-2.0
# Who breaks into one part of the backend does not have the next one:
# as the users that README gives them. Called by make check-root.
bats_require_minimum_version 1.5.0
load ../../lib/helper
load ../../lib/lab

BROKER=61001 DAEMON=61002 SIGNER=61003 NOTIFY=61004

# become USER: sets BECOME, the command that does it;
# the daemon is in the broker's group, signer and notifier are in the daemon's
become() {
	local user=$1 group=$1 more=--clear-groups
	case $user in
	"$DAEMON") more=--groups=$BROKER ;;
	"$SIGNER" | "$NOTIFY") group=$DAEMON ;;
	esac
	BECOME=(setpriv --reuid "$user" --regid "$group" "$more" --)
}
# as USER COMMAND...
as() {
	become "$1"
	"${BECOME[@]}" "${@:2}"
}
# serve USER NAME COMMAND...: in the background, without a shell between us and it
serve() {
	local name=$2
	become "$1"
	shift 2
	"${BECOME[@]}" "$@" >"$name.out" 2>"$name.log" 3>&- &
	echo $! >"$name.pid"
}
ended() {
	kill -KILL "$(cat "$1.pid")" 2>/dev/null || :
	wait "$(cat "$1.pid")" 2>/dev/null || :
	rm -f "$1.pid"
}

setup() {
	[ "$(id -u)" -eq 0 ]
	chmod 755 . .. ../..
	export GR_HOME=$PWD/home GR_SIGNER_HOME=$PWD/signer GR_NOTIFY_HOME=$PWD/notify
	install -d -o $DAEMON -g $DAEMON -m 711 home
	install -d -o $DAEMON -g $BROKER -m 2770 home/shared
	install -d -o $SIGNER -g $DAEMON -m 2751 signer
	install -d -o $NOTIFY -g $DAEMON -m 2750 notify
	install -d -o $NOTIFY -g $DAEMON -m 750 notify/notify.d
	gr-ca init -a ECDSA-P256
	gr-registry init
	gr-registry create-policy all "$ROOT/share/policies/rotation.json"
	serve $SIGNER signer gr-signer
	await grep -q ready signer.out
}
teardown() {
	local name
	for name in daemon notifier signer broker; do
		[ ! -e "$name.pid" ] || ended "$name"
	done
}

# csr NAME: a key and its request in NAME.key and NAME.csr
csr() {
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
	openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
	chmod 644 "$1.csr"
}
broker() {
	cat >broker.conf <<-EOF
		allow_anonymous false
		plugin $BIN/gr-broker.so
		plugin_opt_registry $PWD/home/shared/registry.db
		listener 0 $PWD/home/shared/broker.sock
	EOF
	chmod 644 broker.conf
	serve $BROKER broker env \
		${SANITIZE:+LD_PRELOAD="$(gcc -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0} \
		mosquitto -c broker.conf
	await test -S home/shared/broker.sock
}
daemon() {
	serve $DAEMON daemon gr-backendd
	await grep -q ready daemon.out
}
# tries USER COMMAND: it does not succeed
tries() {
	run as "$1" sh -c "$2"
	[ "$status" -ne 0 ] || { echo "user $1 could: $2"; return 1; }
}

@test "users: broker, daemon, signer and notifier work together, each as a user of its own" {
	csr a
	as $DAEMON gr-registry register -p all a <a.csr >a.pem
	openssl verify -CAfile signer/ca/ca.pem a.pem
	grep -q '"event":"signed"' signer/ledger
	serve $NOTIFY notifier gr-notifier
	await grep -q ready notifier.out
	printf '#!/bin/sh\n{ id -u; cat; } >%s/said.tmp; mv %s/said.tmp %s/said\n' \
		"$PWD/notify" "$PWD/notify" "$PWD/notify" >notify/notify.d/tell
	chmod 755 notify/notify.d/tell
	broker
	daemon
	await sql_is "SELECT count(*) FROM channel" 1
	sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES (1, 'x', 'a', '', 'one')"
	await test -e notify/said
	[ "$(head -n 1 notify/said)" = $NOTIFY ]
	grep -q '"text":"one"' notify/said
	[ "$(stat -c '%u %a' signer/ca/ca.key signer/ledger home/shared/registry.db | xargs)" = \
		"$SIGNER 600 $SIGNER 640 $DAEMON 660" ]
	# Root works in their folders without taking them over,
	# and the daemon reads what its operators need.
	csr b
	gr-registry register b b.csr >b.pem
	as $DAEMON gr-ca list | grep -q "^ca"
	as $DAEMON gr-ca crl | openssl crl -noout
	as $DAEMON gr-registry update-certificate "$(certificate_id b.pem)" INACTIVE
	[ -z "$(find home signer -user 0)" ]
}

@test "users: the broker's user can change nothing that the daemon or the signer trusts" {
	broker
	daemon
	before=$(find home signer notify ! -type s -not -path '*/shared/*' -printf '%p %u %m %T@\n' | sort)
	for folder in home signer notify; do
		tries $BROKER "mkdir $folder/x"
		tries $BROKER "mv $folder $folder.away"
		tries $BROKER "ls $folder"
	done
	tries $BROKER 'echo x >home/lock'
	tries $BROKER 'rm home/lock'
	tries $BROKER 'cp /bin/true notify/notify.d/x'
	tries $BROKER 'rm signer/ledger'
	tries $BROKER 'ln -sf ca/ca.key signer/ledger'
	tries $BROKER 'mv signer/ca signer/x'
	tries $BROKER 'cat signer/ca/ca.key'
	tries $BROKER 'cat signer/ledger'
	tries $BROKER 'cat signer/ca/mode.json'
	tries $BROKER 'cp /bin/true signer/trusted/x'
	tries $BROKER "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_SEQPACKET, 0); connect(S, sockaddr_un(\"signer/sign.sock\")) or exit 1'"
	[ "$(find home signer notify ! -type s -not -path '*/shared/*' -printf '%p %u %m %T@\n' |
		sort)" = "$before" ]
}

@test "users: the daemon's user cannot read a CA's key, rewrite the ledger or add a channel" {
	tries $DAEMON 'cat signer/ca/ca.key'
	tries $DAEMON 'echo x >>signer/ledger'
	tries $DAEMON 'rm signer/ledger'
	tries $DAEMON 'mv signer/ca signer/x'
	tries $DAEMON 'echo x >signer/ca/mode.json'
	tries $DAEMON 'cp /bin/true notify/notify.d/x'
	csr a
	as $DAEMON gr-registry register a <a.csr >a.pem
	as $DAEMON cat signer/ledger >/dev/null	# gr-registry backup needs that
}

@test "users: a link that the broker's user puts in the place of the registry is not followed" {
	csr a
	as $DAEMON gr-registry register a <a.csr >a.pem
	echo untouched >home/lock
	chown $DAEMON home/lock
	for target in signer/ca/ca.key signer/ledger home/lock; do
		rm -f home/shared/registry.db*
		as $BROKER ln -s "$PWD/$target" home/shared/registry.db
		before=$(sha256sum "$target")
		run -100 --separate-stderr as $DAEMON gr-backendd
		[ "$stderr" = "gr-backendd: $PWD/home/shared/registry.db: is a link, and links are not followed here; put the file itself there" ]
		run -100 gr-registry init
		run -100 gr-registry list-things
		[ "$(sha256sum "$target")" = "$before" ]
		rm home/shared/registry.db
	done
}

@test "users: the daemon runs no trigger or view that the broker's user adds to the registry" {
	broker
	daemon
	as $BROKER sqlite3 home/shared/registry.db "CREATE TRIGGER evil AFTER INSERT ON thing BEGIN SELECT json_patch(new.name, new.name); END"
	run -111 --separate-stderr as $DAEMON gr-registry create-thing t
	[[ $stderr == *'unsafe use of json_patch()'* ]]
}

# SQLite makes the log with its first reader's owner and mask,
# and gives it the registry's a moment later.
@test "users: a log that another user is just making is waited for; one that cannot be opened is said" {
	local log
	for log in wal shm; do
		install -m 600 /dev/null home/shared/registry.db-$log
		run -111 --separate-stderr as $DAEMON gr-registry list-things
		[ "$stderr" = "gr-registry: $PWD/home/shared/registry.db: its log, the files with -wal and -shm at the end: Permission denied; they must have the registry's owner, group and mode, and the disk must take them" ]
		serve $DAEMON list gr-registry list-things
		sleep 0.3
		chown $DAEMON:$BROKER home/shared/registry.db-$log
		wait "$(cat list.pid)"
		rm -f home/shared/registry.db-*
	done
}

# --- the layout of earlier versions, in which broker and daemon shared the whole folder ----------

# old_layout: as README once made it
old_layout() {
	unset GR_SIGNER_HOME GR_NOTIFY_HOME
	ended signer
	install -d -o $DAEMON -g $BROKER -m 2770 old
	GR_HOME=$PWD/old
	cp -a signer/ca signer/trusted old
	chown -R $DAEMON:$BROKER old/ca old/trusted
	cp home/shared/registry.db old/registry.db
	chown $DAEMON:$BROKER old/registry.db
	chmod 660 old/registry.db
}

@test "users: the old layout is refused by all programs, with the line that says how to move" {
	old_layout
	for command in gr-backendd gr-signer 'gr-registry list-things' 'gr-registry init' \
		'gr-ca init x' 'gr-jobs list' gr-audit; do
		run --separate-stderr as $DAEMON $command
		[ "$status" -eq 100 ] || { echo "$command: $status $output $stderr"; false; }
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *"$PWD/old"* ]]
	done
	run -100 --separate-stderr as $DAEMON gr-backendd
	[ "$stderr" = "gr-backendd: $PWD/old: its registry lies where the broker's user may write; stop broker and daemon, then gr-registry move-registry puts it in a directory of its own" ]
}

@test "users: one command moves the old layout, and follows and runs nothing that another user put there" {
	old_layout
	csr a
	# What the broker's user could do there.
	as $BROKER sh -c "mkdir old/notify.d && printf '#!/bin/sh\nid -u >$PWD/old/shared/ran\n' >old/notify.d/x && chmod -R a+rX,u+x old/notify.d && ln -s ca/ca.key old/ledger"
	chmod 755 old/notify.d/x
	gr-registry move-registry
	[ "$(stat -c '%u %g %a' old old/shared old/shared/registry.db | xargs)" = "$DAEMON $BROKER 711 $DAEMON $BROKER 2770 $DAEMON $BROKER 660" ]
	key=$(sha256sum old/ca/ca.key)
	run -100 --separate-stderr as $DAEMON gr-registry register a a.csr
	[ "$stderr" = "gr-registry: $PWD/old/ledger: is a link, and links are not followed here; put the file itself there" ]
	[ "$(sha256sum old/ca/ca.key)" = "$key" ]
	rm old/ledger
	as $DAEMON gr-registry register a a.csr >a.pem
	serve $DAEMON daemon gr-backendd
	await sql_is "SELECT count(*) FROM channel" 1
	sql "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES (1, 'x', 'a', '', 'one')"
	await grep -q 'not delivered: its program: .* not used' daemon.log
	[ ! -e old/shared/ran ]
	run -1 --separate-stderr gr-registry move-registry
	[ "$stderr" = "gr-registry: $PWD/old/registry.db: is not there, so there is nothing to move" ]
}

@test "users: a move that was interrupted is continued" {
	old_layout
	# The folder was closed, and the registry not moved yet.
	install -d -o $DAEMON -g $BROKER -m 2770 old/shared
	chmod 711 old
	gr-registry move-registry
	[ "$(stat -c '%u %g %a' old old/shared old/shared/registry.db | xargs)" = "$DAEMON $BROKER 711 $DAEMON $BROKER 2770 $DAEMON $BROKER 660" ]
	as $DAEMON gr-registry list-things
}

@test "users: a registry in use is not moved" {
	old_layout
	mkfifo ask
	as $DAEMON sqlite3 old/registry.db <ask >sqlite.out 2>&1 3>&- &
	exec 7>ask
	echo 'PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM thing;' >&7
	await test -s sqlite.out
	run -111 --separate-stderr gr-registry move-registry
	[[ $stderr == *'stop broker and daemon first' ]]
	exec 7>&-
	wait
	gr-registry move-registry
	as $DAEMON gr-registry list-things
}
