/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd: as many sessions of one certificate as the broker takes.
 *
 * crowd [-5] [-K] [-t FILTER] [-d] -p PORT -a CA -c CERTIFICATE -k KEY PREFIX COUNT
 *
 * Connects as PREFIX0, PREFIX1 and so on, one after the other. -5 speaks MQTT 5; -K asks for a
 * session that is kept (with -5: for an hour, by its expiry interval alone); -t subscribes at QoS
 * 1; -d ends each session before the next begins. Prints how many were taken, answered with a
 * refusal, and closed without an answer: "taken 5 refused 0 closed 295". Then it holds what it has
 * until its standard input ends. Exit status 0; 100 misused.
 */
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CROWD_MAX = 2000, WAIT_MS = 60000 };

struct member {
	struct mosquitto *mosq;
	bool taken, refused, subscribed;
};

struct options {
	const char *ca, *certificate, *key, *filter;
	int port;
	bool v5, keep, leave;
};

static void on_connect(struct mosquitto *m, void *obj, int rc, int flags,
		       const mosquitto_property *properties)
{
	struct member *member = obj;

	(void)m, (void)flags, (void)properties;
	member->taken = rc == 0;
	member->refused = rc != 0;
}

static void on_subscribe(struct mosquitto *m, void *obj, int mid, int count, const int *granted)
{
	(void)m, (void)mid, (void)count, (void)granted;
	((struct member *)obj)->subscribed = true;
}

/* Until *done, or the connection ends. */
static bool await(struct member *member, const bool *done)
{
	for (int ms = 0; ms < WAIT_MS && !*done && !member->refused; ms += 100)
		if (mosquitto_loop(member->mosq, 100, 1) != MOSQ_ERR_SUCCESS)
			return *done;
	return *done;
}

static bool start(struct member *member, const char *id, const struct options *o)
{
	mosquitto_property *properties = NULL;
	int rc;

	member->mosq = mosquitto_new(id, !o->keep || o->v5, member);
	if (!member->mosq)
		return false;
	if (o->v5)
		mosquitto_int_option(member->mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	if (o->v5 && o->keep)
		mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 3600);
	mosquitto_connect_v5_callback_set(member->mosq, on_connect);
	mosquitto_subscribe_callback_set(member->mosq, on_subscribe);
	rc = mosquitto_tls_set(member->mosq, o->ca, NULL, o->certificate, o->key, NULL);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_connect_bind_v5(member->mosq, "localhost", o->port, 600, NULL,
					       properties);
	mosquitto_property_free_all(&properties);
	return rc == MOSQ_ERR_SUCCESS && await(member, &member->taken);
}

static void join(struct member *member, const char *id, const struct options *o)
{
	bool in = start(member, id, o);

	if (in && o->filter &&
	    mosquitto_subscribe(member->mosq, NULL, o->filter, 1) == MOSQ_ERR_SUCCESS)
		await(member, &member->subscribed);
	if (member->mosq && in && o->leave)
		mosquitto_disconnect(member->mosq);
	if (member->mosq && (!in || o->leave)) {
		mosquitto_destroy(member->mosq);
		member->mosq = NULL;
	}
}

/* Until standard input ends. */
static void hold(struct member *members, int count)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	while (poll(&input, 1, 200) == 0 || read(STDIN_FILENO, &byte, 1) > 0)
		for (int i = 0; i < count; i++)
			if (members[i].mosq)
				mosquitto_loop(members[i].mosq, 0, 1);
	for (int i = 0; i < count; i++)
		if (members[i].mosq)
			mosquitto_destroy(members[i].mosq);
}

int main(int argc, char *argv[])
{
	static struct member members[CROWD_MAX];
	struct options o = { 0 };
	int ch, count, taken = 0, refused = 0;

	while ((ch = getopt(argc, argv, "5Kdt:p:a:c:k:")) != -1)
		switch (ch) {
		case '5': o.v5 = true; break;
		case 'K': o.keep = true; break;
		case 'd': o.leave = true; break;
		case 't': o.filter = optarg; break;
		case 'p': o.port = atoi(optarg); break;
		case 'a': o.ca = optarg; break;
		case 'c': o.certificate = optarg; break;
		case 'k': o.key = optarg; break;
		default: return 100;
		}
	if (argc - optind != 2 || (count = atoi(argv[optind + 1])) < 1 || count > CROWD_MAX)
		return 100;
	mosquitto_lib_init();
	for (int i = 0; i < count; i++) {
		char id[256];

		snprintf(id, sizeof id, "%s%d", argv[optind], i);
		join(&members[i], id, &o);
		taken += members[i].taken;
		refused += members[i].refused;
	}
	printf("taken %d refused %d closed %d\n", taken, refused, count - taken - refused);
	fflush(stdout);
	hold(members, count);
	mosquitto_lib_cleanup();
	return 0;
}
