/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: a device by hand. One session, one request after the other, every message that comes in.
 *
 * ask [-5] [-q QOS] [-w SECONDS] -p PORT -a CA -c CERTIFICATE -k KEY -i CLIENT STEP...
 *
 * -5 speaks MQTT 5. -w is how long it waits for one message, 60 seconds unless told.
 *
 * A STEP is "TOPIC PAYLOAD" (two operands: publish, await TOPIC/accepted or TOPIC/rejected;
 * PAYLOAD "@FILE" is read from FILE), "=" TOPIC and PAYLOAD (publish, await no more than the
 * broker's acknowledgement), "+" FILTER (subscribe), "!" COMMAND (run by the shell; it must
 * succeed; its output is dropped), "?" TOPIC (await one more message there) or "*" TOPIC (await
 * TOPIC/accepted or TOPIC/rejected). Each message is printed as a line "topic payload". Exit
 * status 0; 5 the broker refused the connection; 6 it closed it; 7 nothing came in time; 8 a
 * subscription was refused; 9 a command failed; 100 misused.
 */
#include <mosquitto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct session {
	struct mosquitto *mosq;
	int connack, granted, qos, wait;	/* seconds */
	bool acked, denied, published;
	const char *wanted;	/* topic of a request, or of any message with exact */
	bool exact, came;
};

static void on_connect(struct mosquitto *m, void *obj, int rc)
{
	(void)m;
	((struct session *)obj)->connack = rc;
}

static void on_subscribe(struct mosquitto *m, void *obj, int mid, int count, const int *granted)
{
	struct session *s = obj;

	(void)m, (void)mid, (void)count;
	s->acked = true;
	s->denied = granted[0] > 2;
}

static void on_publish(struct mosquitto *m, void *obj, int mid)
{
	(void)m, (void)mid;
	((struct session *)obj)->published = true;
}

static void on_message(struct mosquitto *m, void *obj, const struct mosquitto_message *msg)
{
	struct session *s = obj;
	size_t len = s->wanted ? strlen(s->wanted) : 0;
	const char *tail = msg->topic + len;

	(void)m;
	printf("%s %.*s\n", msg->topic, msg->payloadlen,
	       msg->payloadlen ? (const char *)msg->payload : "");
	if (s->wanted && strncmp(msg->topic, s->wanted, len) == 0 &&
	    (s->exact ? *tail == '\0'
		      : strcmp(tail, "/accepted") == 0 || strcmp(tail, "/rejected") == 0))
		s->came = true;
}

static void end(int code)
{
	fflush(stdout);
	exit(code);
}

static void wait_for(struct session *s, const bool *flag)
{
	time_t until = time(NULL) + s->wait;

	while (!*flag) {
		if (mosquitto_loop(s->mosq, 1000, 1) != MOSQ_ERR_SUCCESS)
			end(s->connack > 0 ? 5 : 6);
		if (s->connack > 0)
			end(5);
		if (time(NULL) > until)
			end(7);
	}
}

static void subscribe(struct session *s, const char *filter)
{
	s->acked = false;
	if (mosquitto_subscribe(s->mosq, NULL, filter, 1) != MOSQ_ERR_SUCCESS)
		end(100);
	wait_for(s, &s->acked);
	if (s->denied)
		end(8);
}

/* The answers to create and commit are ordinary messages. */
static void subscribe_answers(struct session *s, const char *topic)
{
	char filter[1024];

	snprintf(filter, sizeof filter, "%s/accepted", topic);
	subscribe(s, filter);
	snprintf(filter, sizeof filter, "%s/rejected", topic);
	subscribe(s, filter);
}

static void run(const char *command)
{
	char line[4096];

	snprintf(line, sizeof line, "exec >/dev/null; %s", command);
	if (system(line) != 0)
		end(9);
}

static void await_message(struct session *s, const char *topic, bool exact)
{
	s->wanted = topic;
	s->exact = exact;
	s->came = false;
	wait_for(s, &s->came);
}

