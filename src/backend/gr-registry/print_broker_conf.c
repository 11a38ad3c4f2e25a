/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print_broker_conf.c - gr-registry print-broker-conf: the one source of the broker's
 * configuration
 */
#define _XOPEN_SOURCE 700	/* realpath */
#include "arg.h"
#include "complain.h"
#include "gr-registry/commands.h"
#include "out.h"
#include "paths.h"
#include "registry/home.h"
#include "str.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PER_THING = 3,			/* connections */
	SPARE_CONNECTIONS = 100,
	/* of the broker's own: what it opens beside the connections of devices never fails */
	SPARE_FILES = 1000,
	/* of one that is idle, in the broker's own heap; TLS takes more outside of it */
	CONNECTION_BYTES = 16 << 10,
	/* what waits for the daemon, 64 MB at the most, takes up to twice that */
	BASE_BYTES = 256 << 20,
	/* a payload of 131072 bytes, AWS IoT's largest, with topic and properties */
	PACKET_MAX = 135168
};

static const struct arg_option options[] = {
	HOME_OPTION,
	{ 'n', "things", "N", "size of the fleet, for which the limits are computed (default "
	  "1000)" },
	{ 'p', "port", "PORT", "port that devices connect to (default 8883)" },
	{ 'a', "address", "ADDRESS", "listen on this address only (default: on all)" },
	{ 'c', "certificate", "FILE",
	  "the server's certificate, with its chain (default HOME/server.pem)" },
	{ 'k', "key", "FILE",
	  "its private key, readable for the broker (default HOME/server.key)" },
	{ 's', "socket", "PATH",
	  "the Unix socket for gr-backendd (default HOME/shared/broker.sock)" },
	{ 'd', "data", "DIR", "the broker's own directory, for sessions and waiting messages "
	  "(default HOME/broker)" },
	{ 'P', "plugin", "FILE", "gr-broker.so (default: the one installed with this program)" },
	{ 'u', "user", "USER", "the broker's user (default: leave it to Mosquitto)" },
	{ 'i', "included", NULL,
	  "for a mosquitto.conf that includes this file and has the broker's own settings,"
	  " as Debian's" },
	{ 'U', "unit", NULL,
	  "print the file limit for mosquitto.service instead, as a drop-in of systemd" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry print-broker-conf", "[options]",
	"Print the configuration of the Mosquitto that devices connect to.", options
};

struct conf {
	struct home home;
	char certificate[PATH_MAX], key[PATH_MAX], socket[PATH_MAX], data[PATH_MAX],
	    plugin[PATH_MAX];
	const char *address, *user;
	uint32_t things, port;
	bool included, unit;
};

/* A value is the rest of its line. */
static enum status take_text(char to[static PATH_MAX], const char *name, const char *value)
{
	if (*value && !strpbrk(value, "\r\n") && str_copy(to, PATH_MAX, value))
		return GR_OK;
	complain("%s: not one line, or too long", name);
	return GR_BAD;
}

static enum status take_word(const char **to, const char *name, const char *value)
{
	*to = value;
	if (str_is_name(value, 253, ".:_-$%"))
		return GR_OK;
	complain("%s: %s: not a name or an address", name, value);
	return GR_BAD;
}

static enum status take_option(struct conf *c, const char **dir, int ch)
{
	switch (ch) {
	case 'H': *dir = optarg; return GR_OK;
	case 'n': return arg_range(&c->things, "-n", optarg, 1, 10000000);
	case 'p': return arg_range(&c->port, "-p", optarg, 1, 65535);
	case 'a': return take_word(&c->address, "-a", optarg);
	case 'u': return take_word(&c->user, "-u", optarg);
	case 'c': return take_text(c->certificate, "-c", optarg);
	case 'k': return take_text(c->key, "-k", optarg);
	case 's': return take_text(c->socket, "-s", optarg);
	case 'd': return take_text(c->data, "-d", optarg);
	case 'P': return take_text(c->plugin, "-P", optarg);
	case 'i': c->included = true; return GR_OK;
	default: c->unit = true; return GR_OK;
	}
}

/* In a checkout the plugin lies beside this program; installed, where the Makefile put it. */
static enum status find_plugin(char plugin[static PATH_MAX])
{
	static const char *const places[] = { "gr-broker.so", GR_PLUGINDIR "/gr-broker.so" };
	char self[PATH_MAX], path[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < sizeof places / sizeof places[0]; i++)
		if (str_format(path, sizeof path, "%.*s/%s", (int)(slash - self), self,
			       places[i]) &&
		    realpath(path, plugin))
			return GR_OK;
	complain("gr-broker.so: neither beside gr-registry nor in " GR_PLUGINDIR
		 "; name it with -P");
	return GR_BAD;
}

static enum status complete(struct conf *c, const char *dir)
{
	const struct { char *to; const char *tail; } paths[] = {
		{ c->certificate, "server.pem" }, { c->key, "server.key" },
		{ c->socket, "shared/broker.sock" }, { c->data, "broker" }
	};
	char absolute[PATH_MAX];
	enum status st = home_find(&c->home, dir);

	if (st == GR_OK && !realpath(c->home.dir, absolute)) {
		complain("%s: %s", c->home.dir, strerror(errno));
		st = GR_BAD;
	}
	if (st == GR_OK)
		st = home_find(&c->home, absolute);
	if (st != GR_OK)
		return st;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (!paths[i].to[0] &&
		    !str_format(paths[i].to, PATH_MAX, "%s/%s", c->home.dir, paths[i].tail)) {
			complain("%s: the path is too long", c->home.dir);
			return GR_BAD;
		}
	if (c->socket[0] != '/') {
		complain("%s: not an absolute path: by its first character the plugin knows the "
			 "backend",
			 c->socket);
		return GR_BAD;
	}
	return c->plugin[0] ? GR_OK : find_plugin(c->plugin);
}

static long long connections(const struct conf *c)
{
	return (long long)c->things * PER_THING + SPARE_CONNECTIONS;
}

static long long files(const struct conf *c)
{
	return connections(c) + SPARE_FILES;
}

static void print_unit(const struct conf *c)
{
	printf("# For /etc/systemd/system/mosquitto.service.d/gr.conf, by gr-registry "
	       "print-broker-conf --unit -n %u.\n"
	       "# As many as max_connections in mosquitto.conf, and %d for all else: with the "
	       "1024 that a service has otherwise, nobody can\n"
	       "# connect any more after a thousand connections, gr-backendd neither.\n"
	       "[Service]\n"
	       "LimitNOFILE=%lld\n",
	       c->things, SPARE_FILES, files(c));
}

static void print_keeping(const struct conf *c)
{
	puts("# What waits for gr-backendd, and for devices that keep a session, outlives the "
	     "broker. One that is killed comes back with what\n"
	     "# it saved last.");
	if (!c->included)
		printf("persistence true\npersistence_location %s/\n", c->data);
	puts("autosave_interval 60\n"
	     "# Longer than gr-backendd is ever away: its session is one of those that end then.\n"
	     "persistent_client_expiration 4w\n");
}

static void print_limits(const struct conf *c)
{
	printf("# 128 KiB of payload, with topic and properties. What is larger is refused before "
	       "it is taken.\n"
	       "max_packet_size %d\n"
	       "# Wide enough for gr-backendd, since Mosquitto has one bound for all: 65536 "
	       "requests in 64 MB may wait for it. For a device that is\n"
	       "# away the plugin lets a thousand messages in 1 MB wait. Not 0, and not less: "
	       "what does not fit is thrown away although it was\n"
	       "# acknowledged.\n"
	       "max_queued_messages 100000\n"
	       "max_queued_bytes 67108864\n"
	       "max_inflight_messages 1000\n",
	       PACKET_MAX);
	printf("# Mosquitto's own heap: 256 MB, and 16 KB a connection. Whoever asks for more "
	       "when it is full is disconnected. OpenSSL takes about\n"
	       "# 25 KB a connection beside that: the machine needs %lld MB for all together.\n"
	       "memory_limit %lld\n\n",
	       (BASE_BYTES + connections(c) * (CONNECTION_BYTES + (25 << 10))) >> 20,
	       BASE_BYTES + connections(c) * CONNECTION_BYTES);
}

static void print_listeners(const struct conf *c)
{
	printf("# gr-backendd; who may write to the socket is the backend.\n"
	       "listener 0 %s\n\n"
	       "# Devices. %d connections a thing (its own, one for a rotation, one that died "
	       "unnoticed) and %d. The plugin takes five of one\n"
	       "# certificate; connections that say nothing, for up to 90 seconds each, are for a "
	       "firewall: gr-broker(8) has a line for it.\n"
	       "# The broker needs %lld open files for them (LimitNOFILE, see --unit), so that it "
	       "never runs out of them for the socket above.\n"
	       "listener %u%s%s\n"
	       "max_connections %lld\n",
	       c->socket, PER_THING, SPARE_CONNECTIONS, files(c), c->port, c->address ? " " : "",
	       c->address ? c->address : "", connections(c));
	printf("capath %s\n"
	       "certfile %s\n"
	       "keyfile %s\n"
	       "require_certificate true\n", c->home.trusted, c->certificate, c->key);
}

static void print_conf(const struct conf *c)
{
	printf("# Mosquitto for %u things, by gr-registry print-broker-conf -n %u; gr-broker(8) "
	       "says why each line is needed. For a larger fleet\n"
	       "# print it anew: the limits follow that number.\n"
	       "per_listener_settings false\n"
	       "allow_anonymous false\n"
	       "set_tcp_nodelay true\n",
	       c->things, c->things);
	if (c->user)
		printf("user %s\n", c->user);
	printf("plugin %s\n"
	       "plugin_opt_registry %s\n\n", c->plugin, c->home.registry);
	print_keeping(c);
	print_limits(c);
	print_listeners(c);
}

int command_print_broker_conf(int argc, char *argv[])
{
	static struct conf c = { .things = 1000, .port = 8883 };
	const char *dir = NULL;
	enum status st;
	int ch;

	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if ((st = take_option(&c, &dir, ch)) != GR_OK)
			return st;
	if (optind != argc)
		arg_usage(&spec);
	if (c.unit) {
		print_unit(&c);
		return out_close();
	}
	if ((st = complete(&c, dir)) != GR_OK)
		return st;
	print_conf(&c);
	return out_close();
}
