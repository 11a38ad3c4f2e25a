/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl.h - what a device may publish, subscribe to and receive: the closed topics first, whatever a
 * policy says, then its policies.
 *
 * Closed: "in/" and "out/" (between broker and backend), all under "$aws/" and "awslabs/" for
 * publishing except what lies below "$aws/things/" and one's own thing, "$aws/rules/" and the
 * requests of one's own thing, rotation topics of other things, $share, $CONTROL, and for
 * publishing whatever else begins with "$". For a client whose certificate has expired: all topics
 * but rotation topics.
 */
#ifndef GR_BROKER_ACL_H
#define GR_BROKER_ACL_H

#include <stdbool.h>

#include "broker/identity.h"

/* Nobody receives what is published here, whatever was subscribed to. */
#define ACL_NOWHERE "$gr/nowhere"

/*
 * Tells whether the topic is a request to the backend. It reaches the backend rewritten, by
 * MESSAGE; under this topic it is delivered to nobody.
 */
bool acl_is_request(const char *topic);
/*
 * Tells whether the topic is below "$aws/things/" and the thing of who, or below "$aws/rules/",
 * and no part of a rotation. AWS IoT has services there that we do not have, and runtimes that
 * rely on them: publishing there never costs a connection. A message that is no request of ours
 * either (acl_is_discarded) is accepted and goes to ACL_NOWHERE.
 */
bool acl_is_tolerated(const struct identity *who, const char *topic);
bool acl_is_discarded(const struct identity *who, const char *topic);

/*
 * Tell why who may not publish on, subscribe to or receive this; NULL: it may. The sentence is
 * static. A will is held to the same rules with may_ask false: only a live session can make a
 * request.
 */
const char *acl_write(const struct identity *who, const char *topic, bool retain, bool may_ask);
const char *acl_subscribe(const struct identity *who, const char *filter);
const char *acl_read(const struct identity *who, const char *topic);

/*
 * Tells whether a message may wait for a client that is not connected: only if its session may be
 * kept. The message is checked in full when the client comes back.
 */
bool acl_queue(const char *client, const char *topic);
/*
 * Checks a retained message against the closed topics alone: it was checked in full when it was
 * published.
 */
bool acl_retained(const char *topic);
/* Tells whether a client of the backend itself may receive this. */
bool acl_local_read(const char *topic);

#endif
