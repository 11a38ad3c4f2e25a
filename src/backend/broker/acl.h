/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl.h - what a device may publish, subscribe to and receive: the closed topics first, whatever a
 * policy says, then its policies.
 *
 * Closed: "in/" and "out/" (between broker and backend), all under "$aws/" and "awslabs/" for
 * publishing except what lies below "$aws/things/" and one's own thing, "$aws/rules/" and the
 * requests of one's own thing, rotation topics of other things, $share, $CONTROL, and for
 * publishing whatever else begins with "$". For one whose certificate has expired all but rotation
 * topics.
 */
#ifndef GR_BROKER_ACL_H
#define GR_BROKER_ACL_H

#include <stdbool.h>

#include "broker/identity.h"

/* Nobody receives what is published here, whatever he subscribed to. */
#define ACL_NOWHERE "$gr/nowhere"

/*
 * A request to the backend. It reaches the backend rewritten, by MESSAGE; as itself it is
 * delivered to nobody.
 */
bool acl_is_request(const char *topic);
/*
 * Is this below "$aws/things/" and the thing of who, or below "$aws/rules/", and no part of a
 * rotation? AWS IoT has services there that we have not, and runtimes that take them for granted:
 * publishing here never costs a connection. What is no request either (acl_is_lost) is taken and
 * goes to ACL_NOWHERE.
 */
bool acl_is_spared(const struct identity *who, const char *topic);
bool acl_is_lost(const struct identity *who, const char *topic);

/*
 * NULL: it may. Otherwise the rule that says no, a static sentence.
 * A will is held to the same rules with may_ask false: a request counts only from a live session.
 */
const char *acl_write(const struct identity *who, const char *topic, bool retain, bool may_ask);
const char *acl_subscribe(const struct identity *who, const char *filter);
const char *acl_read(const struct identity *who, const char *topic);

/*
 * What may wait for a client without a connection: nothing but for those whose session may be
 * kept. What is queued is checked in full when its client comes back.
 */
bool acl_queue(const char *client, const char *topic);
/*
 * The closed topics alone, for a retained message: it was checked in full when it was published.
 */
bool acl_retained(const char *topic);
/* For the backend's own clients. */
bool acl_local_read(const char *topic);

#endif
