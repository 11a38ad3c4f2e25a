/* SPDX-License-Identifier: Apache-2.0 */
/* gr-broker: the Mosquitto plugin that decides who may connect, publish, subscribe and receive. */
#include "broker/acl.h"
#include "broker/acl_hook.h"
#include "broker/admit.h"
#include "broker/api.h"
#include "broker/broker.h"
#include "broker/copy.h"
#include "broker/dates.h"
#include "broker/presence.h"
#include "broker/revocation_poller.h"
#include "broker/route.h"
#include "clock.h"
#include "printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TELL_MAX = 64 };	/* session starts reported in one turn of the broker's loop */

static void write_line(const char *line)
{
	mosquitto_log_printf(MOSQ_LOG_NOTICE, "%s", line);
}

void broker_say(struct broker *b, const char *owner, const char *fmt, ...)
{
	static const char head[] = "gr-broker: ";
	char line[REPEAT_LINE];
	va_list ap;

	memcpy(line, head, sizeof head);
	va_start(ap, fmt);
	vsnprintf(line + sizeof head - 1, sizeof line - sizeof head + 1, fmt, ap);
	va_end(ap);
	repeats_say(b->lines, owner, line, clock_boot_ms());
}

static int refuse(struct broker *b, const char *certificate, const char *client, const char *why)
{
	char printable[REPORT_PRINTABLE_MAX];

	printable_ascii(printable, sizeof printable, client);
	broker_say(b, certificate, "refused %s with certificate %s: %s", printable, certificate,
		   why);
	if (report_refused(b->refusals, clock_boot_ms(), certificate, client, why))
		presence_refused(certificate, client);
	return MOSQ_ERR_AUTH;
}

/* The older session of a client id ends as soon as the new one is let in. */
static int begin_session(struct broker *b, struct mosquitto *client, struct identity *who)
{
	struct session *stale = sessions_find(b->sessions, client), *older, *session;

	if (stale)
		sessions_remove(b->sessions, stale);
	older = sessions_find_id(b->sessions, who->client);
	session = sessions_add(b->sessions, client, who);
	if (!session)
		return MOSQ_ERR_NOMEM;
	if (mosquitto_set_username(client, session->who.certificate) != MOSQ_ERR_SUCCESS) {
		sessions_remove(b->sessions, session);
		return MOSQ_ERR_NOMEM;
	}
	session->may_be_kept = admit_may_be_kept(client);
	kept_sessions_remove(b->kept, session->who.client);
	presence_mark(&session->presence, &b->version);
	if (older)
		older->ending = true;
	sessions_wait(b->sessions, session);
	return MOSQ_ERR_SUCCESS;
}

static bool may_connect(struct broker *b, const struct identity *who)
{
	int64_t now = clock_boot_ms();

	if (allowance_connect(&b->allowance, who, now))
		return true;
	broker_say(b, who->certificate,
		   "connections with certificate %s are closed: the thing makes more than "
		   "plugin_opt_request_rate allows",
		   who->certificate);
	report_flooding(b->refusals, now, who);
	return false;
}

/* Takes over *who unless it is let in. */
static int turn_away(struct broker *b, struct identity *who, enum status verdict, const char *why)
{
	/* not a refusal but silence: the broker closes the socket without a CONNACK */
	int rc = MOSQ_ERR_UNKNOWN;

	if (verdict == GR_NO)
		rc = refuse(b, who->certificate, who->client, why);
	else
		acl_hook_log(b, who, "is not let in", "", why);
	identity_release(who);
	return rc;
}

static int auth_device(struct broker *b, struct mosquitto *client, const X509 *x509)
{
	const char *client_id = mosquitto_client_id(client), *why = NULL;
	const struct identity_source source = broker_source(b);
	char certificate[65];
	struct identity who;
	enum status st;

	if (!client_id || !identity_certificate_id(certificate, x509))
		return MOSQ_ERR_AUTH;
	st = identity_establish(&who, &why, &source, x509, certificate, client_id,
				mosquitto_client_address(client));
	if (st == GR_NO)
		return refuse(b, certificate, client_id, why);
	if (b->reloading && sessions_find(b->sessions, client)) {
		/* Already here: it stays unless the registry says no. */
		if (st == GR_OK)
			identity_release(&who);
		return MOSQ_ERR_SUCCESS;
	}
	if (st != GR_OK)
		return MOSQ_ERR_UNKNOWN;
	if (!may_connect(b, &who)) {
		identity_release(&who);
		/* not a refusal but silence: the broker closes the socket without a CONNACK */
		return MOSQ_ERR_UNKNOWN;
	}
	why = admit_refusal(&st, b, client, &who);
	if (why)
		return turn_away(b, &who, st, why);
	if (who.expired)
		broker_say(
		    b, certificate,
		    "%s comes with certificate %s, which has expired: let in for a rotation",
		    client_id, certificate);
	return begin_session(b, client, &who);
}

static int on_auth(int event, void *data, void *userdata)
{
	struct mosquitto *client = ((struct mosquitto_evt_basic_auth *)data)->client;
	const char *address = mosquitto_client_address(client);
	struct broker *b = userdata;
	X509 *x509 = mosquitto_client_certificate(client);
	int rc;

	(void)event;
	if (x509) {
		rc = auth_device(b, client, x509);
		X509_free(x509);
		return rc;
	}
	if (address && address[0] == '/')
		return mosquitto_set_username(client, BROKER_LOCAL);
	/*
	 * SIGHUP asks again for sessions without a connection. They may stay: nothing is delivered
	 * to them before they come back with a certificate, and a no has Mosquitto 2.0.11 end a
	 * second time what has ended.
	 */
	return b->reloading ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
}

