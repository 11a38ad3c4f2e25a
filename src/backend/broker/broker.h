/* SPDX-License-Identifier: Apache-2.0 */
/* broker.h - what the plugin keeps between two calls of the broker. */
#ifndef GR_BROKER_BROKER_H
#define GR_BROKER_BROKER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/repeat.h"
#include "broker/allowance.h"
#include "broker/api.h"
#include "broker/backlog.h"
#include "broker/kept_sessions.h"
#include "broker/policies.h"
#include "broker/registry_reader.h"
#include "broker/release.h"
#include "broker/report.h"
#include "broker/session.h"

#define BROKER_LOCAL "gr-backend"	/* user name of every client of the Unix socket; no certificate id looks like it */

struct broker {
	mosquitto_plugin_id_t *id;
	struct release release;		/* of the broker that we are in */
	struct registry_reader *view;
	struct policies_cache *cache;
	struct sessions *sessions;
	struct kept_sessions *kept;
	struct refusals *refusals;	/* connections that were reported */
	struct repeats *lines;		/* what was logged */
	struct allowance allowance;
	struct backlog backlog;
	int64_t poll_at, open_at;	/* ms, clock_boot_ms */
	uint64_t turn;			/* of the broker's loop, from 1 */
	int64_t version;		/* of the newest session, see presence.h */
	int64_t grace_s;		/* identity.h */
	/* why the registry could not be read, as it was logged last */
	char complained[256];
	/* between SIGHUP and the end of this turn of the broker's loop */
	bool reloading;
	bool replied;			/* a reply waits for the end of this turn */
	bool dropping;			/* clients are being thrown out right now */
};

/*
 * Logs a line now, or counts it: see base/repeat.h. owner: the certificate on whose account it is.
 */
void broker_say(struct broker *broker, const char *owner, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static inline struct identity_source broker_source(const struct broker *broker)
{
	return (struct identity_source){ broker->view, broker->cache, broker->grace_s };
}

static inline bool broker_is_local(const char *username)
{
	return username && strcmp(username, BROKER_LOCAL) == 0;
}

#endif
