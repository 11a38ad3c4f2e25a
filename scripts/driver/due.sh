# SPDX-License-Identifier: Apache-2.0
# due.sh - the own clock: a rotation that nobody ordered, because the certificate gets old. Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables are the driver's: see load and configure.

# By the service's time: ours may be wrong. 0: due, and not_after is set.
is_due() {
	service_time=$(gr-jobs-client time) || service_time=
	due_rc=0
	answer=$(gr-cert-due -g "$live" ${service_time:+-n "$service_time"}) || due_rc=$?
	not_after=${answer##*notAfter=}
	[ "$due_rc" -le 1 ] || complain "this certificate is never due by itself: gr-cert-due ended with status $due_rc"
	return "$due_rc"
}

days_left() {
	rest=$((not_after - ${service_time:-$(date +%s)}))
	if [ "$rest" -ge 0 ]; then
		echo "$((rest / 86400)) days are left"
	else
		echo "it expired $((-rest / 86400)) days ago"
	fi
}

# In idle, at the start and once in a turn of the poll clock. A backend that knows no such request does not answer: then
# an operator has to make a job, and is told how much time there is. Whatever comes of it, jobs are served.
ask_when_due() {
	[ "$rotate_before$rotate_percent$rotate_after" != 000 ] || return 0
	t=$(now)
	[ -z "$asked_at" ] || [ $((t - asked_at)) -ge "$idle_wait" ] || return 0
	asked_at=$t
	is_due || return 0
	if hush capture gr-request; then
		say "certificate $(short "$live_certificate") is due: asked for a rotation, job $answer"
	else
		complain "warning: certificate $(short "$live_certificate") is due for a rotation, and asking for one brought no job ($(last_error)); $(days_left)"
	fi
}
