/* SPDX-License-Identifier: Apache-2.0 */
/* gr-broker: the Mosquitto plugin that decides who may connect, publish, subscribe and receive. */
#include "broker/acl.h"
#include "broker/acl_hook.h"
#include "broker/broker.h"
#include "broker/certificate_dates.h"
#include "broker/connect_hook.h"
#include "broker/descriptors.h"
#include "broker/handshake.h"
#include "broker/mosquitto_api.h"
#include "broker/presence.h"
#include "broker/publish.h"
#include "broker/revocation_poller.h"
#include "broker/route.h"
#include "broker/session_report.h"
#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPORTS_MAX = 64 };	/* session starts reported in one turn of the broker's loop */

static void write_line(const char *line)
{
	mosquitto_log_printf(MOSQ_LOG_NOTICE, "%s", line);
}

static int on_auth(int event, void *data, void *userdata)
{
	(void)event;
	return connect_hook_check(userdata, ((struct mosquitto_evt_basic_auth *)data)->client);
}

static int on_reload(int event, void *data, void *userdata)
{
	struct broker *b = userdata;

	(void)event;
	(void)data;
	b->reloading = true;
	return broker_version_reloads_on_success(&b->mosquitto) ? MOSQ_ERR_SUCCESS
								: MOSQ_ERR_PLUGIN_DEFER;
}

static int on_acl(int event, void *data, void *userdata)
{
	(void)event;
	return acl_hook_check(userdata, data);
}

static void report_start(struct session *s)
{
	session_report_connected(&s->who, s->reported);
	if (!s->reported)
		presence_connected(s);
	s->reported = true;
}

/*
 * Reports the start of the thing's own session before a request that came after it, also when the
 * request came over another session. A report is a copy that leaves with the next turn of the
 * broker's loop, so the request has to leave as a copy as well.
 */
static void report_thing_first(struct broker *b, struct session *s)
{
	struct session *own = sessions_find_id(b->sessions, s->who.thing);

	if (!own)
		return;
	if (!own->reported) {
		report_start(own);
		own->copied_in = b->turn;
	}
	if (own->copied_in == b->turn)
		s->copied_in = b->turn;
}

static int on_message(int event, void *data, void *userdata)
{
	struct mosquitto_evt_message *message = data;
	struct broker *b = userdata;
	struct session *s;

	(void)event;
	if (broker_is_local(mosquitto_client_username(message->client)))
		return route_from_backend(b, message);
	s = sessions_find(b->sessions, message->client);
	if (!s)
		return MOSQ_ERR_AUTH;
	if (acl_is_request(message->topic))
		report_thing_first(b, s);
	return route_from_device(b, message, s);
}

static int on_disconnect(int event, void *data, void *userdata)
{
	struct broker *b = userdata;
	struct session *s = sessions_find(b->sessions,
					  ((struct mosquitto_evt_disconnect *)data)->client);

	(void)event;
	if (!s)
		return MOSQ_ERR_SUCCESS;
	if (!s->reported)
		report_start(s);
	session_report_disconnected(&s->who);
	presence_disconnected(s);
	if (s->may_be_kept && sessions_find_id(b->sessions, s->who.client) == s)
		kept_sessions_add(b->kept, s->who.client);
	if (s->retained)	/* a will, see acl_hook.c */
		publish_copy(NULL, s->retained, 0, "", 0, true);
	sessions_remove(b->sessions, s);
	return MOSQ_ERR_SUCCESS;
}

static int on_tick(int event, void *data, void *userdata)
{
	struct broker *b = userdata;
	struct session *s;

	(void)event;
	b->reloading = b->replied = false;
	b->turn++;
	for (int i = 0; i < REPORTS_MAX && (s = sessions_next_to_report(b->sessions)); i++)
		report_start(s);
	backlog_mark(&b->backlog, false);
	request_limits_report(&b->limits, clock_boot_ms());
	log_repeats_tick(b->lines, clock_boot_ms());
	revocation_poller_run(b, clock_boot_ms());
	descriptors_look(b, clock_boot_ms());
	mosquitto_api_wake_within(data, REVOCATION_POLLER_MS);
	return MOSQ_ERR_SUCCESS;
}

static const struct {
	int event;
	MOSQ_FUNC_generic_callback call;
	bool (*in)(const struct broker_version *version);	/* NULL: in every release */
} callbacks[] = {
	{ MOSQ_EVT_BASIC_AUTH, on_auth, NULL },
	{ MOSQ_EVT_ACL_CHECK, on_acl, NULL },
	{ MOSQ_EVT_MESSAGE, on_message, NULL },
	{ MOSQ_EVT_DISCONNECT, on_disconnect, NULL },
	{ MOSQUITTO_API_EVT_CLIENT_OFFLINE, on_disconnect, broker_version_has_offline },
	{ MOSQ_EVT_RELOAD, on_reload, NULL },
	{ MOSQ_EVT_TICK, on_tick, NULL },
};

