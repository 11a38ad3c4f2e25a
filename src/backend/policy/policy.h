/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - parses IoT policy documents and decides by them. Uses neither broker nor database.
 *
 * A request is denied if a Deny matches it, else allowed if an Allow matches it, else not allowed.
 * Where a statement is not understood in full (an unknown operator, key, variable or member), an
 * Allow allows nothing and a Deny denies everything that it could mean. A document that cannot be
 * read at all denies everything. Only the part of a resource's ARN after the fifth colon is
 * compared, not its region and account.
 */
#ifndef GR_POLICY_POLICY_H
#define GR_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/variable.h"

enum {
	POLICY_MAX = 2048,	/* characters of a document without white space (AWS IoT quota) */
	POLICY_NAME_MAX = 1024	/* bytes of a topic, filter or client id; longer: not allowed */
};

enum policy_action {
	POLICY_CONNECT,		/* name is the client id */
	POLICY_PUBLISH,		/* name is the topic */
	POLICY_RETAIN_PUBLISH,	/* name is the topic; needed in addition to POLICY_PUBLISH */
	POLICY_SUBSCRIBE,	/* name is the topic filter; its + and # are plain characters */
	POLICY_RECEIVE,		/* name is the topic */
	POLICY_ACTION_COUNT
};

struct policy;

/* Parses a document; end with policy_release. NULL: out of memory. */
struct policy *policy_parse(const char *document);
/* Adds a holder: one policy_release more is needed. Returns policy. */
struct policy *policy_keep(struct policy *policy);
void policy_release(struct policy *policy);	/* the last holder's call frees it; takes NULL */

enum policy_verdict {
	POLICY_ALLOWED,
	POLICY_NOT_ALLOWED,	/* no statement allows it */
	POLICY_DENIED		/* a statement denies it, or a document cannot be read */
};
enum policy_verdict policy_decide(struct policy *const policies[], size_t count,
				  enum policy_action action, const char *name,
				  const struct policy_who *who);

/* Returns a static sentence that says what the broker does not understand; NULL: nothing. */
const char *policy_problem(const char *document);

#endif
