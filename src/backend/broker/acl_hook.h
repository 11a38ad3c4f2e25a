/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl_hook.h - every check of access: by the backend, by a live session, or by one that is not
 * connected.
 */
#ifndef GR_BROKER_ACL_HOOK_H
#define GR_BROKER_ACL_HOOK_H

#include "broker/broker.h"

/*
 * One line for whoever runs the broker: who is refused what, on which topic ("": none), by which
 * rule. The same again is left out for a while, and so is what a certificate does beside that once
 * it is too much.
 */
void acl_hook_log(struct broker *broker, const struct identity *who, const char *what,
		  const char *topic, const char *why);

/* The answer to the ACL_CHECK event, a MOSQ_ERR value. */
int acl_hook_check(struct broker *broker, const struct mosquitto_evt_acl_check *check);

#endif
