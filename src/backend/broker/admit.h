/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.h - how many sessions of one certificate are let in, and which of them the broker may keep
 * when they end.
 */
#ifndef GR_BROKER_ADMIT_H
#define GR_BROKER_ADMIT_H

#include "broker/broker.h"

/*
 * May the broker keep this client's session when it ends? With MQTT 5 it may always, and we do not
 * see for how long.
 */
bool admit_may_be_kept(const struct mosquitto *client);

/*
 * NULL: its policies and dates apart, this client may come in. GR_NO in *verdict: never, so that
 * it may be told; GR_FAIL: not now, and silence is the answer, since a refusal would be taken for
 * one of the certificate. The sentence says why.
 */
const char *admit_refusal(enum status *verdict, struct broker *broker,
			  const struct mosquitto *client, const struct identity *who);

#endif
