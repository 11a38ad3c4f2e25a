/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl_hook.h - answers each check of access: of the backend, of a live session, or of a client
 * that is not connected.
 */
#ifndef GR_BROKER_ACL_HOOK_H
#define GR_BROKER_ACL_HOOK_H

#include "broker/broker.h"

/*
 * Logs one line: who is refused what, on which topic ("": none), by which rule. The same line is
 * left out for a while, and so are further lines of a certificate that has too many.
 */
void acl_hook_log(struct broker *broker, const struct identity *who, const char *what,
		  const char *topic, const char *why);

/* Answers the ACL_CHECK event, with a MOSQ_ERR value. */
int acl_hook_check(struct broker *broker, const struct mosquitto_evt_acl_check *check);

#endif
