# SPDX-License-Identifier: Apache-2.0
# tpm.bash - a TPM in software: swtpm, tpm2-abrmd on a bus of its own, tpm2-pkcs11.
# Load after token.

# awaited PID COMMAND...: until it succeeds; 1 when the process ended first.
awaited() {
	local n
	for ((n = 0; n < 3000; n++)); do
		if "${@:2}"; then return 0; fi
		kill -0 "$1" 2>/dev/null || return 1
		sleep 0.02
	done
	return 1
}
# listens PORT: in /proc/net/tcp, where a port is in hexadecimal and 0A says that somebody listens.
listens() { grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F:]* 0A " /proc/net/tcp; }

# tpm_start FOLDER: TPM, bus and resource manager; their pids are in FOLDER/*.pid.
tpm_start() {
	mkdir -p "$1/tpm" "$1/store"
	local n port
	for ((n = 0; n < 10; n++)); do
		# Two ports beside each other are what its clients expect.
		port=$(free_port)
		swtpm socket --tpm2 --tpmstate dir="$1/tpm" --server type=tcp,port="$port" \
			--ctrl type=tcp,port=$((port + 1)) \
			--flags not-need-init,startup-clear >"$1/swtpm.log" 2>&1 3>&- &
		echo $! >"$1/swtpm.pid"
		if awaited $! listens $((port + 1)); then break; fi
	done
	dbus-daemon --session --nofork --nopidfile --address=unix:path="$1/bus" \
		>"$1/bus.log" 2>&1 3>&- &
	echo $! >"$1/bus.pid"
	awaited $! test -S "$1/bus"
	tpm_env "$1"
	tpm2-abrmd --allow-root --session --tcti swtpm:host=127.0.0.1,port="$port" \
		>"$1/abrmd.log" 2>&1 3>&- &
	echo $! >"$1/abrmd.pid"
	tpm_init "$1" $!
}

# It answers once the resource manager has its name on the bus.
tpm_init() {
	local n
	for ((n = 0; n < 100; n++)); do
		if pkcs11-tool --module "$TOKEN_MODULE" --init-token --label gr \
			--so-pin 12345678 >"$1/init.log" 2>&1; then
			break
		fi
		kill -0 "$2" || { cat "$1"/*.log >&2; return 1; }
		sleep 0.1
	done
	pkcs11-tool --module "$TOKEN_MODULE" --token-label gr --login --login-type so \
		--so-pin 12345678 --init-pin --new-pin "$TOKEN_PIN" \
		>>"$1/init.log" 2>&1 || { cat "$1"/*.log >&2; return 1; }
	printf '%s\n' "$TOKEN_PIN" >"$1/pin"
	chmod 600 "$1/pin"
}

# tpm_env FOLDER: the TPM that tpm_start made there is the token.
tpm_env() {
	TOKEN_DIR=$1
	TOKEN_MODULE=/usr/lib/$(uname -m)-linux-gnu/pkcs11/libtpm2_pkcs11.so
	MODULE=$TOKEN_MODULE
	export DBUS_SESSION_BUS_ADDRESS=unix:path=$1/bus TPM2_PKCS11_STORE=$1/store
	export TPM2_PKCS11_TCTI=tabrmd:bus_name=com.intel.tss2.Tabrmd,bus_type=session
	# tpm2-pkcs11 loses a string for every EC point that it decodes.
	echo 'leak:ASN1_STRING_set' >"$1/lsan"
	[ -z "${SANITIZE:-}" ] || export LSAN_OPTIONS=suppressions=$1/lsan:print_suppressions=0
}

tpm_stop() {
	local name pid
	for name in abrmd swtpm bus; do
		[ -s "$1/$name.pid" ] || continue
		pid=$(cat "$1/$name.pid")
		kill "$pid" 2>/dev/null || :
	done
}