static int on_reload(int event, void *data, void *userdata)
{
	struct broker *b = userdata;

	(void)event;
	(void)data;
	b->reloading = true;
	return release_reloads_on_success(&b->release) ? MOSQ_ERR_SUCCESS : MOSQ_ERR_PLUGIN_DEFER;
}

static int on_acl(int event, void *data, void *userdata)
{
	(void)event;
	return acl_hook_check(userdata, data);
}

static void tell(struct session *s)
{
	report_connected(&s->who, s->told);
	if (!s->told)
		presence_connected(s);
	s->told = true;
}

/*
 * The backend hears of the thing's own session before it hears what came after that, also over
 * another one. A report is a copy that leaves with the next turn, so that the request has to leave
 * as one as well.
 */
static void events_thing(struct broker *b, struct session *s)
{
	struct session *own = sessions_find_id(b->sessions, s->who.thing);

	if (!own)
		return;
	if (!own->told) {
		tell(own);
		own->raised = b->turn;
	}
	if (own->raised == b->turn)
		s->raised = b->turn;
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
		events_thing(b, s);
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
	if (!s->told)
		tell(s);
	report_disconnected(&s->who);
	presence_disconnected(s);
	if (s->may_be_kept && sessions_find_id(b->sessions, s->who.client) == s)
		kept_sessions_add(b->kept, s->who.client);
	if (s->kept)	/* it was a will, see acl_hook.c */
		copy_publish(NULL, s->kept, 0, "", 0, true);
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
	for (int i = 0; i < TELL_MAX && (s = sessions_next_waiting(b->sessions)); i++)
		tell(s);
	backlog_mark(&b->backlog, false);
	allowance_tell(&b->allowance, clock_boot_ms());
	repeats_tick(b->lines, clock_boot_ms());
	revocation_poller_registry(b, clock_boot_ms());
	api_wake_within(data, REVOCATION_POLLER_MS);
	return MOSQ_ERR_SUCCESS;
}

static const struct {
	int event;
	MOSQ_FUNC_generic_callback call;
	bool (*in)(const struct release *release);	/* NULL: in every release */
} callbacks[] = {
	{ MOSQ_EVT_BASIC_AUTH, on_auth, NULL },
	{ MOSQ_EVT_ACL_CHECK, on_acl, NULL },
	{ MOSQ_EVT_MESSAGE, on_message, NULL },
	{ MOSQ_EVT_DISCONNECT, on_disconnect, NULL },
	{ API_EVT_CLIENT_OFFLINE, on_disconnect, release_has_offline },
	{ MOSQ_EVT_RELOAD, on_reload, NULL },
	{ MOSQ_EVT_TICK, on_tick, NULL },
};

static int broker_free(struct broker *b)
{
	for (size_t i = 0; i < sizeof callbacks / sizeof callbacks[0]; i++)
		mosquitto_callback_unregister(b->id, callbacks[i].event, callbacks[i].call, NULL);
	sessions_free(b->sessions);
	kept_sessions_free(b->kept);
	refusals_free(b->refusals);
	repeats_free(b->lines);
	allowance_close(&b->allowance);
	backlog_close(&b->backlog);
	policies_cache_free(b->cache);
	registry_reader_free(b->view);
	if (b->grace_s >= 0)
		dates_give_back();
	free(b);
	return MOSQ_ERR_SUCCESS;
}

static int broker_start(struct broker *b, const char *path, uint32_t rate)
{
	b->view = registry_reader_new(path);
	b->cache = policies_cache_new();
	b->sessions = sessions_new();
	b->kept = kept_sessions_new();
	b->refusals = refusals_new();
	b->lines = repeats_new(write_line);
	if (!b->view || !b->cache || !b->sessions || !b->kept || !b->refusals || !b->lines ||
	    !allowance_open(&b->allowance, rate) || !backlog_open(&b->backlog))
		return MOSQ_ERR_NOMEM;
	for (size_t i = 0; i < sizeof callbacks / sizeof callbacks[0]; i++) {
		int rc;

		if (callbacks[i].in && !callbacks[i].in(&b->release))
			continue;
		rc = mosquitto_callback_register(b->id, callbacks[i].event, callbacks[i].call,
						 NULL, b);
		if (rc != MOSQ_ERR_SUCCESS)
			return rc;
	}
	/*
	 * nobody is connected, neither is the daemon; but this shows whether the broker has kept
	 * its session
	 */
	report_all();
	revocation_poller_registry(b, clock_boot_ms());
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
		return take_number(&to->request_rate, option, ALLOWANCE_RATE_MAX, "requests");
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
	struct options o = { .request_rate = ALLOWANCE_RATE };
	char why[RELEASE_WHY_MAX];
	struct release release;
	struct broker *b;
	int rc;

	for (int i = 0; i < option_count; i++)
		if ((rc = take_option(&o, &options[i])) != MOSQ_ERR_SUCCESS)
			return rc;
	if (!o.registry) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: plugin_opt_registry is not set");
		return MOSQ_ERR_INVAL;
	}
	if (!release_find(&release, why)) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: %s", why);
		return MOSQ_ERR_NOT_SUPPORTED;
	}
	b = calloc(1, sizeof *b);
	if (!b)
		return MOSQ_ERR_NOMEM;
	b->id = identifier;
	b->release = release;
	b->turn = 1;
	b->grace_s = o.grace_days > 0 ? o.grace_days * INT64_C(86400) : -1;
	if (o.grace_days > 0 && !dates_take_over()) {
		mosquitto_log_printf(
		    MOSQ_LOG_ERR,
		    "gr-broker: plugin_opt_grace_days: OpenSSL does not leave the dates to us");
		free(b);
		return MOSQ_ERR_UNKNOWN;
	}
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
