/* SPDX-License-Identifier: Apache-2.0 */
/* letter.c - one message between a thing and the backend */
#include "letter.h"
#include "str.h"

#include <string.h>

/* What follows the n-th slash of text, or NULL. */
static const char *after_slash(const char *text, unsigned n)
{
	while (n-- > 0) {
		if (!(text = strchr(text, '/')))
			return NULL;
		text++;
	}
	return text;
}

/* "$aws/things/T/jobs/..." and "awslabs/things/T/certificate/...". */
static bool read_thing(struct letter *l, const char *topic)
{
	const char *thing, *tail;

	if (strncmp(topic, "$aws/things/", 12) != 0 && strncmp(topic, "awslabs/things/", 15) != 0)
		return false;
	thing = after_slash(topic, 2);
	tail = after_slash(thing, 1);
	return tail &&
	    (strncmp(tail, "jobs/", 5) == 0 || strncmp(tail, "certificate/", 12) == 0) &&
	    str_format(l->thing, sizeof l->thing, "%.*s", (int)(tail - thing) - 1, thing) &&
	    str_copy(l->name, sizeof l->name, tail);
}

/* The hexadecimal client id at the beginning of text. */
static bool read_client(struct letter *l, const char *text)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];
	int n;

	if (!str_format(hex, sizeof hex, "%.*s", (int)strcspn(text, "/"), text) ||
	    (n = str_unhex(l->client, sizeof l->client - 1, hex)) <= 0)
		return false;
	l->client[n] = '\0';
	return true;
}

/* "out/HEX/topic": gr-broker.so will deliver it to that client. */
static bool read_answer(struct letter *l, const char *topic)
{
	const char *inner = after_slash(topic, 2);

	l->to_device = true;
	return inner && read_client(l, topic + 4) && read_thing(l, inner) &&
	    str_copy(l->topic, sizeof l->topic, inner);
}

/* "in/CERTIFICATE/HEX/gr/what": of a session; it goes to whoever subscribed. */
static bool read_report(struct letter *l, const char *topic)
{
	const char *what = after_slash(topic, 3), *suffix;

	if (!what || strncmp(what, "gr/", 3) != 0 || !read_client(l, after_slash(topic, 2)))
		return false;
	suffix = strchr(l->client, '#');
	str_format(l->thing, sizeof l->thing, "%.*s", (int)strcspn(l->client, "#"), l->client);
	str_format(l->name, sizeof l->name, "%s%s%s", what, suffix ? "/" : "",
		   suffix ? suffix + 1 : "");
	l->client[0] = '\0';
	return str_copy(l->topic, sizeof l->topic, topic);
}

static bool read_request(struct letter *l, const char *topic, const char *certificate,
			 const char *client)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];

	if (strlen(client) > TOPIC_CLIENT_MAX || !read_thing(l, topic))
		return false;
	str_hex(hex, client, strlen(client));
	return str_format(l->topic, sizeof l->topic, "in/%s/%s/%s", certificate, hex, topic);
}

bool letter_read(struct letter *letter, const char *topic, const char *certificate,
		 const char *client)
{
	*letter = (struct letter){ 0 };
	if (certificate)
		return client && read_request(letter, topic, certificate, client);
	if (strncmp(topic, "out/", 4) == 0)
		return read_answer(letter, topic);
	if (strncmp(topic, "in/", 3) == 0)
		return read_report(letter, topic);
	letter->to_device = true;
	return read_thing(letter, topic) && str_copy(letter->topic, sizeof letter->topic, topic);
}
