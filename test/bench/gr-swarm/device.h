/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h - a simulated device: its pair, and one rotation of it after the other, stage by stage,
 * or its connects alone.
 *
 * Everything a device says goes over the wire of gr-protocol(7): the message sequence of
 * rotate.sh, by the protocol's rules (OLD and NEW both connect as the thing's own client id, a new
 * key and CSR for each rotation).
 */
#ifndef GR_DEVICE_H
#define GR_DEVICE_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "gr-swarm/channel.h"
#include "status.h"
#include "topic.h"

enum stage {
	STAGE_CONNECT_OLD,	/* TCP, TLS, CONNECT, CONNACK */
	STAGE_FIND,		/* $next/get */
	STAGE_UPDATE,		/* IN_PROGRESS */
	/* key, CSR, create/accepted, the certificate checked against the key */
	STAGE_CREATE,
	STAGE_CONNECT_NEW,
	STAGE_ASK,		/* the job by id, over NEW */
	STAGE_COMMIT,
	STAGE_FINAL,		/* SUCCEEDED */
	STAGE_COUNT
};
const char *stage_name(enum stage stage);
/* A request of the Jobs API and its answer. */
bool stage_is_jobs(enum stage stage);

enum task {
	TASK_ROTATE,
	TASK_CONNECT,	/* the first stage alone, and goodbye */
	TASK_STAY	/* the first stage alone, and silence */
};

/* Where all of them live, and what they do there. */
struct world {
	enum task task;
	int epoll;
	SSL_CTX *tls;
	struct sockaddr_in broker;
};

struct pair {
	EVP_PKEY *key;
	X509 *cert;
};
void pair_release(struct pair *pair);	/* takes a zeroed struct */

struct device {
	/* topic: of the request that waits for its answer */
	char thing[129], job[65], topic[TOPIC_MAX];
	struct pair live, next;
	enum stage stage;
	/* tick_us of the stage's beginning; microseconds of those behind us */
	int64_t since, took[STAGE_COUNT];
	uint16_t packet_id;
	struct channel channel;
};
void device_release(struct device *d);

/*
 * What a task has come to; for DEVICE_FAILED one line was written. All but the first two
 * leave it unconnected.
 */
enum outcome { DEVICE_UNDER_WAY, DEVICE_STAYS, DEVICE_DONE, DEVICE_HAS_NO_JOB, DEVICE_FAILED };

enum outcome device_start(struct device *d, const struct world *w);
/* After an event of its channel. */
enum outcome device_turn(struct device *d, const struct world *w);
/* Gives up a rotation under way. */
void device_abandon(struct device *d, const char *why);

/*
 * For script.c: sets the channel's reason and returns GR_FAIL; says goodbye and
 * closes the channel.
 */
enum status device_fail(struct device *d, const char *why);
void device_hang_up(struct device *d);

#endif
