/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gr-lossy: a Mosquitto plugin, for tests alone, that loses, doubles, delays, reorders and replays
 * messages of chosen things.
 *
 * It stands before gr-broker.so in mosquitto.conf: callbacks run in the order of the plugins, the
 * first that refuses a message ends the round, and gr-broker.so hands an answer on as soon as it
 * sees it. A message that is refused with ACL_DENIED gets its PUBACK all the same (MQTT 3.1.1),
 * which is how a message is really lost. What goes out later is published by the broker itself,
 * and so is seen by no plugin again but for the check of READ.
 *
 * plugin_opt_trace FILE takes a line for each message. Rules (see rule.h) are published on
 * fault/THING over the Unix socket; the PUBACK says that they are in force.
 */
#include "clock.h"
#include "broker/mosquitto_api.h"
#include "broker/publish.h"
#include "post.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { REPORTS_MAX = 64 };

struct lossy {
	mosquitto_plugin_id_t *id;
	struct post *post;
	/* topics of reports that we have sent ourselves in this turn */
	char *report[REPORTS_MAX];
	size_t reports;
};

static int take_rules(struct lossy *p, const struct mosquitto_evt_message *m)
{
	char *text = calloc(1, m->payloadlen + 1);
	const char *why = "out of memory";
	bool ok;

	if (!text)
		return MOSQ_ERR_NOMEM;
	if (m->payloadlen > 0)
		memcpy(text, m->payload, m->payloadlen);
	ok = post_rule(p->post, &why, m->topic + strlen("fault/"), text);
	if (!ok)
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-lossy: %s: %s", m->topic, why);
	free(text);
	return ok ? MOSQ_ERR_ACL_DENIED : MOSQ_ERR_INVAL;
}

static int on_message(int event, void *data, void *userdata)
{
	const struct mosquitto_evt_message *m = data;
	const char *address = mosquitto_client_address(m->client);
	bool local = address && address[0] == '/';
	struct lossy *p = userdata;
	struct letter letter;

	(void)event;
	if (local && strncmp(m->topic, "fault/", 6) == 0)
		return take_rules(p, m);
	if (!letter_read(&letter, m->topic, local ? NULL : mosquitto_client_username(m->client),
			 mosquitto_client_id(m->client)))
		return MOSQ_ERR_SUCCESS;
	letter.payload = m->payload;
	letter.len = m->payloadlen;
	return post_judge(p->post, &letter, clock_boot_ms()) ? MOSQ_ERR_SUCCESS
							     : MOSQ_ERR_ACL_DENIED;
}

static bool is_own_report(struct lossy *p, const char *topic)
{
	for (size_t i = 0; i < p->reports; i++)
		if (p->report[i] && strcmp(p->report[i], topic) == 0) {
			free(p->report[i]);
			p->report[i] = NULL;
			return true;
		}
	return false;
}

/* What gr-broker.so itself publishes is no event; it is met where it is about to be delivered. */
static int on_acl(int event, void *data, void *userdata)
{
	const struct mosquitto_evt_acl_check *check = data;
	const char *client = mosquitto_client_id(check->client);
	struct lossy *p = userdata;
	struct letter letter;

	(void)event;
	if (check->access != MOSQ_ACL_READ || strncmp(check->topic, "in/", 3) != 0 || !client ||
	    strcmp(client, "gr/backendd") != 0 ||
	    !letter_read(&letter, check->topic, NULL, NULL) || is_own_report(p, check->topic))
		return MOSQ_ERR_PLUGIN_DEFER;
	letter.payload = check->payload;
	letter.len = check->payloadlen;
	return post_judge(p->post, &letter, clock_boot_ms()) ? MOSQ_ERR_PLUGIN_DEFER
							     : MOSQ_ERR_ACL_DENIED;
}

static void forget_reports(struct lossy *p)
{
	for (size_t i = 0; i < p->reports; i++)
		free(p->report[i]);
	p->reports = 0;
}

/* After all events of a turn, so that what is sent here comes after what they let pass. */
static int on_tick(int event, void *data, void *userdata)
{
	struct lossy *p = userdata;
	struct copy *copy;

	(void)event;
	(void)data;
	forget_reports(p);
	while ((copy = post_due(p->post, clock_boot_ms()))) {
		const struct letter *l = &copy->letter;

		if (strncmp(l->name, "gr/", 3) == 0 && p->reports < REPORTS_MAX)
			p->report[p->reports++] = strdup(l->topic);
		publish_copy(l->client[0] ? l->client : NULL, l->topic, l->len, l->payload, 1,
			     false);
		copies_free(&copy);
	}
	return MOSQ_ERR_SUCCESS;
}

static const struct {
	int event;
	MOSQ_FUNC_generic_callback call;
} callbacks[] = {
	{ MOSQ_EVT_MESSAGE, on_message },
	{ MOSQ_EVT_ACL_CHECK, on_acl },
	{ MOSQ_EVT_TICK, on_tick },
};

static int lossy_free(struct lossy *p)
{
	for (size_t i = 0; i < sizeof callbacks / sizeof callbacks[0]; i++)
		mosquitto_callback_unregister(p->id, callbacks[i].event, callbacks[i].call, NULL);
	forget_reports(p);
	post_free(p->post);
	free(p);
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_version(int supported_version_count, const int *supported_versions)
{
	for (int i = 0; i < supported_version_count; i++)
		if (supported_versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
			  struct mosquitto_opt *options, int option_count)
{
	struct lossy *p = calloc(1, sizeof *p);
	int rc = MOSQ_ERR_INVAL;

	if (!p)
		return MOSQ_ERR_NOMEM;
	p->id = identifier;
	if (option_count == 1 && strcmp(options[0].key, "trace") == 0)
		p->post = post_new(options[0].value);
	if (p->post)
		rc = MOSQ_ERR_SUCCESS;
	for (size_t i = 0; i < sizeof callbacks / sizeof callbacks[0] && rc == MOSQ_ERR_SUCCESS;
	     i++)
		rc = mosquitto_callback_register(identifier, callbacks[i].event, callbacks[i].call,
						 NULL, p);
	if (rc != MOSQ_ERR_SUCCESS) {
		lossy_free(p);
		return rc;
	}
	*userdata = p;
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
	(void)options;
	(void)option_count;
	return lossy_free(userdata);
}
