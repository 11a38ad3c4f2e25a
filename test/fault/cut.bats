# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/cut

# A sample of what `make fault` does at every point: a fault at the n-th system call of a whole
# run, of whatever process it is; then recovery, as at the next boot. A key and a certificate that
# the broker takes, one certificate, nothing left behind, and the next job succeeds.

setup() {
	cut_ready
}

@test "cut: a rotation that is killed at any call succeeds when the driver is started again" {
	sample '^rotation: killed'
}
@test "cut: a rollback that is killed at any call ends on OLD" {
	sample '^rollback: killed'
}
@test "cut: an I/O error or a full disk at any call of a rotation loses nothing" {
	sample '^rotation: (EIO|ENOSPC)$'
}
@test "cut: an adoption that is killed at any call leaves nothing beside key and certificate once it was run again" {
	local n=0 rc=137
	load ../lib/store
	make_device
	cp -a dev plain
	while [ "$rc" -eq 137 ]; do
		n=$((n + 1)) rc=0
		rm -rf dev state
		cp -a plain dev
		gr-cut -c file -n "$n" gr-install-cert adopt || rc=$?
		gr-install-cert adopt
		gr-install-cert recover
		[ "$(ls -A dev | xargs)" = '.gr cert.pem private.key' ] || { ls -lA dev >&2; return 1; }
	done >/dev/null
	[ "$rc" -eq 0 ]
	[ "$n" -gt 50 ]
}
@test "cut: a driver that cannot open its pipe to gr-link does not wait for it for ever" {
	load ../lib/lab
	own_lab
	thing_new
	tried=0
	for kind in file look; do
		gr-cut -c "$kind" -l calls rotate.sh once
		while read -r n; do
			rc=0
			gr-cut -t 600 -c "$kind" -e EIO -n "$n" rotate.sh once || rc=$?
			[ "$rc" -ne 0 ] && [ "$rc" -ne 124 ]
			rotate.sh once
			tried=$((tried + 1))
		done < <(awk '$4 ~ /^open/ && $5 ~ /link\.(in|out)$/ { print $1 }' calls)
	done
	[ "$tried" -ge 4 ]
	own_lab_down
}
@test "cut: gr-backendd, killed at any call or with a full disk, does nothing twice and loses nothing" {
	sample '^gr-backendd: (killed|ENOSPC)'
}
@test "cut: a disk that is full for the moment in which the driver opens a file of its own fails no job" {
	load ../lib/lab
	own_lab
	thing_new
	job_new job-0
	gr-cut -c space -l calls rotate.sh once
	# before anything is on record
	mapfile -t numbers < <(awk '$4 ~ /^open/ && $5 ~ /state\/(error\.once|execution|link\.error)$/ { print $1 }' calls |
		head -n 60 | awk 'NR % 5 == 0')
	[ "${#numbers[@]}" -ge 10 ]
	for n in "${numbers[@]}"; do
		job_new "job-$n"
		gr-cut -c space -e ENOSPC -n "$n" rotate.sh once || rotate.sh once
		sql_is "SELECT status FROM execution WHERE job = 'job-$n'" SUCCEEDED
	done
	own_lab_down
}
@test "cut: an authority that is made or imported by a program killed at any call leaves no other file, such as its key, once it was run again" {
	load ../lib/x509
	company ours ECDSA-P256
	export GR_HOME=$PWD/home
	for verb in 'init -a ECDSA-P256 ours' 'import ours ours.key ours.pem'; do
		n=0 rc=137
		while [ "$rc" -eq 137 ]; do
			n=$((n + 1)) rc=0
			rm -rf home
			# shellcheck disable=SC2086 # several words
			gr-cut -c file -n "$n" gr-ca $verb || rc=$?
			gr-ca $verb || [ $? -eq 1 ]	# it is there already
			[ -z "$(find home -name '.*')" ] || { find home >&2; return 1; }
		done >/dev/null 2>&1
		[ "$rc" -eq 0 ]
		[ "$n" -gt 20 ]
	done
}
