/* SPDX-License-Identifier: Apache-2.0 */
/* revocation_poller.c - an eye on the registry */
#include "broker/revocation_poller.h"
#include "broker/acl_hook.h"
#include "str.h"

enum { OPEN_MS = 200 };

static void drop(struct broker *broker, const char *certificate, const char *why)
{
	/* the broker goes on comparing it after the session that it came from is freed */
	char username[65];

	str_copy(username, sizeof username, certificate);
	mosquitto_log_printf(MOSQ_LOG_NOTICE,
			     "gr-broker: dropping the clients of certificate %s: %s", username,
			     why);
	for (const struct session *s = sessions_find_certificate(broker->sessions, username); s;
	     s = sessions_next_certificate(s))
		acl_hook_log(broker, &s->who, "is dropped", "", why);
	/* Without its will: who is put out does not get a last word. */
	broker->dropping = true;
	mosquitto_kick_client_by_username(username, false);
	broker->dropping = false;
}

/* Dropping one session may end others: they are marked first, then looked up one by one. */
static void drop_doomed(struct broker *broker)
{
	struct session *s = sessions_first(broker->sessions);

	while (s) {
		if (!s->doomed) {
			s = TAILQ_NEXT(s, all);
			continue;
		}
		s->doomed = false;
		drop(broker, s->who.certificate,
		     "the certificate became unusable while the registry was out of sight");
		s = sessions_first(broker->sessions);
	}
}

/* After an opening: what happened before it is not known. */
static void check_all(struct broker *broker)
{
	const char *why;

	for (struct session *s = sessions_first(broker->sessions); s; s = TAILQ_NEXT(s, all))
		s->doomed = identity_is_usable(broker->view, &why, s->who.certificate,
					       s->who.thing) == GR_NO;
	drop_doomed(broker);
}

static void check_one(struct broker *broker, const char *certificate)
{
	const struct session *s = sessions_find_certificate(broker->sessions, certificate);
	const char *why;

	if (s && identity_is_usable(broker->view, &why, certificate, s->who.thing) == GR_NO)
		drop(broker, certificate, why);
}

/* Once for each reason: it is tried again many times a second. */
static void complain_once(struct broker *broker)
{
	const char *reason = registry_reader_reason(broker->view);

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
	if (registry_reader_open(broker->view) != GR_OK) {
		complain_once(broker);
		return;
	}
	mosquitto_log_printf(MOSQ_LOG_INFO, "gr-broker: the registry is open");
	broker->complained[0] = '\0';
	check_all(broker);
}

void revocation_poller_registry(struct broker *broker, int64_t now)
{
	struct registry_reader_news news;

	if (now < broker->poll_at)
		return;
	broker->poll_at = now + REVOCATION_POLLER_MS;
	if (!registry_reader_is_open(broker->view)) {
		open_registry(broker, now);
		return;
	}
	if (registry_reader_poll(broker->view, &news) != GR_OK)
		complain_once(broker);
	for (size_t i = 0; i < news.count; i++)
		check_one(broker, news.departed[i]);
}
