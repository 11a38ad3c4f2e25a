# SPDX-License-Identifier: Apache-2.0
# log.sh - the lines of the driver on standard error, and the text that an operator reads. Sourced
# by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# Three severities. A warning and an error say so in words. Where standard error is the journal of
# systemd each line also begins with its priority as sd-daemon(3) writes it, <3> for an error,
# which the journal takes off again.
say() {
	log_line 6 "$*"
}

warn() {
	log_line 4 "warning: $*"
}

complain() {
	log_line 3 "error: $*"
}

# log_line PRIORITY TEXT: a log that is full or closed must not end the driver.
log_line() {
	log_priority=${log_is_journal:+<$1>}
	printf '%srotate.sh: %s: %s\n' "$log_priority" "${setting_thing:--}" "$2" >&2 || :
}

# log_file FILE: what a program printed when it failed. A warning: most failures pass, and the
# driver tries again.
log_file() {
	if [ -n "$log_is_journal" ]; then
		sed 's/^/<4>/' -- "$1" >&2 || :
	else
		cat -- "$1" >&2 || :
	fi
}

# Sets log_is_journal. The service manager says which file the journal is; standard error may have
# been redirected since.
log_find_journal() {
	log_is_journal=
	[ -n "${JOURNAL_STREAM:-}" ] || return 0
	log_stream=$(stat -L -c %d:%i -- "/proc/$$/fd/2" 2>/dev/null) || return 0
	[ "$log_stream" != "$JOURNAL_STREAM" ] || log_is_journal=1
}

# The first digits of a certificate's id, enough for a person to tell two apart.
short() {
	printf '%.12s' "$1"
}

# At most 1000 printable characters, and no PIN: what the job is told and the record can hold.
printable() {
	printf '%s' "$1" | LC_ALL=C tr -c '[:print:]' ' ' |
		sed 's/pin-value=[^&;, ]*/pin-value=***/g' | cut -b 1-1000
}
