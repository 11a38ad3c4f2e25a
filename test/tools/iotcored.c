/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotcored: plays the MQTT daemon of Greengrass nucleus lite.
 *
 * iotcored -p PORT -a CA -c CERTIFICATE -k KEY -i THING [-s]
 *
 * Like the real one it speaks MQTT 5 under exactly the thing's name, reads key and certificate
 * anew for every connection (with -s, for the first alone), connects again at once when it is cut
 * off and then with growing pauses, and subscribes again to what it was asked for in this life. A
 * line FILTER on standard input is what a component asks for. Standard output has lines
 * "connected", "subscribed" and "message TOPIC PAYLOAD".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILTERS = 16, FIRST_PAUSE_MS = 50, LAST_PAUSE_MS = 2000 };

struct daemon {
	const char *ca, *certificate, *key, *thing;
	int port;
	bool stubborn;
	char filter[FILTERS][256];
	size_t filters;
	bool connected, lost;
};

static void on_connect(struct mosquitto *m, void *obj, int rc)
{
	struct daemon *d = obj;

	if (rc != 0) {
		d->lost = true;
		return;
	}
	d->connected = true;
	puts("connected");
	for (size_t i = 0; i < d->filters; i++)
		mosquitto_subscribe(m, NULL, d->filter[i], 1);
}

static void on_disconnect(struct mosquitto *m, void *obj, int rc)
{
	(void)m, (void)rc;
	((struct daemon *)obj)->lost = true;
}

static void on_subscribe(struct mosquitto *m, void *obj, int mid, int count, const int *granted)
{
	(void)m, (void)obj, (void)mid;
	if (count > 0 && granted[0] < 128)
		puts("subscribed");
}

static void on_message(struct mosquitto *m, void *obj, const struct mosquitto_message *message)
{
	(void)m, (void)obj;
	printf("message %s %.*s\n", message->topic, message->payloadlen,
	       (const char *)message->payload);
}

static void take_line(struct daemon *d, struct mosquitto *m)
{
	char *filter = d->filter[d->filters];

	if (d->filters == FILTERS || !fgets(filter, sizeof d->filter[0], stdin))
		exit(100);
	filter[strcspn(filter, "\n")] = '\0';
	d->filters++;
	if (d->connected)
		mosquitto_subscribe(m, NULL, filter, 1);
}

/* One connection, from its pair to its end; whether it came about. */
static bool live_once(struct daemon *d)
{
	struct mosquitto *m = mosquitto_new(d->thing, true, d);

	d->connected = d->lost = false;
	mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	mosquitto_connect_callback_set(m, on_connect);
	mosquitto_disconnect_callback_set(m, on_disconnect);
	mosquitto_subscribe_callback_set(m, on_subscribe);
	mosquitto_message_callback_set(m, on_message);
	d->lost = mosquitto_tls_set(m, d->ca, NULL, d->certificate, d->key, NULL) !=
		MOSQ_ERR_SUCCESS ||
	    mosquitto_connect(m, "localhost", d->port, 30) != MOSQ_ERR_SUCCESS;
	while (!d->lost) {
		struct pollfd p[] = { { mosquitto_socket(m),
					POLLIN | (mosquitto_want_write(m) ? POLLOUT : 0), 0 },
				      { 0, POLLIN, 0 } };

		poll(p, 2, 1000);
		if (p[1].revents & POLLIN)
			take_line(d, m);
		d->lost |= mosquitto_loop(m, 0, 1) != MOSQ_ERR_SUCCESS;
	}
	mosquitto_destroy(m);
	return d->connected;
}

static char *copy_of(const char *path)
{
	char name[] = "/tmp/iotcored.XXXXXX", data[8192], *self;
	int from = open(path, O_RDONLY), to = mkstemp(name);
	ssize_t n = read(from, data, sizeof data);

	if (n <= 0 || write(to, data, (size_t)n) != n ||
	    asprintf(&self, "/proc/self/fd/%d", to) < 0)
		exit(111);
	unlink(name);
	close(from);
	return self;
}

int main(int argc, char *argv[])
{
	struct daemon d = { 0 };
	int ch, pause = 0;

	while ((ch = getopt(argc, argv, "p:a:c:k:i:s")) != -1)
		switch (ch) {
		case 'p': d.port = atoi(optarg); break;
		case 'a': d.ca = optarg; break;
		case 'c': d.certificate = optarg; break;
		case 'k': d.key = optarg; break;
		case 'i': d.thing = optarg; break;
		case 's': d.stubborn = true; break;
		default: return 100;
		}
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	mosquitto_lib_init();
	if (d.stubborn) {
		d.certificate = copy_of(d.certificate);
		d.key = copy_of(d.key);
	}
	for (;;) {
		if (live_once(&d))
			pause = 0;
		usleep((useconds_t)pause * 1000);
		pause = pause == 0 ? FIRST_PAUSE_MS : pause < LAST_PAUSE_MS ? 2 * pause : pause;
	}
}
