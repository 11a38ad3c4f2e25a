/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - IoT policy documents: parsed once, asked often. Knows neither broker nor database.
 *
 * A matching Deny wins, then a matching Allow, else it is a no. Of a statement that is not
 * understood in full (an unknown operator, key, variable or member) an Allow allows nothing, and a
 * Deny denies all that it could mean; a document that cannot be read at all denies everything.
 * Of a resource's ARN the part after the fifth colon counts; region and account do not.
 */
#ifndef GR_POLICY_POLICY_H
#define GR_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/variable.h"

enum {
	POLICY_MAX = 2048,	/* characters of a document, white space apart (AWS IoT quota) */
	POLICY_NAME_MAX = 1024	/* bytes of a topic, filter or client id; a longer one is a no */
};

enum policy_action {
	POLICY_CONNECT,		/* name: the client id */
	POLICY_PUBLISH,		/* the topic */
	POLICY_RETAIN_PUBLISH,	/* the topic; asked besides POLICY_PUBLISH */
	POLICY_SUBSCRIBE,	/* the topic filter, taken literally */
	POLICY_RECEIVE,		/* the topic */
	POLICY_ACTION_COUNT
};

struct policy;

/* Held once by the caller. NULL: out of memory. */
struct policy *policy_parse(const char *document);
struct policy *policy_keep(struct policy *policy);
void policy_release(struct policy *policy);	/* frees it with the last holder; takes NULL */

enum policy_verdict {
	POLICY_ALLOWED,
	POLICY_NOT_ALLOWED,	/* no statement allows it */
	POLICY_DENIED		/* a statement, or a document that nobody understands, denies it */
};
enum policy_verdict policy_decide(struct policy *const policies[], size_t count,
				  enum policy_action action, const char *name,
				  const struct policy_who *who);

/* Why the broker could not honour this document in full, a static sentence; NULL: it can. */
const char *policy_problem(const char *document);

#endif
