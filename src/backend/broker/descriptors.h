/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.h - says that the broker has no file descriptor left. Mosquitto itself then logs
 * that a connection was "denied access by tcpd", or nothing at all, and devices see a connection
 * that is closed.
 */
#ifndef GR_BROKER_DESCRIPTORS_H
#define GR_BROKER_DESCRIPTORS_H

#include <stdint.h>

#include "broker/broker.h"

/* Looks once a second: a line when they have run out, and one when there are some again. */
void descriptors_look(struct broker *broker, int64_t now);

#endif
