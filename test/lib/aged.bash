# SPDX-License-Identifier: Apache-2.0
# aged.bash - things of a lab whose certificate is as old as a test wants it. Load after device.

# aged_setup: from setup_file
aged_setup() {
	gcc -shared -fPIC -O1 -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/test/tools/clock.c"
}

# issue_at DAYS-AGO LIFE CSR CA: the certificate that CA would have issued then
issue_at() {
	echo "$((-($1) * 86400))" >then
	printf 'extendedKeyUsage=clientAuth\n' >then.ext
	WRONG_CLOCK=$PWD/then LD_PRELOAD=$BATS_FILE_TMPDIR/clock.so ASAN_OPTIONS='' \
		openssl x509 -req -in "$3" -CA "$4.pem" -CAkey "$4.key" \
		-set_serial "0x$(openssl rand -hex 8)" -days "$2" -extfile then.ext 2>openssl.log
}

# age DAYS-AGO LIFE: our thing's certificate is now one that was issued so many days ago,
# for so many days
age() {
	local was id pem ends
	was=$(certificate_id)
	issue_at "$1" "$2" "$T/csr.pem" "${CA:-$HOME_DIR/ca/ca}" >aged.pem
	cp aged.pem "$T/certificate.pem"
	id=$(certificate_id)
	ends=$(date -d "$(openssl x509 -in aged.pem -noout -enddate | cut -d = -f 2)" +%s)
	sqlite3 -cmd '.timeout 10000' "$HOME_DIR/shared/registry.db" "BEGIN;
		INSERT INTO certificate (id, status, pem, spki, not_after, created) SELECT '$id', 'ACTIVE', '$(cat aged.pem)', spki, $ends, created FROM certificate WHERE id = '$was';
		UPDATE principal SET certificate = '$id' WHERE certificate = '$was';
		UPDATE certificate_policy SET certificate = '$id' WHERE certificate = '$was';
		DELETE FROM certificate WHERE id = '$was';
		COMMIT;"
}
