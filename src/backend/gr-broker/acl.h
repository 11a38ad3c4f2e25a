/*
 * acl.h - what a device may publish, subscribe to and receive: the closed topics first, whatever a
 * policy says, then its policies.
 *
 * Closed: "in/" and "out/" (between broker and backend), all under "$aws/" and "awslabs/" for
 * publishing except the requests of one's own thing, rotation topics of other things, $share,
 * $CONTROL, and for publishing whatever else begins with "$". For one whose certificate has expired all but rotation topics.
 */
#ifndef GR_ACL_H
#define GR_ACL_H

#include <stdbool.h>

#include "gr-broker/identity.h"

/* A request to the backend. It reaches the backend rewritten, by MESSAGE; as itself it is delivered to nobody. */
bool acl_is_request(const char *topic);

/* A will is held to the same rules with may_ask false: a request counts only from a live session. */
bool acl_write(const struct identity *who, const char *topic, bool retain, bool may_ask);
bool acl_subscribe(const struct identity *who, const char *filter);
bool acl_read(const struct identity *who, const char *topic);

/*
 * What no session may ever get, for one without a connection: what is queued for it is checked in
 * full when it comes back.
 */
bool acl_queue(const char *client, const char *topic);
/* The closed topics alone, for a retained message: it was checked in full when it was published. */
bool acl_retained(const char *topic);

#endif
