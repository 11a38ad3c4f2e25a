/* SPDX-License-Identifier: Apache-2.0 */
/* session_report.c - reports of sessions to the backend */
#include "broker/session_report.h"
#include "broker/mosquitto_api.h"
#include "broker/publish.h"
#include "json.h"
#include "printable.h"
#include "str.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

bool session_report_topic(char to[static SESSION_REPORT_TOPIC_MAX], const char *certificate,
			  const char *client, const char *tail)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];

	if (strlen(client) > TOPIC_CLIENT_MAX)
		return false;
	str_hex(hex, client, strlen(client));
	return str_format(to, SESSION_REPORT_TOPIC_MAX, "in/%s/%s/%s", certificate, hex, tail);
}

/*
 * At QoS 0, so that a report is never kept, neither for a daemon that is away nor in the file of a
 * broker that is killed: later it would be wrong.
 */
static void publish(const char *certificate, const char *client, const char *tail,
		    const char *payload)
{
	char topic[SESSION_REPORT_TOPIC_MAX];

	if (!session_report_topic(topic, certificate, client, tail) ||
	    publish_copy(NULL, topic, strlen(payload), payload, 0, false) != MOSQ_ERR_SUCCESS)
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: %s: could not be reported: %s",
				     client, tail);
}

void session_report_all(void)
{
	if (publish_copy(NULL, "in/gr/sessions", 0, "", 0, false) != MOSQ_ERR_SUCCESS)
		mosquitto_log_printf(
		    MOSQ_LOG_ERR,
		    "gr-broker: the live sessions could not be reported: out of memory");
}

void session_report_connected(const struct identity *who, bool again)
{
	char payload[128];

	/* An address as inet_ntop writes it needs no escapes. */
	str_format(payload, sizeof payload, "{\"ipAddress\":\"%s\"%s%s}", who->address,
		   who->expired ? ",\"expired\":true" : "", again ? ",\"again\":true" : "");
	publish(who->certificate, who->client, "gr/connected", payload);
}

void session_report_disconnected(const struct identity *who)
{
	publish(who->certificate, who->client, "gr/disconnected", "{}");
}

void session_report_thrown_out(const struct identity *who, const char *topic, const char *reason)
{
	char printable[SESSION_REPORT_PRINTABLE_MAX], *text;
	json_t *payload;

	printable_ascii(printable, sizeof printable, topic);
	payload = json_pack("{s:s, s:s}", "topic", printable, "reason", reason);
	text = payload ? json_compact(payload) : NULL;
	if (text)
		publish(who->certificate, who->client, "gr/thrown-out", text);
	free(text);
	json_decref(payload);
}

bool session_report_refused(struct recent_reports *recent, int64_t now, const char *certificate,
		    const char *client, const char *reason)
{
	char name[TOPIC_CLIENT_MAX + 1], payload[256];

	str_format(payload, sizeof payload, "{\"certificateId\":\"%s\",\"reason\":\"%s\"}",
		   certificate, reason);
	strncpy(name, client, TOPIC_CLIENT_MAX);
	name[TOPIC_CLIENT_MAX] = '\0';
	if (!recent_reports_admit(recent, now, certificate, name, ""))
		return false;
	publish(certificate, name, "gr/refused", payload);
	return true;
}

void session_report_unverified(struct recent_reports *recent, int64_t now, const char *certificate,
			       const char *thing, const char *reason)
{
	char payload[256];

	/* A reason is a sentence of OpenSSL's or ours, without quotation marks. */
	str_format(payload, sizeof payload, "{\"reason\":\"%s\"}", reason);
	if (recent_reports_admit(recent, now, certificate, thing, "unverified"))
		publish(certificate, thing, "gr/unverified", payload);
}

void session_report_flooding(struct recent_reports *recent, int64_t now,
			     const struct identity *who)
{
	if (recent_reports_admit(recent, now, who->certificate, who->client, "flooding"))
		publish(who->certificate, who->client, "gr/flooding", "{}");
}

void session_report_damaged(struct recent_reports *recent, int64_t now, const char *certificate,
			    const char *client)
{
	if (strlen(client) <= TOPIC_CLIENT_MAX &&
	    recent_reports_admit(recent, now, certificate, client, "damaged"))
		publish(certificate, client, "gr/damaged", "{}");
}

void session_report_unregistered(struct recent_reports *recent, int64_t now,
				 const char *certificate, const char *client, const X509 *x509)
{
	BIO *bio;
	char *pem, *text = NULL;
	json_t *payload = NULL;
	long len;

	if (strlen(client) > TOPIC_CLIENT_MAX ||
	    !recent_reports_admit(recent, now, certificate, client, "unregistered"))
		return;
	bio = BIO_new(BIO_s_mem());
	if (bio && PEM_write_bio_X509(bio, (X509 *)x509) == 1) {
		len = BIO_get_mem_data(bio, &pem);
		payload = json_pack("{s:s%}", "certificatePem", pem, (size_t)len);
	}
	text = payload ? json_compact(payload) : NULL;
	if (text)
		publish(certificate, client, "gr/unregistered", text);
	free(text);
	json_decref(payload);
	BIO_free(bio);
}
