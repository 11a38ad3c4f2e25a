# SPDX-License-Identifier: Apache-2.0
# broker.bash - a real Mosquitto with the plugin and a registry of its own,
# for backend/broker.bats.
#
# A world is a folder: CA, broker configuration, registry, Unix socket. WORLD names the one in use.

# registry_replace SQL: another file in its place, as a restored backup would be;
# SQL tells how it differs.
registry_replace() {
	sqlite3 "$WORLD/shared/registry.db" "VACUUM INTO '$WORLD/next'"
	sqlite3 "$WORLD/next" "PRAGMA journal_mode = WAL; $1" >/dev/null
	rm -f "$WORLD/shared/registry.db-wal" "$WORLD/shared/registry.db-shm"
	mv "$WORLD/next" "$WORLD/shared/registry.db"
}

registry_create() {
	printf '%s\n' '#include <stdio.h>' '#include "registry/schema.h"' \
		'int main(void) { return puts(schema_sql) < 0; }' >"$WORLD/schema.c"
	gcc -I"$ROOT/src/backend" -o "$WORLD/schema" "$WORLD/schema.c" \
		"$ROOT/src/backend/registry/schema.c"
	{
		echo 'PRAGMA journal_mode = WAL; BEGIN;'
		"$WORLD/schema"
		echo 'COMMIT;'
	} | sqlite3 "$WORLD/shared/registry.db" >/dev/null
}

# certificate_make NAME: key and certificate NAME.key, NAME.pem, signed by the world's CA;
# prints its id.
certificate_make() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj "/CN=$1" -addext basicConstraints=CA:FALSE -CA "$WORLD/ca.pem" \
		-CAkey "$WORLD/ca.key" -keyout "$WORLD/$1.key" -out "$WORLD/$1.pem" 2>/dev/null
	openssl x509 -in "$WORLD/$1.pem" -outform DER | sha256sum | cut -d ' ' -f 1
}

# certificate_register NAME THING [POLICY...]: a certificate NAME for the thing,
# ACTIVE and attached; sets ID.
certificate_register() {
	local name=$1 thing=$2 policy sql
	shift 2
	ID=$(certificate_make "$name")
	sql="BEGIN; INSERT OR IGNORE INTO thing (name, created) VALUES ('$thing', 0);
		INSERT INTO certificate (id, status, pem, spki, not_after, created) VALUES ('$ID', 'ACTIVE', '$(cat "$WORLD/$name.pem")', '$ID', 0, 0);
		INSERT INTO principal (certificate, thing, attached) VALUES ('$ID', '$thing', 0);"
	for policy in "$@"; do
		sql="$sql INSERT INTO certificate_policy (certificate, policy) VALUES ('$ID', '$policy');"
	done
	sql "$sql COMMIT;"
}

