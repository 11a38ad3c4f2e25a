# SPDX-License-Identifier: Apache-2.0
# passphrase.bats - what is read is never asked a passphrase for: a device's programs must not wait
# for anybody, nor read what is meant for somebody else

bats_require_minimum_version 1.5.0

setup() {
	load ../lib/helper
	export GR_STATE=$PWD/state
	mkdir state
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k.pem \
		-out cert.pem -subj /CN=t 2>/dev/null
	encrypted PUBLIC >key
}

# encrypted KIND: PEM that says of itself that a passphrase opens it
encrypted() {
	cat <<-END
		pkcs11:token=t;object=o
		-----BEGIN $1 KEY-----
		Proc-Type: 4,ENCRYPTED
		DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

		MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
		-----END $1 KEY-----
	END
}

@test "passphrase: an encrypted public key below a key reference is refused without a prompt, and standard input is not read" {
	printf 'one\ntwo\n' >in
	{
		# Without a terminal, so that whoever asks reads standard input.
		run -100 --separate-stderr setsid -w gr-install-cert adopt \
			-o privateKeyPath="$PWD/key" -o certificateFilePath="$PWD/cert.pem" \
			-o thingName=t -o pkcs11Module=/none.so
		rest=$(cat)
	} <in
	[[ $stderr != *phrase* ]]
	[ "$rest" = "$(cat in)" ]
}
