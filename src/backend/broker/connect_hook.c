/* SPDX-License-Identifier: Apache-2.0 */
/* connect_hook.c - which clients may connect */
#include "broker/connect_hook.h"
#include "broker/acl_hook.h"
#include "broker/certificate_dates.h"
#include "broker/handshake.h"
#include "broker/presence.h"
#include "broker/session_limits.h"
#include "broker/session_report.h"
#include "clock.h"
#include "printable.h"

#include <string.h>

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

/* For the older one it looks like a connection that was lost. */
static void say_replaced(struct broker *b, const struct session *older,
			 const struct session *session)
{
	const struct identity *was = &older->who, *is = &session->who;

	broker_log(b, is->certificate,
		   "%s from %s with certificate %s takes the place of its session from %s with %s",
		   is->client, is->address, is->certificate, was->address,
		   strcmp(was->certificate, is->certificate) == 0 ? "the same one"
								   : was->certificate);
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
	if (older) {
		say_replaced(b, older, session);
		older->ending = true;
	}
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

/*
 * Not a refusal but silence: the broker closes the socket without a CONNACK. A registry that
 * cannot be read at all is logged where it is opened.
 */
static int stay_silent(struct broker *b, const char *certificate, const char *client)
{
	char printable[SESSION_REPORT_PRINTABLE_MAX];

	if (!registry_reader_is_open(b->reader))
		return MOSQ_ERR_UNKNOWN;
	printable_ascii(printable, sizeof printable, client);
	broker_log(b, certificate, "%s with certificate %s gets no answer: %s", printable,
		   certificate, registry_reader_reason(b->reader));
	if (registry_reader_met_damage(b->reader))
		session_report_damaged(b->recent_reports, clock_boot_ms(), certificate, client);
	return MOSQ_ERR_UNKNOWN;
}

/*
 * Is it the backend's turn, which may take the certificate in? Then the device must not hear a no:
 * it is registered when the device comes again, or stays without an answer while that is allowed.
 */
static bool is_left_to_backend(struct broker *b, const X509 *x509, const char *certificate,
			       const char *client)
{
	char printable[SESSION_REPORT_PRINTABLE_MAX];
	enum status st = registry_reader_may_be_adopted(b->reader, certificate);

	if (st != GR_OK)
		return st != GR_NO;
	printable_ascii(printable, sizeof printable, client);
	broker_log(b, certificate,
		   "%s with certificate %s gets no answer: it is not registered, and is left to "
		   "the backend to take in",
		   printable, certificate);
	session_report_unregistered(b->recent_reports, clock_boot_ms(), certificate, client,
				    x509);
	return true;
}

/* Where OpenSSL does not look at the dates, it is us who refuse them. */
static void report_dates(struct broker *b, const X509 *x509)
{
	const char *why;

	if (b->grace_s >= 0 &&
	    certificate_dates_check(&why, x509, clock_real_ms() / 1000, b->grace_s) ==
		CERTIFICATE_DATES_REFUSED)
		handshake_refused(b, x509, why);
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
	if (st == GR_NO && is_left_to_backend(b, x509, certificate, client_id))
		return MOSQ_ERR_UNKNOWN; /* not a refusal but silence, as below */
	if (st == GR_NO) {
		report_dates(b, x509);
		return refuse(b, certificate, client_id, why);
	}
	if (b->reloading && sessions_find(b->sessions, client)) {
		/* Already here: it stays unless the registry says no. */
		if (st == GR_OK)
			identity_release(&who);
		return MOSQ_ERR_SUCCESS;
	}
	if (st != GR_OK)
		return stay_silent(b, certificate, client_id);
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