# thing_make NAME [POLICY...]: a thing with one certificate of the same name;
# the policy is "all" unless named.
thing_make() {
	local name=$1
	shift
	[ $# -gt 0 ] || set -- all
	certificate_register "$name" "$name" "$@"
}

# policy_put NAME DOCUMENT
policy_put() {
	sql "INSERT INTO policy (name, document) VALUES ('$1', '$2') ON CONFLICT (name) DO UPDATE SET document = excluded.document;"
}

# policy_allow NAME RESOURCE...: iot:* on each.
policy_allow() {
	local name=$1 list
	shift
	list=$(printf ',"arn:aws:iot:r:a:%s"' "$@")
	policy_put "$name" "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":[${list#,}]}}"
}

# world_make DIR: CA, server certificate, registry with the policy "all".
world_make() {
	WORLD=$1
	mkdir -p "$WORLD/shared" "$WORLD/trusted"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj '/CN=test CA' -keyout "$WORLD/ca.key" -out "$WORLD/ca.pem" 2>/dev/null
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 30 -subj /CN=localhost -addext basicConstraints=CA:FALSE \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -CA "$WORLD/ca.pem" -CAkey \
		"$WORLD/ca.key" -keyout "$WORLD/server.key" -out "$WORLD/server.pem" 2>/dev/null
	cp "$WORLD/ca.pem" "$WORLD/trusted/$(openssl x509 -in "$WORLD/ca.pem" -noout -hash).0"
	registry_create
	policy_put all '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}'
}

# Beside what is for everybody: BROKER_LINES, and limits for BROKER_THINGS.
broker_configure() {
	gr-registry print-broker-conf -H "$WORLD" -n "${BROKER_THINGS:-1000}" -a 127.0.0.1 \
		-p "$PORT" -u "$(id -un)" -d "$WORLD" >"$WORLD/mosquitto.conf"
	cat >>"$WORLD/mosquitto.conf" <<-END
	check_retain_source true
	log_type all
	log_dest stderr
	${BROKER_LINES:-}
	END
	if [ -n "${PLAIN_LISTENER:-}" ]; then
		PLAIN_PORT=$((PORT + 20000))
		printf 'listener %s 127.0.0.1\n' "$PLAIN_PORT" >>"$WORLD/mosquitto.conf"
	fi
}

broker_is_settled() { grep -q 'mosquitto version .* running' "$WORLD/log" || ! kill -0 "$BROKER"; }

# broker_start: on a free port; another one is taken when it is not. Sets BROKER and PORT.
# BROKER_RUNNER goes before mosquitto: valgrind, for one.
# PLAIN_LISTENER adds one without TLS on PLAIN_PORT.
broker_start() {
	local preload=
	[ -z "${SANITIZE:-}" ] || preload=$(gcc -print-file-name=libasan.so)
	# Mosquitto loses a few bytes of its own when a kept session subscribes again;
	# the plugin does not use this allocator.
	echo 'leak:mosquitto__calloc' >"$WORLD/lsan"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		PORT=$((RANDOM % 20000 + 12000))
		broker_configure
		: >"$WORLD/log"
		# shellcheck disable=SC2086 # a command with its arguments
		LSAN_OPTIONS=suppressions=$WORLD/lsan:print_suppressions=0 LD_PRELOAD=$preload \
			${BROKER_RUNNER:-} mosquitto \
			-c "$WORLD/mosquitto.conf" >>"$WORLD/log" 2>&1 3>&- &
		BROKER=$!
		await broker_is_settled
		if kill -0 "$BROKER" 2>/dev/null; then
			printf '%s\n' "$BROKER" >"$WORLD/pid"
			printf '%s\n' "$PORT" >"$WORLD/port"
			return 0
		fi
		grep -q 'Address already in use' "$WORLD/log" || break
	done
	cat "$WORLD/log" >&2
	return 1
}

# world_use DIR: one that setup_file made.
world_use() {
	WORLD=$1
	BROKER=$(cat "$WORLD/pid")
	PORT=$(cat "$WORLD/port")
}

broker_is_gone() { ! kill -0 "$BROKER" 2>/dev/null; }

# broker_stop: 0 only if it ended well, so that a sanitizer's finding in it fails the test.
broker_stop() {
	local rc=0
	kill "$BROKER"
	wait "$BROKER" || rc=$?
	[ "$rc" -eq 0 ] || cat "$WORLD/log" >&2
	return "$rc"
}


# device PROGRAM CREDENTIALS CLIENT_ID ARGUMENT...: mosquitto_PROGRAM as a device. -k: told to end
# by TERM, mosquitto_sub 2.0.11 calls its library in the signal handler, and may wait for ever for
# a lock that it holds itself. Who waits for one kills it with KILL.
device_command() {
	COMMAND=(timeout -k 2 60 stdbuf -oL "mosquitto_$1" -h localhost -p "$PORT"
		--cafile "$WORLD/ca.pem" --cert "$WORLD/$2.pem" --key "$WORLD/$2.key" -i "$3" "${@:4}")
}
# backend PROGRAM ARGUMENT...: the same over the Unix socket.
backend_command() {
	COMMAND=(timeout -k 2 60 stdbuf -oL "mosquitto_$1"
		--unix "$WORLD/shared/broker.sock" "${@:2}")
}

as_device() {
	device_command "$@"
	"${COMMAND[@]}"
}
as_backend() {
	backend_command "$@"
	"${COMMAND[@]}"
}

# listen FILE device|backend sub ...: in the background, once it is subscribed. Each message is a
# line "topic payload" in FILE. Sets LISTENER.
listen() {
	local file=$1 who=$2
	shift 2
	: >"$file"
	"${who}_command" "$@" -d -v
	"${COMMAND[@]}" >"$file" 2>&1 3>&- &
	# shellcheck disable=SC2034 # the tests read it
	LISTENER=$!
	LISTENERS="${LISTENERS:-} $!"
	await grep -q '^Subscribed (mid' "$file"
}
# To be called by teardown.
listeners_stop() {
	local pid
	for pid in ${LISTENERS:-}; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
}

# got FILE LINE: as a whole line; got_count FILE LINE: how often.
got() { grep -qxF -- "$2" "$1"; }
got_count() { grep -cxF -- "$2" "$1" || :; }

# lacks FILE PATTERN: no line matches. (A bare "! grep" would never fail a test but in
# its last line.)
lacks() {
	if grep -- "$2" "$1" >&2; then return 1; fi
}
