/* SPDX-License-Identifier: Apache-2.0 */
/* connect_hook.c - which clients may connect */
#include "broker/connect_hook.h"
#include "broker/acl_hook.h"
#include "broker/presence.h"
#include "broker/session_limits.h"
#include "broker/session_report.h"
#include "clock.h"
#include "printable.h"

static int refuse(struct broker *b, const char *certificate, const char *client, const char *why)
{
	char printable[SESSION_REPORT_PRINTABLE_MAX];

	printable_ascii(printable, sizeof printable, client);
	broker_log(b, certificate, "refused %s with certificate %s: %s", printable, certificate,
		   why);
	if (session_report_refused(b->recent_reports, clock_boot_ms(), certificate, client, why))
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
	session->may_be_kept = session_limits_may_be_kept(client);
	kept_sessions_remove(b->kept, session->who.client);
	presence_mark(&session->presence, &b->presence_version);
	if (older)
		older->ending = true;
	sessions_queue_report(b->sessions, session);
	return MOSQ_ERR_SUCCESS;
}

static bool may_connect(struct broker *b, const struct identity *who)
{
	int64_t now = clock_boot_ms();

	if (request_limits_connect(&b->limits, who, now))
		return true;
	broker_log(b, who->certificate,
		   "connections with certificate %s are closed: the thing makes more than "
		   "plugin_opt_request_rate allows",
		   who->certificate);
	session_report_flooding(b->recent_reports, now, who);
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
	why = session_limits_refusal(&st, b, client, &who);
	if (why)
		return turn_away(b, &who, st, why);
	if (who.expired)
		broker_log(
		    b, certificate,
		    "%s comes with certificate %s, which has expired: let in for a rotation",
		    client_id, certificate);
	return begin_session(b, client, &who);
}

int connect_hook_check(struct broker *broker, struct mosquitto *client)
{
	const char *address = mosquitto_client_address(client);
	X509 *x509 = mosquitto_client_certificate(client);
	int rc;

	if (x509) {
		rc = auth_device(broker, client, x509);
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
	return broker->reloading ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
}
