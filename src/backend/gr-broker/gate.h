/* SPDX-License-Identifier: Apache-2.0 */
/* gate.h - every check of access: by the backend, by a live session, or by one that is not connected. */
#ifndef GR_GATE_H
#define GR_GATE_H

#include "gr-broker/broker.h"

/*
 * One line for whoever runs the broker: who is refused what, on which topic ("": none), by which rule. The same again is left
 * out for a while, and so is what a certificate does beside that once it is too much.
 */
void gate_log(struct broker *broker, const struct identity *who, const char *what, const char *topic, const char *why);

/* The answer to the ACL_CHECK event, a MOSQ_ERR value. */
int gate_check(struct broker *broker, const struct mosquitto_evt_acl_check *check);

#endif