static size_t read_payload(char *to, size_t size, const char *payload)
{
	FILE *f = payload[0] == '@' ? fopen(payload + 1, "rb") : NULL;
	size_t n;

	if (payload[0] == '@' && !f)
		end(100);
	if (!f)
		return (size_t)snprintf(to, size, "%s", payload);
	n = fread(to, 1, size, f);
	fclose(f);
	return n;
}

static void publish(struct session *s, const char *topic, const char *payload)
{
	static char bytes[1 << 20];
	size_t len = read_payload(bytes, sizeof bytes, payload);

	s->published = false;
	if (mosquitto_publish(s->mosq, NULL, topic, (int)len, bytes, s->qos, false) !=
	    MOSQ_ERR_SUCCESS)
		end(6);
}

static void request(struct session *s, const char *topic, const char *payload)
{
	if (strncmp(topic, "awslabs/", 8) == 0)
		subscribe_answers(s, topic);
	publish(s, topic, payload);
	await_message(s, topic, false);
}

int main(int argc, char *argv[])
{
	const char *ca = NULL, *cert = NULL, *key = NULL, *client = NULL;
	struct session s = { .connack = -1, .qos = 1, .wait = 60 };
	int ch, port = 0, version = MQTT_PROTOCOL_V311;

	while ((ch = getopt(argc, argv, "5q:w:p:a:c:k:i:")) != -1)
		switch (ch) {
		case '5': version = MQTT_PROTOCOL_V5; break;
		case 'q': s.qos = atoi(optarg); break;
		case 'w': s.wait = atoi(optarg); break;
		case 'p': port = atoi(optarg); break;
		case 'a': ca = optarg; break;
		case 'c': cert = optarg; break;
		case 'k': key = optarg; break;
		case 'i': client = optarg; break;
		default: return 100;
		}
	mosquitto_lib_init();
	s.mosq = mosquitto_new(client, true, &s);
	if (!s.mosq || mosquitto_tls_set(s.mosq, ca, NULL, cert, key, NULL) != MOSQ_ERR_SUCCESS)
		return 100;
	mosquitto_int_option(s.mosq, MOSQ_OPT_TCP_NODELAY, 1);
	mosquitto_int_option(s.mosq, MOSQ_OPT_PROTOCOL_VERSION, version);
	mosquitto_connect_callback_set(s.mosq, on_connect);
	mosquitto_subscribe_callback_set(s.mosq, on_subscribe);
	mosquitto_message_callback_set(s.mosq, on_message);
	mosquitto_publish_callback_set(s.mosq, on_publish);
	if (mosquitto_connect(s.mosq, "localhost", port, 600) != MOSQ_ERR_SUCCESS)
		end(6);
	while (s.connack != 0) {
		if (mosquitto_loop(s.mosq, 1000, 1) != MOSQ_ERR_SUCCESS || s.connack > 0)
			end(s.connack > 0 ? 5 : 6);
	}
	for (int i = optind; i < argc; i++) {
		fflush(stdout);
		if (argv[i][0] == '!') {
			run(argv[i] + 1);
		} else if (argv[i][0] == '+') {
			subscribe(&s, argv[i] + 1);
		} else if (argv[i][0] == '=' && i + 1 < argc) {
			publish(&s, argv[i] + 1, argv[i + 1]);
			wait_for(&s, &s.published);
			i++;
		} else if (argv[i][0] == '?') {
			await_message(&s, argv[i] + 1, true);
		} else if (argv[i][0] == '*') {
			await_message(&s, argv[i] + 1, false);
		} else if (i + 1 < argc) {
			request(&s, argv[i], argv[i + 1]);
			i++;
		} else {
			end(100);
		}
	}
	mosquitto_disconnect(s.mosq);
	mosquitto_loop(s.mosq, 0, 1);
	mosquitto_destroy(s.mosq);
	mosquitto_lib_cleanup();
	return fflush(stdout) != 0;
}
