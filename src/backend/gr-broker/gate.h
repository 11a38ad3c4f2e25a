/* gate.h - every check of access: by the backend, by a live session, or by one that is not connected. */
#ifndef GR_GATE_H
#define GR_GATE_H

#include "gr-broker/broker.h"

/* The answer to the ACL_CHECK event, a MOSQ_ERR value. */
int gate_check(struct broker *broker, const struct mosquitto_evt_acl_check *check);

#endif
