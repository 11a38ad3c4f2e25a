/* SPDX-License-Identifier: Apache-2.0 */
/* broker.h - the state of the plugin between two calls of the broker. */
#ifndef GR_BROKER_BROKER_H
#define GR_BROKER_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log_repeats.h"
#include "broker/backlog.h"
#include "broker/broker_version.h"
#include "broker/identity.h"
#include "broker/kept_sessions.h"
#include "broker/mosquitto_api.h"
#include "broker/policies.h"
#include "broker/recent_reports.h"
#include "broker/request_limits.h"
#include "broker/sessions.h"
#include "registry/registry_reader.h"

/* User name of every client of the Unix socket. No certificate id looks like it. */
#define BROKER_LOCAL "gr-backend"

struct broker {
	mosquitto_plugin_id_t *id;
	struct broker_version mosquitto;	/* the broker that has loaded us */
	struct registry_reader *reader;
	struct policies_cache *cache;
	struct sessions *sessions;
	struct kept_sessions *kept;
	struct recent_reports *recent_reports;
	struct log_repeats *lines;		/* what was logged lately */
	struct request_limits limits;
	struct backlog backlog;
	int64_t poll_at, open_at;	/* of the registry, clock_boot_ms */
	uint64_t turn;			/* of the broker's loop, from 1 */
	int64_t presence_version;	/* of the newest session, see presence.h */
	int64_t grace_s;		/* see identity.h */
	int handshake;			/* OpenSSL's index of it, see handshake.h; -1: none */
	/* why the registry could not be read, as it was logged last */
	char complained[256];
	/* between SIGHUP and the end of this turn of the broker's loop */
	bool reloading;
	bool replied;			/* a reply waits for the end of this turn */
	int64_t descriptors_at;		/* clock_boot_ms: of the next look, see descriptors.h */
	bool no_descriptors;		/* none was left at the last look */
	bool dropping;			/* the broker ends sessions at our request right now */
};

/*
 * Logs a line now, or counts it: see base/log_repeats.h. owner: the certificate on whose account
 * it is logged.
 */
void broker_log(struct broker *broker, const char *owner, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns where identities are looked up. */
struct identity_source broker_source(const struct broker *broker);

/* Tells whether a client with this user name came over the Unix socket. */
bool broker_is_local(const char *username);

#endif