static int broker_free(struct broker *b)
{
	for (size_t i = 0; i < sizeof callbacks / sizeof callbacks[0]; i++)
		mosquitto_callback_unregister(b->id, callbacks[i].event, callbacks[i].call, NULL);
	sessions_free(b->sessions);
	kept_sessions_free(b->kept);
	recent_reports_free(b->recent_reports);
	log_repeats_free(b->lines);
	request_limits_close(&b->limits);
	backlog_close(&b->backlog);
	policies_cache_free(b->cache);
	registry_reader_free(b->reader);
	if (b->grace_s >= 0)
		certificate_dates_give_back();
	handshake_unwatch(b);
	free(b);
	return MOSQ_ERR_SUCCESS;
}

static int broker_start(struct broker *b, const char *path, uint32_t rate)
{
	b->reader = registry_reader_new(path);
	b->cache = policies_cache_new();
	b->sessions = sessions_new();
	b->kept = kept_sessions_new();
	b->recent_reports = recent_reports_new();
	b->lines = log_repeats_new(write_line);
	if (!b->reader || !b->cache || !b->sessions || !b->kept || !b->recent_reports ||
	    !b->lines || !request_limits_open(&b->limits, rate) || !backlog_open(&b->backlog))
		return MOSQ_ERR_NOMEM;
	for (size_t i = 0; i < sizeof callbacks / sizeof callbacks[0]; i++) {
		int rc;

		if (callbacks[i].in && !callbacks[i].in(&b->mosquitto))
			continue;
		rc = mosquitto_callback_register(b->id, callbacks[i].event, callbacks[i].call,
						 NULL, b);
		if (rc != MOSQ_ERR_SUCCESS)
			return rc;
	}
	/*
	 * Nobody is connected yet, not even the daemon. But the ACL check of this message shows
	 * whether the broker has kept the daemon's session.
	 */
	session_report_all();
	revocation_poller_run(b, clock_boot_ms());
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_version(int supported_version_count, const int *supported_versions)
{
	for (int i = 0; i < supported_version_count; i++)
		if (supported_versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	return -1;
}

struct options {
	const char *registry;
	long grace_days, request_rate;
};

/* MOSQ_ERR_INVAL, one line: not a number up to max. */
static int take_number(long *number, const struct mosquitto_opt *option, long max,
		       const char *what)
{
	*number = strtol(option->value, NULL, 10);
	if (strspn(option->value, "0123456789") == strlen(option->value) && *option->value &&
	    strlen(option->value) < 9 && *number <= max)
		return MOSQ_ERR_SUCCESS;
	mosquitto_log_printf(MOSQ_LOG_ERR,
			     "gr-broker: plugin_opt_%s: %s: not a number of %s from 0 to %ld",
			     option->key, option->value, what, max);
	return MOSQ_ERR_INVAL;
}

/* MOSQ_ERR_INVAL, one line: no such option, or a bad value. */
static int take_option(struct options *to, const struct mosquitto_opt *option)
{
	if (strcmp(option->key, "grace_days") == 0)
		return take_number(&to->grace_days, option, 99999, "days");
	if (strcmp(option->key, "request_rate") == 0)
		return take_number(&to->request_rate, option, REQUEST_LIMITS_RATE_MAX, "requests");
	if (strcmp(option->key, "registry") == 0) {
		to->registry = option->value;
		return MOSQ_ERR_SUCCESS;
	}
	mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: plugin_opt_%s: no such option",
			     option->key);
	return MOSQ_ERR_INVAL;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
			  struct mosquitto_opt *options, int option_count)
{
	struct options o = { .request_rate = REQUEST_LIMITS_RATE };
	char why[BROKER_VERSION_WHY_MAX];
	struct broker_version release;
	struct broker *b;
	int rc;

	for (int i = 0; i < option_count; i++)
		if ((rc = take_option(&o, &options[i])) != MOSQ_ERR_SUCCESS)
			return rc;
	if (!o.registry) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: plugin_opt_registry is not set");
		return MOSQ_ERR_INVAL;
	}
	if (!broker_version_find(&release, why)) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: %s", why);
		return MOSQ_ERR_NOT_SUPPORTED;
	}
	b = calloc(1, sizeof *b);
	if (!b)
		return MOSQ_ERR_NOMEM;
	b->id = identifier;
	b->mosquitto = release;
	b->turn = 1;
	b->grace_s = o.grace_days > 0 ? o.grace_days * INT64_C(86400) : -1;
	if (o.grace_days > 0 && !certificate_dates_take_over()) {
		mosquitto_log_printf(
		    MOSQ_LOG_ERR,
		    "gr-broker: plugin_opt_grace_days: OpenSSL does not leave the dates to us");
		free(b);
		return MOSQ_ERR_UNKNOWN;
	}
	if (!handshake_watch(b))
		mosquitto_log_printf(MOSQ_LOG_WARNING,
				     "gr-broker: OpenSSL does not tell us which certificates it "
				     "refuses: there are no alarms of that");
	rc = broker_start(b, o.registry, (uint32_t)o.request_rate);
	if (rc != MOSQ_ERR_SUCCESS) {
		broker_free(b);
		return rc;
	}
	*userdata = b;
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
	(void)options;
	(void)option_count;
	return broker_free(userdata);
}
