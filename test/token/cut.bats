# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/token

# Killed right before and right after each call that changes something in the token, for each verb
# that does; make fault-token tries every call of whole rotations. What is cut is made whole by
# recover, and by the verb itself.

setup_file() { shim_build "$BATS_FILE_TMPDIR"; }
setup() {
	token_new
	shim_use
	make_token_trial
}

save() {
	rm -rf saved
	mkdir saved
	cp -a token/tokens state saved/
}
restore() {
	rm -rf token/tokens state
	cp -a saved/tokens token/
	cp -a saved/state .
}

# whole: a runtime finds the live pair under its label, and each id belongs to one private key,
# public key and certificate at most.
whole() {
	gr-config --check &&
		[ "$(objects | sed 's/ [^ ]* / /' | sort | uniq -d | wc -l)" -eq 0 ] &&
		[ "$(object_names | grep -cx 'Private device')" -eq 1 ] &&
		[ "$(objects device | cut -d ' ' -f 3 | sort -u | wc -l)" -eq 1 ]
}

# each_cut CHANGES CHECK VERB...: CHANGES is how many calls that change something a
# clean run makes.
each_cut() {
	local changes=$1 check=$2 points n rule tried=0
	shift 2
	save
	shim_rules
	"$@" >/dev/null
	"$check"
	points=$(awk '$2 ~ /^C_(CopyObject|DestroyObject|CreateObject|GenerateKeyPair|SetAttributeValue)$/ { print $1 }' shim/calls)
	[ "$(wc -w <<<"$points")" -eq "$changes" ] || { cat shim/calls >&2; return 1; }
	for n in $points; do
		for rule in kill after; do
			restore
			shim_rules "$rule $n"
			run -137 setsid --wait "$@"
			shim_rules
			gr-install-cert recover >/dev/null
			whole || { echo "after: $rule $n" >&2; return 1; }
			"$@" >/dev/null
			"$check" || { echo "after: $rule $n" >&2; return 1; }
			tried=$((tried + 1))
		done
	done
	echo "points tried: $tried, survived: all" >&3
}

two_sets() {
	[ "$(object_names)" = "Certificate device
Certificate device.$1
Private device
Private device.$1
Public device
Public device.$1" ] || { object_names >&2; return 1; }
}
is_switched() { two_sets 1 && whole && [ "$(readlink "$STORE/live")" = 2 ]; }
is_back() {
	two_sets 2 && whole && [ "$(readlink "$STORE/live")" = 1 ] &&
		[ "$(objects device)" = "$before" ]
}
is_alone() { has_one_set device && whole; }
has_key() { [ "$(object_names device.3)" = "Private device.3
Public device.3" ] && whole && gr-csr -g 3 >/dev/null; }

@test "cut: adopt may be killed at any call that changes the token" {
	rm -r token state gr.conf
	token_new
	shim_use
	make_token_device
	before=$(details)
	adopted() { whole && [ "$(details)" = "$before" ] && [ "$(readlink "$STORE/live")" = 1 ]; }
	# whether the key can be copied is tried with a copy that the token forgets
	each_cut 2 adopted gr-install-cert adopt
}
@test "cut: activate may be killed at any call that changes the token" {
	each_cut 12 is_switched gr-install-cert activate
}
@test "cut: rollback may be killed at any call that changes the token" {
	before=$(objects device)
	gr-install-cert activate
	each_cut 12 is_back gr-install-cert rollback
}
@test "cut: activate and rollback of a token that renames may be killed at any call that changes the token" {
	SHIM_ALWAYS='deny C_CopyObject 0x54'
	shim_rules
	before=$(objects device)
	each_cut 12 is_switched gr-install-cert activate
	restore
	gr-install-cert activate
	each_cut 12 is_back gr-install-cert rollback
}
@test "cut: commit may be killed at any call that changes the token" {
	gr-install-cert activate
	gr-journal put --from trial phase=reporting
	each_cut 3 is_alone gr-install-cert commit
}
@test "cut: discard may be killed at any call that changes the token" {
	each_cut 3 is_alone gr-install-cert discard -g 2
}
@test "cut: keygen and stage may be killed at any call that changes the token" {
	each_cut 3 has_key gr-keygen -g 3
	gr-install-cert discard -g 2
	gr-journal put new=3
	ca_certify 3 new.pem
	staged() { two_sets 3 && whole; }
	each_cut 1 staged gr-install-cert stage new.pem
}

# each_unanswered STATUS CHECK VERB...: each question whose a private key is stays unanswered once.
# No answer is not a no.
each_unanswered() {
	local expected=$1 check=$2 n=1
	shift 2
	save
	while
		restore
		shim_rules "only $n C_SignInit 0x30"
		run --separate-stderr "$@"
		[ "$(shim_count C_SignInit)" -ge "$n" ]
	do
		shim_rules
		[ "$status" -eq "$expected" ] &&
			[[ $stderr == *': no signature: device error' ]] &&
			[ "${#stderr_lines[@]}" -eq 1 ] &&
			[ -z "$(objects | uniq -d)" ] || {
				echo "question $n: $status $stderr" >&2
				objects >&2
				return 1
			}
		gr-install-cert recover >/dev/null
		"$check" || { echo "question $n" >&2; return 1; }
		n=$((n + 1))
	done
	shim_rules
	[ "$status" -eq 0 ] && [ "$n" -gt 1 ] && "$check"
}
@test "cut: objects are there under both names, and the token fails when asked for a key: the next call ends it" {
	shim_rules 'deny C_DestroyObject 0x30'
	run -111 gr-install-cert activate
	each_unanswered 111 whole gr-install-cert recover
}
@test "cut: the token fails when asked for the old key: none of it stays behind" {
	gr-install-cert activate
	gr-journal put --from trial phase=reporting
	ended() {
		gr-journal put --from reporting --clear phase=idle &&
			gr-install-cert recover >/dev/null && is_alone
	}
	each_unanswered 0 ended gr-install-cert commit
}
@test "cut: the token fails when the new key is tested: the switch may be tried again" {
	each_unanswered 111 whole gr-install-cert activate
	is_switched
}
