/* SPDX-License-Identifier: Apache-2.0 */
/* revocation_poller.c - looks for changes in the registry */
#include "broker/revocation_poller.h"
#include "broker/acl_hook.h"
#include "str.h"

enum { OPEN_MS = 200 };

static void drop(struct broker *broker, const char *certificate, const char *why)
{
	/* A copy: the broker still compares it after the session that it came from is freed. */
	char username[65];

	str_copy(username, sizeof username, certificate);
	mosquitto_log_printf(MOSQ_LOG_NOTICE,
			     "gr-broker: dropping the clients of certificate %s: %s", username,
			     why);
	for (const struct session *s = sessions_find_certificate(broker->sessions, username); s;
	     s = sessions_next_certificate(s))
		acl_hook_log(broker, &s->who, "is dropped", "", why);
	/* Without its will: a client whose certificate is unusable publishes nothing more. */
	broker->dropping = true;
	mosquitto_kick_client_by_username(username, false);
	broker->dropping = false;
}

/* Dropping one session may end others, so each search begins at the first session again. */
static void drop_unusable(struct broker *broker)
{
	struct session *s = sessions_first(broker->sessions);

	while (s) {
		if (!s->unusable) {
			s = TAILQ_NEXT(s, all);
			continue;
		}
		s->unusable = false;
		drop(broker, s->who.certificate,
		     "the certificate became unusable while the registry could not be read");
		s = sessions_first(broker->sessions);
	}
}

/* Once the registry is open: changes before that are not known. */
static void check_all(struct broker *broker)
{
	const char *why;

	for (struct session *s = sessions_first(broker->sessions); s; s = TAILQ_NEXT(s, all))
		s->unusable = identity_is_usable(broker->reader, &why, s->who.certificate,
					       s->who.thing) == GR_NO;
	drop_unusable(broker);
}

static void check_one(struct broker *broker, const char *certificate)
{
	const struct session *s = sessions_find_certificate(broker->sessions, certificate);
	const char *why;

	if (s && identity_is_usable(broker->reader, &why, certificate, s->who.thing) == GR_NO)
		drop(broker, certificate, why);
}

/* Logs a reason once: opening is tried again many times a second. */
static void complain_once(struct broker *broker)
{
	const char *reason = registry_reader_reason(broker->reader);

	if (strcmp(broker->complained, reason) != 0)
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: the registry cannot be read: %s",
				     reason);
	str_copy(broker->complained, sizeof broker->complained, reason);
}

static void open_registry(struct broker *broker, int64_t now)
{
	if (now < broker->open_at)
		return;
	broker->open_at = now + OPEN_MS;
	if (registry_reader_open(broker->reader) != GR_OK) {
		complain_once(broker);
		return;
	}
	mosquitto_log_printf(MOSQ_LOG_INFO, "gr-broker: the registry is open");
	broker->complained[0] = '\0';
	check_all(broker);
}

void revocation_poller_run(struct broker *broker, int64_t now)
{
	struct registry_reader_news news;

	if (now < broker->poll_at)
		return;
	broker->poll_at = now + REVOCATION_POLLER_MS;
	if (!registry_reader_is_open(broker->reader)) {
		open_registry(broker, now);
		return;
	}
	if (registry_reader_poll(broker->reader, &news) != GR_OK)
		complain_once(broker);
	for (size_t i = 0; i < news.count; i++)
		check_one(broker, news.departed[i]);
}
