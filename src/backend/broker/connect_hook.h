/* SPDX-License-Identifier: Apache-2.0 */
/* connect_hook.h - decides which clients may connect, and begins their sessions. */
#ifndef GR_BROKER_CONNECT_HOOK_H
#define GR_BROKER_CONNECT_HOOK_H

#include "broker/broker.h"

/* Answers the BASIC_AUTH event, with a MOSQ_ERR value. */
int connect_hook_check(struct broker *broker, struct mosquitto *client);

#endif
