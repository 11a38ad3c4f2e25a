# SPDX-License-Identifier: Apache-2.0
# backups.bash - in chaos: backups, the ledger, and what is lost or damaged of both and of the
# registry.
# shellcheck shell=bash disable=SC2154,SC2034,SC2015,SC2013

event_backup() {
	local name
	name=backups/$(printf %05d "$SECONDS")
	[ ! -e "$name" ] || return 0
	gr-registry backup -H "$HOME_DIR" "$name" 2>/dev/null || return
	while [ "$(find backups -mindepth 1 -maxdepth 1 | wc -l)" -gt 5 ]; do
		rm -r "$(find backups -mindepth 1 -maxdepth 1 | sort | head -n 1)"
	done
}

# a_backup: sets BACKUP, any of those that are kept
a_backup() {
	# shellcheck disable=SC2046 # names of our own
	one_of $(find backups -mindepth 1 -maxdepth 1 | sort)
	BACKUP=$DRAWN
	tell "backup of ${BACKUP##*/} s"
}

# put_back [OPTION...]: BACKUP, with all files of the ledger that were moved away
put_back() {
	local -a files
	local file
	for file in ledgers/*; do
		[ ! -e "$file" ] || files+=(-l "$file")
	done
	gr-registry restore -H "$HOME_DIR" "${files[@]}" "$@" "$BACKUP" >restored 2>restore.error ||
		{ rc=$?; sed 's/^/restore: /' restore.error >&2; return "$rc"; }
}

registry_away() {
	rm -rf away
	mkdir away
	mv "$HOME_DIR"/shared/registry.db* away
}

# Broker and daemon go on meanwhile.
event_restored() {
	a_backup
	put_back
}

event_registry_lost() {
	a_backup
	stop_servers
	registry_away
	put_back && start_servers
}

# What was moved away is kept.
event_ledger_moved() {
	mv "$HOME_DIR/ledger" "ledgers/$(printf %05d "$SECONDS")" && eventually has_alarm ledger
}

# Registry and ledger are lost with their disk. Nobody but the devices knows what they have got
# since the backup: the operator takes it from them. Backups of before join no ledger any more.
event_ledger_lost() {
	local rc=0 n
	a_backup
	stop_servers
	registry_away
	rm -rf "$HOME_DIR/ledger" "$HOME_DIR/ledger.end" ledgers/*
	gr-registry restore -H "$HOME_DIR" --no-ledger "$BACKUP" >restored 2>restore.error || rc=$?
	if [ "$rc" -eq 1 ]; then
		n=$(grep -c ' would be cut off: ' restore.error)
		tell "$n thing(s) would be cut off"
		gr-registry restore -H "$HOME_DIR" --no-ledger --cut-off "$n" "$BACKUP" >restored
	elif [ "$rc" -ne 0 ]; then
		cat restore.error >&2
		return "$rc"
	fi || return
	cut_off_again
	start_servers && rm -rf backups/* && event_backup
}

# flip FILE: one bit of it
flip() {
	local byte bit
	draw "$(stat -c %s "$1")"
	byte=$DRAWN
	draw 8
	bit=$DRAWN
	tell "bit $bit of byte $byte of $1"
	perl -e 'open my $f, "+<", $ARGV[0] or die; seek $f, $ARGV[1], 0; read $f, $c, 1;
		seek $f, $ARGV[1], 0; print $f chr(ord($c) ^ (1 << $ARGV[2]))' "$1" "$byte" "$bit"
}

# A backup that is damaged is refused, and nothing changes.
event_backup_damaged() {
	local rc=0 whole
	a_backup
	whole=$BACKUP
	rm -rf damaged
	cp -r "$whole" damaged
	# shellcheck disable=SC2046 # names of our own
	one_of $(find damaged -type f -size +0 ! -name SHA256SUMS | sort)
	flip "$DRAWN"
	BACKUP=damaged
	put_back 2>/dev/null || rc=$?
	[ "$rc" -eq 100 ]
}

# A copy of the ledger that is damaged is refused, unless the backup has the damaged lines.
event_ledger_damaged() {
	local rc=0
	a_backup
	cp "$HOME_DIR/ledger" copy
	flip copy
	put_back -l copy 2>/dev/null || rc=$?
	[ "$rc" -eq 100 ] || [ "$rc" -eq 0 ]
}

# What the daemon finds when it starts is an alarm, for which the operator looks; what it does not
# find harms nobody.
event_registry_damaged() {
	stop_servers
	sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	flip "$HOME_DIR/shared/registry.db"
	if ! start_servers; then
		tell 'the servers do not start'
		put_in_place
		return
	fi
	sleep 3	# the file is checked beside the work; an alarm that comes later is seen later
}

# The page of alarms, `damaged`; with what the ledger has it is up to date.
put_in_place() {
	a_backup
	stop_servers
	registry_away
	put_back && start_servers
}
