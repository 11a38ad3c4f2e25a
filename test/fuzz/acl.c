/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl - one byte, then TOPIC NUL POLICY: what thing t may publish, subscribe to and receive
 *
 * The byte's bits: 1 the probe, 2 another client id, 4 expired, 8 retained, 16 a will.
 */
#include "broker/acl.h"
#include "lib/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* One that allows all, when there is none: then only what is closed to everybody is closed. */
static const char all[] = "{\"Version\":\"2012-10-17\",\"Statement\":"
			  "{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}}";

static bool begins(const char *topic, const char *with)
{
	return strncmp(topic, with, strlen(with)) == 0;
}

static void check(const struct identity *who, const char *topic, uint8_t bits)
{
	struct topic t;

	topic_parse(&t, topic);
	if (!acl_write(who, topic, bits & 8, !(bits & 16))) {
		FUZZ_HOLDS(!begins(topic, "in/") && !begins(topic, "out/") &&
			   !begins(topic, "$gr/"));
		FUZZ_HOLDS(t.kind == TOPIC_NONE ||
			   (strcmp(t.thing, who->thing) == 0 && !(bits & 16)));
	}
	if (!acl_read(who, topic))
		FUZZ_HOLDS(t.kind == TOPIC_NONE && !begins(topic, "out/"));
	if (!acl_subscribe(who, topic))
		FUZZ_HOLDS(!begins(topic, "in/") && !begins(topic, "$share/") &&
			   who->role != ROLE_PROBE);
	acl_queue(who->client, topic);
	acl_retained(topic);
	acl_local_read(topic);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = { size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0 };
	struct identity who = { .client = "t", .thing = "t", .address = "127.0.0.1" };
	static struct policy *allows;
	struct policy *policy;
	char *topic, *document;

	if (size == 0)
		return 0;
	if (!allows)
		allows = policy_parse(all);
	topic = fuzz_part(&parts);
	document = fuzz_part(&parts);
	policy = document[0] ? policy_parse(document) : policy_keep(allows);
	who.policies = (struct policies){ &policy, 1 };
	who.role = data[0] & 1 ? ROLE_PROBE : data[0] & 2 ? ROLE_OTHER : ROLE_THING;
	who.expired = data[0] & 4;
	check(&who, topic, data[0]);
	policy_release(policy);
	free(topic);
	free(document);
	return 0;
}
