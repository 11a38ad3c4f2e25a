# SPDX-License-Identifier: Apache-2.0
# due.sh - the own clock: a rotation that nobody ordered, because the certificate gets old. Sourced
# by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# By the service's time: ours may be wrong. 0: due, and due_not_after is set.
is_due() {
	due_time=$(gr-jobs-client time) || due_time=
	due_rc=0
	answer=$(gr-cert-due -g "$live_generation" ${due_time:+-n "$due_time"}) || due_rc=$?
	due_not_after=${answer##*notAfter=}
	[ "$due_rc" -le 1 ] ||
		warn "this certificate is never due: gr-cert-due ended with status $due_rc"
	return "$due_rc"
}

days_left() (
	rest=$((due_not_after - ${due_time:-$(date +%s)}))
	if [ "$rest" -ge 0 ]; then
		echo "$((rest / 86400)) days are left"
	else
		echo "it expired $((-rest / 86400)) days ago"
	fi
)

# In idle, at the start and once in a turn of the poll clock. A backend that knows no such request
# does not answer: then an operator has to make a job, and is told how much time there is. Whatever
# comes of it, jobs are served.
ask_when_due() {
	[ "$setting_rotate_before$setting_rotate_percent$setting_rotate_after" != 000 ] || return 0
	t=$(now)
	[ -z "$memory_due_asked" ] || [ $((t - memory_due_asked)) -ge "$driver_idle_wait" ] ||
		return 0
	memory_due_asked=$t
	is_due || return 0
	due="certificate $(short "$live_certificate") is due"
	if hush capture gr-request; then
		say "$due: asked for a rotation, job $answer"
	else
		warn "$due for a rotation, and asking for one brought no job ($(last_error));" \
			"$(days_left)"
	fi
}
