# SPDX-License-Identifier: Apache-2.0
# store.bash - a device without a network: plain credentials, a configuration,
# and how to look at them. Load after helper.

# make_pair KEY CERTIFICATE [SUBJECT]: a new P-256 key and a certificate that it signed itself.
make_pair() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1" \
		-out "$2" -subj "${3:-/CN=thing1}" -days 30 2>/dev/null
}

# make_device: dev/private.key, dev/cert.pem and gr.conf, all in the current folder.
make_device() {
	mkdir -p dev
	make_pair dev/private.key dev/cert.pem
	cat >gr.conf <<-END
		thingName = thing1
		privateKeyPath = $PWD/dev/private.key
		certificateFilePath = $PWD/dev/cert.pem
		rootCaPath = $PWD/dev/cert.pem
		iotDataEndpoint = localhost
		keyAlgorithm = ECDSA-P256
		signingAlgorithm = ECDSA-WITH-SHA256
	END
	export GR_CONF=$PWD/gr.conf GR_STATE=$PWD/state
	STORE=$PWD/dev/.gr/private.key
}

# certify N FILE: what an issuer would answer for generation N's CSR.
certify() {
	gr-csr -g "$1" |
		openssl x509 -req -signkey "$STORE/$1/private.key" -days 20 -out "$2" 2>/dev/null
}

# make_trial: adopted as 1, generation 2 staged, phase trial, a deadline far away;
# nothing activated yet.
make_trial() {
	make_device
	gr-install-cert adopt >/dev/null
	gr-journal put --from idle phase=creating-certificate job=job1 old=1 new=2
	gr-keygen >/dev/null
	certify 2 new.pem
	gr-install-cert stage new.pem >/dev/null
	gr-journal arm 600
	gr-journal put --from creating-certificate phase=trial
}

# dev_pair_matches: the key and the certificate in ./dev belong together, by openssl(1).
dev_pair_matches() {
	[ "$(openssl x509 -in dev/cert.pem -noout -pubkey)" = \
		"$(openssl pkey -in dev/private.key -pubout)" ]
}

live() { readlink "$STORE/live"; }

# hold_lock [stubborn]: a driver that leads its own process group and holds the lock;
# its pid is in $HOLDER.
hold_lock() {
	mkdir -p state
	mkfifo ready
	setsid bash -c '[ "$1" = stubborn ] && trap "" TERM
		exec 9>>state/lock
		gr-journal lock --fd 9 --pid $$ || exit
		sleep 600 &
		echo ready >ready
		while :; do wait; done' holder "${1:-}" 3>&- &
	HOLDER=$!
	disown
	read -r _ <ready
	rm ready
}
end_holder() {
	[ -z "${HOLDER:-}" ] || kill -KILL -- "-$HOLDER" 2>/dev/null || :
}
