/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topic - TOPIC NUL FILTER NUL CLIENT: what a topic asks for, what a filter matches, whom a client
 * id speaks for
 */
#include "lib/fuzz.h"
#include "topic.h"

#include <stdlib.h>
#include <string.h>

static void check_parse(struct topic *t, const char *topic)
{
	bool ours = topic_parse(t, topic);

	FUZZ_HOLDS(ours || t->kind == TOPIC_NONE);
	FUZZ_HOLDS(strlen(t->thing) < sizeof t->thing);
	FUZZ_HOLDS(strlen(t->job) < sizeof t->job && !strchr(t->job, '/'));
	if (t->kind != TOPIC_NONE)
		FUZZ_HOLDS(t->thing[0] && !strchr(t->thing, '/') && strlen(topic) < TOPIC_MAX);
}

static void check_match(const char *filter, const char *topic)
{
	topic_matches(filter, topic);
	if (!strpbrk(topic, "+#"))
		FUZZ_HOLDS(topic_matches(topic, topic));
	if (topic[0] != '$')
		FUZZ_HOLDS(topic_matches("#", topic));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = { data, size };
	char *topic = fuzz_part(&parts), *filter = fuzz_part(&parts), *client = fuzz_part(&parts);
	const char *suffix;
	struct topic t;

	check_parse(&t, topic);
	check_match(filter, topic);
	suffix = topic_client_suffix(client, t.thing);
	FUZZ_HOLDS(!suffix || strlen(suffix) <= 32);
	if (suffix)
		topic_client_acts(suffix);
	free(topic);
	free(filter);
	free(client);
	return 0;
}
